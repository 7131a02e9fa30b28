"""Whom a call is with, as the Desk says it: from a list, after a reload, in a second tab, for a number that was typed."""

import pytest
from desk_page import digits, icon, last_dialed, search_for, settle, wait_for_status

FIRM = "Bletchley Park"


@pytest.fixture
def contact(site, number):
	"""A Contact with that number and a company."""
	rows = [{"phone": number, "is_primary_mobile_no": 1}]
	return site.admin.insert(
		"Contact", first_name="Joan", last_name="Clarke", company_name=FIRM, phone_nos=rows
	)


def title(page):
	return page.locator(".c2c-strip-title").inner_text()


def call_typed(page, number):
	search_for(page, number)
	page.locator(".awesomplete li:visible", has_text=f"Call {number}").click()


def test_strip_and_wrap_up_name_person_and_company(page, open_form, simulator, contact):
	open_form(page, "Contact", contact["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	assert title(page) == f"Joan Clarke · {FIRM}"
	page.locator(".c2c-strip-wrap-up").click()
	page.locator(".c2c-dialog.show .modal-title", has_text=f"Wrap Up: Joan Clarke · {FIRM}").wait_for()


def test_timeline_follows_a_call_after_a_reload_and_in_a_second_tab(page, open_form, site, simulator, lead):
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	[call] = site.admin.list("PBX Call Log", filters={"reference_name": lead["name"]})
	site.admin.set("PBX Call Log", call["name"], status="In Progress")
	wait_for_status(page, "Talking")
	other = page.context.new_page()
	for tab in (page, other):
		open_form(tab, "Lead", lead["name"])
		wait_for_status(tab, "Talking")
		tab.locator(".timeline-item", has_text=": In Progress").wait_for(state="attached")
	site.admin.set("PBX Call Log", call["name"], status="Completed")
	for tab in (page, other):
		tab.bring_to_front()
		wait_for_status(tab, "Completed")
		tab.locator(".timeline-item", has_text=": Completed").wait_for(state="attached")
		assert tab.locator(".timeline-item", has_text=": In Progress").count() == 0


def test_typed_number_of_one_record_is_its_call(page, open_form, site, simulator, contact, number):
	open_form(page, "User", site.agent)
	call_typed(page, number)
	wait_for_status(page, "Requested")
	assert title(page) == f"Joan Clarke · {FIRM}"
	assert last_dialed(simulator) == digits(number)
	assert len(site.admin.list("PBX Call Log", filters={"reference_name": contact["name"]})) == 1


def test_typed_number_of_several_records_asks_whose(page, open_form, site, simulator, contact, lead, number):
	"""Nothing is dialed before somebody has said it, and nobody need say."""
	open_form(page, "User", site.agent)
	call_typed(page, number)
	page.locator(".c2c-choice:focus").wait_for()
	assert page.locator(".c2c-choice").count() == 3
	settle(page)
	assert not simulator.requests
	page.locator(".c2c-choice", has_text="Lise Meitner").click()
	wait_for_status(page, "Requested")
	assert title(page) == "Lise Meitner"
	assert last_dialed(simulator) == digits(number)
	assert len(site.admin.list("PBX Call Log", filters={"reference_name": lead["name"]})) == 1
