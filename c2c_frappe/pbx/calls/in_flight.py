"""What stands against a dial: dials in flight, the same request, the same agent and number. Pure; `call_log.look`
reads the rows, and inserting one is what takes guards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from c2c_frappe.pbx.calls.guards import first_free

# After the exchange's own deadline: time to read the answer and to save it.
GRACE = timedelta(seconds=5)
COLUMNS = ("slot", "site_slot", "dial_key")


class Busy(Exception):
	"""All slots of the account or of the site are taken."""


@dataclass(frozen=True)
class Guards:
	"""What a row takes: dials in flight for the account and the site, seconds for the reply and for a repeat."""

	account_slots: int
	site_slots: int
	reply_seconds: float
	repeat_seconds: float


@dataclass(frozen=True)
class Held:
	"""The calls that hold guards, of those that matter to one request, and the call this request placed before."""

	rows: tuple[dict, ...]
	same_request: dict | None
	# The names of those whose repeat window is over, though the row has its dial key still.
	over: tuple[str, ...]

	def same_call(self, agent: str, number: str) -> dict | None:
		"""Return the call that this one would repeat: of the same request, or of the same agent to the number."""
		key = dial_key(agent, number)
		return self.same_request or next((row for row in self.rows if row["dial_key"] == key), None)

	def take(self, account: str, guards: Guards, moment: datetime, start: int) -> dict:
		"""Return the columns of a dial that begins at a moment in UTC, slots looked for from `start` on; raise Busy."""
		slot = first_free(self._taken("slot"), f"{account}#", guards.account_slots, start)
		site_slot = first_free(self._taken("site_slot"), "", guards.site_slots, start)
		if not slot or not site_slot:
			raise Busy
		return {
			"slot": slot,
			"site_slot": site_slot,
			"reply_due": moment + timedelta(seconds=guards.reply_seconds) + GRACE,
			"repeat_until": moment + timedelta(seconds=guards.repeat_seconds),
		}

	def _taken(self, column: str) -> list[str]:
		return [row[column] for row in self.rows]


def dial_key(agent: str, number: str) -> str:
	"""Return what two dials of one agent to one number have in common."""
	return f"{agent}|{number}"


def of_rows(rows: Iterable[dict]) -> Held:
	"""Return what rows hold that say of themselves is_same_request, is_due (past the reply) and is_over (a repeat)."""
	still = []
	for row in rows:
		slots = {"slot": None, "site_slot": None} if row["is_due"] else {}
		still.append({**row, **slots, "dial_key": None if row["is_over"] else row["dial_key"]})
	same_request = next((row for row in still if row["is_same_request"]), None)
	return Held(tuple(still), same_request, tuple(row["name"] for row in still if row["is_over"]))
