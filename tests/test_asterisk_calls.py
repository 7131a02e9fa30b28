"""One row a call from Asterisk's events: recordings of a real one, alone and interleaved, late, lost and repeated.

`events/asterisk_floor/*.jsonl` are recorded by dev.d/asterisk_record.py from the calls of asterisk/kinds_of_calls.py; the
first line of each says which Asterisk sent it.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.providers.asterisk import call_tracker, legs, unclicked_calls
from c2c_frappe.pbx.providers.asterisk import events as asterisk_events

sys.path.append(str(Path(__file__).parent / "asterisk"))
import kinds_of_calls
from kinds_of_calls import KINDS

LONG_AFTER = 10_000
NAMES = (
	"id name state creationtime caller peer channel transferee bridge channels number dialplan exten app_name app_data"
	" channelvars CHANNEL(linkedid) timestamp dialstatus dialstring tech_cause soft bridge_type"
).split()


def load(name):
	lines = (Path(__file__).parent / f"events/asterisk_floor/{name}.jsonl").read_text().splitlines()
	return [json.loads(line) for line in lines[1:]]


RECORDED = {name: load(name) for name in KINDS}
LOGGED = [name for name, kind in KINDS.items() if kind.direction not in ("", kinds_of_calls.INTERNAL)]
EACH = pytest.mark.parametrize("name", LOGGED)
LINKED = pytest.mark.parametrize("is_linked", [True, False], ids=["linkedid", "nothing"])


def extension_of(endpoint):
	found = re.fullmatch(r"PJSIP/(\d+)", endpoint)
	return found[1] if found else ""


def updates(events, tells_internal=False):
	tracker = call_tracker.CallTracker(extension_of, tells_internal)
	found = [update for event in events for update in tracker.feed(event)]
	return found + tracker.settle(LONG_AFTER)


def last_rows(events, tells_internal=False):
	"""Return {id: row} as each call was told of at last."""
	return {each.call_id: each.row for each in updates(events, tells_internal) if each.stage == "ended"}


def without_linkedid(events):
	return json.loads(json.dumps(events).replace(legs.LINKED, "other"))


def shown(row):
	"""Return what the table of kinds says of a row."""
	return {
		"direction": row.direction,
		"status": row.status,
		"extension": row.extension,
		"rang": " ".join(sorted(row.rang)),
		"called": row.called,
		"queue": row.queue,
		"ended_by": row.ended_by,
		"number": row.number,
		"then": row.then,
		"voicemail": row.is_voicemail,
	}


def expected(kind):
	return {name: getattr(kind, name) for name in kind._fields if name not in ("make", "also")}


def main_row(rows):
	"""Return the row of the call that began first."""
	return min(rows.values(), key=lambda row: row.started_at)


@EACH
@LINKED
def test_each_kind_of_call_is_its_row(name, is_linked):
	events = RECORDED[name] if is_linked else without_linkedid(RECORDED[name])
	rows = last_rows(events)
	assert shown(main_row(rows)) == expected(KINDS[name])
	assert len(rows) == 1 + bool(KINDS[name].also)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not kind.direction])
@LINKED
def test_a_click_is_told_of_by_no_row_of_its_own(name, is_linked):
	events = RECORDED[name] if is_linked else without_linkedid(RECORDED[name])
	assert updates(events, tells_internal=True) == []


@pytest.mark.parametrize(
	"name", [name for name, kind in KINDS.items() if kind.direction == kinds_of_calls.INTERNAL]
)
def test_internal_call_is_a_row_only_where_it_is_wanted(name):
	assert updates(RECORDED[name]) == []
	rows = last_rows(RECORDED[name], tells_internal=True)
	is_between_phones = bool(KINDS[name].status)
	assert [shown(row) for row in rows.values()] == ([expected(KINDS[name])] if is_between_phones else [])


@LINKED
@pytest.mark.parametrize("seed", range(20))
def test_six_calls_at_once_are_six_rows(is_linked, seed):
	"""The events of six calls as one socket brings them, each in its own order."""
	pick = random.Random(seed)  # noqa: S311  the same calls each time
	names = pick.sample(LOGGED, 6)
	streams = [renamed(RECORDED[name], f"c{number}") for number, name in enumerate(names)]
	if not is_linked:
		streams = [without_linkedid(stream) for stream in streams]
	rows = last_rows(interleaved(streams, pick))
	for number, name in enumerate(names):
		own = {call: row for call, row in rows.items() if call.startswith(f"c{number}")}
		assert shown(main_row(own)) == expected(KINDS[name]), name
	assert len(rows) == 6 + sum(KINDS[name].also for name in names)


def renamed(events, prefix):
	"""Return a stream with channels whose ids say which call it is of."""
	return json.loads(re.sub(r"lab-(\d+\.\d+)", rf"{prefix}-\1", json.dumps(events)))


def interleaved(streams, pick):
	left = [list(stream) for stream in streams]
	while any(left):
		yield pick.choice([stream for stream in left if stream]).pop(0)


@EACH
@LINKED
def test_order_of_a_moments_events_does_not_matter(name, is_linked):
	"""Asterisk sends what happens within some milliseconds in any order."""
	events = RECORDED[name] if is_linked else without_linkedid(RECORDED[name])
	whole = {call: shown(row) for call, row in last_rows(events).items()}
	for seed in range(10):
		shuffled = shuffle_moments(events, random.Random(seed))  # noqa: S311  the same orders each time
		assert {call: shown(row) for call, row in last_rows(shuffled).items()} == whole


def shuffle_moments(events, pick, milliseconds=5):
	"""Return events in another order of those that lie within so many milliseconds of each other."""
	groups = [[events[0]]]
	for event in events[1:]:
		is_near = millis(event) - millis(groups[-1][0]) <= milliseconds
		groups[-1].append(event) if is_near else groups.append([event])
	return list(itertools.chain.from_iterable(pick.sample(group, len(group)) for group in groups))


def millis(event):
	hours, minutes, seconds = event["timestamp"][11:23].split(":")
	return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)


@EACH
def test_event_that_comes_twice_changes_nothing(name):
	twice = [each for event in RECORDED[name] for each in (event, event)]
	assert last_rows(twice) == last_rows(RECORDED[name])


@EACH
@LINKED
def test_what_was_missed_is_not_made_up(name, is_linked):
	"""Of a stream that begins or breaks off anywhere: at most its rows, no talk nobody heard of, no other number."""
	events = RECORDED[name] if is_linked else without_linkedid(RECORDED[name])
	whole = last_rows(events)
	kind = KINDS[name]
	for cut in range(1, len(events)):
		for part in (events[cut:], events[:cut]):
			rows = last_rows(part)
			assert len(rows) <= len(whole) or not is_linked
			for row in rows.values():
				assert row.status != "Completed" or kind.status == "Completed"
				if row.direction == kind.direction and row.extension and not kind.also:
					assert row.extension in {kind.extension, kind.then, *kind.rang.split()}


@EACH
def test_a_call_rings_is_talked_in_and_ends_in_turn(name):
	for call, told in itertools.groupby(
		sorted(updates(RECORDED[name]), key=lambda each: each.call_id), key=lambda each: each.call_id
	):
		stages = [each.stage for each in told if each.is_new_stage]
		assert stages == sorted(set(stages), key=["ringing", "talking", "ended"].index), (call, stages)


def test_phones_that_stop_ringing_are_told_of():
	told = updates(RECORDED["a_group_rings"])
	assert [sorted(each.row.ringing) for each in told] == [["1101"], ["1101", "1102"], [], [], []]
	assert [sorted(each.row.talking) for each in told] == [[], [], ["1101"], [], []]
	assert [each.stopped for each in told] == [set(), set(), {"1102"}, {"1101"}, set()]


def test_phone_that_takes_a_transferred_call_rings_until_it_talks():
	told = updates(RECORDED["transferred_blind"])
	states = [("1102" in each.row.ringing, "1102" in each.row.talking) for each in told]
	own = [state for state, _repeats in itertools.groupby(states)]
	assert own == [(False, False), (True, False), (False, True), (False, False)]


def test_nothing_is_kept_of_calls_that_are_over():
	tracker = call_tracker.CallTracker(extension_of)
	for number, name in enumerate(KINDS):
		for event in renamed(RECORDED[name], f"c{number}"):
			tracker.feed(event)
	tracker.settle(LONG_AFTER)
	tracker.settle(2 * LONG_AFTER)
	assert not (len(tracker) or tracker._legs or tracker._calls)


@pytest.mark.parametrize(
	("prefixes", "dialed", "number"),
	[
		("", "900447700900121", "900447700900121"),
		("9", "900447700900121", "00447700900121"),
		("9, 900", "900447700900121", "447700900121"),
		("9;0", "+447700900121", "+447700900121"),
		("9", "9", "9"),
	],
)
def test_longest_prefix_of_the_account_is_taken_off(prefixes, dialed, number):
	assert unclicked_calls.without_prefix(dialed, prefixes) == number


@pytest.mark.parametrize(
	("pattern", "trunks", "endpoint", "extension"),
	[
		("PJSIP/{extension}", "", "PJSIP/1000", "1000"),
		("PJSIP/{extension}", "", "PJSIP/trunk", ""),
		("PJSIP/{extension}", "49301234, 1000", "PJSIP/1000", ""),
		("SIP/{extension}", "", "PJSIP/1000", ""),
		("PJSIP/web-{extension}", "", "PJSIP/web-1000", "1000"),
		("Local/{extension}@from-internal/n", "", "PJSIP/1000", "1000"),
		("Local/{extension}@from-internal/n", "", "SIP/1000", "1000"),
		("Local/{extension}@from-internal/n", "", "Local/1000@from-internal", ""),
	],
)
def test_phone_is_a_channel_of_the_endpoint_pattern(pattern, trunks, endpoint, extension):
	assert unclicked_calls.extension_finder(pattern, trunks)(endpoint) == extension


JSON = st.recursive(
	st.none()
	| st.booleans()
	| st.integers()
	| st.text(max_size=6)
	| st.sampled_from(["Up", "Local/a;1", "x/1"]),
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
	max_leaves=20,
)


@given(st.lists(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=9), max_size=6), st.randoms())
def test_any_events_are_read_without_an_error(payloads, pick):
	tracker = call_tracker.CallTracker(extension_of, tells_internal=True)
	for payload in payloads:
		tracker.feed({**payload, "type": pick.choice(asterisk_events.TYPES)})
	channels = [payload for payload in payloads if pick.random() < 0.5]
	tracker.resume(channels, payloads, 1)
	tracker.settle(LONG_AFTER)
