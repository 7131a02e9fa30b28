"""The pictures of Frappe CRM's pages, taken by `./dev shots` on a bench that has it. Each fails when what it shows is not there.

C2C_PICTURES is the folder they go to. Not collected with the tests: its name does not begin with test_.
"""

import os
import re
from pathlib import Path

import pytest
from crm_page import PHONE_ICON, POPUP, show_page

SIZE = {"width": 1180, "height": 640}


@pytest.fixture
def lead_page(page, site, number, console_errors):
	"""The page of a CRM Lead of the agent's."""
	names = {
		"first_name": "Ada",
		"last_name": "Lovelace",
		"organization": "Analytical Engines",
		"status": "New",
	}
	lead = site.admin.insert("CRM Lead", **names, mobile_no=number, lead_owner=site.agent)
	page.set_viewport_size(SIZE)
	show_page(page, f"{site.url}/crm/leads/{lead['name']}")
	page.locator(PHONE_ICON).first.wait_for()
	yield page
	# What its pages complain about is nothing of a picture's.
	console_errors.clear()


def take(page, name):
	"""Save under a name what the page shows, once it has loaded."""
	page.mouse.move(2, SIZE["height"] - 2)
	page.wait_for_load_state("networkidle")
	page.evaluate("document.fonts.ready")
	page.screenshot(path=Path(os.environ["C2C_PICTURES"]) / f"{name}.png", animations="disabled")


def test_crm_popup_and_calls(lead_page, told):
	lead_page.locator(PHONE_ICON).first.click()
	lead_page.locator(POPUP, has_text=re.compile("Calling|Ringing")).wait_for()
	(placed,) = told.calls
	told.answer(placed["id"])
	lead_page.locator(POPUP, has_text="Ringing").wait_for()
	take(lead_page, "crm-popup")
	told.answer(placed["id"])
	told.hang_up(placed["id"])
	lead_page.locator(POPUP, has_text="Call ended").wait_for()
	lead_page.locator(POPUP).locator("button:visible").nth(1).click()
	lead_page.get_by_role("tab", name="Calls").click()
	lead_page.get_by_text("Outbound Call").first.wait_for()
	take(lead_page, "crm-calls")
