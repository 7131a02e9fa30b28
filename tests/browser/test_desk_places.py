"""Calls from other places than a form's fields: lists, reports, the search bar, the dial pad, the timeline."""

import re
import secrets

import pytest
from desk_page import (
	NUMBERS,
	digits,
	icon,
	last_dialed,
	press_in_timeline,
	search_for,
	sent,
	settle,
	wait_for_status,
)

# The newest lead is the last, of a long table Frappe draws what is in sight, and it may draw the table twice: looked for
# and pressed in one go. Returns how many icons the lead has.
CALL_IN_REPORT = """lead => {
	const table = [...document.querySelectorAll(".dt-scrollable")].find(({ offsetParent }) => offsetParent);
	const icons = table?.querySelectorAll(`.dt-row .c2c-icon[data-c2c-name="${CSS.escape(lead)}"]`);
	if (!icons?.length) return table?.scrollTo(0, table.scrollHeight);
	icons[0].click();
	return icons.length;
}"""


@pytest.fixture
def club(site, number):
	"""(doctype, name) of a record whose DocType has its number in the list."""
	doctype = f"Club {secrets.token_hex(3)}"
	fields = [
		{"fieldname": "title", "label": "Title", "fieldtype": "Data", "in_list_view": 1},
		{"fieldname": "desk", "label": "Desk", "fieldtype": "Data", "options": "Phone", "in_list_view": 1},
		{"fieldname": "fax", "label": "Fax", "fieldtype": "Data", "options": "Phone", "in_list_view": 1},
	]
	rights = [{"role": role, "read": 1, "write": 1, "report": 1} for role in ("Sales User", "System Manager")]
	site.admin.insert(
		"DocType",
		name=doctype,
		module="Contacts",
		custom=1,
		title_field="title",
		fields=fields,
		permissions=rights,
	)
	name = site.admin.insert(doctype, title="Chess", desk=number, fax=next(NUMBERS))["name"]
	return doctype, name


@pytest.mark.parametrize("view", ["list", "report"])
def test_a_number_in_a_list_or_report_has_one_icon_that_calls_its_record(
	page, site, simulator, club, number, view
):
	doctype, name = club
	page.goto(f"{site.desk}/{doctype.lower().replace(' ', '-')}/view/{view}")
	icon = page.locator(".layout-main:visible .c2c-icon:visible")
	icon.first.wait_for()
	assert icon.count() == 1
	address = page.url
	icon.click()
	wait_for_status(page, "Requested")
	assert last_dialed(simulator) == digits(number)
	assert page.url == address
	[call] = site.admin.list(
		"PBX Call Log", ["reference_doctype", "reference_name"], {"reference_name": name}
	)
	assert call["reference_doctype"] == doctype
	assert page.evaluate("cur_list.filter_area.get().length") == 0


def test_a_lead_in_a_report_has_one_icon_that_calls_it(page, site, simulator, lead, number):
	if not site.has_erpnext:
		pytest.skip("needs ERPNext")
	page.goto(f"{site.desk}/query-report/Leads Nobody Called?show=not_called")
	assert page.wait_for_function(CALL_IN_REPORT, arg=lead["name"]).json_value() == 1
	wait_for_status(page, "Requested")
	assert last_dialed(simulator) == digits(number)


def test_the_rest_of_a_list_s_row_still_opens_the_record(page, site, simulator, club):
	doctype, name = club
	page.goto(f"{site.desk}/{doctype.lower().replace(' ', '-')}")
	page.locator(".list-row .c2c-icon:visible").wait_for()
	page.locator(".list-row .list-subject a", has_text="Chess").click()
	page.wait_for_function("name => window.cur_frm && cur_frm.docname === name", arg=name)
	assert not simulator.requests


def test_a_click_with_a_key_held_on_a_list_s_icon_is_not_a_call(page, site, simulator, club):
	doctype, _name = club
	page.goto(f"{site.desk}/{doctype.lower().replace(' ', '-')}")
	dials, questions = sent(page, "dial"), sent(page, "numbers")
	page.locator(".list-row .c2c-icon:visible").click(modifiers=["Control"])
	settle(page)
	assert not dials and not questions and not simulator.requests
	assert not page.locator(".c2c-strip").is_visible()


def test_who_may_not_dial_any_number_has_neither_dial_pad_nor_offer(page, open_form, site, lead):
	site.admin.set("PBX Settings", "PBX Settings", allow_any_number=0)
	try:
		open_form(page, "Lead", lead["name"])
		search_for(page, next(NUMBERS))
		page.locator(".awesomplete li:visible", has_text="Search for").wait_for()
		assert page.locator(".awesomplete li:visible", has_text=re.compile("^Call ")).count() == 0
		page.keyboard.press("Escape")
		page.keyboard.press("Alt+Shift+D")
		settle(page)
		assert page.locator(".c2c-pad").count() == 0
	finally:
		site.admin.set("PBX Settings", "PBX Settings", allow_any_number=1)


def test_a_number_typed_in_the_search_bar_is_called(page, open_form, simulator, lead, number):
	open_form(page, "Lead", lead["name"])
	free = next(NUMBERS)
	search_for(page, free)
	page.locator(".awesomplete li:visible", has_text=f"Call {free}").click()
	wait_for_status(page, "Requested")
	assert last_dialed(simulator) == digits(free)


