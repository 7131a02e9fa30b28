"""What the legs of a call come to: whose call, with whom, how it stands. Pure; knows no order of events.

The rules and the cases they come from stand in docs/providers/asterisk.md. A phone is a channel whose name fits the
account's endpoint pattern, any other is the way to somebody outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.values import INCOMING, INTERNAL, OUTGOING
from c2c_frappe.pbx.providers.asterisk.legs import Leg

CUSTOMER, AGENT = "Customer", "Agent"
# Asterisk's last words of a call may be out of order by some milliseconds.
SLACK = timedelta(milliseconds=200)
# What a Dial says, and SIP statuses of a phone, as the status they mean.
_RESULTS = {
	"NOANSWER": status.NO_ANSWER,
	"BUSY": status.BUSY,
	"CONGESTION": status.FAILED,
	"CHANUNAVAIL": status.FAILED,
}
_TECH_CAUSES = {404: status.FAILED, 410: status.FAILED, 486: status.BUSY, 600: status.BUSY, 603: status.BUSY}
NUMBER_UNKNOWN = (404, 410, 484)

ExtensionOf = Callable[[str], str]


@dataclass(frozen=True)
class CallRow:
	"""A call as its legs have it. `ringing` are the extensions that ring now, `talking` those that are
	connected, `rang` all that ever rang, in turn.

	`number` is as Asterisk has it, `called` what the customer called (DID). `then` is to whom it was transferred.
	`status` is "" while it goes on. `is_picked_up` says that a phone was picked up, though maybe not connected yet. `is_known` is false while it looks as if it had come in, by a channel that Asterisk
	itself dialed: who did is still to be heard. Times are UTC without a zone.
	"""

	direction: str
	number: str = ""
	extension: str = ""
	status: str = ""
	failure_code: str = ""
	started_at: datetime | None = None
	answered_at: datetime | None = None
	ended_at: datetime | None = None
	rang: tuple[str, ...] = ()
	ringing: frozenset[str] = frozenset()
	talking: frozenset[str] = frozenset()
	called: str = ""
	queue: str = ""
	then: str = ""
	ended_by: str = ""
	is_voicemail: bool = False
	is_over: bool = False
	is_answered: bool = False
	is_ringing_outside: bool = False
	is_picked_up: bool = False
	is_known: bool = True


def read(legs: Sequence[Leg], extension_of: ExtensionOf) -> CallRow | None:
	"""Return the call of these legs, None when they are nobody's."""
	real = sorted((leg for leg in legs if not leg.is_nobodys), key=lambda leg: leg.age)
	return _Reader(real, extension_of).row(legs) if real else None


