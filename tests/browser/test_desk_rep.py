"""The rep's day beside a call: notes while talking, a second click, a missed call, a follow-up, the list, the home."""

from datetime import datetime, timedelta

import pytest
from desk_page import (
	NUMBERS,
	digits,
	eventually,
	icon,
	last_dialed,
	sent,
	settle,
	stand_still,
	wait_for_status,
)

NOTES = ".c2c-strip-notes textarea"
SCHEDULER_MILLISECONDS = 180_000


def talk(page, site, call):
	"""Let the call in sight be answered."""
	site.admin.set("PBX Call Log", call, status="In Progress")
	wait_for_status(page, "Talking")


def notes_of(site, call):
	return site.admin.get("PBX Call Log", call).get("notes")


def write_notes(page, text):
	saved = page.expect_response(lambda response: "save_notes" in response.url)
	with saved:
		page.locator(NOTES).press_sequentially(text)
	page.locator(NOTES).wait_for()


def test_name_in_the_strip_leads_back_to_the_record(page, open_form, site, placed, lead):
	open_form(page, "User", site.agent)
	# Frappe's own script errs in a form that is left while it is drawn.
	page.wait_for_load_state("networkidle")
	settle(page)
	page.locator(".c2c-strip-title a", has_text="Lise Meitner").click()
	page.wait_for_function("(name) => cur_frm?.docname === name", arg=lead["name"])


def test_notes_while_talking_are_kept_and_two_tabs_undo_nothing(page, open_form, site, placed, lead):
	talk(page, site, placed)
	other = page.context.new_page()
	open_form(other, "Lead", lead["name"])
	wait_for_status(other, "Talking")
	other.locator(NOTES).wait_for()
	page.bring_to_front()
	write_notes(page, "wants a quote")
	assert notes_of(site, placed) == "wants a quote"
	other.bring_to_front()
	write_notes(other, "by Friday")
	assert notes_of(site, placed) == "wants a quote\nby Friday"
	assert other.locator(NOTES).input_value() == "wants a quote\nby Friday"


def test_wrap_up_begins_with_the_notes_just_typed(page, site, placed):
	talk(page, site, placed)
	page.locator(NOTES).press_sequentially("call the office")
	page.locator(".c2c-strip-wrap-up").click()
	field = page.locator(".c2c-dialog.show [data-fieldname=notes] textarea")
	field.wait_for()
	assert field.input_value() == "call the office"


@pytest.mark.parametrize("is_wanted", [True, False])
def test_second_click_while_talking_asks(page, open_form, site, placed, is_wanted):
	talk(page, site, placed)
	names = {"first_name": "Otto", "last_name": "Hahn", "lead_name": "Otto Hahn"}
	other = site.admin.insert("Lead", **names, mobile_no=next(NUMBERS))
	open_form(page, "Lead", other["name"])
	wait_for_status(page, "Talking")
	dials = sent(page, "dial")
	icon(page, "mobile_no").click()
	dialog = page.locator(".c2c-dialog.show")
	dialog.get_by_text("You are talking to Lise Meitner. Call Otto Hahn too?").wait_for()
	stand_still(page)
	if is_wanted:
		dialog.locator(".btn-primary:visible").click()
		wait_for_status(page, "Requested")
	else:
		page.keyboard.press("Escape")
		dialog.wait_for(state="detached")
		settle(page)
	assert len(dials) == (1 if is_wanted else 0)


def test_second_click_while_talking_asks_though_the_server_does_not_answer(
	page, site, placed, console_errors
):
	talk(page, site, placed)
	dials = sent(page, "dial")
	page.route("**/c2c_frappe.api.call.state*", lambda route: route.abort())
	icon(page, "mobile_no").click()
	page.locator(".c2c-dialog.show").get_by_text("You are talking to Lise Meitner. Call").wait_for()
	page.keyboard.press("Escape")
	page.locator(".c2c-dialog.show").wait_for(state="detached")
	assert dials == []
	console_errors[:] = [text for text in console_errors if "call.state" not in text]


