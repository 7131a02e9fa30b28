"""What a PBX tells about a call after the dial: one piece of news as a value, and all of them folded into facts.

Order, repetition and loss of news cannot change the facts: each is the one of the best evidence. Which call the
news is about is decided in matching.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timezone

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import phone

_EXTENSION = re.compile(r"[^\s<>\"'`]{0,140}")


@dataclass(frozen=True)
class CallEvent:
	"""One piece of news, as a provider read it. What the PBX did not say is "" or None.

	`source` is progress, end or record; `status` one of calls/status.py or "". `call` is our own key from the custom
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
		"""Return what the news is worth, None when it says nothing of the status."""
		return status.of_news(self.source, self.status, self.failure_code) if self.status else None

	@property
	def known_at(self) -> datetime | None:
		"""Return the earliest moment at which the call is known to have been: its start, answer or end."""
		return self.started_at or self.answered_at or self.ended_at

	def as_stored(self) -> dict:
		"""Return the values that are set, times as ISO text, for `of_stored` to read back; no recording's address."""
		values = {name: value for name, value in asdict(self).items() if value not in ("", None)}
		values.pop("recording_url", None)
		return {n: v.isoformat(" ") if isinstance(v, datetime) else v for n, v in values.items()}


FACTS = ("answered_at", "ended_at", "duration", "recording_url", "pbx_call_id")
# Of a call that began at the PBX its news alone say where and when; of one dialled here the row knows better.
ORIGIN = ("extension", "number", "started_at")
_TIMES = {field.name for field in fields(CallEvent) if field.name.endswith("_at")}
# When a call can have been; a database's clock knows no others either.
YEARS = range(2000, 2100)
_SOURCES = ("progress", "end", "record")
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