def test_a_name_typed_in_the_search_bar_is_not_offered_as_a_call(page, open_form, lead):
	open_form(page, "Lead", lead["name"])
	search_for(page, "SINV-2026")
	page.locator(".awesomplete li:visible", has_text="Search for").wait_for()
	assert page.locator(".awesomplete li:visible", has_text=re.compile("^Call ")).count() == 0


def test_the_dial_pad_is_found_in_the_search_bar_and_calls_by_keys_and_by_keyboard(
	page, open_form, simulator, lead
):
	open_form(page, "Lead", lead["name"])
	free = next(NUMBERS)
	search_for(page, "Dial Pad")
	page.locator(".awesomplete li:visible", has_text="Dial Pad").first.click()
	page.locator(".c2c-pad-number:focus").wait_for()
	for key in "+449":
		page.locator(".c2c-pad-key", has_text=key).click()
	page.get_by_role("button", name="Delete the last digit").click()
	assert page.locator(".c2c-pad-number").input_value() == "+44"
	page.locator(".c2c-pad-number").focus()
	page.keyboard.press("End")
	page.keyboard.type(free[3:])
	page.keyboard.press("Enter")
	wait_for_status(page, "Requested")
	assert last_dialed(simulator) == digits(free)


@pytest.fixture
def dial_pad(page, open_form, lead):
	"""The number field of the dial pad, open over a form."""
	open_form(page, "Lead", lead["name"])
	page.keyboard.press("Alt+Shift+D")
	field = page.locator(".c2c-pad-number:focus")
	field.wait_for()
	return page.locator(".c2c-pad-number")


def test_dial_pad_keeps_a_number_it_cannot_read(page, simulator, dial_pad):
	dial_pad.fill("12")
	page.keyboard.press("Enter")
	page.locator(".c2c-dialog .c2c-fault", has_text="12").wait_for()
	assert dial_pad.input_value() == "12"
	assert page.evaluate("document.activeElement.classList.contains('c2c-pad-number')")
	assert not simulator.requests


def test_dial_pad_shows_its_refusal_on_a_small_screen(page, dial_pad):
	"""Below the keys it would stand behind the buttons."""
	page.set_viewport_size({"width": 390, "height": 430})
	dial_pad.fill("12")
	page.keyboard.press("Enter")
	page.locator(".c2c-dialog .c2c-fault", has_text="12").wait_for()
	page.wait_for_function(
		"""() => {
			const fault = document.querySelector(".c2c-dialog .c2c-fault");
			const { left, bottom, width } = fault.getBoundingClientRect();
			return fault.contains(document.elementFromPoint(left + width / 2, bottom - 5));
		}"""
	)


def test_dial_pad_names_the_person_while_typing(page, dial_pad, lead, number):
	dial_pad.press_sequentially(number)
	page.locator(".c2c-pad-person", has_text=lead["lead_name"]).wait_for()
	page.keyboard.press("Backspace")
	page.locator(".c2c-pad-person:has-text('')").wait_for()
	assert page.locator(".c2c-pad-person").inner_text() == ""


def test_dial_pad_calls_a_recent_number_of_its_record(
	page, site, simulator, lead, number, dial_pad, long_memory
):
	page.keyboard.press("Escape")
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	page.locator(".c2c-dialog").wait_for(state="detached")
	page.keyboard.press("Alt+Shift+D")
	recent = page.locator(".c2c-pad-recent button").first
	recent.wait_for()
	assert digits(number)[-6:] in digits(recent.inner_text())

	recent.click()
	page.locator(".c2c-dialog").wait_for(state="detached")
	page.locator(".c2c-strip", has_text="Not dialed again").wait_for()
	assert last_dialed(simulator) == digits(number)


def test_a_call_is_placed_again_from_the_timeline(page, open_form, site, simulator, lead, number):
	simulator.behave("refuse")
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Failed")
	simulator.reset()
	press_in_timeline(page, "Call Again")
	wait_for_status(page, "Requested")
	assert last_dialed(simulator) == digits(number)
	calls = site.admin.list("PBX Call Log", ["status", "reference_doctype"], {"reference_name": lead["name"]})
	assert [call["status"] for call in calls] == ["Failed", "Requested"]


def test_a_record_is_called_from_its_preview(page, site, simulator, previewed_contact, number):
	page.goto(f"{site.desk}/contact?first_name={previewed_contact['first_name']}")
	page.locator(f".list-row a[data-name='{previewed_contact['name']}']").first.hover()
	icon = page.locator(".link-preview-popover .c2c-icon")
	icon.wait_for()
	assert icon.count() == 1
	icon.click()
	wait_for_status(page, "Requested")
	assert last_dialed(simulator) == digits(number)


def test_the_sidebar_leads_from_the_workspace_to_a_report(page, site):
	if site.kind.endswith("15"):
		pytest.skip("needs Frappe 16: the sidebar of 15 lists workspaces alone")
	page.goto(f"{site.desk}/click-to-call")
	page.locator(".body-sidebar .sidebar-header img[src$='/solid/click_to_call.svg']").wait_for()
	page.locator(".body-sidebar a", has_text="Failures by Reason").click()
	page.locator(".navbar-breadcrumbs:visible", has_text="Failures by Reason").wait_for()
