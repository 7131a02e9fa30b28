"""Which phone rings: choosing one of several, what becomes of the choice, and the device the page is seen on."""

import json
import re

import pytest
from desk_page import NUMBERS, digits, icon, search_for, sent, settle, stand_still, wait_for_status

MOBILE, HOME = "1001", "1002"
CHOICE = ".c2c-dialog.show .c2c-choice"


@pytest.fixture
def phones(site):
	"""The rows of the agent's other phones."""
	rows = [{"label": "Mobile", "extension": MOBILE}, {"label": "Home", "extension": HOME}]
	others = site.admin.list("User", filters={"pbx_extension": ["in", [MOBILE, HOME]]})
	kept = {user["name"]: site.admin.get("User", user["name"])["pbx_extension"] for user in others}
	for user in kept:
		site.admin.set("User", user, pbx_extension="")
	site.admin.set("User", site.agent, pbx_phones=rows)
	yield {row["label"]: row["name"] for row in site.admin.get("User", site.agent)["pbx_phones"]}
	site.admin.set("User", site.agent, pbx_phones=[])
	for user, extension in kept.items():
		site.admin.set("User", user, pbx_extension=extension)


def choose(page, label):
	page.evaluate("document.activeElement.blur()")
	page.keyboard.press("Alt+Shift+P")
	page.locator(CHOICE, has_text=label).click()
	page.locator(".c2c-dialog").wait_for(state="detached")


def call_lead(page):
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")


def test_chosen_phone_rings_also_after_a_reload_and_the_strip_says_so(
	page, open_form, simulator, lead, phones
):
	open_form(page, "Lead", lead["name"])
	dials = sent(page, "dial")
	choose(page, "Mobile")
	page.locator(".desk-alert", has_text="Mobile now rings for your calls.").wait_for()
	page.reload()
	icon(page, "mobile_no").wait_for()
	simulator.behave("slow", seconds=1)
	icon(page, "mobile_no").click()
	page.locator(".c2c-strip-message", has_text=f"Calling your phone {MOBILE}").wait_for()
	wait_for_status(page, "Requested")
	assert json.loads(dials[0].post_data)["phone"] == phones["Mobile"]
	assert simulator.calls[-1]["extension"] == MOBILE


def test_dialog_offers_the_phone_in_use_first_and_escape_changes_nothing(
	page, open_form, simulator, lead, phones
):
	open_form(page, "Lead", lead["name"])
	choose(page, "Home")
	search_for(page, "My Phone")
	page.locator(".awesomplete li:visible", has_text="My Phone").first.click()
	page.locator(f"{CHOICE}:focus", has_text="Home").wait_for()
	assert [re.sub(r"\s+", " ", text).strip() for text in page.locator(CHOICE).all_inner_texts()] == [
		"Main Phone 1000",
		f"Mobile {MOBILE}",
		f"Home {HOME}",
	]
	stand_still(page)
	page.keyboard.press("Escape")
	page.locator(".c2c-dialog").wait_for(state="detached")
	call_lead(page)
	assert simulator.calls[-1]["extension"] == HOME


def test_dial_pad_lists_the_phones(page, open_form, simulator, lead, phones, number, faults):
	open_form(page, "Lead", lead["name"])
	page.keyboard.press("Alt+Shift+D")
	page.locator(".c2c-pad-number:focus").wait_for()
	page.get_by_label("My Phone").select_option(label=f"Home · {HOME}")
	stand_still(page)
	assert faults(page, ".c2c-dialog .modal-body") == []
	page.locator(".c2c-pad-number").fill(number)
	page.keyboard.press("Enter")
	wait_for_status(page, "Requested")
	assert simulator.calls[-1]["extension"] == HOME


