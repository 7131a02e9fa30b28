"""Which call records to ask a PBX for, and a page of them as values. Pure: asks nobody, stores nothing.

A PBX writes a record when a call starts and changes it when it ends, so windows overlap, and the moment an open
call started is asked for again until its end is known. All times are UTC without a zone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.values import INCOMING

OVERLAP = timedelta(minutes=15)
_ID = re.compile(r"[\w.:@/+=-]{1,140}", re.ASCII)
# What an account is asked for the first time, and the longest window, so that a crash repeats little.
FIRST = timedelta(days=1)
LONGEST = timedelta(hours=6)
# A site without open calls asks this seldom: for calls that began at the phone, and incoming ones.
IDLE = timedelta(minutes=30)
# Around the start of an open call: the PBX's clock may be off, and an agent takes a while to pick up.
MARGIN = timedelta(minutes=5)


@dataclass(frozen=True)
class Window:
	"""A span of time in which calls started, both ends included."""

	since: datetime
	till: datetime


@dataclass(frozen=True)
class CallRecord:
	"""One row of a PBX's call list: its id there, what it says, and the row as it came.

	An id that is too long or has odd signs is known by its hash. `is_nameless` when the row should say whose call it is
	and that cannot be read.
	"""

	record_id: str
	event: CallEvent
	row: Mapping[str, object] = field(default_factory=dict, repr=False)
	is_nameless: bool = False

	def __post_init__(self):
		if not _ID.fullmatch(self.record_id):
			hashed = hashlib.sha256(self.record_id.encode("utf-8", "replace")).hexdigest()
			object.__setattr__(self, "record_id", hashed)

	def with_id(self) -> CallRecord:
		"""Return the record with its id as the PBX's id of the call."""
		return replace(self, event=replace(self.event, pbx_call_id=self.record_id))


@dataclass(frozen=True)
class Page:
	"""A page of a window; `has_more` when another one may follow.

	`unread` counts the rows from which no call or no number could be read; the first of them has `unread_fields`.
	"""

	records: tuple[CallRecord, ...] = ()
	has_more: bool = False
	unread: int = 0
	unread_fields: tuple[str, ...] = ()

	@classmethod
	def from_rows(
		cls, rows: Iterable[object], read: Callable[[Mapping], CallRecord | None], has_more: bool
	) -> Page:
		"""Read each row by itself, so that one that raises ValueError is counted and stops no other."""
		records, unread = [], []
		for row in rows:
			try:
				record = read(_checked(row))
			except ValueError:
				unread.append(row)
				continue
			records += [record] if record else []
			unread += [row] if record and record.is_nameless else []
		fields = next((tuple(sorted(map(str, row))) for row in unread if isinstance(row, dict)), ())
		return cls(tuple(records), has_more, len(unread), fields)

	def at_phone(self, extension: str) -> Page:
		"""Return the page with this extension in the records that name none."""
		named = (
			replace(record, event=replace(record.event, extension=record.event.extension or extension))
			for record in self.records
		)
		return replace(self, records=tuple(named))


def _checked(row: object) -> Mapping:
	if not isinstance(row, dict):
		raise ValueError
	return row


def next_window(high_water: datetime | None, now: datetime, overlap: timedelta = OVERLAP) -> Window:
	"""Return what to ask next; `high_water` is the end of what was read, None when nothing was.

	The window always ends after the mark, so that asking again and again arrives at `now`.
	"""
	since = now - FIRST if high_water is None else min(high_water, now) - overlap
	return Window(since, min(now, since + overlap + LONGEST))


def around(starts: Iterable[datetime], before: datetime) -> list[Window]:
	"""Return the fewest windows that hold the open calls which started before this moment."""
	windows: list[Window] = []
	for start in sorted(start for start in starts if start < before):
		window = Window(start - MARGIN, start + MARGIN)
		if windows and window.since <= windows[-1].till:
			window = Window(windows.pop().since, window.till)
		windows.append(window)
	return windows


def pick_without_extension(records: Iterable[CallRecord]) -> list[CallRecord]:
	"""Return those of calls that came in at a phone that is not named."""
	return [
		record
		for record in records
		if record.event.direction == INCOMING and not record.event.extension and record.event.known_at
	]


def window_of(records: Iterable[CallRecord]) -> Window:
	"""Return the window in which all of these calls, at least one, started."""
	starts = [record.event.known_at for record in records]
	return Window(min(starts) - MARGIN, max(starts) + MARGIN)


def is_due(high_water: datetime | None, now: datetime, has_open_calls: bool) -> bool:
	"""Whether it is time to ask: while calls are open always, else when the last time is long ago."""
	return has_open_calls or high_water is None or now - high_water >= IDLE
