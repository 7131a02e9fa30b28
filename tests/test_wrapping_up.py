"""When the wrap-up of a call opens by itself, and whether it may be left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.wrap_up import OFFERED, REQUIRED, WAYS, WHEN_ASKED, way

SETTINGS = Path(__file__).parent.parent / "c2c_frappe/click_to_call/doctype/pbx_settings/pbx_settings.json"


@pytest.mark.parametrize("call_status", status.ALL)
def test_nothing_opens_by_itself_where_it_waits_to_be_asked_for(call_status):
	assert way(WHEN_ASKED, call_status, "") == way("", call_status, "") == ""


@pytest.mark.parametrize("call_status", status.ALL)
def test_it_is_offered_once_a_call_is_over_that_was_one(call_status):
	is_over = call_status in status.FINAL - {status.FAILED}
	assert way(OFFERED, call_status, "") == (OFFERED if is_over else "")
	assert way(OFFERED, call_status, "Interested") == way(REQUIRED, call_status, "Interested") == ""


@pytest.mark.parametrize("call_status", status.ALL)
def test_it_is_required_of_a_call_somebody_answered_alone(call_status):
	assert (way(REQUIRED, call_status, "") == REQUIRED) is (call_status == status.COMPLETED)
	assert (way(REQUIRED, call_status, "") == "") is (way(OFFERED, call_status, "") == "")


def test_the_settings_offer_exactly_these_ways():
	fields = json.loads(SETTINGS.read_text())["fields"]
	[field] = [field for field in fields if field["fieldname"] == "wrap_up"]
	assert tuple(field["options"].split("\n")) == WAYS and field["default"] == WHEN_ASKED
