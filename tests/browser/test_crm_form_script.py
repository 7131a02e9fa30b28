"""The option for more call buttons on Frappe CRM's Leads and Deals: choosing a number, hanging up, the wrap-up, why not.

Skipped on a site without Frappe CRM.
"""

import re

import pytest
from crm_page import show_page
from desk_page import NUMBERS, digits, last_dialed

SETTINGS = "PBX Settings"


@pytest.fixture(autouse=True)
def with_option(site, console_errors):
	if not site.has_crm:
		pytest.skip("Frappe CRM is not installed on this site")
	site.admin.set(SETTINGS, SETTINGS, crm_call_actions=1)
	yield
	site.admin.set(SETTINGS, SETTINGS, crm_call_actions=0)
	# Of what its pages complain about, what they ask this app is ours to answer for.
	console_errors[:] = [each for each in console_errors if "c2c_frappe" in each or "form controller" in each]


@pytest.fixture
def lead(site, number):
	"""A CRM Lead of the agent with two numbers."""
	names = {"first_name": "Lise", "last_name": f"Meitner {digits(number)[-3:]}", "status": "New"}
	numbers = {"mobile_no": number, "phone": next(NUMBERS)}
	return site.admin.insert("CRM Lead", **names, **numbers, lead_owner=site.agent)


@pytest.fixture
def on_lead(page, site, lead):
	"""The Lead's page, once our button is there."""
	show_page(page, f"{site.url}/crm/leads/{lead['name']}")
	button(page, "Call").wait_for()
	return page


def button(page, label):
	return page.get_by_role("button", name=re.compile(f"^{label}$"))


def choose(page, number):
	"""Press Call and choose a number in the dialog."""
	button(page, "Call").click()
	entry = page.get_by_role("dialog").get_by_role("button", name=number)
	entry.wait_for()
	offered = page.get_by_role("dialog").inner_text()
	with page.expect_response(re.compile(r"api\.call\.dial")) as answer:
		entry.click()
	return answer.value.json()["message"], offered


def test_one_of_two_numbers_is_chosen_and_wrapped_up(on_lead, site, told, lead):
	"""Both are offered, the chosen one is dialed for the Lead, its button says how the call stands; then the outcome."""
	reply, offered = choose(on_lead, lead["phone"])
	assert lead["mobile_no"] in offered
	assert last_dialed(told) == digits(lead["phone"])
	(placed,) = told.calls
	told.answer(placed["id"])
	button(on_lead, "Call · Ringing").wait_for()
	told.answer(placed["id"])
	button(on_lead, "Call · In Progress").wait_for()
	told.hang_up(placed["id"])
	button(on_lead, "Call").wait_for()
	button(on_lead, "Wrap Up").click()
	dialog = on_lead.get_by_role("dialog")
	choose_outcome(on_lead, dialog, "Interested")
	dialog.locator("textarea").fill("Wants an offer")
	button(dialog, "Save").click()
	on_lead.get_by_text("Call wrapped up.").wait_for()
	row = site.admin.get("PBX Call Log", reply["call"])
	assert (row["reference_doctype"], row["reference_name"]) == ("CRM Lead", lead["name"])
	assert (row["status"], row["disposition"], row["notes"]) == ("Completed", "Interested", "Wants an offer")
	assert len(told.requests) == 1


def choose_outcome(page, dialog, outcome):
	select = dialog.get_by_role("combobox")
	select.click()
	page.get_by_role("option", name=outcome, exact=True).click()


def test_hanging_up_is_offered_only_where_the_pbx_can(on_lead, told, lead):
	"""CommPeak cannot."""
	reply, _offered = choose(on_lead, lead["mobile_no"])
	told.answer(told.calls[0]["id"])
	button(on_lead, "Call · Ringing").wait_for()
	assert reply["can_hang_up"] is False
	assert button(on_lead, "Hang Up").count() == 0


def test_refusal_says_why_and_opens_what_cures_it(on_lead, site, simulator, lead):
	site.admin.set("CRM Lead", lead["name"], do_not_call=1)
	reply, _offered = choose(on_lead, lead["mobile_no"])
	assert (reply["failure_code"], simulator.requests) == ("do_not_call", [])
	dialog = on_lead.get_by_role("dialog", name="The call could not be placed.")
	dialog.get_by_text(reply["message"]).wait_for()
	with on_lead.context.expect_page() as opened:
		button(dialog, "Open CRM Lead").click()
	assert opened.value.url.endswith(f"/crm-lead/{lead['name']}")


def test_page_shows_nothing_to_who_may_not_call(open_session, site, lead):
	user = f"sales-{digits(lead['mobile_no'])}@example.com"
	password, roles = "Quiet-Harbour-41-lamp", [{"role": "Sales Manager"}, {"role": "Sales User"}]
	known = {"email": user, "first_name": "Sam", "new_password": password, "send_welcome_email": 0}
	site.admin.insert("User", **known, roles=roles)
	page = open_session(user, password)
	with page.expect_response(re.compile("offers_calls")) as answer:
		show_page(page, f"{site.url}/crm/leads/{lead['name']}")
	assert answer.value.json()["message"] is False
	page.wait_for_load_state("networkidle")
	assert button(page, "Call").count() == 0


def test_only_number_of_a_deal_is_called_at_once(page, site, simulator, number):
	phones = [{"phone": number, "is_primary_mobile_no": 1}]
	contact = site.admin.insert("Contact", first_name=f"Sophie {digits(number)[-3:]}", phone_nos=phones)
	people = [{"contact": contact["name"], "is_primary": 1}]
	deal = site.admin.insert("CRM Deal", status="Qualification", contacts=people, deal_owner=site.agent)
	show_page(page, f"{site.url}/crm/deals/{deal['name']}")
	with page.expect_response(re.compile(r"api\.call\.dial")) as answer:
		button(page, "Call").click()
	assert last_dialed(simulator) == digits(number)
	assert answer.value.json()["message"]["record"]["name"] == deal["name"]


def test_settings_switch_the_buttons_on_and_off(admin_page, page, site, open_form, lead):
	"""Unticked and saved on the form, they are gone from the Lead's page."""
	form = open_form(admin_page, SETTINGS, SETTINGS)
	form.locator("input[data-fieldname=crm_call_actions]").uncheck()
	with form.expect_response(re.compile("savedocs")):
		form.keyboard.press("Control+s")
	show_page(page, f"{site.url}/crm/leads/{lead['name']}")
	page.wait_for_load_state("networkidle")
	assert button(page, "Call").count() == 0
