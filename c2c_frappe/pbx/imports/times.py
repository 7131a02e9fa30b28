"""Times and lengths as the cells of a file hold them. Pure; guesses no date and makes up no time of day."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from typing import TypeAlias
from zoneinfo import ZoneInfo

from c2c_frappe.pbx.calls import values
from c2c_frappe.pbx.imports.cells import BrokenRowError, Cells, text
from c2c_frappe.pbx.text import _

DAY_FIRST, MONTH_FIRST = "Day first", "Month first"
_DAY = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[ ,T]+(.*))?", re.ASCII)
_CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f")
_HOURS_AND_MINUTES = re.compile(r"(\d{1,3}):([0-5]\d)", re.ASCII)
_UNITS = {
	"h": "std stunde stunden hora horas heure heures",
	"m": "minuten minuto minutos",
	"s": "sek sekunde sekunden seg segundo segundos seconde secondes",
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}

Found: TypeAlias = "datetime | date | time | None"


def start(cells: Cells, zone: ZoneInfo, order: str) -> datetime:
	"""Return when a call started, from one column or from two, in UTC without a zone; raise BrokenRowError."""
	written = [cells[name] for name in ("started_at", "start_date", "start_time") if name in cells]
	shown = " ".join(text(cell) for cell in written)
	if not shown:
		raise BrokenRowError(_("The start time is missing or cannot be read."))
	parsed = [read(cell, zone, order) for cell in written]
	whole = _whole(parsed, zone)
	moment = _to_utc(whole) if whole else None
	if moment:
		return moment
	if len(parsed) == 1 and type(parsed[0]) is date:
		raise BrokenRowError(_("{0} has no time of day. Choose the column that holds the start time.", shown))
	raise BrokenRowError(_("{0} is not a valid start time.", shown))


def _whole(parsed: list[Found], zone: ZoneInfo) -> datetime | None:
	"""Return the one time that is told; a spreadsheet writes a day alone as its midnight."""
	times = [each for each in parsed if isinstance(each, datetime)]
	clock = next((each for each in parsed if isinstance(each, time)), None)
	exact = [each for each in times if clock is None or each.time() != time()]
	if exact:
		return exact[0]
	day = next((each for each in parsed if isinstance(each, date)), None)
	if day is None or clock is None:
		return None
	return datetime.combine(day.date() if isinstance(day, datetime) else day, clock, zone)


def later(cell: object, started_at: datetime, zone: ZoneInfo, order: str) -> datetime | None:
	"""Return a time of the call in UTC without a zone, None for none; a time of day alone is the next after the start."""
	parsed = read(cell, zone, order)
	if isinstance(parsed, time):
		begun = started_at.replace(tzinfo=timezone.utc).astimezone(zone)
		same_day = datetime.combine(begun.date(), parsed, zone)
		parsed = same_day if same_day >= begun.replace(microsecond=0) else same_day + timedelta(days=1)
	return _to_utc(parsed) if isinstance(parsed, datetime) else None


def read(cell: object, zone: ZoneInfo, order: str) -> Found:
	"""Return what a cell tells: a time with its zone, a day, a time of day, or None."""
	if isinstance(cell, datetime):
		return cell if cell.tzinfo else cell.replace(tzinfo=zone)
	if isinstance(cell, (date, time)):
		return cell
	if isinstance(cell, timedelta):
		return (datetime.min + cell).time() if timedelta() <= cell < timedelta(days=1) else None
	written = text(cell)
	moment = values.parse_timestamp(written, zone)
	if moment:
		return moment.replace(tzinfo=timezone.utc).astimezone(zone)
	parts = _DAY.fullmatch(written)
	return _build(parts, zone, order) if parts else _clock(written)


def _build(parts: re.Match, zone: ZoneInfo, order: str) -> Found:
	first, second, third = (int(parts[n]) for n in (1, 2, 3))
	if len(parts[1]) == 4:
		year, month, day = first, second, third
	else:
		day, month = (first, second) if order == DAY_FIRST else (second, first)
		year = third if third > 99 else 2000 + third
	try:
		day_of_call = date(year, month, day)
	except ValueError:
		return None
	if not parts[4]:
		return day_of_call
	clock = _clock(parts[4])
	return datetime.combine(day_of_call, clock, zone) if clock else None


def _clock(written: str) -> time | None:
	"""Return a time of day: 9:05, 09:05:06, "9:05 Uhr", "9:05 p. m."."""
	bare = re.sub(r"\s*uhr$|\.(?=\s*m\b)|(?<=m)\.$", "", written.strip().lower())
	bare = re.sub(r"\s*([ap])\s*m$", r" \1m", bare)
	for form in _CLOCKS:
		try:
			return datetime.strptime(bare, form).time()
		except ValueError:
			continue
	return None


def _to_utc(moment: datetime) -> datetime | None:
	if moment.year not in values.YEARS:
		return None
	in_utc = moment.astimezone(timezone.utc).replace(tzinfo=None)
	return in_utc if in_utc.year in values.YEARS else None


def seconds(cell: object, has_hours_and_minutes: bool = False) -> int | None:
	"""Return a length in whole seconds, None for none: 75, "1:15", "75 Sek.", or as a spreadsheet makes of it.

	`has_hours_and_minutes` says that "1:15" is an hour and a quarter.
	"""
	if isinstance(cell, time):
		return cell.hour * 3600 + cell.minute * 60 + cell.second
	if isinstance(cell, timedelta):
		return values.parse_duration(cell.total_seconds())
	written = text(cell)
	parts = _HOURS_AND_MINUTES.fullmatch(written) if has_hours_and_minutes else None
	if parts:
		return values.parse_duration(int(parts[1]) * 3600 + int(parts[2]) * 60)
	return values.parse_duration(_spell_units(written))


def _spell_units(written: str) -> str:
	"""Return "1 min 15 s" for "1 Minuten 15 Sek." and 75.0 for "75,0"."""
	pointed = re.sub(r"(?<=\d),(?=\d)", ".", written)
	words = re.sub(r"[^\W\d_]+", lambda word: _UNIT_OF.get(word[0].lower(), word[0]), pointed)
	return re.sub(
		r"(?<=[a-z])\.(?=\s|$)|(?<=[a-z]),|\s+(?:und|and|y|et)(?=\s)", "", words, flags=re.IGNORECASE
	)
