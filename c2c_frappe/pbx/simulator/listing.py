"""Which calls the simulated PBX lists to who asks for call records: late, masked, or moving while they are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from c2c_frappe.pbx.simulator.calls import Call


@dataclass(frozen=True)
class Listing:
	"""How call records come: `after` seconds from a call's last change, numbers masked, another call after each page."""

	after: float = 0
	masked: bool = False
	changing: bool = False

	def shown(self, calls: Iterable[Call], now: float) -> list[Call]:
		"""Return the calls as they are listed at `now`."""
		due = [call for call in calls if call.changed_at + self.after <= now]
		return [masked(call) for call in due] if self.masked else due


def masked(call: Call) -> Call:
	"""Return the call with its number as a PBX shows it to who may not see it."""
	return replace(call, number=f"*{call.number[:-3]}XXX")
