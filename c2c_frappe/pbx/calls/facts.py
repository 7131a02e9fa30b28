"""What a call's events come to: each fact from the best source, and what changes in the call's row. Pure.

Order, repetition and loss of events cannot change the facts: each is the one of the best evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.events import CallEvent

FACTS = ("answered_at", "ended_at", "duration", "recording_url", "pbx_call_id")
# Of a call that began at the PBX its news alone say where and when; of one dialled here the row knows better.
ORIGIN = ("extension", "number", "started_at")
_SOURCES = ("progress", "end", "record")


@dataclass(frozen=True)
class CallState:
	"""What the row of a call says before its events are looked at.

	`origin` is None for a call that was dialed here; of one that began at the PBX the values of ORIGIN, times in UTC
	without a zone.
	"""

	evidence: status.Evidence
	pbx_call_id: str = ""
	is_recording_deleted: bool = False
	origin: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Changes:
	"""What changes in a call's row: `facts` and `origin` by name, times in UTC without a zone.

	`evidence` is None while the status stays; `is_final` says that nothing more is expected of the call.
	"""

	facts: dict[str, object] = field(default_factory=dict)
	origin: dict[str, object] = field(default_factory=dict)
	evidence: status.Evidence | None = None
	is_final: bool = False


def changes(state: CallState, events: Sequence[CallEvent]) -> Changes:
	"""Return what all the events of a call change in its row: the best status, and each fact from the best source."""
	best = status.best([state.evidence, *(event.evidence for event in events if event.evidence)])
	facts = fold(events)
	if state.pbx_call_id:
		# The dial's own reply named the call; an event may know it by another leg's id.
		facts.pop("pbx_call_id", None)
	if state.is_recording_deleted:
		facts.pop("recording_url", None)
	known = state.origin
	found = origin(events) if known is not None else {}
	moved = {name: value for name, value in found.items() if value != (known.get(name) or "")}
	evidence = best if best != state.evidence else None
	return Changes(facts, moved, evidence, status.is_final(best.status))


def fold(events: Iterable[CallEvent], names: Iterable[str] = FACTS) -> dict[str, object]:
	"""Return each of these facts that any event states: the record's over an end event's over progress.

	Within one source the one of the better status wins, then the larger, which is as good as any and the same in
	every order. A talk time that none states is the time from the customer's answer to the end.
	"""
	facts: dict[str, tuple] = {}
	for event in events:
		rank = (_SOURCES.index(event.source), event.evidence.rank if event.evidence else 0)
		for name in names:
			value = getattr(event, name)
			if value not in ("", None):
				facts[name] = max(facts.get(name, ((-1, 0), value)), (rank, value))
	known = {name: value for name, (_rank, value) in facts.items()}
	if "duration" not in known and {"answered_at", "ended_at"} <= known.keys():
		known["duration"] = max(0, round((known["ended_at"] - known["answered_at"]).total_seconds()))
	return known


def origin(events: Sequence[CallEvent]) -> dict[str, object]:
	"""Return ORIGIN as `fold` does; a call whose start nothing tells began when it is first heard of."""
	moments = [event.known_at for event in events if event.known_at]
	return {**({"started_at": min(moments)} if moments else {}), **fold(events, ORIGIN)}
