"""axe-core finds nothing serious or critical in what the app draws, and the shortcuts are in Frappe's help.

Only our own elements are looked at: Frappe's pages around them have faults of their own.
"""

import secrets

import pytest
from desk_page import NUMBERS, icon, stand_still, wait_for_status


@pytest.fixture
def contact(site):
	rows = [{"phone": next(NUMBERS)}, {"phone": next(NUMBERS)}]
	return site.admin.insert("Contact", first_name="Edsger", last_name=secrets.token_hex(3), phone_nos=rows)


def call(page):
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_form_with_its_icons_strip_and_timeline(page, open_form, simulator, lead, faults, theme):
	open_form(page, "Lead", lead["name"])
	page.evaluate("theme => document.documentElement.setAttribute('data-theme', theme)", theme)
	call(page)
	page.locator(".timeline-item .c2c-button").first.wait_for(state="attached")
	stand_still(page)
	parts = (
		".frappe-control .c2c-icon",
		".page-head .c2c-button",
		".c2c-strip",
		".timeline-item .c2c-button",
	)
	assert faults(page, *parts) == []
	for colour in ("gray", "green", "orange", "red"):
		pill = page.locator(".c2c-strip-status")
		pill.evaluate("(pill, colour) => pill.classList.replace(pill.classList.item(3), colour)", colour)
		assert faults(page, ".c2c-strip") == [], colour


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_chooser(page, open_form, site, contact, faults, theme):
	site.admin.set("Contact", contact["name"], do_not_call=1)
	open_form(page, "Contact", contact["name"])
	page.evaluate("theme => document.documentElement.setAttribute('data-theme', theme)", theme)
	page.locator(".page-head:visible .c2c-button:visible").click()
	page.locator(".c2c-choice:focus").wait_for()
	stand_still(page)
	assert faults(page, ".c2c-choices") == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_wrap_up(page, open_form, simulator, lead, faults, theme):
	open_form(page, "Lead", lead["name"])
	page.evaluate("theme => document.documentElement.setAttribute('data-theme', theme)", theme)
	call(page)
	page.locator(".c2c-strip-wrap-up").click()
	page.locator(".c2c-radios label").first.click()
	stand_still(page)
	assert faults(page, ".c2c-dialog .modal-body") == []


def test_the_dial_pad(page, open_form, lead, faults):
	open_form(page, "Lead", lead["name"])
	page.evaluate(
		"frappe.search.utils.searchable_functions.find(({ label }) => label === 'Dial Pad').action()"
	)
	page.locator(".c2c-pad-number:focus").wait_for()
	stand_still(page)
	assert faults(page, ".c2c-dialog .modal-body") == []


def test_the_account_s_and_the_log_s_own_buttons(page, admin_page, open_form, site, simulator, lead, faults):
	[account, *_] = site.admin.list("PBX Account", filters={"provider": "commpeak"})
	open_form(admin_page, "PBX Account", account["name"])
	admin_page.locator(".page-head:visible .custom-actions button:visible").first.wait_for()
	stand_still(admin_page)
	assert faults(admin_page, ".page-head .custom-actions") == []
	open_form(page, "Lead", lead["name"])
	call(page)
	[logged] = site.admin.list("PBX Call Log", filters={"reference_name": lead["name"]})
	open_form(page, "PBX Call Log", logged["name"])
	page.locator(".page-head:visible .custom-actions button:visible").first.wait_for()
	stand_still(page)
	assert faults(page, ".page-head .custom-actions") == []


def test_the_shortcuts_are_in_the_help_of_frappe(page, open_form, lead):
	open_form(page, "Lead", lead["name"])
	page.keyboard.press("Shift+/")
	help_text = page.locator(".modal.show .modal-body")
	help_text.wait_for()
	assert "Call the Open Record" in help_text.inner_text()
	assert "Wrap Up the Latest Call" in help_text.inner_text()
	assert "Dial a Number" in help_text.inner_text()
	assert "Go to the Call Strip" not in help_text.inner_text()


def test_the_way_to_the_strip_is_in_the_help_while_there_is_one(page, open_form, simulator, lead):
	open_form(page, "Lead", lead["name"])
	call(page)
	page.evaluate("document.activeElement.blur()")
	page.keyboard.press("Shift+/")
	help_text = page.locator(".modal.show .modal-body")
	help_text.wait_for()
	assert "Go to the Call Strip" in help_text.inner_text()
