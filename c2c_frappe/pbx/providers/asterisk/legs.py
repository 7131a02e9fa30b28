"""A leg: one channel of Asterisk, as all its events have it. Pure; what legs come to as a call is call_row.py's.

Each fact is the earliest or any of what events say, so neither their order nor a repetition changes it. A leg is known
by its channel's name, never by the caller's number, which a dialplan may overwrite. Written from what Asterisk 22 sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from c2c_frappe.pbx.calls import values

LINKED = "CHANNEL(linkedid)"
# Technologies of channels that are nobody's: they join others, or do something to them.
NOBODYS = frozenset(
	"Local Message Surrogate Announcer CBAnn CBRec Recorder Snoop AsyncGoto ConfBridge UnicastRTP MulticastRTP Null".split()
)
# An h, an s or an empty one is a place in the dialplan, and no number that anybody dialed.
_PLACES = frozenset(("", "s", "h", "i", "t"))
# Hangup causes (Q.850) by which Asterisk ends the channel of a caller: user busy, no circuit.
_TURNED_AWAY = frozenset((17, 34))
# What a Dial says of a leg that it has not given up yet.
_UNDER_WAY = frozenset(("", "RINGING", "PROGRESS", "PROCEEDING"))
_SERIAL = re.compile(r"-[0-9a-f]{8}(;[12])?$")


@dataclass
class Leg:
	"""A channel: `endpoint` is its name without the serial, such as PJSIP/1000, `half` what both halves of a Local share.

	Times are UTC without a zone. `dialstring` is what a Dial named it by, `result` how the Dial of it ended and when.
	`is_gone` says that it ended, when is `gone_at` if anybody heard it.
	"""

	channel_id: str
	endpoint: str
	half: str
	made_at: datetime | None = None
	number: str = ""
	exten: str = ""
	dialstring: str = ""
	rang_at: datetime | None = None
	up_at: datetime | None = None
	bridged_at: datetime | None = None
	hung_up_at: datetime | None = None
	is_turned_away: bool = False
	gone_at: datetime | None = None
	is_gone: bool = False
	is_dialed: bool = False
	result: tuple[datetime | None, str] = (None, "")
	tech_cause: int | None = None
	apps: set[str] = field(default_factory=set)
	states: set[str] = field(default_factory=set)
	queue: str = ""
	_read_at: datetime | None = None

	@property
	def is_nobodys(self) -> bool:
		"""Whether no phone and no trunk is behind it."""
		return self.endpoint.partition("/")[0] in NOBODYS

	@property
	def was_called(self) -> bool:
		"""Whether Asterisk made the channel to call somebody; one that calls Asterisk begins as Ring."""
		return self.is_dialed or bool(self.states & {"Down", "Ringing"} and "Ring" not in self.states)

	@property
	def age(self) -> tuple[datetime, int]:
		"""Return what sorts legs by when they were made: Asterisk counts the ids of one run."""
		serial = self.channel_id.rpartition(".")[2]
		return self.made_at or datetime.max, int(serial) if serial.isdecimal() else 0

	def note(self, channel: Mapping, moment: datetime | None) -> None:
		"""Take what a channel says of itself in an event of this moment."""
		place = _part(channel, "dialplan")
		caller, exten = _part(channel, "caller").get("number"), str(place.get("exten") or "")
		if self._read_at is None or (moment and moment < self._read_at):
			# Only the first word is true: a dialplan goes on to rewrite numbers and to other places.
			self._read_at = moment
			self.number = str(caller or "")
			self.exten = exten if exten not in _PLACES else self.exten
		elif not self.exten and exten not in _PLACES:
			self.exten = exten
		state = str(channel.get("state") or "")
		self.states.add(state)
		if state == "Up":
			self.up_at = earliest(self.up_at, moment)
		if state == "Ringing":
			self.rang_at = earliest(self.rang_at, moment)
		app = str(place.get("app_name") or "")
		self.apps.add(app)
		if app == "Queue":
			self.queue = self.queue or str(place.get("app_data") or "").partition(",")[0]

	def note_dial(self, dial: Mapping, moment: datetime | None) -> None:
		"""Take how a Dial of this channel goes."""
		result = str(dial.get("dialstatus") or "")
		self.is_dialed = True
		self.dialstring = self.dialstring or str(dial.get("dialstring") or "")
		if result == "RINGING":
			self.rang_at = earliest(self.rang_at, moment)
		if result not in _UNDER_WAY and (self.result[1] in ("", "CANCEL") or result == "ANSWER"):
			self.result = (moment, result)

	def note_end(self, event: Mapping, moment: datetime | None) -> None:
		"""Take its end."""
		self.is_gone, self.gone_at = True, earliest(self.gone_at, moment)
		cause = event.get("tech_cause")
		self.tech_cause = cause if isinstance(cause, int) else self.tech_cause

	def note_hang_up(self, event: Mapping, moment: datetime | None) -> None:
		"""Take that somebody hung up; Asterisk does so itself with a caller whom it told busy, and may say so twice."""
		state = _part(event, "channel").get("state")
		self.is_turned_away |= state == "Busy" or event.get("cause") in _TURNED_AWAY
		if self.is_turned_away:
			self.hung_up_at = None
		elif not event.get("soft"):
			self.hung_up_at = earliest(self.hung_up_at, moment)


def new_leg(channel: Mapping) -> Leg | None:
	"""Return the leg of a channel, None for what is no channel."""
	channel_id, name = channel.get("id"), channel.get("name")
	if not (isinstance(channel_id, str) and isinstance(name, str) and channel_id and "/" in name):
		return None
	half = name[:-2] if name.startswith("Local/") and name[-2:] in (";1", ";2") else ""
	return Leg(channel_id, _SERIAL.sub("", name), half, values.parse_timestamp(channel.get("creationtime")))


def linked_id(channel: Mapping) -> str:
	"""Return the id of the call a channel belongs to, "" where Asterisk was not told to say it."""
	linked = _part(channel, "channelvars").get(LINKED)
	return linked if isinstance(linked, str) else ""


def earliest(one: datetime | None, other: datetime | None) -> datetime | None:
	"""Return the earlier of two moments that may not be known."""
	return min(filter(None, (one, other)), default=None)


def _part(event: Mapping, name: str) -> Mapping:
	part = event.get(name)
	return part if isinstance(part, Mapping) else {}
