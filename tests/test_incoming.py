"""When an incoming call is worth a card, and when it was missed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from c2c_frappe.pbx.calls import incoming, status

NOON = datetime(2026, 11, 24, 12, 0)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize("call_status", status.ALL)
def test_a_card_is_for_a_phone_that_rings_or_was_just_picked_up(call_status):
	expected = call_status in (status.RINGING, status.IN_PROGRESS)
	assert incoming.is_ringing("Incoming", call_status, NOON, NOON + MINUTE) is expected
	assert not incoming.is_ringing("Outgoing", call_status, NOON, NOON + MINUTE)
	assert not incoming.is_ringing("Incoming", call_status, NOON, NOON + 3 * MINUTE)


@pytest.mark.parametrize("call_status", status.ALL)
def test_missed_is_what_ended_without_an_answer_and_not_long_ago(call_status):
	expected = call_status in (status.NO_ANSWER, status.BUSY, status.CANCELED, status.FAILED)
	assert incoming.is_missed("Incoming", call_status, NOON, NOON + MINUTE) is expected
	assert not incoming.is_missed("Outgoing", call_status, NOON, NOON + MINUTE)
	assert not incoming.is_missed("Incoming", call_status, NOON, NOON + DAY + MINUTE)


@pytest.mark.parametrize("call_status", status.ALL)
def test_no_call_is_both_missed_and_answered(call_status):
	is_missed = incoming.is_missed("Incoming", call_status, NOON, NOON)
	is_answered = incoming.is_answered("Incoming", call_status)
	assert not (is_missed and is_answered)
	assert (is_missed or is_answered) is (call_status in (*status.FINAL, status.IN_PROGRESS))


@pytest.mark.parametrize("call_status", status.ALL)
def test_who_called_in_vain_was_called_back(call_status):
	"""An attempt that reached the PBX is one; of their own calls only one that was answered."""
	tried = call_status not in ("Dialing", "Failed", "Unknown")
	assert incoming.is_call_back("Outgoing", call_status) is tried
	assert incoming.is_call_back("Incoming", call_status) is (call_status in ("In Progress", "Completed"))
