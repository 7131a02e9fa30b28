"""Which entry is next, why now, and when one that may not be called now may be. Reads no clock and no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from c2c_frappe.pbx.lists import entries
from c2c_frappe.pbx.lists.entries import CALLBACK, DO_NOT_CALL, SKIPPED, Turn
from c2c_frappe.pbx.text import Text, _

RECORD_GONE = _("The record was deleted.")
NO_NUMBER = _("The record has no number that can be called.")
NO_CONSENT = _("The record shows no consent to calls.")
NOT_ALLOWED = _("The number may not be called from here.")
OUTSIDE_HOURS = _("It is outside calling hours there.")
CALLED_OFTEN = _("The number has reached its call limit.")
NOT_YET_DUE = _("It is not due yet.")
FIRST_TIME = _("Not called yet, and it is within calling hours there.")


@dataclass(frozen=True)
class Candidate:
	"""An entry and what is known of its record now; times are in UTC without a zone.

	`opens_at` is when calling hours there are on, `closes_at` when they end, `free_at` when its number may be called
	again: each is now, or a later moment.
	"""

	name: str
	priority: int
	due: datetime
	reason: str = ""
	is_record_there: bool = True
	has_number: bool = True
	may_be_dialed: bool = True
	says_no: bool = False
	has_consent: bool = True
	opens_at: datetime | None = None
	closes_at: datetime | None = None
	free_at: datetime | None = None


def judge(entry: Candidate, now: datetime) -> Turn | None:
	"""Return None where an entry may be called now, else how it stands: closed, or due at a later moment, and why."""
	closed = (
		(not entry.is_record_there, SKIPPED, RECORD_GONE),
		(entry.says_no, DO_NOT_CALL, entries.SAYS_NO),
		(not entry.has_number, SKIPPED, NO_NUMBER),
		(not entry.has_consent, SKIPPED, NO_CONSENT),
		(not entry.may_be_dialed, SKIPPED, NOT_ALLOWED),
	)
	for is_so, state, why in closed:
		if is_so:
			return Turn(state, None, why)
	later = (
		(entry.free_at, CALLED_OFTEN),
		(entry.opens_at, OUTSIDE_HOURS),
		(entry.due, entry.reason or NOT_YET_DUE),
	)
	due, why = max(((moment, why) for moment, why in later if moment), key=lambda each: each[0])
	return Turn(entries.WAITING, due, why, entry.priority) if due > now else None


def in_order(callable_now: Iterable[Candidate]) -> list[Candidate]:
	"""Return entries that may be called now, the next one first.

	Callbacks at an agreed time; then where calling hours end soonest; then who has been due for longest.
	"""
	return sorted(
		callable_now,
		key=lambda each: (
			each.priority,
			datetime.max if each.priority == CALLBACK else each.closes_at or datetime.max,
			each.due,
			each.name,
		),
	)


def why_now(entry: Candidate) -> Text | str:
	"""Return the sentence that says why an entry is next."""
	return entries.AGREED if entry.priority == CALLBACK else entry.reason or FIRST_TIME
