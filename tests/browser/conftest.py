"""A real Chromium, logged in to a real site that places its calls through a simulated PBX.

`./dev test browser` starts the site and the PBX, puts in the sample data of embedded/demo and says by these
environment variables where they are:

	C2C_SITE_URL        http://c2c-test.localhost:40001, no slash at the end; its port is on 127.0.0.1
	C2C_SITE_KIND       erpnext15, frappe15 (no ERPNext), the same with 16, crm2 (Frappe CRM), embedded (Frappe 16 on SQLite)
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

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, sync_playwright

sys.path.append(str(Path(__file__).parent))

from desk_page import NUMBERS, icon, wait_for_status
from desk_site import Session, Simulated, Site, ask

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
# As long as a busy machine may need; nothing waits longer than for its sign.
MILLISECONDS = 60_000
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
		page.on("pageerror", lambda error: console_errors.append(f"{page.url}: {error.stack or error}"))
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


def _go(page, address):
	"""Open an address; a Desk that was still on its way somewhere, as after the login, may end the first attempt."""
	try:
		page.goto(address)
	except Error as error:
		if "ERR_ABORTED" not in str(error):
			raise
		page.goto(address)


@pytest.fixture
def open_form(site):
	"""A function (page, doctype, name) that opens a record's form and waits until it is there."""

	def open_one(page, doctype, name):
		_go(page, site.form(doctype, name))
		page.wait_for_function(
			"([doctype, name]) => window.cur_frm && cur_frm.doctype === doctype && cur_frm.docname === name"
			" && $(cur_frm.wrapper).is(':visible')",
			arg=[doctype, name],
		)
		return page

	return open_one


@pytest.fixture
def number():
	"""A number nobody dialed in this run: a repeat within seconds is the same call."""
	return next(NUMBERS)


@pytest.fixture
def long_memory(site):
	"""A repeated click is one call however slow this machine is."""
	window = site.admin.get("PBX Settings", "PBX Settings")["repeat_window"]
	site.admin.set("PBX Settings", "PBX Settings", repeat_window=300)
	yield
	site.admin.set("PBX Settings", "PBX Settings", repeat_window=window)


@pytest.fixture
def lead(site, number):
	"""A Lead with that number."""
	names = {"first_name": "Lise", "last_name": "Meitner", "lead_name": "Lise Meitner"}
	return site.admin.insert("Lead", **names, mobile_no=number)


@pytest.fixture
def placed(page, open_form, site, simulator, lead):
	"""The name of a call that was placed from the Lead's form and is followed by the strip."""
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	[call] = site.admin.list("PBX Call Log", filters={"reference_name": lead["name"]})
	return call["name"]


@pytest.fixture
def told(site, simulator):
	"""The simulated PBX, which tells the site of its calls."""
	account = site.admin.get("PBX Settings", "PBX Settings")["default_account"]
	described = site.admin.call("c2c_frappe.api.account.new_webhook_token", account=account)
	simulator.send_webhooks("commpeak", described["url"])
	yield simulator
	simulator.send_webhooks("commpeak", "")


@pytest.fixture
def previewed_contact(site, number):
	"""A Contact with one number, on a site that shows previews of Contacts."""
	setter = {"doctype_or_field": "DocType", "doc_type": "Contact", "property": "show_preview_popup"}
	shown = site.admin.insert("Property Setter", **setter, property_type="Check", value="1")
	phones = [{"phone": number, "is_primary_mobile_no": 1}]
	yield site.admin.insert("Contact", first_name=f"Sophie {secrets.token_hex(3)}", phone_nos=phones)
	site.admin.call("frappe.client.delete", doctype="Property Setter", name=shown["name"])


@pytest.fixture
def fetch(site):
	"""A function (url) that returns the text of what this site serves there."""

	def get(url):
		status, _headers, body = ask(site.url, "GET", urlsplit(url).path)
		assert status == 200, url
		return body

	return get


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
