"""The calls of the simulated PBX and how they move: agent's phone, then the customer's, then talk, then end.

Pure state with the time handed in: no clock, no lock, no socket.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from c2c_frappe.pbx.simulator.values import Dial

AGENT_RINGING = "agent_ringing"
CUSTOMER_RINGING = "customer_ringing"
TALKING = "talking"
ENDED = "ended"

# Whose phone rings in a state, by the name people use to answer it.
RINGING_LEG = {AGENT_RINGING: "agent", CUSTOMER_RINGING: "customer"}


class CallStateError(Exception):
	"""The call is not in a state in which this can be done; the text says why."""


@dataclass(frozen=True)
class Call:
	"""One call; `number` as the provider sent it, times in seconds since the epoch, None until they happen.

	`answered_at` is the customer's answer, of a call that comes in the agent's; `agent_answered_at` the agent's;
	`direction` is out or in. `cause` is busy or rejected where a phone said so, `ended_by` agent, customer or nobody.
	"""

	id: int
	unique_id: str
	provider: str
	shape: str
	extension: str
	number: str
	prefix: str
	custom_data: Mapping[str, str]
	requested_at: float
	state: str = AGENT_RINGING
	agent_answered_at: float | None = None
	answered_at: float | None = None
	ended_at: float | None = None
	direction: str = "out"
	cause: str = ""
	ended_by: str = ""

	@property
	def changed_at(self) -> float:
		"""Return when anything last happened to the call."""
		return self.ended_at or self.answered_at or self.agent_answered_at or self.requested_at


class CallList:
	"""All calls in the order they were placed; ids count on over a `clear`, so none is used twice."""

	def __init__(self, answer_after: float | None = None):
		self._answer_after = answer_after
		self._calls: dict[int, Call] = {}
		self._last_id = 0

	def place(self, dial: Dial, unique_id: str, now: float) -> Call:
		"""Add a call whose agent's phone now rings."""
		self._last_id += 1
		call = Call(
			id=self._last_id,
			unique_id=unique_id,
			provider=dial.provider,
			shape=dial.shape,
			extension=dial.extension,
			number=dial.number,
			prefix=dial.prefix,
			custom_data=dial.custom_data,
			requested_at=now,
		)
		self._calls[call.id] = call
		return call

	def begin(
		self, provider: str, extension: str, number: str, direction: str, unique_id: str, now: float
	) -> Call:
		"""Add a call nobody clicked: one dialed on the phone itself ("out"), or an incoming one ("in").

		One phone is to be picked up, and then they talk.
		"""
		call = self.place(Dial(provider, "phone", extension, number), unique_id, now)
		state = AGENT_RINGING if direction == "in" else CUSTOMER_RINGING
		call = self._calls[call.id] = replace(call, direction=direction, state=state)
		return call

	def all(self, now: float) -> tuple[Call, ...]:
		"""Return every call as it stands at `now`, oldest first."""
		return tuple(self.get(call_id, now) for call_id in self._calls)

	def get(self, call_id: int, now: float) -> Call:
		"""Return one call as it stands at `now`; raise KeyError when there is none of that id."""
		call = self._calls[call_id]
		if self._answer_after is not None:
			call = self._calls[call_id] = _answered_by_itself(call, now, self._answer_after)
		return call

	def answer(self, call_id: int, now: float, leg: str | None = None) -> Call:
		"""Pick up the phone that rings; `leg` ("agent" or "customer") guards against answering the next one.

		Raise KeyError for an unknown call and CallStateError when that phone does not ring.
		"""
		call = self.get(call_id, now)
		ringing = RINGING_LEG.get(call.state)
		if ringing is None or leg not in (None, ringing):
			raise CallStateError(f"Call {call_id} is {call.state}: {leg or 'no phone'} does not ring.")
		call = self._calls[call_id] = _answered(call, now)
		return call

	def hang_up(self, call_id: int, now: float, by: str = "", cause: str = "") -> Call:
		"""End a call in whatever state it is; raise KeyError or, when it has ended before, CallStateError.

		A phone can be busy or reject ("rejected") only while one rings.
		"""
		call = self.get(call_id, now)
		if call.state == ENDED:
			raise CallStateError(f"Call {call_id} has already ended.")
		if cause and call.state not in RINGING_LEG:
			raise CallStateError(f"Call {call_id} is {call.state}: no phone rings.")
		by = by or (RINGING_LEG[call.state] if cause else "")
		call = self._calls[call_id] = replace(call, state=ENDED, ended_at=now, ended_by=by, cause=cause)
		return call

	def clear(self) -> None:
		"""Forget every call."""
		self._calls.clear()


def _answered(call: Call, at: float) -> Call:
	if call.direction == "in":
		return replace(call, state=TALKING, agent_answered_at=at, answered_at=at)
	if call.state == AGENT_RINGING:
		return replace(call, state=CUSTOMER_RINGING, agent_answered_at=at)
	return replace(call, state=TALKING, answered_at=at)


def _answered_by_itself(call: Call, now: float, after: float) -> Call:
	"""Move a ringing call on to where it stands at `now`, at the moments it would have moved."""
	while call.state in RINGING_LEG:
		due = (call.agent_answered_at or call.requested_at) + after
		if due > now:
			break
		call = _answered(call, due)
	return call
