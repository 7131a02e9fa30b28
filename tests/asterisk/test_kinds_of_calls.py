"""Each kind of call that nobody clicked, made on the real Asterisk by phones that speak SIP: one row each."""

import re
import time

import asterisk_floor
import kinds_of_calls
import pytest
from kinds_of_calls import KINDS

from c2c_frappe.pbx.providers.asterisk.call_tracker import CallTracker


@pytest.fixture(scope="module")
def floor(lab):
	with asterisk_floor.on(lab) as started:
		yield started


def extension_of(endpoint):
	found = re.fullmatch(r"PJSIP/(\d+)", endpoint)
	return found[1] if found else ""


def rows_of(events, tells_internal=False):
	tracker = CallTracker(extension_of, tells_internal)
	found = [update for event in events for update in tracker.feed(event)] + tracker.settle(1000)
	return {each.call_id: each.row for each in found if each.stage == "ended"}


@pytest.mark.parametrize("name", KINDS)
def test_a_call_is_its_one_row(floor, name):
	kind = KINDS[name]
	rows = rows_of(floor.make(kind), tells_internal=kind.direction == kinds_of_calls.INTERNAL)
	rows = sorted(rows.values(), key=lambda row: row.started_at)
	assert len(rows) == bool(kind.status) + kind.also
	for row in rows[:1]:
		told = (row.direction, row.number, row.status, row.extension, row.ended_by, row.called, row.then)
		expected = (
			kind.direction,
			kind.number,
			kind.status,
			kind.extension,
			kind.ended_by,
			kind.called,
			kind.then,
		)
		assert told == expected
		assert set(row.rang) == set(kind.rang.split()) and row.queue == kind.queue


def test_talk_time_is_the_time_both_are_connected(floor):
	events = floor.make(
		kinds_of_calls.Kind(kinds_of_calls.comes_in("250", seconds=0.1), "Incoming", "Canceled")
	)
	assert all(row.answered_at is None for row in rows_of(events).values())
	began = time.monotonic()
	[row] = rows_of(floor.make(kinds_of_calls.Kind(kinds_of_calls.comes_in("230", talks=1), "", ""))).values()
	talked = (row.ended_at - row.answered_at).total_seconds()
	# The queue had answered half a second and more before the phone was picked up.
	assert 0.8 < talked < 1.5 < time.monotonic() - began
