"""Calls placed from the Desk with mouse and keyboard: what the PBX saw, and what strip, log and timeline say."""

import os
import re

import pytest
from desk_page import NUMBERS, digits, icon, sent, settle, wait_for_status

DIAL = "**/api/method/c2c_frappe.api.call.dial"
# What sends again later would have done so within these.
MINUTES = 2
PRIMEVOX_AGENT = "robin@example.com"
PASSWORD = "Chief-Passw0rd!"


@pytest.fixture
def contact(site, number):
	rows = [{"phone": number, "is_primary_mobile_no": 1}]
	return site.admin.insert("Contact", first_name="Hedy", last_name=f"Lamarr {number}", phone_nos=rows)


@pytest.fixture
def contact_with_three(site):
	rows = [{"phone": next(NUMBERS)} for _ in range(3)]
	name = f"Shannon {rows[0]['phone']}"
	return site.admin.insert("Contact", first_name="Claude", last_name=name, phone_nos=rows)


@pytest.fixture
def robin(open_session, site):
	"""A page of the agent whose calls go through Primevox, from extension 1001."""
	return open_session(PRIMEVOX_AGENT, os.environ["C2C_AGENT_PASSWORD"])


@pytest.fixture
def chief(open_session, site):
	"""A page of somebody who calls and looks after the PBX too."""
	email, roles = "chief@example.com", ("PBX Agent", "PBX Manager", "Sales User")
	if not site.admin.list("User", filters={"name": email}):
		user = {"email": email, "first_name": "Chief", "send_welcome_email": 0, "new_password": PASSWORD}
		site.admin.insert("User", **user, roles=[{"role": role} for role in roles])
		set_extension = "c2c_frappe.api.account.set_extension"
		site.admin.call(set_extension, user=email, extension="1002")
	return open_session(email, PASSWORD)


def call_button(page):
	return page.locator(
		".page-head:visible .custom-actions button:visible", has_text=re.compile(r"^\s*Call\s*$")
	)


def strip(page):
	return page.locator(".c2c-strip").get_by_role("status")


def calls_of(site, record):
	fields = ("name", "status", "number", "extension", "agent", "failure_code")
	return site.admin.list("PBX Call Log", fields, {"reference_name": record["name"]})


def test_a_lead_is_called_through_commpeak_once_and_with_its_id(
	page, open_form, site, simulator, lead, number
):
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	[request] = simulator.requests
	assert request["path"].endswith(f"/1000/{digits(number)}")
	assert request["query"]["leadid"] == lead["name"]
	[call] = calls_of(site, lead)
	assert (call["status"], call["number"]) == ("Requested", number.replace(" ", ""))
	assert number in strip(page).inner_text()
	entry = page.locator(".timeline-item", has_text=f"{number}: Requested")
	entry.wait_for(state="attached")
	assert entry.count() == 1


