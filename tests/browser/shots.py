"""The pictures of the documentation, taken by `./dev shots`. Each also fails when what it shows is not there.

C2C_PICTURES is the folder they go to. Not collected with the tests: its name does not begin with test_. They are
taken from top to bottom: the log and the workspace show the calls of those before.
"""

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from desk_page import stand_still

SIZE = {"width": 1180, "height": 700}
# Shows a form from its buttons down to its numbers, or a timeline with a few calls.
TALL = {"width": 1180, "height": 780}
WIDE = {"width": 1180, "height": 480}
MARGIN = 10  # pixels around what is cut out
# What stands behind a card or a dialog, and would stick out at its edges.
BEHIND = """
	#body, header, .body-sidebar-container, .modal-backdrop, .modal-open .c2c-strip { visibility: hidden }
"""
# A chart puts its drawing back once its bars have grown.
BARS_STAND = "!document.querySelector('.frappe-chart animate, .frappe-chart animateTransform')"
ROBIN = "robin@example.com"
IS_LIVE = "frappe.realtime.socket && frappe.realtime.socket.connected"


@pytest.fixture
def lead(site):
	"""Ada Lovelace of the sample data."""
	(name,) = (row["name"] for row in site.admin.list("Lead", filters={"email_id": "ada@example.com"}))
	return name


@pytest.fixture
def dial(site):
	"""A function that dials a number as a user without a browser."""
	sessions = {}

	def place(number, user=site.agent, **record):
		if user not in sessions:
			sessions[user] = type(site.admin)(site.url, user, os.environ["C2C_AGENT_PASSWORD"])
		return sessions[user].call("c2c_frappe.api.call.dial", number=number, **record)

	return place


@pytest.fixture
def tell(site):
	"""A function (event, facts) that tells the site of a call as CommPeak's webhooks do."""
	account = named(site, "PBX Account", provider="commpeak")
	renewed = site.admin.call("c2c_frappe.api.account.new_webhook_token", account=account)
	path = renewed["url"].partition(urlsplit(renewed["url"]).netloc)[2]
	here = urlsplit(site.url)

	def post(event, **facts):
		address, host = f"http://127.0.0.1:{here.port}{path}", {"Host": here.netloc}
		answer = requests.post(address, json={"event": event, **facts}, headers=host, timeout=30)
		assert answer.json()["message"]["outcome"] == "Applied", answer.text

	return post


def named(site, doctype, **filters):
	"""Return the name of the one record of the sample data that fits."""
	(row,) = site.admin.list(doctype, filters=filters)
	return row["name"]


def ago(**time):
	"""Return a moment as the webhooks write it."""
	return f"{datetime.now(timezone.utc) - timedelta(**time):%Y-%m-%d %H:%M:%S}"


def take(page, name, size=SIZE):
	"""Save under a name what the page shows, once it stands still."""
	shoot(page, name, size)


def take_card(page, name, card):
	"""Save under a name a card or dialog alone, with nothing behind it."""
	behind = page.add_style_tag(content=BEHIND)
	shoot(page, name, SIZE, [card])
	behind.evaluate("style => style.remove()")


def shoot(page, name, size, parts=()):
	"""Save under a name the page, or what holds all the parts, the last one of each kind."""
	page.set_viewport_size(size)
	# The logo is the host's, and not what the picture shows.
	page.add_style_tag(content=".app-logo { visibility: hidden }")
	page.mouse.move(2, size["height"] - 2)
	page.wait_for_load_state("networkidle")
	page.evaluate("document.fonts.ready")
	stand_still(page)
	clip = around([page.locator(part).last.bounding_box() for part in parts], size) if parts else None
	path = Path(os.environ["C2C_PICTURES"]) / f"{name}.png"
	page.screenshot(path=path, animations="disabled", clip=clip)


