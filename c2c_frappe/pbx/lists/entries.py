"""What a call, its outcome or its failure does to an entry of a list. Pure; every answer follows from the call as it is.

An entry follows its latest call: told of it twice, or late, or out of order, it becomes the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from c2c_frappe.pbx.calls import status, wrap_up
from c2c_frappe.pbx.text import Text, _

WAITING, CLAIMED, CALLING = "Waiting", "Claimed", "Calling"
DONE, EXHAUSTED, SKIPPED, DO_NOT_CALL = "Done", "Exhausted", "Skipped", "Do Not Call"
OPEN = (WAITING, CLAIMED, CALLING)
STATES = (*OPEN, DONE, EXHAUSTED, SKIPPED, DO_NOT_CALL)
# Callbacks at an agreed time come before everything else.
CALLBACK, USUAL = 0, 1
# How long an entry is kept for who was shown it, and for a call whose end nobody heard.
CLAIM = timedelta(minutes=10)
CALL = timedelta(hours=2)
# A call that reached nobody for a reason of ours is no attempt, and may be made again soon.
OUR_FAULT = timedelta(minutes=5)
_NOT_IN_SERVICE = "unknown_number"

AGREED = _("Call back at the agreed time.")
NO_ONE_ANSWERED = _("Nobody answered the last call.")
WAS_BUSY = _("The number was busy.")
END_UNKNOWN = _("It is unknown how the last call ended. Check before calling again.")
NOT_CONNECTED = _("The last call was not connected.")
ENOUGH_ATTEMPTS = _("It has been tried as often as the list allows.")
OUT_OF_SERVICE = _("The number is not in service.")
SAYS_NO = _("Marked Do Not Call.")


@dataclass(frozen=True)
class Retries:
	"""A list's rules: at most so many attempts (0: no limit), how long to wait after nobody answered, or it was busy."""

	max_attempts: int = 3
	after_no_answer: timedelta = timedelta(hours=2)
	after_busy: timedelta = timedelta(minutes=15)


@dataclass(frozen=True)
class LastCall:
	"""The latest call of an entry, and how many of its calls so far were attempts to reach the customer (`attempts`).

	`offered_after` and `says_no` are those of its disposition, "" and False while there is none; `callback_at` is the
	agreed time. All times are in UTC without a zone.
	"""

	status: str
	failure_code: str = ""
	ended_at: datetime | None = None
	attempts: int = 1
	disposition: str = ""
	offered_after: str = ""
	says_no: bool = False
	callback_at: datetime | None = None


@dataclass(frozen=True)
class Turn:
	"""How an entry stands: its state, when it is due (None once it is closed), why, and CALLBACK or USUAL."""

	state: str
	due: datetime | None = None
	reason: Text | str = ""
	priority: int = USUAL


def closed_of(states: Mapping[str, int]) -> int:
	"""Return how many entries are closed, of how many are in each state."""
	return sum(count for state, count in states.items() if state not in OPEN)


def is_attempt(call_status: str, failure_code: str) -> bool:
	"""Whether a call tried to reach the customer: one that failed on our side did not."""
	return call_status != status.FAILED or failure_code == _NOT_IN_SERVICE


def after_call(call: LastCall, retries: Retries, now: datetime) -> Turn:
	"""Return how an entry stands after its latest call, or while it goes on."""
	if call.says_no:
		return Turn(DO_NOT_CALL, None, SAYS_NO)
	if call.callback_at:
		return Turn(WAITING, call.callback_at, AGREED, CALLBACK)
	if call.disposition and call.offered_after != wrap_up.UNANSWERED:
		return Turn(DONE)
	if call.status == status.COMPLETED and not call.disposition:
		return Turn(DONE)
	if call.status == status.FAILED and not call.disposition:
		return _after_failure(call, now)
	return _after_nobody(call, retries, now)


def _after_failure(call: LastCall, now: datetime) -> Turn:
	if call.failure_code == _NOT_IN_SERVICE:
		return Turn(DONE, None, OUT_OF_SERVICE)
	return Turn(WAITING, now + OUR_FAULT, NOT_CONNECTED)


def _after_nobody(call: LastCall, retries: Retries, now: datetime) -> Turn:
	waits: Mapping[str, tuple[timedelta, Text]] = {
		status.BUSY: (retries.after_busy, WAS_BUSY),
		status.UNKNOWN: (retries.after_no_answer, END_UNKNOWN),
	}
	is_over = status.is_over(call.status, call.ended_at) or call.status == status.UNKNOWN
	if not is_over and not call.disposition:
		return Turn(CALLING, now + CALL, END_UNKNOWN)
	if retries.max_attempts and call.attempts >= retries.max_attempts:
		return Turn(EXHAUSTED, None, ENOUGH_ATTEMPTS)
	usual = (retries.after_no_answer, NO_ONE_ANSWERED)
	wait, reason = usual if call.disposition else waits.get(call.status, usual)
	return Turn(WAITING, now + wait, reason)
