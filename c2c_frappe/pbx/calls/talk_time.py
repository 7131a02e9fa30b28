"""How long the two of a call have talked, by the server's clock. Pure; reads no clock."""

from __future__ import annotations

from datetime import datetime

from c2c_frappe.pbx.calls import status


def talk_seconds(
	call_status: str, answered_at: datetime | None, duration: float | None, now: datetime
) -> int | None:
	"""Return the seconds talked so far, or in all once the call is over; None where nobody talked or nobody knows.

	`answered_at` and `now` are in UTC without a zone, `duration` is in seconds.
	"""
	if call_status == status.IN_PROGRESS:
		return max(0, int((now - answered_at).total_seconds())) if answered_at else None
	return int(duration) if duration and call_status not in status.NOT_COMPLETED else None
