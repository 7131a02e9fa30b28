"""News of a call: whatever the order and repetition, the same facts and the same status."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import events as news
from c2c_frappe.pbx.calls import facts, status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.matching import Candidate, is_new_pbx_call, match

NOON = datetime(2026, 11, 23, 12, 0)
TIMES = st.none() | st.integers(0, 600).map(lambda s: NOON + timedelta(seconds=s))
PROGRESS = st.sampled_from(["", status.RINGING, status.IN_PROGRESS]).map(lambda s: ("progress", s))
ENDS = st.tuples(
	st.sampled_from(["end", "record"]),
	st.sampled_from(["", status.COMPLETED, status.BUSY, status.NO_ANSWER, status.CANCELED, status.FAILED]),
)
ATTEMPTS = st.sampled_from([status.BUSY, status.NO_ANSWER, status.FAILED]).map(lambda s: ("attempt", s))
EVENTS = st.lists(
	st.builds(
		lambda kind, **values: CallEvent(*kind, **values),
		PROGRESS | ENDS | ATTEMPTS,
		direction=st.sampled_from(["Outgoing", "Incoming", ""]),
		answered_at=TIMES,
		ended_at=TIMES,
		duration=st.none() | st.integers(0, 600),
		recording_url=st.sampled_from(["", "https://a/1", "https://a/2"]),
		extension=st.sampled_from(["", "1000", "1001"]),
		number=st.sampled_from(["", "+447700900123", "+12025550147"]),
		started_at=TIMES,
	),
	max_size=8,
)


def _status(events) -> status.Evidence:
	return facts.outcome(events) or status.dial_evidence("none_yet")


@given(EVENTS, st.randoms(), st.integers(1, 3))
def test_any_order_and_repetition_of_the_same_news_ends_in_the_same_facts(events, random, times):
	shuffled = events * times
	random.shuffle(shuffled)
	assert facts.fold(shuffled) == facts.fold(events)
	assert facts.origin(shuffled) == facts.origin(events)
	assert _status(shuffled) == _status(events)


@given(EVENTS)
def test_an_event_is_read_back_as_it_was_stored(events):
	stored = [(event.as_stored(), event.recording_url) for event in events]
	assert [news.from_stored(*each) for each in stored] == events
	assert not [each for each, _url in stored if "recording_url" in each]


def test_a_call_record_outweighs_an_end_event_and_that_outweighs_progress():
	progress = CallEvent("progress", status.IN_PROGRESS, answered_at=NOON, duration=900)
	end = CallEvent("end", status.BUSY, duration=0)
	record = CallEvent("record", status.COMPLETED, duration=30)
	assert _status([progress, end, record]).status == status.COMPLETED
	assert facts.fold([record, progress, end]) == {"answered_at": NOON, "duration": 30}


def test_the_phone_that_was_picked_up_outweighs_one_that_only_rang():
	rang = CallEvent("progress", status.RINGING, extension="1001")
	answered = CallEvent("progress", status.IN_PROGRESS, extension="1000")
	assert facts.fold([answered, rang], facts.ORIGIN) == {"extension": "1000"}


@pytest.mark.parametrize(
	("told", "expected"),
	[
		(CallEvent("progress", status.RINGING), {"started_at": NOON}),
		(CallEvent("progress", status.IN_PROGRESS), {"answered_at": NOON}),
		(CallEvent("end", ""), {"ended_at": NOON}),
		(CallEvent("end", ended_at=NOON - timedelta(1)), {"ended_at": NOON - timedelta(1)}),
		(CallEvent("record", status.BUSY), {}),
		(CallEvent("progress"), {}),
	],
)
def test_news_without_a_time_of_its_own_is_dated_by_when_it_came(told, expected):
	dated = news.dated(told, NOON)
	names = ("started_at", "answered_at", "ended_at")
	assert {name: getattr(dated, name) for name in names if getattr(dated, name)} == expected


def test_proof_of_a_call_outweighs_a_dial_that_was_called_failed():
	failed = status.dial_evidence("pbx_rejected")
	assert status.best([CallEvent("progress", status.RINGING).evidence, failed]).status == status.RINGING


def call(name, **values):
	known = {"pbx_call_id": "", "extension": "1000", "number": "+447700900123", "requested_at": NOON}
	return Candidate(name, **{**known, **values})


def later(name, seconds, **values):
	return call(name, requested_at=NOON + timedelta(seconds=seconds), **values)


def start(**values):
	known = {"extension": "1000", "number": "+447700900123", "started_at": NOON + timedelta(seconds=5)}
	return CallEvent("progress", **{**known, **values})


@pytest.mark.parametrize(
	("event", "calls", "matched"),
	[
		(start(call="b"), [call("a"), call("b", number="+15550100")], "b"),
		(start(call="z"), [call("a")], ""),
		(start(pbx_call_id="7"), [call("a", pbx_call_id="7", extension="9"), call("b")], "a"),
		(start(), [call("a"), call("b", extension="1001")], "a"),
		(start(), [call("a"), call("b")], ""),
		(start(), [call("a"), later("b", 30)], "a"),
		(start(started_at=NOON + timedelta(seconds=31)), [call("a"), later("b", 30)], "b"),
		# Told in whole seconds.
		(start(started_at=NOON + timedelta(seconds=30)), [call("a"), later("b", 30.9)], "b"),
		# The PBX's clock is behind: the first one is the nearest.
		(start(started_at=NOON - timedelta(seconds=20)), [call("a"), later("b", 30)], "a"),
		(start(pbx_call_id="7"), [call("a", pbx_call_id="8"), later("b", 3)], "b"),
		(start(), [call("a", direction="Incoming")], ""),
		(start(pbx_call_id="7"), [call("a", pbx_call_id="8")], ""),
		(start(pbx_call_id="7"), [call("a")], "a"),
		(start(), [call("a", requested_at=NOON - timedelta(minutes=10))], ""),
		(start(direction="Incoming"), [call("a")], ""),
		(start(number=""), [call("a", number="")], ""),
		(start(started_at=None), [call("a")], ""),
		(start(), [], ""),
	],
)
def test_an_event_belongs_to_exactly_one_call_or_to_none(event, calls, matched):
	assert match(event, calls) == matched
	assert match(event, calls[::-1]) == matched


def incoming(**values):
	return start(**{"direction": "Incoming", "pbx_call_id": "9", **values})


@pytest.mark.parametrize(
	("event", "calls", "is_new"),
	[
		(incoming(), [], True),
		(incoming(extension=""), [], True),
		(start(extension="", pbx_call_id="9"), [], False),
		(incoming(started_at=None), [], False),
		(incoming(started_at=None, ended_at=NOON), [], True),
		(incoming(call="abc"), [], False),
		# A customer calls back at once, whatever is known of the call that was dialed.
		(incoming(), [call("a")], True),
		(incoming(extension=""), [call("a")], True),
		(incoming(number=""), [call("a", is_without_events=True)], True),
		(incoming(), [call("a", pbx_call_id="8", is_without_events=True)], True),
		(incoming(), [call("a", pbx_call_id="8")], True),
		# Another event of a call that came in, until its id is known.
		(incoming(pbx_call_id=""), [call("a", pbx_call_id="8", direction="Incoming")], False),
		(incoming(), [call("a", pbx_call_id="8", direction="Incoming")], True),
		# One that was dialed at the phone may be the click, until the click's id is known.
		(start(pbx_call_id="9"), [call("a")], False),
		(start(pbx_call_id="9"), [call("a", pbx_call_id="8", is_without_events=True)], False),
		(start(pbx_call_id="9"), [call("a", pbx_call_id="8", direction="Incoming")], True),
		(incoming(number="+12025550147"), [call("a")], True),
		(incoming(extension="1001"), [call("a")], True),
		# A direction nobody knows: no row, and it is read back as unknown.
		(incoming(direction=""), [], False),
		(incoming(), [call("a", requested_at=NOON - timedelta(minutes=10))], True),
	],
)
def test_news_is_of_a_call_that_began_at_the_pbx_only_when_no_call_of_ours_can_be_the_one(
	event, calls, is_new
):
	assert is_new_pbx_call(event, calls) is is_new
