"""How long a call takes, as the strip shows it: by the server's clock, over a reload, and not at all without an answer."""

import re
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
import requests
from desk_page import settle, stand_still, wait_for_status

TALKED = 100


@pytest.fixture
def tell(site):
	"""A function (event, facts) that tells the site of a call as CommPeak's webhooks do."""
	account = site.admin.get("PBX Settings", "PBX Settings")["default_account"]
	renewed = site.admin.call("c2c_frappe.api.account.new_webhook_token", account=account)
	here = urlsplit(site.url)
	path = renewed["url"].partition(urlsplit(renewed["url"]).netloc)[2]

	def post(event, **facts):
		address, host = f"http://127.0.0.1:{here.port}{path}", {"Host": here.netloc}
		requests.post(address, json={"event": event, **facts}, headers=host, timeout=30).raise_for_status()

	return post


def ago(seconds):
	return f"{datetime.now(timezone.utc) - timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"


def seconds_shown(page):
	minutes, seconds = page.locator(".c2c-strip-time", has_text=re.compile(r"\d")).inner_text().split(":")
	return int(minutes) * 60 + int(seconds)


def test_talk_counts_from_the_answer_after_a_reload_too(page, placed, tell):
	"""Not from the click, and not from when this tab came to know."""
	tell("answer", call=placed, answered_at=ago(TALKED))
	wait_for_status(page, "Talking")
	first = seconds_shown(page)
	assert TALKED <= first < TALKED + 60
	page.reload()
	wait_for_status(page, "Talking")
	assert first <= seconds_shown(page) < TALKED + 120


def test_talk_that_is_over_stands_still_at_its_length(page, placed, tell):
	"""The strip says what the timeline says, after a reload too."""
	tell("answer", call=placed, answered_at=ago(TALKED))
	tell("end", call=placed, hangup_cause="ANSWERED", duration="75", ended_at=ago(0))
	wait_for_status(page, "Completed")
	assert page.locator(".c2c-strip-time").inner_text() == "1:15"
	page.locator(".timeline-item", has_text="1m 15s").wait_for(state="attached")
	page.reload()
	wait_for_status(page, "Completed")
	assert page.locator(".c2c-strip-time").inner_text() == "1:15"


def test_call_nobody_answered_shows_no_time(page, placed, tell):
	tell("end", call=placed, hangup_cause="NO_ANSWER", ended_at=ago(0))
	wait_for_status(page, "No Answer")
	stand_still(page)
	assert page.locator(".c2c-strip-time").inner_text() == ""


def test_older_answer_does_not_undo_what_was_told_meanwhile(page, site, placed, tell):
	"""A question that the server answered before the event is read after it."""
	# While the only question is held, what is told has to come by realtime.
	page.wait_for_function("frappe.realtime.socket?.connected")
	held = []
	page.route("**/c2c_frappe.api.call.state*", lambda route: held.append(route), times=1)
	while not held:
		settle(page)
	[question] = held
	older = site.admin.call("c2c_frappe.api.call.state", call=placed)
	tell("answer", call=placed, answered_at=ago(TALKED))
	wait_for_status(page, "Talking")
	question.fulfill(json={"message": older})
	stand_still(page)
	assert page.locator(".c2c-strip-status").inner_text() == "Talking"
