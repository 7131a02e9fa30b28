"""What a hostile PBX says, and what people write into records, is shown as text: no script of theirs ever runs."""

import http.client
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from desk_page import NUMBERS, settle

# Each would run if it were put on a page as HTML or evaluated. The last has no end, so that who takes tags out by
# their ends leaves it in, and the page around it ends it.
CANARIES = (
	"'-window.c2c_ran(1)-'",
	"{{ window.c2c_ran(2) }}",
	"javascript:window.c2c_ran(3)",
	'" onmouseover=window.c2c_ran(4) x="',
	"<img src=data: onerror=window.c2c_ran(5) ",
)
SAID = " ".join(CANARIES)
# How the last looks where it is shown: the Desk's report view would show what has < in it as HTML.
AS_TEXT = CANARIES[-1].strip().replace("<", "‹")
ACCOUNT, KEYED = "Hostile CommPeak", "Hostile Primevox"
# Records that something ran, and finds what would run on a mouse's way.
WATCH = "window.c2c_said = []; window.c2c_ran = (what) => window.c2c_said.push(what);"
FIND = """[...document.querySelectorAll("*")].flatMap((element) => [...element.attributes])
	.filter(({ name, value }) => value.includes("c2c_ran") && (name.startsWith("on") || /^\\s*javascript:/.test(value)))
	.map(({ name, value }) => `${name}=${value}`)"""


class HostilePbx:
	"""Answers every request on loopback with what `say` returns for its path: (HTTP status, kind, text)."""

	def __init__(self):
		pbx = self

		class Handler(BaseHTTPRequestHandler):
			def do_GET(self):
				status, kind, body = pbx.say(self.path)
				self.send_response(status)
				self.send_header("Content-Type", kind)
				self.end_headers()
				self.wfile.write(body.encode())

			do_POST = do_GET

			def log_message(self, *_):
				"""Say nothing."""

		self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
		self.url = f"http://127.0.0.1:{self._server.server_port}"
		threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

	def say(self, path):
		if path.startswith("/call/"):
			return 200, "application/json", json.dumps({"success": False, "message": f"No. {SAID}"})
		return 400, "text/html", f"Sorry: {SAID}"

	def close(self):
		self._server.shutdown()
		self._server.server_close()


@pytest.fixture(scope="module")
def hostile(site):
	"""Administrator's phone is on a hostile PBX, with call records, and there is a second account of that kind."""
	pbx = HostilePbx()
	common = {"enabled": 1, "allow_http": 1, "base_url": pbx.url}
	commpeak = {
		"provider": "commpeak",
		"crm_id": "1",
		"client_id": "2",
		"stats_url": pbx.url,
		"stats_api_key": "k",
	}
	primevox = {"provider": "primevox", "api_key": "key-0123456789", "container_id": "123456"}
	for name, values in ((ACCOUNT, commpeak), (KEYED, primevox)):
		site.admin.insert("PBX Account", account_name=name, **common, **values)
	phone = {"user": "Administrator", "extension": "1009"}
	site.admin.call("c2c_frappe.api.account.set_extension", **phone, account=ACCOUNT)
	yield pbx
	site.admin.call("c2c_frappe.api.account.set_extension", user="Administrator", extension="")
	for name in (ACCOUNT, KEYED):
		site.admin.set("PBX Account", name, enabled=0)
	pbx.close()


@pytest.fixture
def watched(admin_page):
	admin_page.add_init_script(WATCH)
	return admin_page


@pytest.fixture
def lead(site):
	# Frappe takes no < in what becomes a name.
	names = dict.fromkeys(("first_name", "lead_name"), f"Ada {CANARIES[3]}")
	return site.admin.insert("Lead", **names, mobile_no=next(NUMBERS))["name"]


# A picture that cannot be drawn, asked for after all others: once it has failed, theirs have.
BREAK_LAST = (
	"() => new Promise((done) => (Object.assign(new Image(), { onerror: done }).src = 'data:image/png,x'))"
)


def assert_harmless(page):
	"""Nothing ran, and nothing that would run on a mouse's way is on the page."""
	settle(page)
	page.evaluate(BREAK_LAST)
	assert page.evaluate("window.c2c_said") == [], page.url
	assert page.evaluate(FIND) == [], page.url