def test_a_contact_is_called_through_commpeak_without_a_lead_id(page, open_form, simulator, contact, number):
	open_form(page, "Contact", contact["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	[request] = simulator.requests
	assert request["path"].endswith(f"/1000/{digits(number)}")
	assert request["query"]["recordno"] == contact["name"]
	assert "leadid" not in request["query"]


@pytest.mark.parametrize("doctype", ["Lead", "Contact"])
def test_primevox_gets_exactly_its_five_parameters(robin, open_form, site, simulator, doctype, request):
	record = request.getfixturevalue(doctype.lower())
	open_form(robin, doctype, record["name"])
	call_button(robin).click()
	wait_for_status(robin, "Unconfirmed")
	[seen] = simulator.requests
	assert set(seen["query"]) == {"auth", "containerID", "tenantID", "extension", "phoneNumber"}
	assert seen["query"]["extension"] == "1001"
	[call] = calls_of(site, record)
	assert (call["status"], call["agent"]) == ("Unconfirmed", PRIMEVOX_AGENT)
	robin.locator(".timeline-item", has_text=": Unconfirmed").wait_for(state="attached")


def test_the_strip_of_a_pbx_that_tells_nothing_more_ends_by_itself(robin, open_form, lead):
	"""It says what was done and what to expect, runs no clock, and goes a few minutes later."""
	robin.clock.install()
	open_form(robin, "Lead", lead["name"])
	icon(robin, "mobile_no").click()
	wait_for_status(robin, "Unconfirmed")
	assert "Sent: your phone 1001 should ring now." in strip(robin).inner_text()
	assert robin.locator(".c2c-strip-time").inner_text() == ""
	# It asks eight times, and on a busy machine an answer comes one step later.
	for _half_a_minute in range(40):
		robin.clock.run_for(30_000)
		settle(robin)
		if not robin.locator(".c2c-strip").is_visible():
			return
	pytest.fail("the strip stayed")


def test_a_double_click_is_one_dial(page, open_form, site, simulator, lead):
	open_form(page, "Lead", lead["name"])
	dials = sent(page, "dial")
	icon(page, "mobile_no").dblclick()
	wait_for_status(page, "Requested")
	settle(page)
	assert len(dials) == len(simulator.requests) == len(calls_of(site, lead)) == 1


def test_a_repeated_click_says_that_nothing_was_dialed_again(page, open_form, simulator, lead, long_memory):
	"""The sentence stays while the call's status does, although the call's own words come in meanwhile."""
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	news = sent(page, "state")
	icon(page, "mobile_no").click()
	strip(page).get_by_text(re.compile(r"Not dialed again: you called this number \d+ s ago\.")).wait_for()
	with page.expect_response("**/api/method/c2c_frappe.api.call.state**"):
		pass
	settle(page)
	assert news and "Not dialed again" in strip(page).inner_text()
	assert len(simulator.requests) == 1


def test_until_the_reply_the_buttons_are_off_and_nothing_claims_that_a_phone_rings(
	page, open_form, simulator, lead, number
):
	simulator.behave("slow", seconds=2)
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Dialing")
	asked = f"Calling your phone 1000... Pick up to be connected to {number}."
	assert asked in strip(page).inner_text()
	assert "when it rings" not in strip(page).inner_text()
	assert icon(page, "mobile_no").is_disabled()
	assert call_button(page).is_disabled()
	wait_for_status(page, "Requested")
	assert icon(page, "mobile_no").is_enabled()
	assert call_button(page).is_enabled()


def test_a_record_with_several_numbers_asks_which_and_is_called_by_keyboard(
	page, open_form, simulator, contact_with_three
):
	second = contact_with_three["phone_nos"][1]["phone"]
	open_form(page, "Contact", contact_with_three["name"])
	call_button(page).focus()
	page.keyboard.press("Enter")
	page.locator(".c2c-choice:focus").wait_for()
	assert page.locator(".c2c-choice").count() == 3
	page.keyboard.press("ArrowDown")
	assert second in page.locator(".c2c-choice:focus").inner_text()
	page.keyboard.press("Enter")
	wait_for_status(page, "Requested")
	[request] = simulator.requests
	assert request["path"].endswith(f"/1000/{digits(second)}")


def test_the_number_chosen_last_is_offered_first(page, open_form, simulator, contact_with_three):
	third = contact_with_three["phone_nos"][2]["phone"]
	open_form(page, "Contact", contact_with_three["name"])
	call_button(page).click()
	page.locator(".c2c-choice", has_text=third).click()
	wait_for_status(page, "Requested")
	call_button(page).click()
	page.locator(".c2c-choice:focus").wait_for()
	assert third in page.locator(".c2c-choice:focus").inner_text()
	page.keyboard.press("Escape")
	page.locator(".c2c-choice").first.wait_for(state="detached")
	assert call_button(page).is_enabled()
	assert len(simulator.requests) == 1


def test_a_row_of_a_contact_is_called_from_its_icon(page, open_form, simulator, contact_with_three):
	open_form(page, "Contact", contact_with_three["name"])
	page.locator("[data-fieldname=phone_nos] .grid-row .c2c-icon").nth(2).click()
	wait_for_status(page, "Requested")
	[request] = simulator.requests
	assert request["path"].endswith(digits(contact_with_three["phone_nos"][2]["phone"]))


def test_a_refusal_says_the_next_step_and_links_to_what_cures_it(page, open_form, site, simulator, lead):
	site.admin.set("Lead", lead["name"], do_not_call=1)
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Failed")
	assert "correct it on the record" in strip(page).inner_text()
	assert not simulator.requests
	cure = page.locator(".c2c-strip-links a").first
	assert cure.get_attribute("href").endswith(f"/lead/{lead['name']}")


def test_a_refusal_by_the_pbx_is_shown_with_the_call_in_the_log(page, open_form, site, simulator, lead):
	simulator.behave("404")
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Failed")
	assert "Tell your administrator (not_allowlisted)." in strip(page).inner_text()
	[call] = calls_of(site, lead)
	assert call["failure_code"] == "not_allowlisted"
	page.locator(".c2c-strip a", has_text="Open Call").click()
	page.wait_for_function("name => cur_frm && cur_frm.docname === name", arg=call["name"])


def test_an_answer_cut_short_is_unknown_and_says_the_phone_may_ring(page, open_form, site, simulator, lead):
	simulator.behave("drop")
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Unknown")
	assert "may still ring" in strip(page).inner_text()
	assert [call["status"] for call in calls_of(site, lead)] == ["Unknown"]
	assert len(simulator.requests) == 1


def test_without_an_answer_from_the_erp_server_nothing_is_sent_again(
	page, open_form, site, simulator, lead, console_errors
):
	open_form(page, "Lead", lead["name"])
	dials = sent(page, "dial")
	page.clock.install()
	page.route(DIAL, lambda route: route.abort())
	icon(page, "mobile_no").click()
	wait_for_status(page, "Unknown")
	assert "Check the log before trying again" in strip(page).inner_text()
	page.clock.run_for(MINUTES * 60_000)
	settle(page)
	assert len(dials) == 1
	assert icon(page, "mobile_no").is_enabled()
	page.locator(".c2c-strip a", has_text="Open Call Log").click()
	page.wait_for_function("cur_list && cur_list.doctype === 'PBX Call Log'")
	console_errors[:] = [error for error in console_errors if "call.dial" not in error]


def test_a_number_changed_on_the_page_and_not_saved_is_not_dialed(page, open_form, site, simulator, lead):
	open_form(page, "Lead", lead["name"])
	page.locator(".frappe-control[data-fieldname=mobile_no] input").fill(next(NUMBERS))
	page.keyboard.press("Tab")
	page.wait_for_function("cur_frm.is_dirty()")
	icon(page, "mobile_no").click()
	wait_for_status(page, "Failed")
	assert "Save or reload" in strip(page).inner_text()
	assert not simulator.requests


def test_the_strip_survives_a_reload_until_it_is_closed(page, open_form, simulator, lead, number):
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	page.reload()
	wait_for_status(page, "Requested")
	assert number in strip(page).inner_text()
	assert len(simulator.requests) == 1
	page.locator(".c2c-strip").get_by_role("button", name="Close").click()
	assert not page.locator(".c2c-strip").is_visible()
	questions = sent(page, "state")
	page.reload()
	page.wait_for_function("window.cur_frm && cur_frm.doc")
	settle(page)
	assert not questions and not page.locator(".c2c-strip").is_visible()


def test_the_strip_follows_the_call_by_asking_where_realtime_is_silent(page, open_form, site, lead):
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	[call] = calls_of(site, lead)
	site.admin.set("PBX Call Log", call["name"], status="In Progress")
	wait_for_status(page, "Talking")
	site.admin.set("PBX Call Log", call["name"], status="Completed")
	wait_for_status(page, "Completed")


def test_another_tab_shows_the_same_call_and_closes_with_it(page, open_form, simulator, lead, number):
	open_form(page, "Lead", lead["name"])
	other = page.context.new_page()
	open_form(other, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	wait_for_status(other, "Requested")
	assert number in strip(other).inner_text()
	page.locator(".c2c-strip").get_by_role("button", name="Close").click()
	other.locator(".c2c-strip").wait_for(state="hidden")
	assert len(simulator.requests) == 1


def test_the_open_record_is_called_by_a_shortcut_from_within_a_field(
	page, open_form, simulator, lead, number
):
	open_form(page, "Lead", lead["name"])
	page.locator(".frappe-control[data-fieldname=mobile_no] input").focus()
	page.keyboard.press("Alt+Shift+C")
	wait_for_status(page, "Requested")
	assert [request["path"].split("/")[-1] for request in simulator.requests] == [digits(number)]


def test_a_logged_call_is_placed_again_on_its_record(page, open_form, site, simulator, lead, number):
	simulator.behave("refuse")
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Failed")
	simulator.reset()
	[failed] = calls_of(site, lead)
	open_form(page, "PBX Call Log", failed["name"])
	page.locator(".page-head:visible .custom-actions button:visible", has_text="Call Again").click()
	wait_for_status(page, "Requested")
	[request] = simulator.requests
	assert request["path"].endswith(digits(number))
	assert request["query"]["leadid"] == lead["name"]


def test_a_manager_calls_despite_a_do_not_call_and_the_reason_is_kept(
	chief, open_form, site, simulator, lead
):
	site.admin.set("Lead", lead["name"], do_not_call=1)
	open_form(chief, "Lead", lead["name"])
	call_button(chief).click()
	wait_for_status(chief, "Failed")
	assert not simulator.requests
	chief.get_by_role("button", name="Call Anyway").click()
	dialog = chief.locator(".c2c-dialog .modal-content")
	dialog.get_by_role("textbox", name="Reason").fill("Asked to be called back today")
	dialog.get_by_role("button", name="Call", exact=True).click()
	wait_for_status(chief, "Requested")
	assert len(simulator.requests) == 1
	fields = ["overridden", "override_reason"]
	calls = site.admin.list("PBX Call Log", fields, {"reference_name": lead["name"]})
	assert calls[-1] == {"overridden": "do_not_call", "override_reason": "Asked to be called back today"}


def test_an_agent_is_not_offered_to_call_despite_a_do_not_call(page, open_form, site, lead):
	site.admin.set("Lead", lead["name"], do_not_call=1)
	open_form(page, "Lead", lead["name"])
	call_button(page).click()
	wait_for_status(page, "Failed")
	assert not page.get_by_role("button", name="Call Anyway").is_visible()