def test_missed_call_is_told_and_its_reminder_is_the_reps_own(page, open_form, site, told, lead, number):
	open_form(page, "User", site.agent)
	page.wait_for_function("frappe.realtime.socket.connected")
	call = told.begin(extension="1000", number=digits(number), direction="in")
	wait_for_status(page, "Incoming Call")
	told.hang_up(call["id"], by="customer")
	wait_for_status(page, "Missed Call")
	[todo] = site.admin.list("ToDo", ["description", "owner"], {"reference_name": lead["name"]})
	assert "Missed call from Lise Meitner" in todo["description"]
	assert todo["owner"] == site.agent
	assert not told.requests
	looks = page.locator(".c2c-strip .btn:visible").evaluate_all("all => all.map((each) => each.className)")
	assert [look.count("btn-primary") for look in looks].count(1) == 1
	assert all("btn-primary" in look or "btn-default" in look for look in looks)
	page.locator(".c2c-strip").get_by_role("button", name="Call Back").click()
	wait_for_status(page, "(Requested|Calling|Ringing)")
	assert last_dialed(told) == digits(number)
	reminders = {"reference_name": lead["name"]}
	eventually(lambda: site.admin.list("ToDo", ["status"], reminders) == [{"status": "Closed"}])


def test_missed_call_of_a_stranger_is_called_back(page, open_form, site, told):
	"""Wherever they call from: Americans write their numbers with hyphens."""
	open_form(page, "User", site.agent)
	page.wait_for_function("frappe.realtime.socket.connected")
	back = page.locator(".c2c-strip").get_by_role("link", name="Call Back")
	call = told.begin(extension="1000", number="12015550123", direction="in")
	wait_for_status(page, "Incoming Call")
	told.hang_up(call["id"], by="customer")
	wait_for_status(page, "Missed Call")
	assert back.get_attribute("href") == "tel:%2B1%20201-555-0123"
	page.locator(".c2c-strip-close").click()
	number = next(NUMBERS)
	call = told.begin(extension="1000", number=digits(number), direction="in")
	wait_for_status(page, "Incoming Call")
	told.hang_up(call["id"], by="customer")
	wait_for_status(page, "Missed Call")
	back.click()
	wait_for_status(page, "(Requested|Calling|Ringing)")
	assert last_dialed(told) == digits(number)


def test_follow_up_in_two_hours_is_one_click_after_no_answer(page, site, placed, lead):
	site.admin.set("PBX Call Log", placed, status="No Answer")
	wait_for_status(page, "No Answer")
	page.locator(".c2c-strip-wrap-up").click()
	dialog = page.locator(".c2c-dialog.show")
	dialog.get_by_role("button", name="Try Again in 2 Hours").click()
	due, now = page.evaluate("[cur_dialog.get_value('follow_up_on'), frappe.datetime.system_datetime()]")
	shift = datetime.fromisoformat(due[:19]) - datetime.fromisoformat(now[:19])
	assert timedelta(minutes=115) < shift < timedelta(minutes=125)
	dialog.locator(".btn-primary:visible").click()
	dialog.wait_for(state="detached")
	[todo] = site.admin.list("ToDo", ["allocated_to"], {"reference_name": lead["name"]})
	assert todo["allocated_to"] == site.agent


