"""The Desk in the user's language, from right to left, and on a phone: our words are translated and in their place."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from desk_page import NUMBERS, icon, stand_still, wait_for_status

import c2c_frappe

LOCALE = Path(c2c_frappe.__file__).parent / "locale"
PHONE = {"width": 375, "height": 740}


@pytest.fixture
def lead(site, number):
	names = {"first_name": "Sofja", "last_name": "Kowalewskaja", "lead_name": "Sofja Kowalewskaja"}
	return site.admin.insert("Lead", **names, mobile_no=number, phone=next(NUMBERS))


@pytest.fixture
def speak(site):
	"""A function that chooses the agent's language."""
	if site.kind == "embedded":
		pytest.skip("the embedded Desk is built in English and from left to right only")
	usual = site.admin.get("User", site.agent)["language"]
	yield lambda language: site.admin.set("User", site.agent, language=language)
	site.admin.set("User", site.agent, language=usual or "en")


def words_of(language):
	with open(LOCALE / f"{language}.po", "rb") as file:
		catalogue = read_po(file)
	return lambda english: catalogue.get(english).string


def strip(page):
	return page.locator(".c2c-strip")


def box(locator):
	found = locator.bounding_box()
	return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_a_call_is_placed_and_wrapped_up_in_the_users_language(
	page, open_form, simulator, speak, lead, number, language
):
	speak(language)
	words = words_of(language)
	open_form(page, "Lead", lead["name"])
	assert page.locator("html").get_attribute("lang") == language
	page.locator(".page-head:visible .c2c-button", has_text=words("Call")).click()
	page.locator(".c2c-choice").first.wait_for()
	title = page.locator(".modal.show .modal-title").inner_text()
	assert title == words("Which number of {0}?").replace("{0}", "Sofja Kowalewskaja")
	page.locator(".c2c-choice", has_text=number).click()
	page.locator(".c2c-strip-status", has_text=re.compile(f"^{words('Requested')}$")).wait_for()
	assert words("Wrap Up") in strip(page).inner_text()
	page.keyboard.press("Alt+Shift+W")
	dialog = page.locator(".c2c-dialog.show")
	dialog.get_by_text(words("Call Outcome")).wait_for()
	for english in ("Notes", "Follow-up Time", "Follow-up Task"):
		assert dialog.get_by_text(words(english), exact=True).count() == 1, english


def test_from_right_to_left_the_strip_is_on_the_other_side_and_numbers_stay_as_they_are(
	page, open_form, simulator, speak, lead, number
):
	speak("ar")
	open_form(page, "Lead", lead["name"])
	assert page.locator("html").get_attribute("dir") == "rtl"
	icon(page, "mobile_no").click()
	strip(page).get_by_text(number).wait_for()
	left, _top, right, _bottom = box(strip(page))
	assert 0 <= left < 640 > right
	# The plus is on the left of the number, where who reads digits looks for it.
	assert page.evaluate(
		"""number => {
			const strip = document.querySelector(".c2c-strip");
			const walker = document.createTreeWalker(strip, NodeFilter.SHOW_TEXT);
			while (walker.nextNode()) {
				const at = walker.currentNode.data.indexOf(number);
				if (at < 0) continue;
				const x = (place) => {
					const range = document.createRange();
					range.setStart(walker.currentNode, place);
					range.setEnd(walker.currentNode, place + 1);
					return range.getBoundingClientRect().x;
				};
				return x(at) < x(at + number.length - 1);
			}
		}""",
		number,
	)


def test_on_a_phone_the_strip_and_the_wrap_up_fit(page, open_form, simulator, lead, number):
	page.set_viewport_size(PHONE)
	open_form(page, "Lead", lead["name"])
	icon(page, "mobile_no").click()
	wait_for_status(page, "Requested")
	left, top, right, bottom = box(strip(page))
	assert 0 <= left and right <= PHONE["width"] and 0 <= top and bottom <= PHONE["height"]
	for button in strip(page).get_by_role("button").all():
		if button.is_visible():
			width, height = (button.bounding_box()[side] for side in ("width", "height"))
			assert width >= 24 and height >= 24, button.inner_text()
	strip(page).locator(".c2c-strip-wrap-up").click()
	dialog = page.locator(".c2c-dialog.show .modal-content")
	dialog.wait_for()
	stand_still(page)
	left, _top, right, _bottom = box(dialog)
	assert 0 <= left and right <= PHONE["width"]
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
