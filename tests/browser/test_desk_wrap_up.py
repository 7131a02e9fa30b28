"""What the agent says about a call once it is over, by keyboard alone, and that nobody is made to say it."""

import datetime

import pytest
from desk_page import NUMBERS, icon, press_in_timeline, sent, settle, wait_for_status


@pytest.fixture
def second_number(site, lead):
	"""Another number of the Lead."""
	number = next(NUMBERS)
	site.admin.set("Lead", lead["name"], phone=number)
	return number


@pytest.fixture
def placed(second_number, placed):
	"""The call of a Lead with two numbers."""
	return placed


def button(page):
	return page.locator(".c2c-strip-wrap-up")


def dialog(page):
	return page.locator(".c2c-dialog.show")


def test_a_call_that_ended_is_wrapped_up_by_keyboard_alone(page, site, placed, lead):
	# The timeline that is drawn anew gives back the focus that it finds.
	settle(page)
	page.evaluate("document.activeElement.blur()")
	site.admin.set("PBX Call Log", placed, status="Completed")
	wait_for_status(page, "Completed")
	assert dialog(page).count() == 0
	assert page.evaluate("document.activeElement === document.body")
	page.keyboard.press("Alt+Shift+W")
	page.locator(".c2c-radios input:focus").wait_for()
	page.keyboard.press("Space")
	page.keyboard.press("ArrowRight")
	chosen = page.locator(".c2c-radios input:checked").get_attribute("value")
	page.keyboard.press("Tab")
	page.keyboard.type("Wants the brochure.")
	page.keyboard.press("Tab")
	later = datetime.date.today() + datetime.timedelta(days=7)
	page.keyboard.press("Tab")
	page.locator(".c2c-presets button:focus").wait_for()
	for _preset in range(page.locator(".c2c-presets button").count() - 1):
		page.keyboard.press("Tab")
	page.locator(".c2c-presets button:focus", has_text="Next Week").press("Space")
	page.keyboard.press("Tab")
	page.locator("[data-fieldname=follow_up] input:focus").wait_for()
	page.keyboard.type("Ask about the brochure")
	page.keyboard.press("Enter")
	page.locator(".c2c-strip").wait_for(state="hidden")
	call = site.admin.get("PBX Call Log", placed)
	assert (call["disposition"], call["notes"]) == (chosen, "Wants the brochure.")
	[task] = site.admin.list("ToDo", ["date", "description"], {"reference_name": lead["name"]})
	assert task["date"] == str(later)
	assert "Ask about the brochure" in task["description"]


def test_a_wrap_up_is_offered_while_talking_and_may_be_left_out(page, site, placed):
	site.admin.set("PBX Call Log", placed, status="In Progress")
	wait_for_status(page, "Talking")
	button(page).click()
	page.locator(".c2c-radios input:focus").wait_for()
	page.keyboard.press("Escape")
	dialog(page).wait_for(state="detached")
	assert not site.admin.get("PBX Call Log", placed)["disposition"]
	assert page.locator(".c2c-strip").is_visible()


def test_a_call_that_failed_is_not_wrapped_up(page, open_form, simulator, lead):
	simulator.behave("refuse")
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Failed")
	assert not button(page).is_visible()
	questions = sent(page, "wrap_up_form")
	page.keyboard.press("Alt+Shift+W")
	settle(page)
	assert not questions and dialog(page).count() == 0


def test_what_the_server_refuses_stays_in_the_dialog(page, site, placed, console_errors):
	button(page).click()
	page.locator(".c2c-radios label").nth(1).click()
	page.locator(".c2c-dialog [data-fieldname=notes] textarea").fill("Left a message with her brother.")
	page.evaluate("cur_dialog.set_value('follow_up_on', '2020-01-01')")
	page.locator(".c2c-dialog .btn-modal-primary").click()
	dialog(page).get_by_role("alert").get_by_text("The follow-up date has passed").wait_for()
	# In the dialog, and not over the button it is about.
	assert page.locator(".desk-alert").count() == 0
	assert page.locator(".c2c-dialog textarea").input_value() == "Left a message with her brother."
	assert not site.admin.get("PBX Call Log", placed)["notes"]
	page.evaluate("cur_dialog.set_value('follow_up_on', '')")
	page.locator(".c2c-dialog .btn-modal-primary").click()
	dialog(page).wait_for(state="detached")
	assert site.admin.get("PBX Call Log", placed)["notes"] == "Left a message with her brother."
	console_errors[:] = [error for error in console_errors if "call.wrap_up" not in error]


