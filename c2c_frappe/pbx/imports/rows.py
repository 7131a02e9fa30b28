"""A row of a file as a call record: its times, its numbers, its result. Pure; stores nothing and guesses no date."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from c2c_frappe.pbx.calls import status, values
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import CallRecord
from c2c_frappe.pbx.imports import parties, times
from c2c_frappe.pbx.imports.cells import BrokenRowError, Cells, InternalCallError, text
from c2c_frappe.pbx.imports.columns import MEANINGS
from c2c_frappe.pbx.imports.dialects import USUAL, Dialect
from c2c_frappe.pbx.imports.parties import Parties
from c2c_frappe.pbx.imports.times import DAY_FIRST, MONTH_FIRST
from c2c_frappe.pbx.imports.vocabulary import ENDED, INTERNAL, RESULTS, plain
from c2c_frappe.pbx.text import _

__all__ = [
	"DAY_FIRST", "MONTH_FIRST", "BrokenRowError", "FileRecord", "InternalCallError", "Reading", "read", "record_id",
]  # fmt: skip


@dataclass(frozen=True)
class Reading:
	"""How a file is read: the meaning of each column, its time zone, the order of day and month, countries of numbers.

	`link` says which address of a recording may be kept, `dialect` what words mean in this file, `own_numbers` which
	E.164 numbers are one's own lines.
	"""

	meanings: Sequence[str]
	zone: str
	order: str
	countries: Sequence[str]
	link: Callable[[object], str]
	dialect: Dialect = USUAL
	own_numbers: Collection[str] = ()


@dataclass(frozen=True)
class FileRecord(CallRecord):
	"""A call record of a file; `notes` are sentences on what stood in the row and was not understood."""

	notes: tuple[str, ...] = ()


def read(cells: Sequence[object], reading: Reading) -> FileRecord:
	"""Return the call record a row holds; raise BrokenRowError or InternalCallError."""
	filled = {
		m: cell for m, cell in zip(reading.meanings, cells, strict=False) if m and cell not in (None, "")
	}
	zone = ZoneInfo(reading.zone)
	started_at = times.start(filled, zone, reading.order)
	direction, kind = _direction(filled.get("direction"), reading.dialect)
	who = parties.read(filled, direction, reading.countries, reading.own_numbers)
	moments = {
		name: times.later(filled.get(name), started_at, zone, reading.order)
		for name in ("answered_at", "ended_at")
	}
	lasted = times.seconds(filled.get("duration"), reading.dialect.has_hours_and_minutes)
	call_status = _result(filled.get("result"), kind, lasted, who)
	event = _event(
		who, call_status, started_at, *moments.values(), lasted, reading.link(filled.get("recording"))
	)
	row = {meaning: str(cell) for meaning, cell in filled.items()}
	notes = tuple(_not_understood(filled, event, moments, lasted))
	return FileRecord(_known_as(filled, event), event, row, notes=notes)


def record_id(cells: Sequence[object], reading: Reading) -> str:
	"""Return the id a row has of its own, "" when it has none."""
	return next((text(c) for m, c in zip(reading.meanings, cells, strict=False) if m == "record_id"), "")


def _event(
	who: Parties,
	call_status: str,
	started_at: datetime,
	answered_at: datetime | None,
	ended_at: datetime | None,
	lasted: int | None,
	recording_url: str,
) -> CallEvent:
	"""Return the event; a call nobody answered has no talk time, whatever a column that counts the ringing says.

	Where the file tells neither how a call ended nor when, it ended as long after its start as it lasted.
	"""
	was_refused = call_status in status.FINAL and call_status != status.COMPLETED
	if not (call_status or ended_at):
		ended_at = started_at + timedelta(seconds=lasted or 0)
	return CallEvent(
		"record",
		call_status,
		"pbx_rejected" if call_status == status.FAILED else "",
		extension=who.extension,
		number=who.number,
		other_numbers=who.other_numbers,
		direction=who.direction,
		started_at=started_at,
		answered_at=None if was_refused else answered_at,
		ended_at=ended_at,
		duration=0 if was_refused and lasted else lasted,
		recording_url=recording_url,
	)


def _known_as(filled: Cells, event: CallEvent) -> str:
	"""Return the row's own id; without one, what tells it from other calls."""
	if text(filled.get("record_id")):
		return text(filled["record_id"])
	identity = (event.started_at, event.extension, event.number, event.direction)
	return hashlib.sha256("\0".join(str(part) for part in identity).encode()).hexdigest()[:20]


def _direction(cell: object, dialect: Dialect) -> tuple[str, str]:
	"""Return (direction, result) as the column of directions states them, each "" when it does not."""
	word = plain(text(cell))
	if not word:
		return "", ""
	if word not in dialect.directions:
		raise BrokenRowError(_("{0} is not a valid direction. Enter in or out.", text(cell)))
	direction, kind = dialect.directions[word]
	if direction == INTERNAL:
		raise InternalCallError(_("The call is between two of your own phones."))
	return direction, kind


def _result(cell: object, kind: str, lasted: int | None, who: Parties) -> str:
	"""Return a status, "" when the row does not say; `kind` is what the column of directions says of it."""
	if who.is_voicemail:
		return status.NO_ANSWER
	word = plain(text(cell))
	result = RESULTS.get(word, "") if word else kind or ENDED
	return (status.COMPLETED if lasted else "") if result == ENDED else result


def _not_understood(
	filled: Cells, event: CallEvent, moments: Mapping[str, datetime | None], lasted: int | None
) -> list[str]:
	"""Return a sentence for each text that is there and came to nothing; `moments` are the times that were read."""
	word = plain(text(filled.get("result")))
	lost = {
		"result": bool(word) and word not in RESULTS,
		"duration": lasted is None and values.is_unreadable_duration(text(filled.get("duration"))),
		**{n: m is None and values.is_unreadable_timestamp(text(filled.get(n))) for n, m in moments.items()},
		"extension": "extension" in filled and bool(plain(filled["extension"])) and not event.extension,
		"recording": "recording" in filled and bool(plain(filled["recording"])) and not event.recording_url,
	}
	return [
		_("{0} is not understood and was left out: {1}", MEANINGS[name], text(filled[name]))
		for name, is_lost in lost.items()
		if is_lost
	]
