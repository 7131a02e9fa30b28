"""How long a call's two have talked, as the strip shows it."""

from datetime import datetime, timedelta

import pytest

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.talk_time import talk_seconds

NOON = datetime(2026, 11, 23, 12)


def test_talk_that_goes_on_counts_from_the_answer():
	assert talk_seconds(status.IN_PROGRESS, NOON, 0, NOON + timedelta(seconds=42.9)) == 42
	assert talk_seconds(status.IN_PROGRESS, None, 0, NOON) is None


def test_answer_ahead_of_the_clock_counts_from_nothing():
	"""A PBX's clock may be ahead of the database's."""
	assert talk_seconds(status.IN_PROGRESS, NOON + timedelta(seconds=3), 0, NOON) == 0


def test_talk_that_is_over_is_the_duration_and_stands_still():
	for moment in (NOON, NOON + timedelta(days=1)):
		assert talk_seconds(status.COMPLETED, NOON, 75, moment) == 75
	assert talk_seconds(status.COMPLETED, NOON, 0, NOON) is None


@pytest.mark.parametrize(
	"call_status", sorted({*status.NOT_COMPLETED, status.DIALING, status.RINGING, status.REQUESTED})
)
def test_call_nobody_answered_has_no_talk(call_status):
	assert talk_seconds(call_status, None, None, NOON) is None
	assert talk_seconds(call_status, NOON, 75 if call_status in status.NOT_COMPLETED else 0, NOON) is None
