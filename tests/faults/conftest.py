"""A started site with ERPNext on a bench, whose MariaDB and Redis servers a test may kill and start again.

Where no bench with ERPNext is found the tests here are skipped. Everything listens on loopback, on a MariaDB of the
tests' own with innodb_flush_log_at_trx_commit=1; nothing is ended but by its recorded process id.
"""

import http.client
import json
import os
import signal
import time
from urllib.parse import urlencode

import pytest

# Of dev.d, which `./dev test` puts on the path.
desks = pytest.importorskip("desks", reason="run ./dev test site")
real_bench = pytest.importorskip("real_bench")
services = pytest.importorskip("services")

REDIS = ("redis_cache", "redis_queue")
TOKEN = "fault-test-token-0123456789"
METHOD = "/api/method/c2c_frappe.api"
PREPARE = """
from frappe.utils import get_url
user = frappe.get_doc("User", {user!r})
user.api_key = frappe.generate_hash(length=15)
secret = frappe.generate_hash(length=15)
user.api_secret = secret
user.save()
account = frappe.get_doc("PBX Account", frappe.db.get_single_value("PBX Settings", "default_account"))
account.update({{"connect_timeout": 1, "read_timeout": 2, "webhook_token": {token!r}}})
account.save()
settings = frappe.get_doc("PBX Settings")
settings.update({{"max_calls_per_user_per_minute": 0, "confirmed_site_url": {url!r}}})
settings.save()
frappe.db.commit()
print(chr(10) + user.api_key + ":" + secret + chr(10) + account.name)
"""


class Floor:
	"""An agent with an extension on a running site, the PBX its calls go to, and the servers behind it."""

	def __init__(self, site):
		self.site = site
		sample = desks.sample(site)
		self.pbx_port = int(sample["pbx"].rpartition(":")[2])
		code = PREPARE.format(user=sample["user"], token=TOKEN, url=site.url)
		self.token, self.account = site.execute(code).strip().splitlines()[-2:]

	def ask(self, port, method, path, values=None, headers=None):
		"""Send one request to a port of this machine; return (status, JSON), (0, None) when no answer came."""
		connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
		try:
			body = None if values is None else json.dumps(values)
			kind = {"Content-Type": "application/json", "Accept": "application/json"}
			connection.request(method, path, body, {**kind, **(headers or {})})
			answer = connection.getresponse()
			text = answer.read()
		except (OSError, http.client.HTTPException):
			return 0, None
		finally:
			connection.close()
		try:
			return answer.status, json.loads(text)
		except ValueError:
			return answer.status, None

	def send(self, method, path, values=None):
		"""Send a request to the site as the agent."""
		headers = {"Host": self.site.url.partition("//")[2], "Authorization": f"token {self.token}"}
		return self.ask(self.site.ports["web"], method, path, values, headers)

	def dial(self, number, **sent):
		"""Click a number; return (HTTP status, reply)."""
		status, body = self.send("POST", f"{METHOD}.call.dial", {"number": number, **sent})
		return status, (body or {}).get("message")

	def tell(self, **event):
		"""Post an event as the PBX does; return the HTTP status."""
		headers = {
			"Host": self.site.url.partition("//")[2],
			"X-PBX-Account": self.account,
			"X-PBX-Token": TOKEN,
		}
		return self.ask(self.site.ports["web"], "POST", f"{METHOD}.webhook.receive", event, headers)[0]

	def calls(self, **filters):
		"""Return name, number, status, failure_code and duration of the agent's calls over REST."""
		fields = ["name", "number", "status", "failure_code", "duration"]
		asked = {"fields": json.dumps(fields), "filters": json.dumps(filters), "limit_page_length": 0}
		status, body = self.send("GET", f"/api/resource/PBX%20Call%20Log?{urlencode(asked)}")
		assert status == 200, body
		return body["data"]

	def pbx(self, method, path, values=None):
		"""Drive the simulated PBX."""
		status, body = self.ask(self.pbx_port, method, f"/_sim/{path}", values)
		assert status == 200, body
		return body

	@property
	def dialled(self):
		"""Return the numbers the PBX was asked to call, oldest first."""
		return [f"+{call['number']}" for call in self.pbx("GET", "calls")["calls"]]

	def kill_database(self):
		"""kill -9 MariaDB."""
		pid = services.pid_of("mariadb", self.site.state)
		os.kill(pid, signal.SIGKILL)
		self.wait_until(lambda: services.pid_of("mariadb", self.site.state) is None)

	def start_database(self):
		"""Start MariaDB again on the same data."""
		self.site.database.start(self.site.ports["mariadb"])

	def stop_redis(self):
		"""End both Redis servers."""
		for name in REDIS:
			services.stop(self.site.state, name)

	@staticmethod
	def wait_until(is_so, seconds=30):
		"""Return once it is so; fail after so many seconds."""
		deadline = time.monotonic() + seconds
		while not is_so():
			assert time.monotonic() < deadline, "It did not come to be so."
			time.sleep(0.1)


@pytest.fixture(scope="session")
def floor():
	bench = real_bench.find()
	if not bench or "erpnext" not in bench.apps:
		pytest.skip("there is no bench with ERPNext on this machine (FRAPPE_BENCH names one elsewhere)")
	with desks.bench_desk("erpnext") as site:
		yield Floor(site)


@pytest.fixture(autouse=True)
def quiet_pbx(request):
	"""A PBX that forgot the last test's calls and behaves."""
	floor = request.getfixturevalue("floor")
	floor.pbx("POST", "reset", {})
	yield
	floor.site.start_servers()
