"""Times, durations and directions as PBXs write them, as values. Decides nothing about calls and raises nothing.

What is not set (an empty text, null, a dash, zeros, the epoch however a zone shifts it) is no time. That is not the
same as a text nobody can read: `is_unreadable_timestamp` and `is_unreadable_duration` tell them apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone, tzinfo
from email.utils import parsedate_to_datetime

OUTGOING, INCOMING, INTERNAL = "Outgoing", "Incoming", "Internal"
# When a call can have been; a database's clock knows no others either.
YEARS = range(2000, 2100)
WEEK = 7 * 86400
_NOT_SET = re.compile(r"[\s0:./TZ+-]*|null|none|nil|n/?a|undefined|false|not set", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,20}(\.\d+)?", re.ASCII)
_ISO = re.compile(
	r"(\d{4})[-/](\d\d?)[-/](\d\d?)(?:T|\s+)(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*"
	r"(?:(Z|UTC|GMT)|([+-])(\d\d)(?::?(\d\d))?)?",
	re.ASCII | re.IGNORECASE,
)
# PHP and databases write it without any sign in between.
_COMPACT = re.compile(r"20\d{12}", re.ASCII)
_HAS_MONTH = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
# Since 1970 in seconds, milliseconds, microseconds or nanoseconds: of the years that count no two overlap.
_SCALES = (1, 10**3, 10**6, 10**9)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):([0-5]\d(?:\.\d+)?)", re.ASCII)
_UNITS = re.compile(
	r"(?:PT)?\s*(?:(\d+)\s*h(?:ours?|rs?)?)?\s*(?:(\d+)\s*m(?:in(?:ute)?s?)?)?\s*"
	r"(?:(\d+(?:\.\d+)?)\s*s(?:ec(?:ond)?s?)?)?",
	re.ASCII | re.IGNORECASE,
)
# What stands in place of a number that is not shown, and a number of which only a part is.
WITHHELD = (
	"anonymous unknown private privatenumber restricted withheld unavailable hidden blocked nonumber notavailable none"
	" null nil na"
)
_WITHHELD = frozenset(WITHHELD.split())
_MASKED = re.compile(r"(?=.*[*#xX])[\d\s+().*#xX-]+")
# What a word for a direction holds, in this order: "Queue Inbound" is one that comes in, "out" stands in "outgoing".
_DIRECTIONS = (
	(INTERNAL, re.compile(r"intern|local|station")),
	(OUTGOING, re.compile(r"out|ausgehend|salient|sortant|placed|dialed")),
	(INCOMING, re.compile(r"\bin\b|inbound|incoming|eingehend|entrant|received")),
)
# As few digits as a number has that is somebody's abroad, and more than a PBX gives its phones.
LEAST_DIGITS = 7


def direction(word: object) -> str:
	"""Return the direction a word names, "" for one that names none: that is never taken for an outgoing call."""
	plain = re.sub(r"[\W\d_]+", " ", _text(word).lower())
	return next((name for name, form in _DIRECTIONS if form.search(plain)), "")


def parse_timestamp(value: object, zone: tzinfo = timezone.utc) -> datetime | None:
	"""Return a time as UTC without a zone, None for none; one that names no zone is of `zone`.

	Read are ISO 8601 and what is near it, an e-mail's date (RFC 2822), and seconds, milliseconds, microseconds or
	nanoseconds since 1970. A time outside YEARS is not set, or of a clock that is wrong by centuries.
	"""
	parsed = _parse_written(_text(value))
	if not parsed or not 1990 < parsed.year < 2110:
		return None
	aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)
	in_utc = aware.astimezone(timezone.utc).replace(tzinfo=None)
	return in_utc if in_utc.year in YEARS else None


def is_unreadable_timestamp(value: object) -> bool:
	"""Whether something is said that is no time in any spelling known here."""
	text = _text(value)
	return is_filled(text) and _parse_written(text) is None


def parse_duration(value: object) -> int | None:
	"""Return a duration in whole seconds, None for none: 75, "75.0", "1:15", "0:01:15", "1m 15s", "PT1M15S"."""
	parsed = _parse_units(_text(value))
	return round(parsed) if parsed is not None and parsed < WEEK else None


def is_unreadable_duration(value: object) -> bool:
	"""Whether something is said that is no duration within a week."""
	return parse_duration(value) is None and is_filled(value)


def is_filled(value: object) -> bool:
	"""Whether something stands there but a word or sign for nothing."""
	return not _NOT_SET.fullmatch(_text(value))


def is_unreadable_number(value: object, number: object) -> bool:
	"""Whether a text holds the digits of a number and `number`, what was read there, is none. An extension is short."""
	digits = sum(character.isdigit() for character in _text(value))
	return not number and digits >= LEAST_DIGITS and not is_withheld(value)


def is_withheld(value: object) -> bool:
	"""Whether a text in the place of a number says that there is none to be shown, or shows a part of one."""
	text = _text(value)
	return (
		not is_filled(text)
		or bool(_MASKED.fullmatch(text))
		or re.sub(r"[\W_]+", "", text.lower()) in _WITHHELD
	)


def _text(value: object) -> str:
	return "" if value is None else str(value).strip()


def _parse_written(text: str) -> datetime | None:
	"""Return the time that is written there, of whatever year, without a zone where it names none."""
	try:
		if _NUMBER.fullmatch(text):
			return _parse_epoch(text)
		parts = _ISO.fullmatch(text)
		if parts:
			return _build_timestamp(parts)
		return parsedate_to_datetime(text) if _HAS_MONTH.search(text) else None
	except (ValueError, TypeError, OverflowError, IndexError):
		return None


def _parse_epoch(text: str) -> datetime | None:
	if _COMPACT.fullmatch(text):
		return datetime.strptime(text, "%Y%m%d%H%M%S")
	for scale in _SCALES:
		since_1970 = float(text) / scale
		if since_1970 < 10**10:
			return datetime.fromtimestamp(since_1970, timezone.utc)
	return None


def _build_timestamp(parts: re.Match) -> datetime:
	year, month, day, hour, minute = (int(part) for part in parts.groups()[:5])
	fraction = (parts[7] or "")[:6].ljust(6, "0")
	local = datetime(year, month, day, hour, minute, int(parts[6] or 0), int(fraction))
	if parts[8]:
		return local.replace(tzinfo=timezone.utc)
	if not parts[9]:
		return local
	# By fromisoformat, which refuses a zone that is none; Python 3.10 reads only this spelling.
	return datetime.fromisoformat(f"{local.isoformat()}{parts[9]}{parts[10]}:{parts[11] or '00'}")


def _parse_units(text: str) -> float | None:
	if _NUMBER.fullmatch(text):
		return float(text)
	parts = _CLOCK.fullmatch(text) or (text and _UNITS.fullmatch(text))
	if not parts or not any(parts.groups()):
		return None
	hours, minutes, rest = (float(part or 0) for part in parts.groups())
	return hours * 3600 + minutes * 60 + rest


def listed(texts: Mapping[str, str]) -> str:
	"""Return "name: text; name: text" of what could not be read, for people, cut."""
	return "; ".join(f"{name}: {' '.join(text.split())[:60]}" for name, text in texts.items())[:280]
