"""The pictures of the documentation, taken by `./dev shots`. Each also fails when what it shows is not there.

C2C_PICTURES is the folder they go to. Not collected with the tests: its name does not begin with test_. They are
taken from top to bottom: the log and the workspace show the calls of those before.
"""

import itertools
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
WIDE = {"width": 1440, "height": 480}
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


@pytest.fixture(scope="module")
def weeks(site):
	"""Four weeks of calls of both agents, today's among them up to now."""
	agents = {site.agent: "CommPeak (simulated)", ROBIN: "Primevox (simulated)"}
	leads = [row["name"] for row in site.admin.list("Lead")]
	now, numbers = datetime.now(), itertools.count()
	for days in range(28):
		day = now - timedelta(days=days)
		for hour, calls in CALLS_BY_HOUR.items() if day.weekday() < 5 or not days else ():
			for minute in range(0, calls * 6, 6):
				moment = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
				number = next(numbers) if moment < now else None
				if number is not None and (not days or number % 3 == days % 3):
					agent = list(agents)[number % 5 < 2]
					who = {"agent": agent, "account": agents[agent]}
					past_call(site, moment, number, leads[number % len(leads)], **who)


# As many calls in an hour as a floor of two may place; a third of them on days before today.
CALLS_BY_HOUR = {8: 2, 9: 5, 10: 6, 11: 5, 12: 2, 13: 3, 14: 6, 15: 5, 16: 4, 17: 2}
# Of ten calls: status, seconds of talk, outcome, failure code.
OUTCOMES = (
	*(
		("Completed", 145, "Interested", ""),
		("No Answer", 0, "", ""),
		("Completed", 62, "Not interested", ""),
	),
	*(("Completed", 210, "Call back", ""), ("Busy", 0, "", ""), ("Completed", 38, "", "")),
	*(("No Answer", 0, "", ""), ("Failed", 0, "", "agent_unreachable")),
	*(("Completed", 187, "Interested", ""), ("Failed", 0, "", "extension_offline")),
)


def past_call(site, moment, number, lead, **who):
	"""Put in a call as it stands in the log; every sixth one came in."""
	status, seconds, disposition, failure_code = OUTCOMES[number % len(OUTCOMES)]
	is_incoming = number % 6 == 0
	dialed = f"+447700900{number % 1000:03}"
	site.admin.insert(
		"PBX Call Log",
		**who,
		extension="1000",
		direction="Incoming" if is_incoming else "Outgoing",
		status="No Answer" if is_incoming and not seconds else status,
		number=dialed,
		dialed_number=dialed,
		requested_at=str(moment),
		duration=seconds,
		disposition=disposition,
		failure_code="" if is_incoming else failure_code,
		reference_doctype="Lead",
		reference_name=lead,
	)


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
	page.locator(".c2c-strip-status", has_text="Talking").wait_for()
	take_card(page, "strip", ".c2c-strip")
	tell("end", call=placed, hangup_cause="ANSWERED", duration="95", ended_at=ago())
	page.locator(".c2c-strip-status", has_text="Completed").wait_for()
	page.keyboard.press("Alt+Shift+W")
	page.locator(".c2c-radios label", has_text="Call back").click()
	page.locator(".c2c-dialog.show textarea").fill("Wants the price list. Decides with her team on Friday.")
	page.get_by_role("button", name="In 3 Days").click()
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
		page.add_style_tag(content="#body, .page-head { visibility: hidden }")
		shoot(page, "search-bar", SIZE, ["#navbar-search", ".awesomplete ul:visible"])


def test_incoming(page, site, open_form, tell):
	open_form(page, "Lead", named(site, "Lead", email_id="katherine@example.com"))
	page.wait_for_function(IS_LIVE)
	rings = {"uniqueid": "7001.1", "extension": "1000", "direction": "in", "started_at": ago()}
	tell("start", number="+442079460018", **rings)
	page.locator(".c2c-strip-status", has_text="Incoming Call").wait_for()
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
	# The names come after the rows.
	admin_page.locator(".list-row", has_text="Ada Lovelace").nth(1).wait_for()
	admin_page.locator(".list-row").nth(len(replies) - 1).wait_for()
	take(admin_page, "call-log", WIDE)


