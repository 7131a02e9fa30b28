"""An event: what a PBX reports of a call after the dial, as a value. Which call it is about is decided in matching.py,
and what all of a call's events come to in facts.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.values import YEARS

_EXTENSION = re.compile(r"[^\s<>\"'`]{0,140}")


@dataclass(frozen=True)
class CallEvent:
	"""One event, as a provider read it. What the PBX did not say is "" or None.

	`source` is progress, attempt (one of several ways to the customer has ended, and maybe not the call), end or record;
	`status` one of calls/status.py or "". `call` is our own key from the custom data; `number` E.164, `other_numbers`
	what the PBX's bare digits may mean besides (pbx_number.readings); times are UTC without a zone; `duration` talk
	seconds from the customer's answer. `direction` is "" where the PBX names one that nobody knows; `note` is what the
	PBX keeps in words, its users' notes or a transcription; `unread` lists what stands there and could not be read.
	`read_at` is when an end was read that names no time of its own: by then the call was over. `reports_answers` says that
	the PBX reports each answer by an event of its own: an end without one is that of a call nobody answered.
	`began_at_pbx` says that the PBX is certain that nobody clicked the call. `called_number` is what the customer called
	(DID), `transferred_to` the phone or number the call was given to, `ended_by` Customer or Agent. `ringing` is whose
	phone rings, Agent or Customer, "" where the PBX does not tell.
	"""

	source: str
	status: str = ""
	failure_code: str = ""
	call: str = ""
	pbx_call_id: str = ""
	extension: str = ""
	number: str = ""
	direction: str = "Outgoing"
	started_at: datetime | None = None
	answered_at: datetime | None = None
	ended_at: datetime | None = None
	duration: int | None = None
	recording_url: str = ""
	other_numbers: tuple[str, ...] = ()
	note: str = ""
	unread: str = ""
	read_at: datetime | None = None
	reports_answers: bool = False
	began_at_pbx: bool = False
	called_number: str = ""
	queue: str = ""
	transferred_to: str = ""
	ended_by: str = ""
	ringing: str = ""

	def __post_init__(self):
		# What a PBX calls an extension stands in the log as it came: text that can be none is none.
		if not (self.extension.isprintable() and _EXTENSION.fullmatch(self.extension)):
			object.__setattr__(self, "extension", "")
		for name in _TIMES:
			value = getattr(self, name)
			if value and value.year not in YEARS:
				object.__setattr__(self, name, None)
		self._rank()

	def _rank(self):
		"""Make a source and a status that cannot go together agree, so that nothing is found wrong later.

		A call that is said to go on has no end, whatever stands there: some PBXs fill it in at the start.
		"""
		if self.status in status.FINAL and self.source == "progress":
			object.__setattr__(self, "source", "end")
		elif self.status in (status.RINGING, status.IN_PROGRESS):
			object.__setattr__(self, "source", "progress")
			object.__setattr__(self, "ended_at", None)
		if self.status and not status.is_known(self.source, self.status):
			object.__setattr__(self, "status", "")

	@property
	def evidence(self) -> status.Evidence | None:
		"""Return what the event is worth by itself, None when it says nothing of the status.

		An end without a cause says that the call is over; an attempt says nothing while the call goes on.
		"""
		if self.source == "attempt" or not (self.status or self.is_end):
			return None
		# A record without a cause is worth no more than any other end without one.
		source = self.source if self.status else "end"
		return status.event_evidence(source, self.status or status.UNKNOWN, self.failure_code, self.ringing)

	@property
	def is_end(self) -> bool:
		"""Whether the call is over. A record is written then; of a call that goes on it is progress."""
		return self.source in ("end", "record")

	@property
	def has_talk(self) -> bool:
		"""Whether the event says by itself that the customer was talked to."""
		return self.status == status.IN_PROGRESS or bool(self.answered_at or self.duration)

	@property
	def numbers(self) -> tuple[str, ...]:
		"""Return all readings of the number, likeliest first, () when the PBX named none."""
		return (self.number, *self.other_numbers) if self.number else ()

	@property
	def is_distinct(self) -> bool:
		"""Whether the same words cannot be about a second call: they name the call, or a time."""
		return bool(self.call or self.pbx_call_id or self.known_at)

	@property
	def known_at(self) -> datetime | None:
		"""Return the earliest moment at which the call is known to have been: its start, answer or end."""
		return self.started_at or self.answered_at or self.ended_at

	def as_stored(self) -> dict:
		"""Return the values that are set, times as ISO text, for `of_stored` to read back; no recording's address."""
		values = {
			name: value
			for name, value in asdict(self).items()
			if value not in ("", None, ()) and value is not False
		}
		# Left out it would be read back as the usual one.
		values["direction"] = self.direction
		values.pop("recording_url", None)
		return {n: v.isoformat(" ") if isinstance(v, datetime) else v for n, v in values.items()}


_TIMES = {field.name for field in fields(CallEvent) if field.name.endswith("_at")}
# Which time an event of each status is about.
_TIME_OF_STATUS = {status.RINGING: "started_at", status.IN_PROGRESS: "answered_at"}


def dated(event: CallEvent, received_at: datetime) -> CallEvent:
	"""Return the event with the moment it came, in UTC, where the PBX named no time of its own for what it tells."""
	name = "ended_at" if event.source == "end" else _TIME_OF_STATUS.get(event.status)
	return replace(event, **{name: received_at}) if name and not getattr(event, name) else event


def heard(event: CallEvent, read_at: datetime) -> CallEvent:
	"""Return the event with the moment it was read, in UTC, where it is an end that names no time."""
	return replace(event, read_at=read_at) if event.is_end and not event.ended_at else event


def from_stored(values: Mapping[str, object], recording_url: str = "") -> CallEvent:
	"""Return the event `as_stored` gave; names it does not know are left out."""
	names = {field.name for field in fields(CallEvent)} & set(values)
	read = {n: datetime.fromisoformat(values[n]) if n in _TIMES else values[n] for n in names}
	others = tuple(read.pop("other_numbers", ()))
	return CallEvent(**{**read, "recording_url": recording_url, "other_numbers": others})


def resolve_number(event: CallEvent, candidates: Collection[str]) -> CallEvent:
	"""Return the event with the first reading of its number that is among those of open calls or records, if one is."""
	number = next((each for each in event.numbers if each in candidates), event.number)
	others = tuple(each for each in event.numbers if each != number)
	return replace(event, number=number, other_numbers=others)
