"""Where the focus is: back where it was after a dialog, in the strip by a key, and never taken from who is writing."""

import pytest
from desk_page import NUMBERS, icon, sent, settle, wait_for_status


@pytest.fixture
def offering(site):
	"""A site that offers the wrap-up when a call ends."""
	site.admin.set("PBX Settings", "PBX Settings", wrap_up="Offered")
	yield
	site.admin.set("PBX Settings", "PBX Settings", wrap_up="When Asked")


@pytest.fixture
def placed(offering, placed):
	"""A call after which the wrap-up is offered."""
	return placed


@pytest.fixture
def contact(site):
	rows = [{"phone": next(NUMBERS)}, {"phone": next(NUMBERS)}]
	return site.admin.insert("Contact", first_name="Emmy", last_name=rows[0]["phone"], phone_nos=rows)


def dialog(page):
	return page.locator(".c2c-dialog.show")


def call_button(page):
	return page.locator(".page-head:visible .c2c-button:visible").first


def wait_for_focus(locator):
	arg = locator.element_handle()
	locator.page.wait_for_function("element => document.activeElement === element", arg=arg)


def is_focused(locator):
	return locator.evaluate("element => document.activeElement === element")


def test_a_wrap_up_takes_no_key_from_who_is_writing(page, site, placed):
	"""What is typed when the call ends stays in its field, and the log says no outcome; the strip offers them."""
	page.clock.install()
	field = page.locator(".frappe-control[data-fieldname=first_name] input:visible")
	field.fill("")
	page.keyboard.type("Lise ")
	site.admin.set("PBX Call Log", placed, status="Completed")
	page.locator(".c2c-strip-outcomes button").first.wait_for()
	page.keyboard.type("of Vienna ")
	page.keyboard.press("Enter")
	page.clock.run_for(3_000)
	settle(page)
	assert is_focused(field) or page.evaluate("document.activeElement === document.body")
	assert field.input_value().startswith("Lise of Vienna")
	assert dialog(page).count() == 0
	assert not site.admin.get("PBX Call Log", placed)["disposition"]


def outcome(page, name):
	return page.locator(f".c2c-strip-outcomes button[value='{name}']")


def test_an_outcome_in_the_strip_is_saved_by_one_press(page, site, placed):
	"""Whoever was writing comes to the strip by a key, and goes on writing; no dialog comes between."""
	field = page.locator(".frappe-control[data-fieldname=first_name] input:visible")
	field.focus()
	site.admin.set("PBX Call Log", placed, status="Completed", notes="Likes red.")
	outcome(page, "Not interested").wait_for()
	page.keyboard.press("Alt+Shift+S")
	page.locator(".c2c-strip-outcomes button:focus").wait_for()
	outcome(page, "Not interested").focus()
	page.locator(".c2c-strip-outcomes button:focus[aria-disabled=false]").wait_for()
	page.keyboard.press("Enter")
	page.locator(".c2c-strip").wait_for(state="hidden")
	assert not dialog(page).count()
	call = site.admin.get("PBX Call Log", placed)
	assert (call["disposition"], call["notes"]) == ("Not interested", "Likes red.")
	wait_for_focus(field)


def test_an_outcome_counts_once_it_has_been_in_sight_for_a_moment(page, site, placed):
	"""It came under the pointer of whoever was about to press something else."""
	page.locator(".frappe-control[data-fieldname=first_name] input:visible").focus()
	outcomes = sent(page, "wrap_up")
	press_at_once = """() => new Promise((done) => new MutationObserver(() => {
		const button = document.querySelector(".c2c-strip-outcomes button");
		if (!button) return;
		button.click();
		done();
	}).observe(document.querySelector(".c2c-strip-outcomes"), { childList: true }))"""
	with_ended_call = page.evaluate_handle(f"() => ({{ pressed: ({press_at_once})() }})")
	site.admin.set("PBX Call Log", placed, status="Completed")
	with_ended_call.evaluate("({ pressed }) => pressed")
	settle(page)
	assert not outcomes
	outcome(page, "Interested").click()
	page.locator(".c2c-strip").wait_for(state="hidden")
	assert len(outcomes) == 1


def test_an_outcome_that_needs_a_time_asks_for_it(page, site, placed):
	page.locator(".frappe-control[data-fieldname=first_name] input:visible").focus()
	site.admin.set("PBX Call Log", placed, status="Completed")
	outcome(page, "Call back").click()
	page.locator(".c2c-radios input:focus").wait_for()
	assert page.locator(".c2c-radios input:checked").get_attribute("value") == "Call back"
	assert not site.admin.get("PBX Call Log", placed)["disposition"]


def test_an_outcome_that_is_refused_says_why(page, site, placed, console_errors):
	page.locator(".frappe-control[data-fieldname=first_name] input:visible").focus()
	site.admin.set("PBX Call Log", placed, status="Completed")
	page.route("**/c2c_frappe.api.call.wrap_up", lambda route: route.abort())
	outcome(page, "Interested").click()
	page.locator(".c2c-strip-message", has_text="did not respond").wait_for()
	assert page.locator(".c2c-strip-outcomes").is_visible()
	console_errors[:] = [text for text in console_errors if "wrap_up" not in text]


def test_no_key_of_the_first_second_chooses_an_outcome(page, site, placed):
	"""A wrap-up that opens by itself takes keys once a second has passed without one."""
	page.evaluate("document.activeElement.blur()")
	site.admin.set("PBX Call Log", placed, status="Completed")
	dialog(page).wait_for()
	for key in ("Space", "ArrowDown", "Tab", "Space", "Enter", "Control+Enter"):
		page.keyboard.press(key)
	assert page.locator(".c2c-radios input:checked").count() == 0
	assert dialog(page).count() == 1
	page.locator(".c2c-radios input:focus").wait_for()
	page.keyboard.press("Space")
	page.keyboard.press("Enter")
	dialog(page).wait_for(state="detached")
	assert site.admin.get("PBX Call Log", placed)["disposition"]


