"""A sales floor on a started site: an agent who clicks over HTTP, and the simulated PBX the calls go to.

Prepares the site for many calls by one agent; then only asks and tells, and decides nothing.
"""

import http.client
import json
from urllib.parse import urlencode

import desks

METHOD = "/api/method/c2c_frappe.api"
TOKEN = "floor-token-0123456789"  # noqa: S105 - of a throwaway site on loopback
PREPARE = """
user = frappe.get_doc("User", {user!r})
user.api_key, user.api_secret = {key!r}, {secret!r}
user.save()
account = frappe.get_doc("PBX Account", frappe.db.get_single_value("PBX Settings", "default_account"))
account.update({{"connect_timeout": {connect}, "read_timeout": {read}, "webhook_token": {token!r}}})
account.save()
settings = frappe.get_doc("PBX Settings")
settings.update({{
	"repeat_window": 3, "max_calls_per_user_per_minute": 0, "max_calls_per_user_per_day": 0,
	"confirmed_site_url": {url!r},
}})
settings.save()
frappe.db.commit()
print(chr(10) + account.name)
"""
KEY, SECRET = "floor-key", "floor-secret"


class Floor:
	"""An agent with an extension, and the PBX; `connect` and `read` are the account's timeouts in seconds."""

	def __init__(self, site, connect: int = 1, read: int = 2):
		self.site = site
		sample = desks.sample(site)
		self.pbx_port = int(sample["pbx"].rpartition(":")[2])
		values = {"user": sample["user"], "key": KEY, "secret": SECRET, "token": TOKEN, "url": site.url}
		code = PREPARE.format(**values, connect=connect, read=read)
		self.account = site.execute(code).strip().splitlines()[-1]
		self._host = {"Host": site.url.partition("//")[2]}

	def send(self, method: str, path: str, values=None) -> tuple[int, dict | None]:
		"""Send a request to the site as the agent; return (HTTP status, JSON), (0, None) when no answer came."""
		headers = {**self._host, "Authorization": f"token {KEY}:{SECRET}"}
		return _ask(self.site.ports["web"], method, path, values, headers)

	def dial(self, number: str, **sent) -> tuple[int, dict | None]:
		"""Click a number; return (HTTP status, reply)."""
		status, body = self.send("POST", f"{METHOD}.call.dial", {"number": number, **sent})
		return status, (body or {}).get("message")

	def tell(self, **event) -> int:
		"""Post an event as the PBX does; return the HTTP status."""
		headers = {**self._host, "X-PBX-Account": self.account, "X-PBX-Token": TOKEN}
		return _ask(self.site.ports["web"], "POST", f"{METHOD}.webhook.receive", event, headers)[0]

	def calls(self, **filters) -> list[dict]:
		"""Return name, number, status, failure_code and duration of the agent's calls over REST."""
		fields = ["name", "number", "status", "failure_code", "duration"]
		asked = {"fields": json.dumps(fields), "filters": json.dumps(filters), "limit_page_length": 0}
		status, body = self.send("GET", f"/api/resource/PBX%20Call%20Log?{urlencode(asked)}")
		if status != 200:
			raise RuntimeError(f"The calls could not be listed: {status} {body}")
		return body["data"]

	def call(self, name: str) -> dict:
		"""Return one call over REST."""
		status, body = self.send("GET", f"/api/resource/PBX%20Call%20Log/{name}")
		if status != 200:
			raise RuntimeError(f"The call could not be read: {status} {body}")
		return body["data"]

	def pbx(self, method: str, path: str, values=None) -> dict:
		"""Drive the simulated PBX."""
		status, body = _ask(self.pbx_port, method, f"/_sim/{path}", values, {})
		if status != 200:
			raise RuntimeError(f"The simulated PBX said {status} to {path}: {body}")
		return body

	@property
	def dialed(self) -> list[str]:
		"""Return the numbers the PBX was asked to call, oldest first."""
		return [f"+{call['number']}" for call in self.pbx("GET", "calls")["calls"]]


def _ask(port: int, method: str, path: str, values, headers: dict) -> tuple[int, dict | None]:
	connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
	try:
		body = None if values is None else json.dumps(values)
		kind = {"Content-Type": "application/json", "Accept": "application/json"}
		connection.request(method, path, body, {**kind, **headers})
		response = connection.getresponse()
		text = response.read()
	except (OSError, http.client.HTTPException):
		return 0, None
	finally:
		connection.close()
	try:
		return response.status, json.loads(text)
	except ValueError:
		return response.status, None