def open_page(page, site, path, wanted):
	page.goto(f"{site.desk}/{path}")
	page.locator(wanted).first.wait_for()
	assert_harmless(page)


def click_call(page):
	page.locator(".phone-btn:visible, .c2c-icon:visible").first.click()
	page.locator(".c2c-strip-status", has_text=re.compile("Failed")).wait_for()


def close_dialog(page):
	# Bootstrap closes nothing that is still fading in.
	page.wait_for_function("!$('.modal.show').data('bs.modal')._isTransitioning")
	page.keyboard.press("Escape")
	page.locator(".modal.show").wait_for(state="hidden")


def test_what_a_pbx_answers_to_a_dial_is_text_wherever_it_is_shown(watched, site, hostile, lead, open_form):
	page = open_form(watched, "Lead", lead)
	click_call(page)
	assert AS_TEXT in page.locator(".c2c-strip-message").text_content()
	timeline = page.locator(".timeline-items .timeline-content", has_text="Failed").first
	timeline.wait_for(state="attached")
	assert_harmless(page)
	[call] = site.admin.list("PBX Call Log", ["name"], {"reference_name": lead})
	open_form(page, "PBX Call Log", call["name"])
	assert AS_TEXT in page.locator("[data-fieldname=failure_reason]").first.text_content()
	assert_harmless(page)
	page.get_by_role("button", name="Wrap Up").first.click()
	page.locator(".modal.show textarea").first.wait_for()
	assert_harmless(page)
	close_dialog(page)
	open_page(page, site, "pbx-call-log/view/report", ".dt-cell")
	page.evaluate("cur_list.add_column_to_datatable('failure_reason', 'PBX Call Log', 2)")
	page.locator(".dt-cell", has_text=AS_TEXT).first.wait_for()
	assert_harmless(page)
	open_page(page, site, "pbx-call-log/view/list", ".list-row")
	for report in ("Call Activity", "Failures by Reason", "Unreached Leads", "Leads Nobody Called"):
		open_page(page, site, f"query-report/{report}", ".dt-cell--1-0")
	open_page(page, site, "click-to-call", ".widget")


def test_what_a_pbx_posts_is_text_in_the_list_of_events(watched, site, hostile, open_form):
	described = site.admin.call("c2c_frappe.api.account.new_webhook_token", account=ACCOUNT)
	names = ("event", "uniqueid", "call", "extension", "number", "hangup_cause", "recording", *CANARIES)
	told = {name: SAID for name in names} | {"event": "end"}
	address = urlsplit(described["url"])
	connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.url).port, timeout=60)
	headers = {"Host": urlsplit(site.url).netloc, "Content-Type": "application/json"}
	connection.request("POST", f"{address.path}?{address.query}", json.dumps(told), headers)
	assert json.loads(connection.getresponse().read())["message"]["outcome"] == "Waiting"
	connection.close()
	open_page(watched, site, "pbx-event/view/list", ".list-row")
	open_page(watched, site, "pbx-event/view/report", ".dt-cell--1-0")
	for fieldname in ("payload", "parsed_event"):
		watched.evaluate("name => cur_list.add_column_to_datatable(name, 'PBX Event', 2)", fieldname)
	watched.locator(".dt-cell", has_text="onerror").first.wait_for(state="attached")
	assert_harmless(watched)
	[event] = site.admin.list("PBX Event", ["name"], {"account": ACCOUNT})
	open_form(watched, "PBX Event", event["name"])
	watched.locator("[data-fieldname=payload]", has_text="onerror").first.wait_for()
	assert_harmless(watched)


def test_what_a_pbx_says_to_the_admin_is_text(watched, site, hostile, open_form):
	page = open_form(watched, "PBX Account", KEYED)
	page.get_by_role("button", name="Test Connection").click()
	page.locator(".modal.show", has_text=AS_TEXT).wait_for()
	assert_harmless(page)
	open_form(page, "PBX Account", ACCOUNT)
	page.evaluate("frappe.call('c2c_frappe.api.account.fetch_records', {account: cur_frm.docname})")
	page.locator(".modal.show", has_text=AS_TEXT).wait_for()
	assert_harmless(page)
	page.reload()
	page.locator("[data-fieldname=records_message]", has_text=AS_TEXT).first.wait_for()
	assert_harmless(page)
