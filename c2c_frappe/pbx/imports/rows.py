"""A row of a file as a call record: its times, its numbers, its result. Pure; stores nothing and guesses no date."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from c2c_frappe.pbx.calls import status, values
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import CallRecord
from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.pbx.numbers import pbx_number
from c2c_frappe.pbx.text import _

DAY_FIRST, MONTH_FIRST = "Day first", "Month first"
# A number no longer than this is a phone of one's own.
_OWN_DIGITS = 6
_RESULTS = {
	status.COMPLETED: ("answered", "answer", "completed", "complete", "connected", "ok", "success", "normalclearing"),
	status.NO_ANSWER: ("noanswer", "notanswered", "unanswered", "missed", "missedcall", "abandoned", "timeout"),
	status.BUSY: ("busy", "userbusy", "linebusy"),
	status.CANCELED: ("cancel", "canceled", "cancelled", "originatorcancel"),
	status.FAILED: ("failed", "failure", "congestion", "chanunavail", "error", "rejected", "callrejected"),
}  # fmt: skip
_INCOMING = ("in", "inbound", "incoming", "1", "received", "eingehend", "entrante", "entrant")
_OUTGOING = ("out", "outbound", "outgoing", "2", "placed", "dialed", "ausgehend", "saliente", "sortant")
_INTERNAL = ("internal", "local", "intern", "3")
_WITH_WORDS = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[ ,T]+(.*))?$", re.ASCII)
_CLOCK = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f")


class BrokenRowError(PbxError):
	"""A row no call can be read from; the text says why."""


class InternalCallError(PbxError):
	"""A row of a call between two phones of one's own, which is no call of the log."""


@dataclass(frozen=True)
class Reading:
	"""How a file is read: the meaning of each column, its time zone, the order of day and month, countries of numbers.

	`link` says which address of a recording may be kept.
	"""

	meanings: Sequence[str]
	zone: str
	order: str
	countries: Sequence[str]
	link: Callable[[object], str]


def read(cells: Sequence[object], reading: Reading) -> CallRecord:
	"""Return the call record a row holds; raise BrokenRowError or InternalCallError."""
	said = {m: cell for m, cell in zip(reading.meanings, cells, strict=False) if m and cell not in (None, "")}
	started_at = _moment(said.get("started_at"), reading)
	if not started_at:
		raise BrokenRowError(_("There is no start time that can be read."))
	direction, extension, number = _who(said, reading)
	lasted = _seconds(said.get("duration"))
	call_status = _result(said.get("result"), lasted)
	event = CallEvent(
		"record",
		call_status,
		"pbx_rejected" if call_status == status.FAILED else "",
		extension=extension,
		number=number,
		direction=direction,
		started_at=started_at,
		answered_at=_moment(said.get("answered_at"), reading),
		ended_at=_moment(said.get("ended_at"), reading),
		duration=lasted,
		recording_url=reading.link(said.get("recording")),
	)
	return CallRecord(_record_id(said, event), event, {m: str(cell) for m, cell in said.items()})


def _record_id(said: Mapping[str, object], event: CallEvent) -> str:
	"""Return the row's own id; without one, what tells it from other calls."""
	if said.get("record_id"):
		return _text(said["record_id"])
	told = (event.started_at, event.extension, event.number, event.direction)
	return hashlib.sha256("\0".join(str(part) for part in told).encode()).hexdigest()[:20]


def _who(said: Mapping[str, object], reading: Reading) -> tuple[str, str, str]:
	"""Return (direction, extension, E.164 number); which side is the customer's the length of the numbers shows."""
	caller, called = _text(said.get("caller")), _text(said.get("called"))
	direction = _direction(said.get("direction"), caller, called)
	own, other = (called, caller) if direction == "Incoming" else (caller, called)
	extension = _text(said.get("extension")) or (own if _is_own(own) else "")
	text = _text(said.get("number")) or other
	number = _number(text, reading.countries)
	if _is_own(text) and not number:
		raise InternalCallError(_("The call is between two phones of your own."))
	if not number and not extension:
		raise BrokenRowError(_("Neither a number nor an extension can be read."))
	return direction, extension, number


def _direction(said: object, caller: str, called: str) -> str:
	word = re.sub(r"[^a-z0-9]", "", _text(said).lower())
	if word in _INTERNAL:
		raise InternalCallError(_("The call is between two phones of your own."))
	if word in _INCOMING or word in _OUTGOING:
		return "Incoming" if word in _INCOMING else "Outgoing"
	if word:
		raise BrokenRowError(_("{0} is no direction. Write in or out.", _text(said)))
	return "Incoming" if _is_own(called) and not _is_own(caller) else "Outgoing"


def _is_own(text: str) -> bool:
	return text.isdigit() and len(text) <= _OWN_DIGITS


def _number(text: str, countries: Sequence[str]) -> str:
	return "" if _is_own(text) else pbx_number.read(text, countries)


def _result(said: object, lasted: int | None) -> str:
	word = re.sub(r"[^a-z]", "", _text(said).lower())
	found = next((name for name, words in _RESULTS.items() if word in words), "")
	return found or (status.COMPLETED if lasted and not word else "")


def _seconds(said: object) -> int | None:
	"""Return seconds from 75, "75", "1:15", "0:01:15" or a time of day as a spreadsheet makes of it."""
	if isinstance(said, timedelta):
		return round(said.total_seconds())
	parts = re.fullmatch(r"(?:(\d+):)?(\d+):(\d+)(?:\.\d+)?", _text(said), re.ASCII)
	if parts:
		hours, minutes, seconds = (int(part or 0) for part in parts.groups())
		return values.seconds(hours * 3600 + minutes * 60 + seconds)
	return values.seconds(said)


def _moment(said: object, reading: Reading) -> datetime | None:
	"""Return a time in UTC without a zone: one without a zone is of the file's."""
	found = said if isinstance(said, datetime) else _written(_text(said), reading.order)
	if not found or not 2000 <= found.year < 2100:
		return None
	aware = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(reading.zone))
	return aware.astimezone(timezone.utc).replace(tzinfo=None)


def _written(text: str, order: str) -> datetime | None:
	# Before ISO, which takes the first eight digits of milliseconds for a date of the year 1780.
	if text.isdecimal() and len(text) in (10, 13):
		return datetime.fromtimestamp(int(text[:10]), timezone.utc)
	with suppress(ValueError):
		return datetime.fromisoformat(text.replace("Z", "+00:00"))
	parts = _WITH_WORDS.match(text)
	return _of_parts(parts, order) if parts else None


def _of_parts(parts: re.Match, order: str) -> datetime | None:
	first, second, third = (int(parts[n]) for n in (1, 2, 3))
	if len(parts[1]) == 4:
		year, month, day = first, second, third
	else:
		day, month = (first, second) if order == DAY_FIRST else (second, first)
		year = third if third > 99 else 2000 + third
	try:
		return datetime.combine(date(year, month, day), _clock(parts[4] or "00:00"))
	except ValueError:
		return None


def _clock(text: str):
	for form in _CLOCK:
		try:
			return datetime.strptime(text.strip(), form).time()
		except ValueError:
			continue
	raise ValueError(text)


def _text(value: object) -> str:
	"""Return a cell as text; a spreadsheet holds whole numbers as 447700900123.0."""
	if isinstance(value, float) and value.is_integer():
		return str(int(value))
	return "" if value is None else str(value).strip()
