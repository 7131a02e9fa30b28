"""Dials in flight: how many there may be, which slot is free, and what conflicts with one more. Pure.

`call_log/dial_guard.py` reads the rows; inserting one is what takes a slot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# What Frappe's own bench starts when the site's configuration does not say: 2 x 2 cores + 1.
DEFAULT_WORKERS = 5
# After the exchange's own deadline: time to read the answer and to save it.
GRACE = timedelta(seconds=5)
# A click waits so long for a slot (seconds), but behind no dial that is older than this.
MAX_WAIT = 1.0
HUNG_AFTER = timedelta(seconds=2)
COLUMNS = ("slot", "site_slot", "dial_key")


class Busy(Exception):
	"""All slots of the account or of the site are taken."""


@dataclass(frozen=True)
class DialLimits:
	"""What a row takes: dials in flight for the account and the site, seconds for the reply and for a repeat.

	Without slots no PBX is asked: the call is nothing in flight, and all that will be known of it is known at once.
	"""

	account_slots: int
	site_slots: int
	reply_seconds: float
	repeat_seconds: float


@dataclass(frozen=True)
class Conflicts:
	"""The calls that hold slots or the agent's dial keys, and the call this request placed before."""

	rows: tuple[dict, ...]
	same_request: dict | None
	# The names of those whose repeat window is over, though the row has its dial key still.
	over: tuple[str, ...]

	def same_call(self, agent: str, number: str, number_extension: str = "") -> dict | None:
		"""Return the call that this one would repeat: of the same request, or of the same agent to the number."""
		key = dial_key(agent, number, number_extension)
		return self.same_request or next((row for row in self.rows if row["dial_key"] == key), None)

	def claim(self, account: str, limits: DialLimits, moment: datetime, start: int) -> dict:
		"""Return the columns of a dial that begins at a moment in UTC, slots looked for from `start` on; raise Busy."""
		repeat = {"repeat_until": moment + timedelta(seconds=limits.repeat_seconds)}
		if not limits.site_slots:
			return repeat
		slot = first_free(self._taken("slot"), f"{account}#", limits.account_slots, start)
		site_slot = first_free(self._taken("site_slot"), "", limits.site_slots, start)
		if not slot or not site_slot:
			raise Busy
		return {
			"slot": slot,
			"site_slot": site_slot,
			"reply_due": moment + timedelta(seconds=limits.reply_seconds) + GRACE,
			**repeat,
		}

	def is_hung(self, moment: datetime) -> bool:
		"""Return whether a dial in flight is older than a PBX that answers would leave it: then nobody waits behind it."""
		in_flight = [row for row in self.rows if row["slot"]]
		return any(moment - row["requested_utc"] > HUNG_AFTER for row in in_flight)

	def _taken(self, column: str) -> list[str]:
		return [row[column] for row in self.rows]


def slots_of_site(web_workers: int) -> int:
	"""Return how many dials may wait for a PBX at once: a quarter of the web workers, at least one."""
	return max(1, (web_workers or DEFAULT_WORKERS) // 4)


def first_free(taken: Collection[str], prefix: str, limit: int, start: int = 0) -> str:
	"""Return the first of prefix1 ... prefix<limit> that is not taken, looking from `start` on and round; "" for none."""
	names = (f"{prefix}{(start + step) % limit + 1}" for step in range(limit))
	return next((name for name in names if name not in taken), "")


def dial_key(agent: str, number: str, number_extension: str = "") -> str:
	"""Return what two dials of one agent to one number have in common; x12 and x15 of a switchboard are two people."""
	return f"{agent}|{number}|{number_extension}" if number_extension else f"{agent}|{number}"


def conflicts_in(rows: Iterable[dict]) -> Conflicts:
	"""Return what rows hold that say of themselves is_same_request, is_due (past the reply) and is_over (a repeat)."""
	still = []
	for row in rows:
		slots = {"slot": None, "site_slot": None} if row["is_due"] else {}
		still.append({**row, **slots, "dial_key": None if row["is_over"] else row["dial_key"]})
	same_request = next((row for row in still if row["is_same_request"]), None)
	return Conflicts(tuple(still), same_request, tuple(row["name"] for row in still if row["is_over"]))
