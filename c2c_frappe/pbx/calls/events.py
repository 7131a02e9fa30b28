"""An event: what a PBX reports of a call after the dial, as a value. Which call it is about is decided in matching.py,
and what all of a call's events come to in facts.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timezone

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import phone

_EXTENSION = re.compile(r"[^\s<>\"'`]{0,140}")


@dataclass(frozen=True)
class CallEvent:
	"""One piece of news, as a provider read it. What the PBX did not say is "" or None.

	`source` is progress, attempt (one of several ways to the customer has ended, and maybe not the call), end or record;
	`status` one of calls/status.py or "". `call` is our own key from the custom
	data; `number` E.164; times are UTC without a zone; `duration` talk seconds from the customer's answer.
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

	def __post_init__(self):
		# What a PBX calls an extension stands in the log as it came: text that can be none is none.
		if not (self.extension.isprintable() and _EXTENSION.fullmatch(self.extension)):
			object.__setattr__(self, "extension", "")

	@property
	def evidence(self) -> status.Evidence | None:
		"""Return what the event is worth by itself, None when it says nothing of the status.

		An end without a cause says that the call is over; an attempt says nothing while the call goes on.
		"""
		if self.source == "attempt" or not (self.status or self.is_end):
			return None
		# A record without a cause is worth no more than any other end without one.
		source = self.source if self.status else "end"
		return status.of_news(source, self.status or status.UNKNOWN, self.failure_code)

	@property
	def is_end(self) -> bool:
		"""Tell whether the call is over. A record is written then; of a call that goes on it is progress."""
		return self.source in ("end", "record")

	@property
	def has_talk(self) -> bool:
		"""Tell whether the event says by itself that the customer was talked to."""
		return self.status == status.IN_PROGRESS or bool(self.answered_at or self.duration)

	@property
	def known_at(self) -> datetime | None:
		"""Return the earliest moment at which the call is known to have been: its start, answer or end."""
		return self.started_at or self.answered_at or self.ended_at

	def as_stored(self) -> dict:
		"""Return the values that are set, times as ISO text, for `of_stored` to read back; no recording's address."""
		values = {name: value for name, value in asdict(self).items() if value not in ("", None)}
		values.pop("recording_url", None)
		return {n: v.isoformat(" ") if isinstance(v, datetime) else v for n, v in values.items()}


_TIMES = {field.name for field in fields(CallEvent) if field.name.endswith("_at")}
# When a call can have been; a database's clock knows no others either.
YEARS = range(2000, 2100)
# Which time a piece of news is about.
_TIME_OF_STATUS = {status.RINGING: "started_at", status.IN_PROGRESS: "answered_at"}


def dated(event: CallEvent, received_at: datetime) -> CallEvent:
	"""Return the event with the moment it came, in UTC, where the PBX named no time of its own for what it tells."""
	name = "ended_at" if event.source == "end" else _TIME_OF_STATUS.get(event.status)
	return replace(event, **{name: received_at}) if name and not getattr(event, name) else event


def of_stored(values: Mapping[str, object], recording_url: str = "") -> CallEvent:
	"""Return the event `as_stored` gave; names it does not know are left out."""
	known = {field.name for field in fields(CallEvent)} & set(values)
	read = {n: datetime.fromisoformat(values[n]) if n in _TIMES else values[n] for n in known}
	return CallEvent(**{**read, "recording_url": recording_url})


def e164(text: object, country: str = "") -> str:
	"""Return the number a PBX names as E.164, "" when it is masked or none; bare digits have their country's code."""
	bare = str(text or "").strip().lstrip("+")
	try:
		return phone.read(f"+{bare}", country).e164 if bare.isdigit() else ""
	except InvalidNumberError:
		return ""


def moment(text: object) -> datetime | None:
	"""Return a time as UTC without a zone, None for none; "2026-11-23 09:00:00" without one is taken as UTC already.

	A clock that is wrong by centuries tells no time: what cannot be reckoned with is none.
	"""
	# Python 3.10 reads neither Z nor +0000.
	written = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", str(text).strip().replace("Z", "+00:00"))
	try:
		found = datetime.fromisoformat(written)
		in_utc = found.astimezone(timezone.utc).replace(tzinfo=None) if found.tzinfo else found
	except (ValueError, OverflowError):
		return None
	return in_utc if in_utc.year in YEARS else None


def seconds(text: object) -> int | None:
	"""Return a duration in whole seconds, None when the text is none."""
	try:
		found = round(float(str(text)))
	except (ValueError, OverflowError):
		return None
	return found if 0 <= found < 7 * 86400 else None
