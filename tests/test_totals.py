"""What a report makes of calls: how often customers were reached, of the calls that they could have answered."""

import pytest

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.totals import tally, total

RESULTS = {
	"Completed": "answered",
	"In Progress": "answered",
	"No Answer": "no_answer",
	"Busy": "busy",
	"Canceled": "canceled",
	"Failed": "failed",
	"Unknown": "unclear",
	"Unconfirmed": "unclear",
	"Requested": "unclear",
	"Ringing": "unclear",
	"Dialing": "unclear",
}
COUNTS = {*RESULTS.values(), "agent_missed", "refused"}


def counted(totals) -> dict[str, int]:
	return {name: getattr(totals, name) for name in COUNTS if getattr(totals, name)}


@pytest.mark.parametrize("call_status", status.ALL)
def test_each_status_counts_once(call_status):
	totals = tally([("ann", "Outgoing", call_status, "", 3, 0)])["ann"]
	assert counted(totals) == {RESULTS[call_status]: 3}


@pytest.mark.parametrize(
	("code", "expected"),
	[("agent_unreachable", "agent_missed"), ("no_extension", "refused"), ("timeout", "failed")],
)
def test_failures_are_told_apart(code, expected):
	assert counted(tally([("ann", "Outgoing", "Failed", code, 1, 0)])["ann"]) == {expected: 1}


def test_what_no_customer_could_answer_does_not_lower_the_connect_rate():
	rows = [("ann", "Outgoing", "Completed", "", 2, 60), ("ann", "Outgoing", "No Answer", "", 2, 0)]
	assert tally(rows)["ann"].connect_rate == 50
	rows += [
		("ann", "Outgoing", "Canceled", "", 5, 0),
		("ann", "Outgoing", "Failed", "agent_unreachable", 3, 0),
		("ann", "Outgoing", "Failed", "bad_credentials", 2, 0),
	]
	totals = tally([*rows, ("ann", "Outgoing", "Failed", "do_not_call", 4, 0)])["ann"]
	assert (totals.connect_rate, totals.placed, totals.talk_seconds) == (50, 14, 60)


def test_nobody_was_called_is_no_rate():
	assert tally([("ann", "Outgoing", "Canceled", "", 1, 0)])["ann"].connect_rate == 0


def test_calls_that_came_in_stand_apart():
	"""Neither do they lower the rate of those placed, nor are they placed; together they make the average talk."""
	rows = [("ann", "Outgoing", "Completed", "", 1, 60), ("ann", "Incoming", "Completed", "", 2, 120)]
	rows += [("ann", "Incoming", "No Answer", "", 3, 0), ("ann", "Incoming", "Unknown", "", 1, 0)]
	totals = tally(rows)["ann"]
	assert (totals.placed, totals.answered, totals.connect_rate, totals.talk_seconds) == (1, 1, 100, 60)
	assert (totals.incoming, totals.incoming_answered, totals.missed, totals.incoming_talk_seconds) == (
		6,
		2,
		3,
		120,
	)
	assert (totals.all_talk_seconds, totals.talked, totals.average_talk_seconds) == (180, 3, 60)


def test_calls_within_the_house_are_of_no_group():
	assert tally([("ann", "Internal", "Completed", "", 1, 60)]) == {}
	assert total([("ann", "Internal", "Completed", "", 1, 60)]).talked == 0


def test_the_total_is_of_all_groups():
	rows = [("ann", "Outgoing", "Completed", "", 1, 60), ("bob", "Outgoing", "Busy", "", 1, 0)]
	assert (total(rows).placed, total(rows).connect_rate) == (2, 50)
