"""How soon people were called: counts, the median, classes of waits, and the periods they are grouped by."""

from datetime import date
from statistics import median

import pytest

from c2c_frappe.pbx.calls import incoming, periods, status
from c2c_frappe.pbx.calls.response_times import NEVER, class_of, respond


def test_who_was_not_called_waits_and_is_in_no_median():
	responses = respond([("ann", 10), ("ann", None), ("ann", 30), ("ann", 20), ("bob", None)])
	ann, bob = responses["ann"], responses["bob"]
	assert (ann.count, ann.called, ann.not_called, ann.median_wait) == (4, 3, 1, median([10, 20, 30]))
	assert (bob.count, bob.called, bob.not_called, bob.median_wait) == (1, 0, 1, None)


@pytest.mark.parametrize(
	("wait", "expected"),
	[
		(0, "within_5_minutes"),
		(300, "within_5_minutes"),
		(301, "within_an_hour"),
		(3600, "within_an_hour"),
		(86400, "within_a_day"),
		(86401, "later"),
		(None, NEVER),
	],
)
def test_a_wait_counts_as_its_class(wait, expected):
	assert class_of(wait) == expected


@pytest.mark.parametrize(
	("period", "expected"),
	[("Day", date(2026, 11, 29)), ("Week", date(2026, 11, 23)), ("Month", date(2026, 11, 1))],
)
def test_a_day_is_of_its_period(period, expected):
	"""The 29th of November 2026 is a Sunday: the last day of the week that began on the 23rd."""
	assert periods.start_of(period, date(2026, 11, 29)) == expected


@pytest.mark.parametrize(
	("agent", "direction", "call_status", "by", "expected"),
	[
		("ann", "Outgoing", status.NO_ANSWER, "ann", True),
		("ann", "Outgoing", status.NO_ANSWER, "bob", False),
		("ann", "Outgoing", status.COMPLETED, "bob", True),
		("ann", "Incoming", status.COMPLETED, "bob", True),
		("ann", "Incoming", status.NO_ANSWER, "ann", False),
		("ann", "Outgoing", status.FAILED, "ann", False),
		("", "Outgoing", status.NO_ANSWER, "bob", True),
		(None, "Incoming", status.NO_ANSWER, None, False),
	],
)
def test_a_missed_call_is_answered_by_its_agents_try_or_anybodys_talk(
	agent, direction, call_status, by, expected
):
	"""A call of nobody is answered by whoever tries."""
	assert incoming.answers_missed(agent, direction, call_status, by) is expected
