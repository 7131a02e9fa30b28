"""What a call's events come to: each fact from the best source, and what changes in the call's row. Pure.

Order, repetition and loss of events cannot change the facts: each is the one of the best evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.events import CallEvent

FACTS = (
	"answered_at", "ended_at", "duration", "recording_url", "pbx_call_id", "called_number", "queue", "transferred_to",
	"ended_by",
)  # fmt: skip
# Of a call that began at the PBX its events alone say where and when; of one dialed here the row knows better.
ORIGIN = ("extension", "number", "started_at")
_SOURCES = ("progress", "attempt", "end", "record")
_TALK = ("answered_at", "duration")


@dataclass(frozen=True)
class CallState:
	"""What the row of a call says before its events are looked at.

	`has_talk` when it holds an answer or a talk time. `origin` is None for a call that was dialed here; of one that began at the PBX the values of ORIGIN, times in UTC
	without a zone.
	"""

	evidence: status.Evidence
	pbx_call_id: str = ""
	is_recording_deleted: bool = False
	has_talk: bool = False
	origin: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Changes:
	"""What changes in a call's row: `facts` and `origin` by name, times in UTC without a zone.

	A fact that is None is taken back. `evidence` is None while the status stays; `is_over` says that the call has ended.
	"""

	facts: dict[str, object] = field(default_factory=dict)
	origin: dict[str, object] = field(default_factory=dict)
	evidence: status.Evidence | None = None
	is_over: bool = False


def changes(state: CallState, events: Sequence[CallEvent]) -> Changes:
	"""Return what all the events of a call change in its row: the best status, and each fact from the best source."""
	best = status.best([state.evidence, *filter(None, [outcome(events)])])
	facts = fold(events)
	if state.has_talk and best.status in status.NOT_COMPLETED:
		facts.update(dict.fromkeys(_TALK))
	if state.pbx_call_id:
		# The dial's own reply named the call; an event may know it by another leg's id.
		facts.pop("pbx_call_id", None)
	if state.is_recording_deleted:
		facts.pop("recording_url", None)
	row_origin = state.origin
	event_origin = origin(events) if row_origin is not None else {}
	moved = {name: value for name, value in event_origin.items() if value != (row_origin.get(name) or "")}
	evidence = best if best != state.evidence else None
	if best.status == status.UNKNOWN and "ended_at" not in facts:
		facts.update(_end_heard_of(events))
	is_over = status.is_over(best.status, facts.get("ended_at"))
	return Changes(facts, moved, evidence, is_over)


def outcome(events: Sequence[CallEvent]) -> status.Evidence | None:
	"""Return the status that all events of a call come to, None when they say nothing of it.

	While it goes on, what came of attempts to reach the customer decides nothing: the next one may be answered. Once it
	has ended and its end names no cause, talk makes it Completed, else the best attempt counts, else it is Unknown.
	"""
	evidence = [event.evidence for event in events if event.evidence]
	if any(event.is_end for event in events):
		evidence += [
			_attempted(event)
			for event in events
			if event.source == "attempt" and event.status in status.FINAL
		]
		if any(event.has_talk for event in events):
			evidence.append(status.event_evidence("attempt", status.COMPLETED))
		elif any(_rang_in_vain(event) for event in events):
			evidence.append(status.event_evidence("attempt", status.NO_ANSWER))
	return max(evidence, default=None)


def _attempted(event: CallEvent) -> status.Evidence:
	return status.event_evidence("attempt", event.status, event.failure_code)


def _rang_in_vain(event: CallEvent) -> bool:
	"""Whether a call that came in ended without a cause and, as the PBX states, without a second of talk.

	So did any that nobody talks in, of a PBX that reports each answer.
	"""
	is_untalked = event.direction == "Incoming" and event.duration == 0
	return event.is_end and (is_untalked or event.reports_answers)


def fold(events: Sequence[CallEvent], names: Iterable[str] = FACTS) -> dict[str, object]:
	"""Return each of these facts that any event states: the record's over an end event's over progress.

	Within one source the one of the better status wins, then the larger, which is as good as any and the same in
	every order; of several answers the first, for a later one is another phone's. A talk time that none states is the
	time from the customer's answer to the end; a call in which nobody talked has neither.
	"""
	facts: dict[str, tuple] = {}
	for event in events:
		rank = (_SOURCES.index(event.source), event.evidence.rank if event.evidence else 0)
		for name in names:
			value = getattr(event, name)
			if value not in ("", None):
				facts[name] = _better(name, facts.get(name, ((-1, 0), value)), (rank, value))
	values = {name: value for name, (_rank, value) in facts.items()}
	evidence = outcome(events)
	if evidence and evidence.status in status.NOT_COMPLETED:
		return {name: value for name, value in values.items() if name not in _TALK}
	if "duration" not in values and {"answered_at", "ended_at"} <= values.keys():
		values["duration"] = max(0, round((values["ended_at"] - values["answered_at"]).total_seconds()))
	return values


def _end_heard_of(events: Sequence[CallEvent]) -> dict[str, datetime]:
	"""Return when a call ended that is over, how is unknown, and of whose end no time is named: when it was first read."""
	moments = [event.read_at for event in events if event.is_end and event.read_at]
	return {"ended_at": min(moments)} if moments else {}


def _better(name: str, one: tuple, other: tuple) -> tuple:
	if name == "answered_at" and one[0] == other[0]:
		return min(one, other)
	return max(one, other)


def origin(events: Sequence[CallEvent]) -> dict[str, object]:
	"""Return ORIGIN as `fold` does; a call whose start nothing tells began when it is first heard of."""
	moments = [event.known_at for event in events if event.known_at]
	return {**({"started_at": min(moments)} if moments else {}), **fold(events, ORIGIN)}