def test_a_logged_call_is_wrapped_up_on_its_form(page, open_form, site, placed):
	open_form(page, "PBX Call Log", placed)
	page.locator(".page-head:visible .custom-actions button:visible", has_text="Wrap Up").click()
	page.locator(".c2c-radios label").first.click()
	page.locator(".c2c-dialog .btn-modal-primary").click()
	page.wait_for_function("() => cur_frm.doc.disposition")
	assert site.admin.get("PBX Call Log", placed)["disposition"]


def test_a_call_whose_strip_is_gone_is_wrapped_up_by_the_shortcut(page, site, placed, lead):
	"""Alt+Shift+W finds the latest call again, named as it was, and after a reload too."""
	page.locator(".c2c-strip").get_by_role("button", name="Close").click()
	page.reload()
	page.wait_for_function("window.cur_frm && cur_frm.doc && frappe.ui.keys.handlers['alt+shift+w']")
	page.keyboard.press("Alt+Shift+W")
	page.locator(".c2c-radios input:focus").wait_for()
	assert "Lise Meitner" in dialog(page).locator(".modal-title").inner_text()
	page.keyboard.press("Space")
	page.keyboard.press("Enter")
	dialog(page).wait_for(state="detached")
	assert site.admin.get("PBX Call Log", placed)["disposition"]
	page.keyboard.press("Alt+Shift+W")
	page.locator(".desk-alert", has_text="There is no call to wrap up.").wait_for()


def test_a_call_is_wrapped_up_from_the_timeline(page, site, placed):
	press_in_timeline(page, "Wrap Up")
	page.locator(".c2c-radios input:focus").wait_for()
	page.keyboard.press("Space")
	page.keyboard.press("Enter")
	page.locator(".timeline-item .indicator-pill").first.wait_for(state="attached")
	assert site.admin.get("PBX Call Log", placed)["disposition"]


def test_a_second_call_does_not_swallow_the_wrap_up_of_the_first(page, site, placed, second_number):
	"""The first one's comes once the second one's strip is closed, though it ended while the second was dialed."""
	site.admin.set("PBX Settings", "PBX Settings", wrap_up="Offered")
	try:
		page.evaluate("cur_frm.fields_dict.phone.wrapper.querySelector('.c2c-icon').click()")
		page.locator(".c2c-strip-message, .c2c-strip-number", has_text=second_number).first.wait_for()
		page.wait_for_function("call => !document.querySelector(`.c2c-strip a[href*='${call}']`)", arg=placed)
		site.admin.set("PBX Call Log", placed, status="Completed")
		wait_for_status(page, "Requested")
		page.locator(".c2c-strip").get_by_role("button", name="Close").click()
		dialog(page).wait_for()
		page.locator(f".c2c-strip a[href*='{placed}']").wait_for()
	finally:
		site.admin.set("PBX Settings", "PBX Settings", wrap_up="When Asked")


def test_a_wrap_up_that_was_closed_opens_by_itself_no_more(page, site, placed):
	"""Not on the next page either; who wants it finds it."""
	site.admin.set("PBX Settings", "PBX Settings", wrap_up="Offered")
	try:
		site.admin.set("PBX Call Log", placed, status="Completed")
		dialog(page).wait_for()
		page.keyboard.press("Escape")
		dialog(page).wait_for(state="detached")
		page.clock.install()
		page.reload()
		page.locator(f".c2c-strip a[href*='{placed}']").wait_for()
		page.wait_for_function("window.cur_frm?.doc")
		page.clock.run_for(3_000)  # it opens once no key was pressed for a moment
		settle(page)
		assert not dialog(page).count()
		page.locator(".c2c-strip-wrap-up").click()
		dialog(page).wait_for()
	finally:
		site.admin.set("PBX Settings", "PBX Settings", wrap_up="When Asked")
