"""When the wrap-up of a call opens by itself, and whether it may be left out. Pure."""

from __future__ import annotations

from datetime import datetime

from c2c_frappe.pbx.calls import status

WHEN_ASKED, OFFERED, REQUIRED = "When Asked", "Offered", "Required"
WAYS = (WHEN_ASKED, OFFERED, REQUIRED)
# After which ends a disposition is offered.
ANY, TALKED, UNANSWERED = "Any Call", "Talked Calls", "Unanswered Calls"
_NOT_OFFERED = {TALKED: status.NOT_COMPLETED, UNANSWERED: frozenset({status.COMPLETED})}


def way(setting: str, call_status: str, ended_at: datetime | None, disposition: str) -> str:
	"""Return how a call's wrap-up is wanted now: OFFERED, REQUIRED, or "" when it waits to be asked for.

	A call nobody answered says itself what came of it, so nothing is required of it; one that failed was none. Of one
	that ended nobody knows how (Unknown) the agent may say.
	"""
	is_over = status.is_over(call_status, ended_at) and call_status != status.FAILED
	if not is_over or disposition or setting not in (OFFERED, REQUIRED):
		return ""
	return REQUIRED if setting == REQUIRED and call_status == status.COMPLETED else OFFERED


def is_offered_after(after: str, call_status: str) -> bool:
	"""Whether a disposition that is offered after these ends (ANY, TALKED, UNANSWERED) fits a call's status.

	Of a call whose end nobody knows, or that goes on, it may be either.
	"""
	return call_status not in _NOT_OFFERED.get(after, ())


def is_unanswered(call_status: str) -> bool:
	"""Whether to try again soon: nobody was reached, and nobody said no."""
	return call_status in (status.NO_ANSWER, status.BUSY, status.CANCELED)


def merge_notes(before: str, mine: str, theirs: str) -> str:
	"""Return what notes are to be, where somebody began with `before`, wrote `mine`, and the row holds `theirs` by now.

	What two windows wrote is kept, the earlier first; what one of them took out goes only if the other left it alone.
	"""
	if mine in (before, theirs):
		return theirs
	if theirs == before or theirs in mine:
		return mine
	added = mine[len(before) :].strip() if mine.startswith(before) else mine
	return theirs if added in theirs else f"{theirs}\n{added}"