def test_phone_that_is_listed_no_longer_is_not_sent(page, open_form, site, simulator, lead, phones):
	open_form(page, "Lead", lead["name"])
	choose(page, "Mobile")
	site.admin.set("User", site.agent, pbx_phones=[])
	page.reload()
	icon(page, "mobile_no").wait_for()
	dials = sent(page, "dial")
	call_lead(page)
	assert "phone" not in json.loads(dials[0].post_data)
	assert simulator.calls[-1]["extension"] == "1000"


def test_without_several_phones_there_is_no_choice(page, open_form, lead):
	open_form(page, "Lead", lead["name"])
	page.keyboard.press("Alt+Shift+P")
	settle(page)
	assert page.locator(".c2c-dialog").count() == 0


# What reaches a link that nobody took before: the device, as far as this page can tell. Nothing is opened.
WATCH_LINKS = """() => {
	window.opened = [];
	window.addEventListener("click", (event) => {
		if (!event.target.matches("a[href^='tel:']")) return;
		window.opened.push(event.target.getAttribute("href"));
		event.preventDefault();
	});
}"""


@pytest.fixture
def devices(site):
	"""A site where one's own device may call."""
	site.admin.set("PBX Settings", "PBX Settings", allow_device_calls=1)
	yield
	site.admin.set("PBX Settings", "PBX Settings", allow_device_calls=0)


def opened(page):
	page.wait_for_function("window.opened.length")
	settle(page)
	return page.evaluate("window.opened")


def test_call_button_offers_the_device_and_the_link_opens_once_the_call_is_logged(
	page, open_form, site, simulator, lead, number, devices, faults
):
	open_form(page, "Lead", lead["name"])
	page.evaluate(WATCH_LINKS)
	dials, handed = sent(page, "dial"), sent(page, "dial_from_device")
	page.locator(".page-head:visible .c2c-button:visible").click()
	page.locator(f"{CHOICE}:focus").wait_for()
	stand_still(page)
	assert faults(page, ".c2c-choices") == []
	page.keyboard.press("ArrowDown")
	page.keyboard.press("Enter")
	wait_for_status(page, "Unconfirmed")
	assert opened(page) == [f"tel:+{digits(number)}"]
	[logged] = site.admin.list("PBX Call Log", ["status"], {"reference_name": lead["name"]})
	assert logged["status"] == "Unconfirmed"
	page.locator(".c2c-strip-message", has_text="Opened on your device.").wait_for()
	assert (len(dials), len(handed), simulator.requests) == (0, 1, [])


def test_refused_call_opens_nothing(page, open_form, site, lead, devices):
	site.admin.set("Lead", lead["name"], do_not_call=1)
	open_form(page, "Lead", lead["name"])
	page.evaluate(WATCH_LINKS)
	page.locator(".page-head:visible .c2c-button:visible").click()
	page.locator(".c2c-dialog.show").get_by_role("button", name="Call with This Device").click()
	wait_for_status(page, "Failed")
	settle(page)
	assert page.evaluate("window.opened") == []


def test_dial_pad_calls_with_the_device(page, open_form, simulator, lead, devices):
	open_form(page, "Lead", lead["name"])
	page.evaluate(WATCH_LINKS)
	free = next(NUMBERS)
	page.keyboard.press("Alt+Shift+D")
	page.locator(".c2c-pad-number").fill(free)
	page.get_by_role("button", name="Call with This Device").click()
	wait_for_status(page, "Unconfirmed")
	assert opened(page) == [f"tel:+{digits(free)}"]
	assert not simulator.requests


def test_while_it_is_off_nothing_offers_it(page, open_form, lead):
	open_form(page, "Lead", lead["name"])
	page.keyboard.press("Alt+Shift+D")
	page.locator(".c2c-pad-number:focus").wait_for()
	assert page.get_by_role("button", name="Call with This Device").count() == 0
	page.keyboard.press("Escape")
	page.locator(".c2c-dialog").wait_for(state="detached")
	page.locator(".page-head:visible .c2c-button:visible").click()
	wait_for_status(page, "Requested")
