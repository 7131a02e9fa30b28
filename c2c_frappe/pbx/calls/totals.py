"""Sums calls up for reports: what counts as placed, answered, unknown. Pure; the shell counts the rows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from c2c_frappe.pbx.calls import status

ANSWERED = frozenset({status.IN_PROGRESS, status.COMPLETED})


@dataclass
class Tally:
	"""Calls of one group; `talk_seconds` from the customer's answer."""

	attempts: int = 0
	refused: int = 0
	answered: int = 0
	no_answer: int = 0
	busy: int = 0
	failed: int = 0
	unclear: int = 0
	talk_seconds: int = 0

	@property
	def placed(self) -> int:
		"""Return how many attempts left for the PBX."""
		return self.attempts - self.refused

	@property
	def connect_rate(self) -> float:
		"""Return the share of placed calls that a customer answered, in percent."""
		return round(100 * self.answered / self.placed, 1) if self.placed else 0.0


def tally(rows: Iterable[tuple[Hashable, str, str, int, int]]) -> dict[Hashable, Tally]:
	"""Return a Tally per group of (group, status, failure code, calls, talk seconds) rows."""
	groups: dict[Hashable, Tally] = {}
	for group, call_status, failure_code, calls, talk_seconds in rows:
		totals = groups.setdefault(group, Tally())
		column = _column(call_status, failure_code)
		totals.attempts += calls
		totals.talk_seconds += talk_seconds
		setattr(totals, column, getattr(totals, column) + calls)
	return groups


def _column(call_status: str, failure_code: str) -> str:
	if call_status in ANSWERED:
		return "answered"
	if call_status == status.FAILED:
		return "refused" if failure_code in status.REFUSALS else "failed"
	return {status.NO_ANSWER: "no_answer", status.CANCELED: "no_answer", status.BUSY: "busy"}.get(
		call_status, "unclear"
	)
