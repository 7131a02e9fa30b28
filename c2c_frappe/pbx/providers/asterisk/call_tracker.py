"""Which channels are one call, and what is new of it: events of ARI in, what changed in a call out. Asks nobody.

Channels belong together by Asterisk's linkedid where ari.conf has it told, else by who dials whom, by the two halves of
a Local channel and by bridges. Where two calls become one, by a transfer or a pick-up, the older goes on with all of
them; the younger keeps its own channels if it was told of. A call that was clicked has our name as its channel's id, and
none is told of here. Reads no clock: `now` is any number of seconds that grows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from c2c_frappe.pbx.calls import values
from c2c_frappe.pbx.calls.values import INCOMING, INTERNAL
from c2c_frappe.pbx.providers.asterisk import call_row, legs
from c2c_frappe.pbx.providers.asterisk.call_row import CallRow
from c2c_frappe.pbx.providers.asterisk.legs import Leg

# Asterisk's own ids hold a dot; a Local channel of a click has our name and ;2 as its other half.
_OUR_NAME = re.compile(r"[A-Za-z0-9]{8,40}(;[12])?", re.ASCII)
# Seconds for which the last words of a call may still come: after the customer has left, and after everybody has.
LAST_WORDS, KEPT = 2, 30
# Calls at once, beyond which the oldest is forgotten: a PBX that never tells of an end fills no memory.
MAX_CALLS = 5000
# Unrelated calls wait in one bridge of this kind.
_WAITING_ROOM = "holding"
_ROLES = ("channel", "caller", "peer", "transferee")


@dataclass
class CallUpdate:
	"""What is new of a call: `call_id` is the id of its first channel, `row` how it stands, `stage` how far it is.

	`is_lost` says that it ended while nobody listened, `is_resumed` that its beginning was not heard. `stopped` are the extensions that rang or
	talked at the last update and do neither any more, `started` those that do one of them since.
	"""

	call_id: str
	row: CallRow
	stage: str
	is_lost: bool = False
	is_resumed: bool = False
	is_new_stage: bool = False
	stopped: frozenset[str] = frozenset()
	started: frozenset[str] = frozenset()


@dataclass
class _Call:
	call_id: str
	legs: dict[str, Leg] = field(default_factory=dict)
	is_frozen: bool = False
	is_lost: bool = False
	is_resumed: bool = False
	told: CallRow | None = None
	stage: str = ""
	over_since: float | None = None
	gone_since: float | None = None

	@property
	def age(self) -> tuple:
		return min(leg.age for leg in self.legs.values())

	@property
	def is_clicked(self) -> bool:
		oldest = min(self.legs.values(), key=lambda leg: leg.age)
		return any(_OUR_NAME.fullmatch(each) for each in (self.call_id, oldest.channel_id))


RINGING, TALKING, ENDED = "ringing", "talking", "ended"
_STAGES = ("", RINGING, TALKING, ENDED)


class CallTracker:
	"""All calls of a PBX that live, and those that ended a moment ago."""

	def __init__(self, extension_of: Callable[[str], str], tells_internal: bool = False):
		self._extension_of, self._tells_internal = extension_of, tells_internal
		self._legs: dict[str, Leg] = {}
		# What a leg, a linkedid or a Local channel's name belongs to: the call that goes on.
		self._calls: dict[str, _Call] = {}
		self._all: dict[int, _Call] = {}

	def __len__(self) -> int:
		return len(self._all)

	def feed(self, event: Mapping, now: float = 0) -> list[CallUpdate]:
		"""Take an event; return what is new of the calls it is about."""
		moment = values.parse_timestamp(event.get("timestamp"))
		touched = [leg for role in _ROLES if (leg := self._note(event.get(role), moment))]
		if not touched:
			return []
		self._note_kind(event, moment)
		return self._updates([touched[0]], now)

	def settle(self, now: float) -> list[CallUpdate]:
		"""Return what is new of calls whose last words did not come in time, and forget those that are over."""
		for call in [*self._all.values()]:
			if call.gone_since is not None and now - call.gone_since >= KEPT:
				self._forget(call)
		updates = (self._update(call, now) for call in [*self._all.values()] if call.over_since is not None)
		return [update for update in updates if update]

	def resume(self, channels: Iterable[Mapping], bridges: Iterable[Mapping], now: float) -> list[CallUpdate]:
		"""Take what lives after a time in which nobody listened; what does not live any more ended meanwhile."""
		living = {str(channel.get("id")): channel for channel in channels}
		for leg in self._legs.values():
			if leg.channel_id not in living:
				leg.is_gone = True
		lost = {id(call) for call in self._all.values() if any(leg.is_gone for leg in call.legs.values())}
		before = {id(call) for call in self._all.values()}
		for channel in living.values():
			self._note(channel, values.parse_timestamp(channel.get("creationtime")))
		for bridge in bridges:
			self._note_bridge(bridge, values.parse_timestamp(bridge.get("creationtime")))
		for call in self._all.values():
			call.is_lost = call.is_lost or id(call) in lost
			call.is_resumed = call.is_resumed or id(call) not in before
		updates = (self._update(call, now) for call in [*self._all.values()])
		return [update for update in updates if update]

	def living(self) -> set[str]:
		"""Return the ids of the calls that live, those of clicks as well."""
		return {call.call_id for call in self._all.values() if call.over_since is None}

	def _note(self, channel: object, moment) -> Leg | None:
		if not isinstance(channel, Mapping):
			return None
		leg = self._legs.get(str(channel.get("id"))) or legs.new_leg(channel)
		if not leg:
			return None
		linked = legs.linked_id(channel)
		if leg.channel_id not in self._legs:
			self._legs[leg.channel_id] = leg
			call = self._calls.get(leg.channel_id) or self._start(linked or leg.channel_id)
			call.legs[leg.channel_id] = leg
			self._calls[leg.channel_id] = call
		leg.note(channel, moment)
		for other in filter(None, (linked, leg.half)):
			self._join(leg.channel_id, other)
		return leg

	def _note_kind(self, event: Mapping, moment) -> None:
		kind, leg = event.get("type"), self._leg_of(event, "channel")
		if kind == "Dial" and (peer := self._leg_of(event, "peer")):
			peer.note_dial(event, moment)
			if caller := self._leg_of(event, "caller"):
				self._join(caller.channel_id, peer.channel_id)
		elif kind == "ChannelEnteredBridge" and leg and isinstance(event.get("bridge"), Mapping):
			if event["bridge"].get("bridge_type") != _WAITING_ROOM:
				leg.bridged_at = legs.earliest(leg.bridged_at, moment)
				self._join_all([leg.channel_id, *self._members(event["bridge"])])
		elif kind == "ChannelHangupRequest" and leg:
			leg.note_hang_up(event, moment)
		elif kind == "ChannelDestroyed" and leg:
			leg.note_end(event, moment)

	def _leg_of(self, event: Mapping, role: str) -> Leg | None:
		channel = event.get(role)
		return self._legs.get(str(channel.get("id"))) if isinstance(channel, Mapping) else None

	def _note_bridge(self, bridge: Mapping, moment) -> None:
		members = self._members(bridge)
		if bridge.get("bridge_type") == _WAITING_ROOM or len(members) < 2:
			return
		for member in members:
			self._legs[member].bridged_at = legs.earliest(self._legs[member].bridged_at, moment)
		self._join_all(members)

	def _members(self, bridge: Mapping) -> list[str]:
		members = bridge.get("channels")
		return [str(each) for each in members if str(each) in self._legs] if isinstance(members, list) else []

	def _join_all(self, channel_ids: list[str]) -> None:
		for other in channel_ids[1:]:
			self._join(channel_ids[0], other)

	def _start(self, call_id: str) -> _Call:
		call = _Call(call_id)
		self._all[id(call)] = call
		if len(self._all) > MAX_CALLS:
			self._forget(next(iter(self._all.values())))
		return call

	def _join(self, one: str, other: str) -> None:
		"""Make what two ids belong to one call."""
		first, second = self._calls.get(one), self._calls.get(other)
		if first is second and first:
			return
		if not (first and second):
			known = first or second
			self._calls[one] = self._calls[other] = known
			return
		older, younger = sorted((first, second), key=lambda call: (call.age, call.call_id))
		older.legs.update(younger.legs)
		for key in [key for key, call in self._calls.items() if call is younger]:
			self._calls[key] = older
		if younger.told:
			# It goes on by its own legs, and what follows is the older one's.
			younger.is_frozen = True
		else:
			self._all.pop(id(younger), None)

	def _updates(self, touched: list[Leg], now: float) -> list[CallUpdate]:
		calls = {id(self._calls[leg.channel_id]): self._calls[leg.channel_id] for leg in touched}
		for call in self._all.values():
			if call.is_frozen and any(leg.channel_id in call.legs for leg in touched):
				calls[id(call)] = call
		return [update for call in calls.values() if (update := self._update(call, now))]

	def _update(self, call: _Call, now: float) -> CallUpdate | None:
		row = call_row.read(list(call.legs.values()), self._extension_of)
		is_empty = all(leg.is_gone for leg in call.legs.values())
		if is_empty and call.gone_since is None:
			call.gone_since = now
		if not (row and row.is_over):
			call.over_since = None
		elif call.over_since is None:
			call.over_since = now
		if not (row and row.is_known) or call.is_clicked or not self._is_wanted(row):
			return None
		is_settled = call.over_since is not None and now - call.over_since >= LAST_WORDS
		stage = _stage(row, is_empty or is_settled or (call.is_lost and row.is_over))
		return self._told(call, row, max(stage, call.stage, key=_STAGES.index))

	def _is_wanted(self, row: CallRow) -> bool:
		"""Whether a row is to be told of: of a call between phones where that is asked for, and one rings."""
		return row.direction != INTERNAL or (self._tells_internal and bool(row.rang))

	def _told(self, call: _Call, row: CallRow, stage: str) -> CallUpdate | None:
		before = call.told or CallRow("")
		phones = before.ringing | before.talking
		is_new = stage != call.stage or (stage == ENDED and row != before)
		# Asterisk stops the other phones a moment before it says who took the call.
		is_undecided = row.is_picked_up and not row.is_answered
		is_moved = (row.ringing, row.talking) != (before.ringing, before.talking) and not is_undecided
		if not stage or not (is_new or is_moved):
			return None
		call.told, call.stage = row, stage
		return CallUpdate(
			call.call_id,
			row,
			stage,
			call.is_lost,
			call.is_resumed,
			is_new,
			stopped=phones - row.ringing - row.talking,
			started=(row.ringing - before.ringing) | (row.talking - before.talking),
		)

	def _forget(self, call: _Call) -> None:
		self._all.pop(id(call), None)
		if call.is_frozen:
			return
		for key in [key for key, each in self._calls.items() if each is call]:
			del self._calls[key]
		for channel_id in call.legs:
			self._legs.pop(channel_id, None)


def _stage(row: CallRow, is_ended: bool) -> str:
	if row.is_over:
		return ENDED if is_ended else ""
	if row.is_answered:
		return TALKING
	is_ringing = bool(row.rang) if row.direction in (INCOMING, INTERNAL) else row.is_ringing_outside
	return RINGING if is_ringing else ""