def test_follow_up_that_is_due_leads_to_its_record(page, open_form, site, placed, lead):
	site.admin.set("PBX Call Log", placed, status="No Answer")
	wait_for_status(page, "No Answer")
	page.locator(".c2c-strip-wrap-up").click()
	dialog = page.locator(".c2c-dialog.show")
	dialog.locator(".c2c-presets").wait_for()
	soon = "moment(frappe.datetime.system_datetime()).add(5, 'seconds').format('YYYY-MM-DD HH:mm:ss')"
	page.evaluate(f"cur_dialog.set_value('follow_up_on', {soon})")
	dialog.locator(".btn-primary:visible").click()
	dialog.wait_for(state="detached")
	open_form(page, "User", site.agent)
	note = page.locator(".desk-alert", has_text="Follow-up: Call ")
	# The scheduler comes by once a minute.
	note.wait_for(timeout=SCHEDULER_MILLISECONDS)
	note.get_by_role("link", name="Call Now").click()
	page.wait_for_function("(name) => cur_frm?.docname === name", arg=lead["name"])


def test_list_of_calls_names_the_people(page, site, placed):
	page.goto(f"{site.desk}/pbx-call-log")
	row = page.locator(".list-row", has_text="↗ Lise Meitner · +44 ").first
	row.wait_for()
	headings = page.locator(".list-row-head").inner_text()
	assert [name for name in ("Name", "Outcome", "Talk Time", "Time") if name not in headings] == []
	assert "Number" not in headings
	page.get_by_role("button", name="Dial a Number").first.click()
	page.locator(".c2c-pad-number").wait_for()


def test_rep_finds_the_day_on_the_home(page, site, placed):
	page.goto(f"{site.desk}/click-to-call")
	card = page.locator(".number-widget-box", has_text="My Calls Today")
	card.locator(".number").wait_for()
	assert int(card.locator(".number").inner_text()) >= 1
	page.get_by_role("button", name="Dial a Number").click()
	page.locator(".c2c-pad-number").wait_for()


def test_row_of_a_list_that_shows_no_number_can_be_called(page, site, simulator, lead):
	if not site.has_erpnext:
		pytest.skip("needs ERPNext")
	page.goto(f"{site.desk}/lead")
	button = page.locator(f".list-row [data-c2c-doctype=Lead][data-c2c-name='{lead['name']}']")
	button.first.click()
	wait_for_status(page, "Requested")
	assert page.locator(".c2c-strip-title").inner_text() == "Lise Meitner"


@pytest.mark.parametrize("is_reloaded", [False, True])
def test_click_asks_though_the_strip_of_the_talk_was_closed(page, open_form, site, placed, lead, is_reloaded):
	talk(page, site, placed)
	page.locator(".c2c-strip-close").click()
	page.locator(".c2c-strip").wait_for(state="hidden")
	names = {"first_name": "Otto", "last_name": "Hahn", "lead_name": "Otto Hahn"}
	other = site.admin.insert("Lead", **names, mobile_no=next(NUMBERS))
	if is_reloaded:
		page.reload()
	open_form(page, "Lead", other["name"])
	dials = sent(page, "dial")
	icon(page, "mobile_no").click()
	dialog = page.locator(".c2c-dialog.show")
	dialog.get_by_text("You are talking to Lise Meitner. Call Otto Hahn too?").wait_for()
	stand_still(page)
	page.keyboard.press("Escape")
	dialog.wait_for(state="detached")
	assert dials == []
	# It ended while nothing was shown of it: nobody is asked any more.
	site.admin.set("PBX Call Log", placed, status="Completed")
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")


def test_refusal_makes_no_way_for_what_another_tab_does_not_know(page, open_form, site, simulator, lead):
	refused = site.admin.insert("Lead", first_name="Otto", lead_name="Otto", mobile_no="+44 909 879 0000")
	open_form(page, "Lead", refused["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Failed")
	other = page.context.new_page()
	open_form(other, "Lead", lead["name"])
	simulator.behave("drop")
	with page.expect_response(lambda response: "call.state" in response.url):
		icon(other, "mobile_no").click()
	wait_for_status(other, "Unknown")
	settle(page)
	wait_for_status(page, "Failed")
	# Once it was read the other one has its turn.
	page.locator(".c2c-strip-close").click()
	wait_for_status(page, "Unknown")
	assert other.locator(".c2c-strip").is_visible()
