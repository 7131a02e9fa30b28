"""Which call an event is about. Pure; an ambiguous event belongs to no call, never to a guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from c2c_frappe.pbx.calls.events import CallEvent

# A PBX's clock may be off, and the agent may take a while to pick up.
BEFORE = timedelta(seconds=60)
AFTER = timedelta(minutes=3)
# A PBX that tells times in whole seconds leaves out the rest.
WHOLE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Candidate:
	"""A call of the event's account that may be meant; `requested_at` in UTC without a zone.

	`is_without_events` while no event has told of it: then the PBX's id is the one the dial's reply gave, if any. `direction` as
	in a CallEvent.
	"""

	name: str
	pbx_call_id: str
	extension: str
	number: str
	requested_at: datetime
	is_without_events: bool = False
	direction: str = "Outgoing"


def match(event: CallEvent, candidates: Sequence[Candidate]) -> str:
	"""Return the name of the one call the event is about, "" when none or several would fit.

	Our own key decides; else the PBX's call id; else extension, number and time together. Dials of one agent to one
	number do not overlap: of several that fit, an event is about the last that was placed before it.
	"""
	if event.call:
		return _only(c for c in candidates if c.name == event.call)
	by_id = [c for c in candidates if event.pbx_call_id and c.pbx_call_id == event.pbx_call_id]
	if event.began_at_pbx:
		return _only(by_id)
	return _only(by_id) if by_id else _only(_in_turn(event, [c for c in candidates if _fits(event, c)]))


def _in_turn(event: CallEvent, dials: Sequence[Candidate]) -> list[Candidate]:
	"""Return the last of these dials that was placed when the event's call started, else the first."""
	moments = [dial.requested_at for dial in dials]
	before = [moment for moment in moments if moment <= event.started_at + WHOLE_SECOND]
	chosen = max(before) if before else min(moments, default=None)
	return [dial for dial in dials if dial.requested_at == chosen]


def _fits(event: CallEvent, candidate: Candidate) -> bool:
	if not (event.extension and event.number and event.started_at):
		return False
	if not event.direction == candidate.direction == "Outgoing":
		return False
	is_other_call = bool(candidate.pbx_call_id and event.pbx_call_id)
	is_same = candidate.extension == event.extension and candidate.number in event.numbers
	return is_same and _is_near(event, candidate) and not is_other_call


def is_new_pbx_call(event: CallEvent, candidates: Sequence[Candidate]) -> bool:
	"""Whether the event is of a call that began at the PBX: no call of ours can be the one.

	Of a call whose direction nobody knows no row is made. A masked number may be anybody's, and the id of a call no event
	told of may be another leg's. Of a call that came in nobody may say at whose phone; it is never one that was dialed,
	however soon the customer calls back.
	"""
	is_placed = bool(event.extension) or event.direction == "Incoming"
	if event.call or not is_placed or not event.known_at or not event.direction:
		return False
	return event.began_at_pbx or not any(_may_be(event, candidate) for candidate in candidates)


def _may_be(event: CallEvent, candidate: Candidate) -> bool:
	ids = {candidate.pbx_call_id, event.pbx_call_id} - {""}
	extensions = {candidate.extension, event.extension} - {""}
	is_other_call = len(ids) == 2 and not candidate.is_without_events
	is_other_number = bool(candidate.number and event.number) and candidate.number not in event.numbers
	is_other_phone = len(extensions) == 2 or is_other_number
	is_same_way = event.direction == candidate.direction
	return is_same_way and not is_other_call and not is_other_phone and _is_near(event, candidate)


def _is_near(event: CallEvent, candidate: Candidate) -> bool:
	return -BEFORE <= event.known_at - candidate.requested_at <= AFTER


def _only(candidates) -> str:
	names = [candidate.name for candidate in candidates]
	return names[0] if len(names) == 1 else ""
