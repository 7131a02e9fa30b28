"""What a call's events change in its row: the same in every order, and never the way back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import events, facts, status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.facts import CallState, changes

NOON = datetime(2026, 11, 23, 12, 0)
TIMES = st.none() | st.integers(0, 600).map(lambda s: NOON + timedelta(seconds=s))
KINDS = st.sampled_from(
	[
		("progress", status.RINGING),
		("progress", status.IN_PROGRESS),
		("attempt", status.NO_ANSWER),
		("attempt", status.FAILED),
		("end", ""),
		("end", status.BUSY),
		("end", status.COMPLETED),
		("record", status.NO_ANSWER),
	]
)
EVENTS = st.lists(
	st.builds(
		lambda kind, **values: CallEvent(*kind, **values),
		KINDS,
		pbx_call_id=st.sampled_from(["", "leg-1", "leg-2"]),
		extension=st.sampled_from(["", "1000", "1001"]),
		number=st.sampled_from(["", "+447700900123"]),
		recording_url=st.sampled_from(["", "https://a/1"]),
		direction=st.sampled_from(["Outgoing", "Incoming"]),
		started_at=TIMES,
		answered_at=TIMES,
		ended_at=TIMES,
		duration=st.sampled_from([None, 0, 25]),
		read_at=TIMES,
	),
	max_size=6,
)
DIALED = st.sampled_from(["accepted", "timeout", "pbx_rejected", "none_yet"]).map(status.dial_evidence)
STATES = st.builds(
	CallState,
	DIALED | st.just(status.PBX_ORIGINATED),
	st.sampled_from(["", "leg-1"]),
	st.booleans(),
	st.booleans(),
	st.none() | st.just({"extension": "1000", "number": "", "started_at": NOON}),
)


@given(STATES, EVENTS, st.randoms())
def test_order_of_events_changes_nothing(state, events, random):
	"""Whatever the order a socket delivers them in, the same events change the same."""
	shuffled = [*events]
	random.shuffle(shuffled)
	assert changes(state, shuffled) == changes(state, events)


@given(STATES, EVENTS, EVENTS)
def test_more_events_never_lower_the_evidence(state, events, later):
	"""What is known after some events is known after more of them, or something better is."""
	first = changes(state, events).evidence or state.evidence
	second = changes(state, [*events, *later]).evidence or state.evidence
	assert state.evidence.rank <= first.rank <= second.rank


@given(STATES, EVENTS)
def test_applying_the_same_events_twice_changes_no_status(state, events):
	"""A row that was brought up to its events has nothing more to learn from them of its status and origin."""
	first = changes(state, events)
	known = None if state.origin is None else {**state.origin, **first.origin}
	after = CallState(
		first.evidence or state.evidence, state.pbx_call_id, state.is_recording_deleted, state.has_talk, known
	)
	assert (changes(after, events).evidence, changes(after, events).origin) == (None, {})


@given(STATES, EVENTS)
def test_what_the_row_knows_better_stays(state, events):
	"""The dial's own id, a deleted recording, and the origin of a dialed call are not the events' to change."""
	found = changes(state, events)
	assert not (state.pbx_call_id and "pbx_call_id" in found.facts)
	assert not (state.is_recording_deleted and "recording_url" in found.facts)
	assert not (state.origin is None and found.origin)
	assert set(found.facts) <= set(facts.FACTS) and set(found.origin) <= set(facts.ORIGIN)


def test_a_busy_end_is_final_and_says_so():
	"""The dial key of a call that is over is freed by what `changes` says."""
	state = CallState(status.dial_evidence("accepted"))
	found = changes(state, [CallEvent("end", status.BUSY, ended_at=NOON)])
	assert (found.evidence.status, found.is_over, found.facts) == (status.BUSY, True, {"ended_at": NOON})


@pytest.mark.parametrize("source", ["end", "record"])
def test_an_end_without_its_time_ends_when_it_was_read(source):
	"""Such an end is of a call that is over; a time that anything names is better than that of reading."""
	state, bare = CallState(status.dial_evidence("accepted")), CallEvent(source, read_at=later(300))
	found = changes(state, [bare, CallEvent(source, read_at=later(600))])
	assert (found.evidence.status, found.is_over) == (status.UNKNOWN, True)
	assert found.facts["ended_at"] == later(300)
	assert changes(state, [bare, CallEvent("end", ended_at=later(60))]).facts["ended_at"] == later(60)
	assert changes(state, [CallEvent("progress", status.RINGING, read_at=NOON)]).facts == {}


def test_only_an_end_without_its_time_gets_that_of_reading():
	"""A call that goes on has not ended when that was read, nor one whose end has a time."""
	assert events.heard(CallEvent("record"), NOON).read_at == NOON
	for other in (
		CallEvent("progress", status.RINGING),
		CallEvent("attempt"),
		CallEvent("end", ended_at=NOON),
	):
		assert events.heard(other, NOON) == other
	stored = events.heard(CallEvent("end"), NOON)
	assert events.from_stored(stored.as_stored()) == stored


def later(seconds):
	return NOON + timedelta(seconds=seconds)


ANSWER = CallEvent("progress", status.IN_PROGRESS, answered_at=NOON)
NO_CAUSE = CallEvent("end", ended_at=later(60))
IN_VAIN = CallEvent("end", direction="Incoming", ended_at=later(60), duration=0)


@pytest.mark.parametrize(
	("events", "expected", "talk"),
	[
		([CallEvent("progress", status.RINGING), NO_CAUSE], status.UNKNOWN, None),
		([NO_CAUSE], status.UNKNOWN, None),
		([ANSWER, NO_CAUSE], status.COMPLETED, 60),
		([CallEvent("end", ended_at=later(60), duration=25)], status.COMPLETED, 25),
		([CallEvent("end", answered_at=NOON, ended_at=later(60))], status.COMPLETED, 60),
		([CallEvent("record", ended_at=later(60))], status.UNKNOWN, None),
		([CallEvent("record", ended_at=later(60), duration=25)], status.COMPLETED, 25),
		# Whatever tells how it ended outweighs that.
		([NO_CAUSE, CallEvent("end", status.BUSY)], status.BUSY, None),
		# Nobody's phone was picked up, as the PBX states by billing nothing.
		([IN_VAIN], status.NO_ANSWER, None),
		([IN_VAIN, CallEvent("end", status.CANCELED)], status.CANCELED, None),
		([ANSWER, IN_VAIN], status.COMPLETED, 0),
	],
)
def test_an_end_without_a_cause_is_an_end(events, expected, talk):
	"""CommPeak's NORMAL_CLEARING and Primevox's HangupCall say that a call is over, and not how."""
	for row in ("accepted", "timeout"):
		found = changes(CallState(status.dial_evidence(row)), events)
		assert (found.evidence.status, found.is_over) == (expected, True)
		assert found.facts.get("duration") == talk


@pytest.mark.parametrize("ended", sorted(status.NOT_COMPLETED))
def test_a_call_nobody_answered_has_no_talk_time(ended):
	"""`answer` and then `end` NO_ANSWER, and a file's row `25, No Answer`: 25 seconds rang."""
	end = CallEvent("end", ended, ended_at=later(25))
	listed = CallEvent("record", ended, duration=25, answered_at=NOON, ended_at=later(25))
	assert facts.fold([ANSWER, end]) == facts.fold([listed]) == {"ended_at": later(25)}
	# What the row had of it while the call went on is taken back.
	state = CallState(status.event_evidence("progress", status.IN_PROGRESS), has_talk=True)
	assert changes(state, [ANSWER, end]).facts == {
		"answered_at": None,
		"duration": None,
		"ended_at": later(25),
	}