def test_the_focus_stays_on_the_button_that_called(page, open_form, simulator, lead):
	"""The button is off while the server is asked, and has the focus still."""
	simulator.behave("slow", seconds=1)
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").focus()
	page.keyboard.press("Enter")
	wait_for_status(page, "Dialing")
	assert icon(page, "mobile_no").is_disabled() and is_focused(icon(page, "mobile_no"))
	wait_for_status(page, "Requested")
	settle(page)
	assert icon(page, "mobile_no").is_enabled() and is_focused(icon(page, "mobile_no"))


@pytest.mark.parametrize("key", ["Escape", "Enter"])
def test_the_focus_returns_after_the_chooser(page, open_form, simulator, contact, key):
	"""Whether a number was chosen or none."""
	open_form(page, "Contact", contact["name"])
	call_button(page).focus()
	page.keyboard.press("Enter")
	page.locator(".c2c-choice:focus").wait_for()
	page.keyboard.press(key)
	dialog(page).wait_for(state="detached")
	wait_for_focus(call_button(page))
	assert len(simulator.requests) <= 1


def test_the_focus_returns_into_the_field_after_a_wrap_up(page, site, placed):
	"""The shortcut works from within a field, and closing the dialog leads back there."""
	field = page.locator(".frappe-control[data-fieldname=first_name] input:visible")
	field.focus()
	page.keyboard.press("Alt+Shift+W")
	page.locator(".c2c-radios input:focus").wait_for()
	page.keyboard.press("Escape")
	dialog(page).wait_for(state="detached")
	wait_for_focus(field)


def test_the_focus_returns_though_a_wrap_up_took_the_strip_along(page, site, placed):
	field = page.locator(".frappe-control[data-fieldname=first_name] input:visible")
	field.focus()
	site.admin.set("PBX Call Log", placed, status="Completed")
	page.locator(".c2c-strip-outcomes button").first.wait_for()
	page.locator(".c2c-strip-wrap-up").focus()
	page.keyboard.press("Enter")
	page.locator(".c2c-radios input:focus").wait_for()
	page.keyboard.press("Space")
	page.keyboard.press("Control+Enter")
	dialog(page).wait_for(state="detached")
	page.locator(".c2c-strip").wait_for(state="hidden")
	wait_for_focus(field)


def test_a_key_leads_to_the_strip_and_escape_closes_it(page, placed):
	"""From a field to the strip's first button, and back to the field."""
	field = page.locator(".frappe-control[data-fieldname=first_name] input:visible")
	field.focus()
	page.keyboard.press("Alt+Shift+S")
	page.locator(".c2c-strip button:focus, .c2c-strip a:focus").wait_for()
	page.keyboard.press("Escape")
	page.locator(".c2c-strip").wait_for(state="hidden")
	wait_for_focus(field)


def test_escape_in_a_field_leaves_the_strip_of_a_call(page, placed):
	"""Nor does it close a call under way from elsewhere on the page."""
	page.locator(".frappe-control[data-fieldname=first_name] input:visible").focus()
	for _press in range(2):
		page.keyboard.press("Escape")
		settle(page)
		assert page.locator(".c2c-strip").is_visible()


def test_an_enter_as_the_chooser_opens_is_not_lost(page, open_form, simulator, contact):
	"""The first number is called by an Enter in the very frame in which the dialog comes into sight."""
	open_form(page, "Contact", contact["name"])
	call_button(page).focus()
	page.evaluate(
		"""new MutationObserver((_changes, observer) => {
			const choice = document.querySelector(".c2c-dialog.show .c2c-choice");
			if (!choice) return;
			observer.disconnect();
			window.c2c_focused = document.activeElement === choice;
		}).observe(document.body, { subtree: true, attributes: true, childList: true })"""
	)
	page.keyboard.press("Enter")
	page.wait_for_function("window.c2c_focused !== undefined")
	page.keyboard.press("Enter")
	assert page.evaluate("window.c2c_focused")
	wait_for_status(page, "Requested")
	assert len(simulator.requests) == 1


def test_a_key_held_down_chooses_nothing(page, open_form, simulator, contact):
	"""Enter that is held on the Call button opens the chooser, and calls nobody by repeating itself."""
	open_form(page, "Contact", contact["name"])
	call_button(page).focus()
	page.keyboard.down("Enter")
	page.locator(".c2c-choice:focus").wait_for()
	page.keyboard.down("Enter")
	page.keyboard.up("Enter")
	settle(page)
	assert dialog(page).count() == 1 and not simulator.requests


def test_a_link_of_the_strip_keeps_the_focus_through_events(page, site, placed):
	"""The strip is drawn anew with each event; what was focused is, in its place."""
	page.locator(".c2c-strip a", has_text="Open Call").focus()
	site.admin.set("PBX Call Log", placed, status="In Progress")
	wait_for_status(page, "Talking")
	assert is_focused(page.locator(".c2c-strip a", has_text="Open Call"))


def test_a_focus_that_was_given_up_is_not_brought_back(page, site, placed):
	"""A timeline that is read anew keeps the focus on its own buttons alone."""
	again = page.locator(".timeline-item button", has_text="Call Again").first
	again.wait_for(state="attached")
	icon(page, "mobile_no").focus()
	with page.expect_response("**/frappe.desk.form.load.get_docinfo**"):
		site.admin.set("PBX Call Log", placed, status="In Progress")
		wait_for_status(page, "Talking")
		page.evaluate("document.activeElement.blur()")
	settle(page)
	assert page.evaluate("document.activeElement === document.body")
