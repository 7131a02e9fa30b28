"""A real Chromium, logged in to a real site that places its calls through a simulated PBX.

`./dev test browser` starts the site and the PBX, puts in the sample data of embedded/demo and says by these
environment variables where they are:

	C2C_SITE_URL        http://c2c-test.localhost:40001, no slash at the end; its port is on 127.0.0.1
	C2C_SITE_KIND       erpnext15, frappe15 (no ERPNext), the same with 16, embedded (Frappe 16 on SQLite)
	C2C_ADMIN_PASSWORD  of the user Administrator
	C2C_AGENT           a user with the roles PBX Agent and Sales User and the extension 1000
	C2C_AGENT_PASSWORD
	C2C_SIM_URL         the simulated PBX, the base_url of the sample accounts
	C2C_BENCH           the bench folder of the site, and FRAPPE_SITE its name, where it is on a bench
	C2C_BROWSER         path of Chromium
	C2C_SHOTS           folder for a picture of each page of a failed test (may be left out)

Without C2C_SITE_URL the tests here are skipped. Nothing is mocked. axe-core comes from npm into .dev on first use;
without npm or a network its tests are skipped and say so.
"""

import http.client
import json
import os
import shutil
import subprocess
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import sync_playwright

FLAGS = (
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	# What Frappe fetches from the Internet (flags of countries) fails at once, with a network or without.
	"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
)
VIEWPORT = {"width": 1280, "height": 900}
MILLISECONDS = 20_000
AXE = "axe-core@4.14.1"
AXE_SECONDS = 120
AXE_FOLDER = Path(__file__).resolve().parents[2] / ".dev" / AXE
# What it found, of the weight that keeps somebody from using the page.
FIND_FAULTS = """async (selectors) => {
	const found = await axe.run({ include: selectors.map((selector) => [selector]) });
	return found.violations
		.filter(({ impact }) => ["serious", "critical"].includes(impact))
		.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}"""
# Where CommPeak and Primevox are asked for call records.
CALL_RECORDS = ("/api/cdrs", "/api/call_list.php")


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
		status, headers, body = ask(url, "POST", "/api/method/login", {"usr": user, "pwd": password})
		assert status == 200, f"{user} cannot log in: {body[:500]}"
		morsels = [morsel for line in headers.get_all("Set-Cookie") for morsel in SimpleCookie(line).values()]
		self.cookies = {morsel.key: morsel.value for morsel in morsels}

	def call(self, method, **arguments):
		"""Call a whitelisted method by POST and return its message; the test fails when it is refused."""
		plain = {
			key: value if isinstance(value, str) else json.dumps(value) for key, value in arguments.items()
		}
		cookie = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
		status, _headers, body = ask(self.url, "POST", f"/api/method/{method}", plain, {"Cookie": cookie})
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


@pytest.fixture(scope="session")
def site():
	if not os.environ.get("C2C_SITE_URL"):
		pytest.skip("no site: run ./dev test browser")
	tested = Site()
	# One agent places every test's calls: more in a minute than anybody may by default.
	tested.admin.set("PBX Settings", "PBX Settings", max_calls_per_user_per_minute=0)
	return tested


@pytest.fixture
def simulator():
	simulated = Simulated(os.environ["C2C_SIM_URL"])
	simulated.reset()
	yield simulated
	simulated.reset()


@pytest.fixture(scope="session")
def browser(site):
	with sync_playwright() as playwright:
		chromium = playwright.chromium.launch(executable_path=os.environ["C2C_BROWSER"], args=list(FLAGS))
		yield chromium
		chromium.close()


@pytest.fixture
def console_errors():
	"""What the pages complained about; a test that provokes a complaint removes it, the rest fails the test."""
	complaints = []
	yield complaints
	assert not complaints


@pytest.fixture
def open_session(site, browser, console_errors, request):
	"""A function (user, password) that returns a page of a new window in which that user is logged in."""
	contexts = []

	def open_one(user, password):
		context = browser.new_context(viewport=VIEWPORT)
		contexts.append(context)
		context.set_default_timeout(MILLISECONDS)
		session = Session(site.url, user, password)
		context.add_cookies(
			[{"name": key, "value": value, "url": site.url} for key, value in session.cookies.items()]
		)
		page = context.new_page()
		page.on("pageerror", lambda error: console_errors.append(f"{page.url}: {error}"))
		page.on("console", lambda message: _complaint(message, console_errors))
		return page

	yield open_one
	for number, context in enumerate(contexts):
		if request.node.stash.get(HAS_FAILED, False):
			_picture(context, f"{request.node.name}-{number}")
		context.close()


@pytest.fixture
def page(open_session, site):
	"""A page of a new window in which the agent is logged in; nothing is opened yet."""
	return open_session(site.agent, os.environ["C2C_AGENT_PASSWORD"])


@pytest.fixture
def admin_page(open_session):
	"""A page of a new window in which Administrator is logged in; nothing is opened yet."""
	return open_session("Administrator", os.environ["C2C_ADMIN_PASSWORD"])


@pytest.fixture
def open_form(site):
	"""A function (page, doctype, name) that opens a record's form and waits until it is there."""

	def open_one(page, doctype, name):
		page.goto(site.form(doctype, name))
		page.wait_for_function(
			"([doctype, name]) => window.cur_frm && cur_frm.doctype === doctype && cur_frm.docname === name"
			" && $(cur_frm.wrapper).is(':visible')",
			arg=[doctype, name],
		)
		return page

	return open_one


@pytest.fixture(scope="session")
def axe():
	"""axe-core's script."""
	script = AXE_FOLDER / "node_modules/axe-core/axe.min.js"
	if not script.exists():
		if not shutil.which("npm"):
			pytest.skip("axe-core cannot be had: there is no npm on this machine")
		argv = ["npm", "install", "--prefix", AXE_FOLDER, "--no-save", "--no-audit", "--no-fund", AXE]
		done = subprocess.run(argv, capture_output=True, text=True, timeout=AXE_SECONDS, check=False)
		if done.returncode:
			pytest.skip(f"axe-core cannot be had: {done.stderr.strip()[-300:]}")
	return script.read_text()


@pytest.fixture
def faults(axe):
	"""A function (page, selectors) that returns what is wrong within these elements."""

	def find(page, *selectors):
		page.evaluate(axe)
		return page.evaluate(FIND_FAULTS, list(selectors))

	return find


HAS_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
	report = yield
	if call.when == "call" and report.failed:
		item.stash[HAS_FAILED] = True
	return report


def _complaint(message, complaints):
	if message.type == "error":
		complaints.append(f"{message.location.get('url', '')}: {message.text}")


def _picture(context, name):
	folder = os.environ.get("C2C_SHOTS")
	for page in context.pages if folder else ():
		Path(folder).mkdir(parents=True, exist_ok=True)
		page.screenshot(path=Path(folder) / f"{name}.png")