def around(boxes, size):
	"""Return the part of the page that holds all boxes and a margin."""
	left = max(min(box["x"] for box in boxes) - MARGIN, 0)
	top = max(min(box["y"] for box in boxes) - MARGIN, 0)
	right = min(max(box["x"] + box["width"] for box in boxes) + MARGIN, size["width"])
	bottom = min(max(box["y"] + box["height"] for box in boxes) + MARGIN, size["height"])
	return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def leave(page):
	"""Take the focus away from whatever has it."""
	page.evaluate("document.activeElement.blur()")


def call(page, status="Requested"):
	"""Press Call, take the first number where there are several, and wait until the strip says the status."""
	page.locator(".page-head:visible .c2c-button:visible").click()
	first = page.locator(".c2c-choice").first
	page.locator(".c2c-choice:visible, .c2c-strip:visible").first.wait_for()
	if first.is_visible():
		first.click()
	page.locator(".c2c-strip-status", has_text=status).wait_for()
	first.wait_for(state="detached")


def test_call_button(page, site, open_form, simulator, lead):
	open_form(page, "Lead", lead)
	call(page)
	assert len(simulator.calls) == 1
	leave(page)
	take(page, "call-button", TALL if site.has_erpnext else SIZE)


def test_chooser(page, site, open_form, dial, tell):
	mary = named(site, "Contact", first_name="Mary", last_name="Somerville")
	called = dial("+44 20 7946 0042", reference_doctype="Contact", reference_name=mary)
	tell("end", call=called["call"], hangup_cause="NO_ANSWER", ended_at=ago())
	open_form(page, "Contact", mary)
	page.locator(".page-head:visible .c2c-button:visible").click()
	page.locator(".c2c-choice").nth(2).wait_for()
	take_card(page, "chooser", ".modal.show .modal-content")


def test_strip_and_wrap_up(page, site, open_form, tell):
	grace = named(site, "Lead", email_id="grace@example.com")
	open_form(page, "Lead", grace)
	call(page)
	placed = named(site, "PBX Call Log", reference_name=grace)
	tell("answer", call=placed, answered_at=ago())
	page.locator(".c2c-strip-status", has_text="In Progress").wait_for()
	take_card(page, "strip", ".c2c-strip")
	tell("end", call=placed, hangup_cause="ANSWERED", duration="95", ended_at=ago())
	page.locator(".c2c-strip-status", has_text="Completed").wait_for()
	page.keyboard.press("Alt+Shift+W")
	page.locator(".c2c-radios label", has_text="Call back").click()
	page.locator(".c2c-dialog.show textarea").fill("Wants the price list. Decides with her team on Friday.")
	friday = f"{datetime.now() + timedelta(days=4):%Y-%m-%d}"
	day = page.evaluate("day => frappe.datetime.str_to_user(day)", friday)
	page.locator(".c2c-dialog.show [data-fieldname=follow_up_on] input").fill(day)
	page.keyboard.press("Tab")
	page.locator(".c2c-dialog.show [data-fieldname=follow_up] input").fill("Ask what the team said")
	take_card(page, "wrap-up", ".c2c-dialog.show .modal-content")


def test_refusal(page, site, open_form):
	open_form(page, "Lead", named(site, "Lead", email_id="alan@example.com"))
	call(page, "Failed")
	take_card(page, "refusal", ".c2c-strip")


def test_dial_pad_and_search_bar(page, site, open_form, lead):
	open_form(page, "Lead", lead)
	leave(page)
	page.keyboard.press("Alt+Shift+D")
	page.locator(".c2c-pad-number").fill("+44 7700 900789")
	take_card(page, "dial-pad", ".modal.show .modal-content")
	page.keyboard.press("Escape")
	page.locator(".modal.show").wait_for(state="hidden")
	leave(page)
	page.keyboard.press("Control+k" if page.locator("#navbar-search:visible").count() == 0 else "Control+g")
	page.locator("#navbar-search:focus").wait_for()
	page.keyboard.type("+44 7700 900789")
	page.locator(".awesomplete li:visible", has_text="Call +44 7700 900789").wait_for()
	if page.locator(".modal.show #navbar-search").count():
		take_card(page, "search-bar", ".modal.show .modal-content")
	else:
		shoot(page, "search-bar", SIZE, ["#navbar-search", ".awesomplete ul:visible"])


