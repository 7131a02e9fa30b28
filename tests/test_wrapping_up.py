"""When the wrap-up of a call opens by itself, and whether it may be left out."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.wrap_up import OFFERED, REQUIRED, WAYS, WHEN_ASKED, is_unanswered, merge_notes, way

NOON = datetime(2026, 11, 23, 12)
SETTINGS = Path(__file__).parent.parent / "c2c_frappe/click_to_call/doctype/pbx_settings/pbx_settings.json"


@pytest.mark.parametrize("call_status", status.ALL)
def test_nothing_opens_by_itself_where_it_waits_to_be_asked_for(call_status):
	for ended_at in (None, NOON):
		assert way(WHEN_ASKED, call_status, ended_at, "") == way("", call_status, ended_at, "") == ""


@pytest.mark.parametrize("call_status", status.ALL)
def test_it_is_offered_once_a_call_is_over_that_was_one(call_status):
	is_over = call_status in status.FINAL - {status.FAILED}
	assert way(OFFERED, call_status, None, "") == (OFFERED if is_over else "")
	for setting in (OFFERED, REQUIRED):
		assert (
			way(setting, call_status, None, "Interested")
			== way(setting, call_status, NOON, "Interested")
			== ""
		)


def test_an_end_without_a_cause_offers_the_wrap_up():
	"""Of a call that ended nobody knows how, the agent may say what came of it, and need not."""
	for setting in (OFFERED, REQUIRED):
		assert way(setting, status.UNKNOWN, NOON, "") == OFFERED
		assert way(setting, status.UNKNOWN, None, "") == ""


@pytest.mark.parametrize("call_status", status.ALL)
def test_it_is_required_of_a_call_somebody_answered_alone(call_status):
	assert (way(REQUIRED, call_status, NOON, "") == REQUIRED) is (call_status == status.COMPLETED)
	assert (way(REQUIRED, call_status, None, "") == "") is (way(OFFERED, call_status, None, "") == "")


def test_the_settings_offer_exactly_these_ways():
	fields = json.loads(SETTINGS.read_text())["fields"]
	[field] = [field for field in fields if field["fieldname"] == "wrap_up"]
	assert tuple(field["options"].split("\n")) == WAYS and field["default"] == WHEN_ASKED


@pytest.mark.parametrize(
	("before", "mine", "theirs", "expected"),
	[
		("", "quote", "", "quote"),
		("quote", "quote by Friday", "quote", "quote by Friday"),
		("", "quote", "Friday", "Friday\nquote"),
		("quote", "quote", "quote, Friday", "quote, Friday"),
		("quote", "", "quote", ""),
		("quote", "", "quote, Friday", "quote, Friday"),
		("", "quote, Friday", "quote", "quote, Friday"),
		("a", "a", "", ""),
		("alpha", "alpha gamma", "alpha beta", "alpha beta\ngamma"),
		("one", "two", "three", "three\ntwo"),
	],
)
def test_notes_of_two_windows_are_kept(before, mine, theirs, expected):
	assert merge_notes(before, mine, theirs) == expected


@pytest.mark.parametrize("call_status", status.ALL)
def test_trying_again_soon_is_offered_where_nobody_was_reached(call_status):
	assert is_unanswered(call_status) is (call_status in ("No Answer", "Busy", "Canceled"))