def test_a_second_answer_does_not_shorten_the_talk():
	"""A colleague who is consulted, or a phone that is picked up later, is not the customer."""
	second = CallEvent("progress", status.IN_PROGRESS, answered_at=later(30))
	assert facts.fold([second, ANSWER, NO_CAUSE])["duration"] == 60


ATTEMPTS = [CallEvent("attempt", status.FAILED, "pbx_rejected"), CallEvent("attempt", status.BUSY)]


def test_an_attempt_that_failed_decides_nothing_before_the_end():
	"""A second trunk may connect what the first refused; only of a call that is over the best attempt tells."""
	rings = CallEvent("progress", status.RINGING)
	state = CallState(status.dial_evidence("accepted"))
	assert changes(state, ATTEMPTS) == facts.Changes()
	assert changes(state, [*ATTEMPTS, rings]).evidence.status == status.RINGING
	assert changes(state, [*ATTEMPTS, rings, NO_CAUSE]).evidence.status == status.BUSY
	assert changes(state, [*ATTEMPTS, ANSWER, NO_CAUSE]).evidence.status == status.COMPLETED
	nobody = CallEvent("end", status.FAILED, "misconfigured")
	assert changes(state, [*ATTEMPTS[:1], nobody]).evidence.failure_code == "pbx_rejected"
	assert changes(state, [nobody]).evidence.failure_code == "misconfigured"