def test_account(site, admin_page, open_form):
	open_form(admin_page, "PBX Account", named(site, "PBX Account", provider="commpeak"))
	admin_page.locator(".custom-actions", has_text="Test Connection").wait_for()
	leave(admin_page)
	take(admin_page, "account")


def test_extensions(site, admin_page, open_form):
	open_form(admin_page, "PBX Account", named(site, "PBX Account", provider="commpeak"))
	admin_page.get_by_role("button", name="Extensions").click()
	admin_page.locator(".modal.show .grid-row", has_text="agent@example.com").wait_for()
	take_card(admin_page, "extensions", ".modal.show .modal-content")


def test_workspace(site, admin_page, weeks):
	# What the scheduler finds done within a minute.
	for step in ("Add an Account", "Choose the Default", "Give Out Extensions", "Place a Call"):
		site.admin.set("Onboarding Step", f"PBX {step}", is_complete=1)
	admin_page.goto(f"{site.desk}/click-to-call")
	admin_page.locator(".number-widget-box .number").nth(2).wait_for()
	admin_page.locator(".frappe-chart").first.wait_for()
	admin_page.wait_for_function(BARS_STAND)
	admin_page.locator(".c2c-board .bars").first.wait_for()
	# Without the list of the site's other workspaces.
	shoot(admin_page, "workspace", {**SIZE, "height": 1000}, [".layout-main-section-wrapper:visible"])


def test_board(site, admin_page, dial, lead, weeks):
	"""The board of the day with two people talking."""
	ada = {"reference_doctype": "Lead", "reference_name": lead}
	calls = [dial("+1 202 555 0147", ROBIN), dial("020 7946 0018", site.agent, **ada)]
	for call in calls:
		site.admin.set("PBX Call Log", call["call"], status="In Progress")
	admin_page.goto(f"{site.desk}/click-to-call")
	admin_page.locator(".c2c-board .bars").first.wait_for()
	shoot(admin_page, "board", {**SIZE, "height": 1900}, [".c2c-board"])


def test_calls_by_hour(site, admin_page, weeks):
	admin_page.goto(f"{site.desk}/query-report/Calls by Hour and Weekday")
	admin_page.locator(".c2c-heat").first.wait_for()
	admin_page.wait_for_function(BARS_STAND)
	shoot(admin_page, "calls-by-hour", {**SIZE, "height": 900}, [".layout-main-section-wrapper:visible"])


def test_call_list_and_its_progress(page, admin_page, site, open_form, lead):
	"""A list that is being worked beside a record, and the report on it."""
	script = "Hello {first_name}, this is Alex of Example Ltd.\n\nYour contract ends in spring. May I tell you what is new?"
	values = {"title": "Spring renewals", "purpose": "Contracts that end in spring", "doctype": "Lead"}
	names = [row["name"] for row in site.admin.list("Lead")]
	others = [name for name in names if name != lead]
	agent = type(site.admin)(site.url, site.agent, os.environ["C2C_AGENT_PASSWORD"])
	make = "c2c_frappe.api.call_list.make"
	made = agent.call(make, **values, names=[lead, *others], options={"script": script})["list"]
	open_form(page, "PBX Call List", made)
	page.get_by_role("button", name="Work This List").click()
	page.locator(".c2c-list-call:focus").wait_for()
	leave(page)
	take(page, "call-list", TALL)
	page.locator(".c2c-list-call").click()
	page.locator(".c2c-list-outcomes button", has_text="Interested").first.click()
	page.locator(".c2c-list[data-call='']").wait_for()
	page.locator(".c2c-list-pause").click()
	admin_page.goto(f"{site.desk}/query-report/List Progress")
	admin_page.locator(".dt-row a", has_text="Spring renewals").first.wait_for()
	admin_page.wait_for_function(BARS_STAND)
	shoot(admin_page, "list-progress", {**SIZE, "height": 760}, [".layout-main-section-wrapper:visible"])
