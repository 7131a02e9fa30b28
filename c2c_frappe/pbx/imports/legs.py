"""Several rows of one call, one for each phone it rang or was passed on to, as one call record. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.imports.rows import FileRecord


def merge(legs: Sequence[FileRecord]) -> FileRecord:
	"""Return the one call of legs with one id: their first start, their best result, all their talk.

	Its phone is the first that was answered, else the first that rang.
	"""
	if len(legs) == 1:
		return legs[0]
	by_start = sorted(legs, key=lambda leg: leg.event.started_at)
	events = [leg.event for leg in by_start]
	best = max(events, key=_weight)
	first = events[0]
	ordered = [best, *events]
	named = next((each for each in events if each.number and each.direction == first.direction), first)
	event = replace(
		best,
		started_at=first.started_at,
		direction=first.direction,
		extension=_first_of(each.extension for each in ordered),
		number=named.number,
		other_numbers=named.other_numbers,
		answered_at=min((each.answered_at for each in events if each.answered_at), default=None),
		ended_at=max((each.ended_at for each in events if each.ended_at), default=None),
		duration=talk(events),
		recording_url=_first_of(each.recording_url for each in ordered),
	)
	notes = dict.fromkeys(note for leg in by_start for note in leg.notes)
	return replace(by_start[0], event=event, row=_rows(by_start), notes=tuple(notes))


def _weight(event: CallEvent) -> int:
	return event.evidence.rank if event.evidence else 0


def _first_of(texts: Iterable[str]) -> str:
	return next((each for each in texts if each), "")


def _rows(legs: Sequence[FileRecord]) -> dict[str, object]:
	"""Return the cells of all legs, those of the second with a 2 to their names, and so on."""
	cells = {}
	for number, leg in enumerate(legs, 1):
		cells.update({name if number == 1 else f"{name} {number}": cell for name, cell in leg.row.items()})
	return cells


def talk(events: Iterable[CallEvent]) -> int | None:
	"""Return the seconds in which anybody spoke, None when no leg says: two legs at one time count once."""
	timed = [each for each in events if each.duration is not None]
	if not timed:
		return None
	total, heard_until = timedelta(), datetime.min
	for begin, end in sorted(_span(each) for each in timed):
		total += max(timedelta(), end - max(begin, heard_until))
		heard_until = max(heard_until, end)
	return round(total.total_seconds())


def _span(event: CallEvent) -> tuple[datetime, datetime]:
	"""Return from when to when a leg's talk was; without a time of answer or end it began with the leg."""
	lasted = timedelta(seconds=event.duration)
	if event.answered_at:
		begin = event.answered_at
	elif event.ended_at and event.status == status.COMPLETED:
		begin = event.ended_at - lasted
	else:
		begin = event.started_at
	return begin, begin + lasted
