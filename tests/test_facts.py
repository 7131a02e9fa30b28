"""What a call's events change in its row: the same in every order, and never the way back."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import facts, status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.facts import CallState, changes

NOON = datetime(2026, 11, 23, 12, 0)
TIMES = st.none() | st.integers(0, 600).map(lambda s: NOON + timedelta(seconds=s))
KINDS = st.sampled_from(
	[
		("progress", status.RINGING),
		("progress", status.IN_PROGRESS),
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
		started_at=TIMES,
		ended_at=TIMES,
	),
	max_size=6,
)
DIALED = st.sampled_from(["accepted", "timeout", "pbx_rejected", "none_yet"]).map(status.of_dial)
STATES = st.builds(
	CallState,
	DIALED | st.just(status.BEGAN_AT_PBX),
	st.sampled_from(["", "leg-1"]),
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
	after = CallState(first.evidence or state.evidence, state.pbx_call_id, state.is_recording_deleted, known)
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
	state = CallState(status.of_dial("accepted"))
	found = changes(state, [CallEvent("end", status.BUSY, ended_at=NOON)])
	assert (found.evidence.status, found.is_final, found.facts) == (status.BUSY, True, {"ended_at": NOON})
