"""The pictures of the documentation, taken by `./dev shots`. Each also fails when what it shows is not there.

C2C_PICTURES is the folder they go to. Not collected with the tests: its name does not begin with test_.
"""

import os
from pathlib import Path

import pytest

SIZE = {"width": 1180, "height": 700}
# Shows the form from its buttons down to its numbers.
TALL = {"width": 1180, "height": 780}
ROBIN = "robin@example.com"


@pytest.fixture
def lead(site):
	"""Ada Lovelace of the sample data."""
	(name,) = (row["name"] for row in site.admin.list("Lead", filters={"email_id": "ada@example.com"}))
	return name


@pytest.fixture
def dial(site):
	"""A function that dials a number as a user without a browser."""
	sessions = {}

	def place(number, user=site.agent, **record):
		if user not in sessions:
			sessions[user] = type(site.admin)(site.url, user, os.environ["C2C_AGENT_PASSWORD"])
		return sessions[user].call("c2c_frappe.api.call.dial", number=number, **record)

	return place


def take(page, name, size=SIZE):
	"""Save what the page shows under a name, once it stands still."""
	page.set_viewport_size(size)
	# The logo is the host's, and not what the picture shows.
	page.add_style_tag(content=".app-logo { visibility: hidden }")
	page.evaluate("document.activeElement.blur()")
	page.mouse.move(2, size["height"] - 2)
	page.wait_for_load_state("networkidle")
	# Fonts are drawn and menus closed without telling anyone.
	page.wait_for_timeout(700)
	page.screenshot(path=Path(os.environ["C2C_PICTURES"]) / f"{name}.png", animations="disabled")


def call(page):
	"""Press Call, take the first number, and wait until the PBX has taken it."""
	page.locator(".page-head:visible .c2c-button:visible").click()
	page.locator(".c2c-choice").first.click()
	page.locator(".c2c-strip-status", has_text="Requested").wait_for()
	page.locator(".c2c-choice").first.wait_for(state="detached")


def test_call_button(page, open_form, simulator, lead):
	open_form(page, "Lead", lead)
	call(page)
	assert len(simulator.calls) == 1
	take(page, "call-button", TALL)


def test_call_log(site, admin_page, simulator, lead, dial):
	ada = {"reference_doctype": "Lead", "reference_name": lead}
	replies = [
		dial("+44 7700 900123", **ada),
		dial("020 7946 0018", ROBIN, **ada),
		dial("+882 16 1234 5678"),
		simulator.behave("404", times=1) and dial("020 7946 0018", **ada),
		simulator.behave("cut", times=1) and dial("+44 7700 900456"),
		dial("+1 202 555 0147", ROBIN),
		dial("+1 202 555 0148"),
	]
	assert {reply["status"] for reply in replies} == {"Requested", "Unconfirmed", "Failed", "Unknown"}
	admin_page.goto(f"{site.desk}/pbx-call-log")
	admin_page.locator(".list-row").nth(len(replies) - 1).wait_for()
	take(admin_page, "call-log")


def test_account(site, admin_page, open_form):
	(name,) = (row["name"] for row in site.admin.list("PBX Account", filters={"provider": "commpeak"}))
	open_form(admin_page, "PBX Account", name)
	admin_page.locator(".custom-actions", has_text="Test connection").wait_for()
	take(admin_page, "account")


def test_embedded(page, open_form, simulator, lead):
	open_form(page, "Lead", lead)
	call(page)
	take(page, "embedded")
