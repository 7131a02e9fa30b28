"""The story of a call as the PBX's webhooks tell it: the strip follows, the agent wraps up, the timeline keeps it."""

import itertools
import re

import pytest

# Numbers Ofcom set aside for fiction; no other file dials these.
NUMBERS = (f"+44 7700 900{last:03}" for last in itertools.count(700))


@pytest.fixture
def number():
	return next(NUMBERS)


@pytest.fixture
def lead(site, number):
	return site.admin.insert(
		"Lead", first_name="Emmy", last_name="Noether", lead_name="Emmy Noether", mobile_no=number
	)


@pytest.fixture
def told(site, simulator):
	"""The simulated PBX, which tells the site of its calls."""
	account = site.admin.get("PBX Settings", "PBX Settings")["default_account"]
	described = site.admin.call("c2c_frappe.api.account.new_webhook_token", account=account)
	simulator.send_webhooks("commpeak", described["url"])
	yield simulator
	simulator.send_webhooks("commpeak", "")


def wait_for_status(page, status):
	page.locator(".c2c-strip-status", has_text=re.compile(f"^{status}$")).wait_for()


def test_the_strip_follows_a_call_to_its_end_and_the_wrap_up_is_on_the_timeline(
	page, open_form, site, told, lead, number
):
	open_form(page, "Lead", lead["name"])
	page.locator(".frappe-control[data-fieldname=mobile_no] .c2c-icon:visible").click()
	wait_for_status(page, "Ringing")
	[call] = told.calls
	told.answer(call["id"])
	told.answer(call["id"])
	wait_for_status(page, "In Progress")
	told.hang_up(call["id"])
	wait_for_status(page, "Completed")

	page.keyboard.press("Alt+Shift+W")
	page.locator(".c2c-radios input:focus").wait_for()
	page.keyboard.press("Space")
	chosen = page.locator(".c2c-radios input:checked").get_attribute("value")
	page.keyboard.press("Tab")
	page.keyboard.type("Asked for the proof.")
	page.keyboard.press("Control+Enter")
	page.locator(".c2c-strip").wait_for(state="hidden")

	entry = page.locator(".timeline-item", has_text=f"{number}: Completed")
	entry.get_by_text("Asked for the proof.").wait_for(state="attached")
	assert entry.count() == 1
	assert chosen in entry.inner_text()
	[row] = site.admin.list(
		"PBX Call Log", ["status", "disposition", "answered_at", "ended_at"], {"reference_name": lead["name"]}
	)
	assert (row["status"], row["disposition"]) == ("Completed", chosen)
	assert row["answered_at"] and row["ended_at"]


def test_a_customer_who_calls_is_shown_with_the_record_of_the_number(
	page, open_form, site, told, lead, number
):
	open_form(page, "User", site.agent)
	page.wait_for_function("frappe.realtime.socket.connected")
	call = told.begin(extension="1000", number=re.sub(r"\D", "", number), direction="in")
	card = page.locator(".c2c-strip", has_text="Emmy Noether")
	card.wait_for()
	card.locator("a[href*='/lead/']", has_text="Emmy Noether").click()
	page.wait_for_function("name => window.cur_frm && cur_frm.docname === name", arg=lead["name"])
	told.hang_up(call["id"], by="customer")
