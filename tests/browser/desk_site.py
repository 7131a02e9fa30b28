"""A site and its simulated PBX as tests drive them beside the browser: over HTTP on 127.0.0.1, under the site's own name."""

import http.client
import json
import os
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

# Where CommPeak and Primevox are asked for call records.
CALL_RECORDS = ("/api/cdrs", "/api/call_list.php")
# A page that is being closed may write to its user, too; MariaDB then asks the login to begin again.
TRIES = 3


def ask(url, method, path, values=None, headers=None):
	"""Send one request to 127.0.0.1 under the address's name; return (status, headers, body as text).

	`values` go as a form where one is expected, as JSON when the headers say so.
	"""
	address = urlsplit(url)
	headers = {"Host": address.netloc, "Accept": "application/json", **(headers or {})}
	body = None
	if values is not None:
		is_json = headers.get("Content-Type") == "application/json"
		body = json.dumps(values) if is_json else urlencode(values)
		headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
	connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=60)
	try:
		connection.request(method, path, body, headers)
		answer = connection.getresponse()
		return answer.status, answer.headers, answer.read().decode()
	finally:
		connection.close()


class Session:
	"""A user's own session with the site, for what a test prepares and looks up beside the browser."""

	def __init__(self, url, user, password):
		self.url = url
		self.user = user
		for _again in range(TRIES):
			status, headers, body = ask(url, "POST", "/api/method/login", {"usr": user, "pwd": password})
			if "try restarting transaction" not in body:
				break
		assert status == 200, f"{user} cannot log in: {body[:500]}"
		morsels = [morsel for line in headers.get_all("Set-Cookie") for morsel in SimpleCookie(line).values()]
		self.cookies = {morsel.key: morsel.value for morsel in morsels}

	def call(self, method, **arguments):
		"""Call a whitelisted method by POST and return its message; the test fails when it is refused."""
		plain = {
			key: value if isinstance(value, str) else json.dumps(value) for key, value in arguments.items()
		}
		cookie = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
		# MariaDB may refuse a save that met another one: all of it was undone, and Frappe leaves the second try to others.
		for _again in range(TRIES if method.startswith("frappe.client.") else 1):
			status, _headers, body = ask(self.url, "POST", f"/api/method/{method}", plain, {"Cookie": cookie})
			if "try restarting transaction" not in body:
				break
		assert status == 200, f"{method}: {status} {body[:2000]}"
		return json.loads(body).get("message")

	def insert(self, doctype, **values):
		"""Insert a record and return it."""
		return self.call("frappe.client.insert", doc={"doctype": doctype, **values})

	def get(self, doctype, name):
		"""Return a record."""
		return self.call("frappe.client.get", doctype=doctype, name=name)

	def list(self, doctype, fields=("name",), filters=None):
		"""Return the fields of all records that match, the oldest first."""
		arguments = {"fields": list(fields), "filters": filters or {}, "order_by": "creation asc"}
		return self.call("frappe.client.get_list", doctype=doctype, limit_page_length=0, **arguments)

	def set(self, doctype, name, **values):
		"""Change fields of a record, through its validation."""
		return self.call("frappe.client.set_value", doctype=doctype, name=name, fieldname=values)


class Site:
	"""The site under test: `url`, `kind`, and Administrator's session in `admin`."""

	def __init__(self):
		self.url = os.environ["C2C_SITE_URL"]
		self.kind = os.environ.get("C2C_SITE_KIND", "")
		self.agent = os.environ.get("C2C_AGENT", "")
		self.admin = Session(self.url, "Administrator", os.environ["C2C_ADMIN_PASSWORD"])

	@property
	def has_erpnext(self):
		"""Whether ERPNext is installed."""
		return self.kind.startswith("erpnext")

	@property
	def has_crm(self):
		"""Whether Frappe CRM is installed."""
		return self.kind.startswith("crm")

	@property
	def desk(self):
		"""The Desk's address."""
		return f"{self.url}/{'app' if self.kind.endswith('15') else 'desk'}"

	def form(self, doctype, name):
		"""The address of a record's form."""
		return f"{self.desk}/{doctype.lower().replace(' ', '-')}/{name}"


class Simulated:
	"""The simulated PBX of the site, driven over its control API (c2c_frappe/pbx/simulator/control.py)."""

	def __init__(self, url):
		self.url = url

	@property
	def calls(self):
		"""The calls placed, oldest first."""
		return self._ask("GET", "calls")["calls"]

	@property
	def requests(self):
		"""The requests that arrived, oldest first, but for call records: the site's scheduler asks when it likes."""
		found = self._ask("GET", "requests")["requests"]
		return [request for request in found if not request["path"].endswith(CALL_RECORDS)]

	def behave(self, kind, **where):
		"""Misbehave from now on: a kind of c2c_frappe/pbx/simulator/behaviour.py, for an extension or number."""
		return self._ask("POST", "behave", {"kind": kind, **where})

	def answer(self, call_id, **leg):
		"""Pick up the phone that rings."""
		return self._ask("POST", f"calls/{call_id}/answer", leg)

	def begin(self, **call):
		"""Begin a call at a phone or, with direction "in", from outside: extension, number."""
		return self._ask("POST", "calls", call)["call"]

	def hang_up(self, call_id, **how):
		"""End a call."""
		return self._ask("POST", f"calls/{call_id}/hangup", how)

	def send_webhooks(self, provider, url):
		"""Tell this address of a vendor's calls from now on."""
		self._ask("POST", "webhooks", {"provider": provider, "url": url})

	def reset(self):
		"""Forget calls, requests and misbehaviour."""
		self._ask("POST", "reset", {})

	def _ask(self, method, path, values=None):
		headers = {"Content-Type": "application/json"}
		status, _headers, body = ask(self.url, method, f"/_sim/{path}", values, headers)
		assert status == 200, f"{path}: {status} {body[:500]}"
		return json.loads(body)
