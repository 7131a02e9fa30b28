"""Sums calls up for reports: what counts as placed, answered, unknown. Pure; the shell counts the rows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from c2c_frappe.pbx.calls import incoming, status

OUTGOING = "Outgoing"
ANSWERED = frozenset({status.IN_PROGRESS, status.COMPLETED})
AGENT_UNREACHABLE = "agent_unreachable"
_COLUMNS = {status.NO_ANSWER: "no_answer", status.CANCELED: "canceled", status.BUSY: "busy"}


@dataclass
class Tally:
	"""Calls of one group. Those that came in stand apart; all else but `talked` is of outgoing ones.

	`canceled` ended before the customer could answer, `agent_missed` before the customer was called: the agent did not pick
	up. `unanswerable` are those of `failed` that the PBX did not take.
	`talked` are the calls of either direction that ended after a talk, `talk_seconds` from the customer's answer.
	"""

	attempts: int = 0
	refused: int = 0
	answered: int = 0
	no_answer: int = 0
	canceled: int = 0
	agent_missed: int = 0
	busy: int = 0
	failed: int = 0
	unanswerable: int = 0
	unclear: int = 0
	talk_seconds: int = 0
	incoming: int = 0
	incoming_answered: int = 0
	missed: int = 0
	incoming_talk_seconds: int = 0
	talked: int = 0

	@property
	def placed(self) -> int:
		"""Return how many attempts left for the PBX."""
		return self.attempts - self.refused

	@property
	def answerable(self) -> int:
		"""Return how many of those placed a customer could answer."""
		return self.placed - self.canceled - self.agent_missed - self.unanswerable

	@property
	def connect_rate(self) -> float:
		"""Return the share of calls that a customer could answer and did, in percent."""
		return round(100 * self.answered / self.answerable, 1) if self.answerable else 0.0

	@property
	def all_talk_seconds(self) -> int:
		"""Return the talk time of both directions."""
		return self.talk_seconds + self.incoming_talk_seconds

	@property
	def average_talk_seconds(self) -> int:
		"""Return the talk time of a call that ended after a talk."""
		return round(self.all_talk_seconds / self.talked) if self.talked else 0


def tally(rows: Iterable[tuple[Hashable, str, str, str, int, int]]) -> dict[Hashable, Tally]:
	"""Return a Tally per group of (group, direction, status, failure code, calls, talk seconds) rows.

	Calls between two phones of the house belong to no group.
	"""
	groups: dict[Hashable, Tally] = {}
	for group, direction, call_status, failure_code, calls, talk_seconds in rows:
		if direction in (OUTGOING, incoming.INCOMING):
			totals = groups.setdefault(group, Tally())
			totals.talked += calls if call_status == status.COMPLETED else 0
			if direction == OUTGOING:
				_add_outgoing(totals, call_status, failure_code, calls, int(talk_seconds))
			else:
				_add_incoming(totals, call_status, calls, int(talk_seconds))
	return groups


def total(rows: Iterable[tuple]) -> Tally:
	"""Return the Tally of all of these rows, whatever their group."""
	return tally((None, *rest) for _group, *rest in rows).get(None, Tally())


def _add_outgoing(totals: Tally, call_status: str, failure_code: str, calls: int, talk_seconds: int) -> None:
	column = _column(call_status, failure_code)
	totals.attempts += calls
	totals.talk_seconds += talk_seconds
	setattr(totals, column, getattr(totals, column) + calls)
	if column == "failed" and failure_code in status.CUSTOMER_NOT_CALLED:
		totals.unanswerable += calls


def _add_incoming(totals: Tally, call_status: str, calls: int, talk_seconds: int) -> None:
	totals.incoming += calls
	totals.incoming_talk_seconds += talk_seconds
	if call_status in incoming.ANSWERED:
		totals.incoming_answered += calls
	elif call_status in incoming.MISSED:
		totals.missed += calls


def _column(call_status: str, failure_code: str) -> str:
	if call_status in ANSWERED:
		return "answered"
	if call_status == status.FAILED:
		if failure_code == AGENT_UNREACHABLE:
			return "agent_missed"
		return "refused" if failure_code in status.REFUSALS else "failed"
	return _COLUMNS.get(call_status, "unclear")