class _Reader:
	"""One reading of a call's legs, `real` sorted by age."""

	def __init__(self, real: Sequence[Leg], extension_of: ExtensionOf):
		self.real, self.extension_of = real, extension_of
		self.first = real[0]
		self.phones = [leg for leg in real if extension_of(leg.endpoint)]
		self.outside = [leg for leg in real if not extension_of(leg.endpoint)]
		self.direction = INCOMING if self.first in self.outside else OUTGOING if self.outside else INTERNAL
		self.other = self._other_party()
		self.talked = sorted(
			(leg for leg in chain(self.phones, self.outside) if self._has_talked(leg)),
			key=lambda leg: leg.bridged_at,
		)
		self.agent = self._agent()
		self.answered_at = self._answered_at()

	def row(self, legs: Sequence[Leg]) -> CallRow:
		"""Return the row."""
		other, rang = self.other, self._rang()
		is_over = self._is_over()
		ended_at = other.gone_at or max((leg.gone_at for leg in self.real if leg.gone_at), default=None)
		outcome, code = self._outcome() if is_over else ("", "")
		agents = self.agent or (rang[0] if rang and self.direction == INCOMING else None)
		return CallRow(
			direction=self.direction,
			number=self._number(),
			extension=self.extension_of(agents.endpoint) if agents else "",
			status=outcome,
			failure_code=code,
			started_at=self.first.made_at,
			answered_at=self.answered_at,
			ended_at=ended_at if is_over else None,
			rang=tuple(dict.fromkeys(self.extension_of(leg.endpoint) for leg in rang)),
			ringing=frozenset(self.extension_of(leg.endpoint) for leg in rang if self._is_ringing(leg)),
			talking=self._talking(is_over),
			called=self.first.exten if self.direction == INCOMING else "",
			queue=next((leg.queue for leg in legs if leg.queue), ""),
			then=self._transferred_to(ended_at if is_over else None),
			ended_by=self._ended_by(ended_at) if is_over and self.answered_at else "",
			is_voicemail=self._is_voicemail(),
			is_over=is_over,
			is_answered=self.answered_at is not None,
			is_ringing_outside=any(leg.rang_at or leg.up_at for leg in self.outside),
			is_picked_up=any(leg.up_at and not leg.is_gone for leg in rang),
			is_known=not (self.direction == INCOMING and self.first.was_called),
		)

	def _is_over(self) -> bool:
		"""Whether the other side has gone; while nobody answered who dials may be sent another way yet."""
		may_go_on = self.direction == OUTGOING and not self.answered_at and not self.first.is_gone
		return all(leg.is_gone for leg in self.real) or (self.other.is_gone and not may_go_on)

	def _other_party(self) -> Leg:
		"""Return whom the agent has to do with: who called, else the way out that was taken, else the colleague."""
		if self.direction == INCOMING:
			return self.first
		others = self.outside or self.phones[1:] or self.phones
		return next((leg for leg in others if leg.up_at), others[-1])

	def _has_talked(self, leg: Leg) -> bool:
		return leg is not self.other and bool(leg.bridged_at and leg.up_at)

	def _agent(self) -> Leg | None:
		"""Return the phone of whose agent it is: who called, or the first that talked to the customer."""
		if self.direction != INCOMING:
			return self.first
		began = self.other.bridged_at
		# A phone that was gone before the customer came declined to take the call, after it had been picked up.
		took = [leg for leg in self.talked if began and not (leg.gone_at and leg.gone_at < began)]
		return next((leg for leg in took if leg in self.phones), None)

	def _answered_at(self) -> datetime | None:
		"""Return from when on they talk: a menu, a queue and a voicemail answer a call as well, and are nobody."""
		if self.direction != INCOMING:
			return self.other.up_at if self.other is not self.first else None
		began, party = self.other.bridged_at, self.agent
		if not party:
			party = next((leg for leg in self.talked if leg in self.outside), None)
		return max(began, party.bridged_at) if began and party else None

	def _number(self) -> str:
		if self.direction == INCOMING:
			return self.other.number
		if self.direction == INTERNAL:
			return ""
		return _dialed(self.other.dialstring) or self.first.exten

	def _rang(self) -> list[Leg]:
		legs = [leg for leg in self.phones if leg.rang_at and leg is not self.first]
		return sorted(legs, key=lambda leg: (leg.rang_at, leg.age))

	def _talking(self, is_over: bool) -> frozenset[str]:
		"""Return the phones that are with the customer now."""
		legs = self.talked if self.answered_at and not is_over else ()
		there = (self.extension_of(leg.endpoint) for leg in legs if not leg.is_gone)
		return frozenset(filter(None, there))

	def _is_ringing(self, leg: Leg) -> bool:
		"""Whether a phone rings; one that was picked up does until it is connected, so that its card stays."""
		is_open = not leg.is_gone and leg.result[1] in ("", "ANSWER")
		return is_open and not (leg.bridged_at and self.answered_at)

	def _transferred_to(self, ended_at: datetime | None) -> str:
		"""Return whom the customer talked to at the last, if that is not who had the call."""
		if not self.answered_at:
			return ""
		first = self.agent or self.talked[0]
		until = ended_at - SLACK if ended_at else datetime.max
		stayed = [leg for leg in self.talked if leg is first or not (leg.gone_at and leg.gone_at < until)]
		last = stayed[-1] if stayed else first
		if last.endpoint == first.endpoint and last in self.phones:
			return ""
		return "" if last is first else self.extension_of(last.endpoint) or _dialed(last.dialstring)

	def _ended_by(self, ended_at: datetime | None) -> str:
		"""Return who hung up: the last who did before the end, for who transfers a call hangs up as well."""
		until = (ended_at or datetime.max - SLACK) + SLACK
		ends = [leg for leg in self.real if leg.hung_up_at and self.answered_at <= leg.hung_up_at <= until]
		if not ends:
			return ""
		last = max(ends, key=lambda leg: leg.hung_up_at)
		return AGENT if last in self.phones else CUSTOMER

	def _is_voicemail(self) -> bool:
		return self.direction == INCOMING and not self.answered_at and "VoiceMail" in self.first.apps

	def _outcome(self) -> tuple[str, str]:
		"""Return (status, failure code) of a call that is over."""
		if self.answered_at:
			return status.COMPLETED, ""
		if self._is_voicemail():
			return status.NO_ANSWER, ""
		if self.first.hung_up_at:
			return status.CANCELED, ""
		attempts = sorted(filter(None, map(_attempt, self.real)), key=lambda each: each[0])
		if attempts:
			_moment, outcome, tech_cause = attempts[-1]
			return outcome, self._failure_code(tech_cause) if outcome == status.FAILED else ""
		if self._rang():
			return status.NO_ANSWER, ""
		return status.FAILED, self._failure_code(None)

	def _failure_code(self, tech_cause: int | None) -> str:
		if self.direction == INCOMING:
			return "agent_unreachable"
		return "unknown_number" if tech_cause in NUMBER_UNKNOWN else "pbx_rejected"


def _attempt(leg: Leg) -> tuple[datetime, str, int | None] | None:
	"""Return (when, status, SIP status) of an attempt to reach somebody that failed; None for any other leg."""
	moment, result = leg.result
	outcome = _TECH_CAUSES.get(leg.tech_cause or 0) or _RESULTS.get(result, "")
	if not (leg.is_dialed and outcome) or result == "ANSWER":
		return None
	return moment or leg.gone_at or datetime.min, outcome, leg.tech_cause


def _dialed(dialstring: str) -> str:
	"""Return what was dialed: 00155 of 00155@trunk and trunk/sip:00155@host."""
	return dialstring.partition("@")[0].rpartition("/")[2].removeprefix("sip:")