def test_incoming(page, site, open_form, tell):
	open_form(page, "Lead", named(site, "Lead", email_id="katherine@example.com"))
	page.wait_for_function(IS_LIVE)
	rings = {"uniqueid": "7001.1", "extension": "1000", "direction": "in", "started_at": ago()}
	tell("start", number="+442079460018", **rings)
	page.locator(".c2c-strip-status", has_text="Incoming call").wait_for()
	take_card(page, "incoming", ".c2c-strip")
	tell("end", number="+442079460018", **rings, hangup_cause="NO_ANSWER", ended_at=ago())


def test_timeline(page, site, open_form, lead, dial, tell):
	ada = {"reference_doctype": "Lead", "reference_name": lead}
	reached = dial("020 7946 0018", **ada)["call"]
	tell("answer", call=reached, answered_at=ago(seconds=190))
	tell("end", call=reached, hangup_cause="ANSWERED", duration="187", ended_at=ago(seconds=3))
	said = {"disposition": "Interested", "notes": "Sends us the drawings this week."}
	link = "https://recordings.example.com/7002.wav"
	site.admin.set("PBX Call Log", reached, recording_url=link, **said)
	in_vain = dial("+44 7700 900123", **ada)["call"]
	tell("end", call=in_vain, hangup_cause="NO_ANSWER", ended_at=ago())
	open_form(page, "Lead", lead)
	tab = page.locator(".form-tabs .nav-link:visible", has_text="Activities")
	if tab.count():
		tab.click()
	page.locator(".timeline-item audio:visible").first.wait_for()
	shoot(page, "timeline", {**SIZE, "height": 2400}, [".timeline-items:visible"])


def test_call_log(site, admin_page, simulator, lead, dial):
	ada = {"reference_doctype": "Lead", "reference_name": lead}
	replies = [
		dial("020 7946 0018", ROBIN, **ada),
		*(dial(number) for number in ("+882 16 1234 5678", "+44 909 8790 123")),
		simulator.behave("404", times=1) and dial("020 7946 0018", **ada),
		simulator.behave("cut", times=1) and dial("+44 7700 900456"),
		dial("+1 202 555 0147", ROBIN),
		dial("+1 202 555 0148"),
	]
	assert {reply["status"] for reply in replies} == {"Requested", "Unconfirmed", "Failed", "Unknown"}
	admin_page.goto(f"{site.desk}/pbx-call-log")
	admin_page.locator(".list-row").nth(len(replies) - 1).wait_for()
	take(admin_page, "call-log", WIDE)


def test_account(site, admin_page, open_form):
	open_form(admin_page, "PBX Account", named(site, "PBX Account", provider="commpeak"))
	admin_page.locator(".custom-actions", has_text="Test connection").wait_for()
	leave(admin_page)
	take(admin_page, "account")


def test_extensions(site, admin_page, open_form):
	open_form(admin_page, "PBX Account", named(site, "PBX Account", provider="commpeak"))
	admin_page.get_by_role("button", name="Extensions").click()
	admin_page.locator(".modal.show .grid-row", has_text="agent@example.com").wait_for()
	take_card(admin_page, "extensions", ".modal.show .modal-content")


def test_workspace(site, admin_page):
	# What the scheduler finds done within a minute.
	for step in ("Add an Account", "Choose the Default", "Give Out Extensions", "Place a Call"):
		site.admin.set("Onboarding Step", f"PBX {step}", is_complete=1)
	admin_page.goto(f"{site.desk}/click-to-call")
	admin_page.locator(".number-widget-box .number").nth(2).wait_for()
	admin_page.locator(".frappe-chart").nth(1).wait_for()
	admin_page.wait_for_function(BARS_STAND)
	# Without the list of the site's other workspaces.
	shoot(admin_page, "workspace", {**SIZE, "height": 1180}, [".layout-main-section-wrapper:visible"])
