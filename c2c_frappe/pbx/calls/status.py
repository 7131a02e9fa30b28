"""What a status means and which evidence wins, as data. Decides nothing about numbers, reads no answer itself.

A status is the best evidence so far: every dial's reply, event and call record is an `Evidence` with a rank,
and a call's status is the one with the highest. A maximum does not depend on order or repetition.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from c2c_frappe.pbx.text import _

DIALING = "Dialing"
REQUESTED = "Requested"
UNCONFIRMED = "Unconfirmed"
UNKNOWN = "Unknown"
RINGING = "Ringing"
IN_PROGRESS = "In Progress"
COMPLETED = "Completed"
NO_ANSWER = "No Answer"
BUSY = "Busy"
CANCELED = "Canceled"
FAILED = "Failed"

ALL = (
	DIALING,
	REQUESTED,
	UNCONFIRMED,
	UNKNOWN,
	RINGING,
	IN_PROGRESS,
	COMPLETED,
	NO_ANSWER,
	BUSY,
	CANCELED,
	FAILED,
)
FINAL = frozenset({COMPLETED, NO_ANSWER, BUSY, CANCELED, FAILED})
# Nobody talked: whatever ran meanwhile, such as an announcement or the ringing, was no talk time.
NOT_COMPLETED = FINAL - {COMPLETED}

# Whose phone rings, where a PBX tells the two apart.
AGENT, CUSTOMER = "Agent", "Customer"

# Whether a phone may be ringing or talking though no one confirmed the end: these rows still hold a call.
OPEN = frozenset(ALL) - FINAL


class Evidence(NamedTuple):
	"""What is known of a call from one source: what it says and how much it weighs."""

	rank: int
	status: str
	failure_code: str = ""


# What each kind of answer to a dial is worth. The dial's own reply is the weakest source: progress, end
# events and call records outrank all of it, so a dial that was called Failed yields to proof of a call.
DIAL_OUTCOMES = {
	"none_yet": Evidence(0, DIALING),
	"interrupted": Evidence(5, UNKNOWN, "interrupted"),
	"timeout": Evidence(10, UNKNOWN, "timeout"),
	"bad_reply": Evidence(11, UNKNOWN, "bad_reply"),
	"unconfirmed": Evidence(12, UNCONFIRMED),
	"accepted": Evidence(13, REQUESTED),
	"unknown_extension": Evidence(14, FAILED, "unknown_extension"),
	"pbx_rejected": Evidence(14, FAILED, "pbx_rejected"),
	"not_sent": Evidence(14, FAILED, "not_sent"),
	"not_allowlisted": Evidence(14, FAILED, "not_allowlisted"),
	"bad_credentials": Evidence(14, FAILED, "bad_credentials"),
	"misconfigured": Evidence(14, FAILED, "misconfigured"),
	"invalid_number": Evidence(14, FAILED, "invalid_number"),
	"extension_offline": Evidence(14, FAILED, "extension_offline"),
}

INTERRUPTED = _("The server stopped during this call. The phone may have rung; check before calling again.")

FROM_DEVICE = _("Opened on your device. The progress of this call cannot be tracked here.")

# Codes of calls that failed before the customer was called: the PBX took none, or the agent did not pick up.
CUSTOMER_NOT_CALLED = (
	"agent_unreachable",
	"unknown_extension",
	"pbx_rejected",
	"not_sent",
	"not_allowlisted",
	"bad_credentials",
)

# Codes of refusals decided before anything was sent; each makes the row Failed at once.
REFUSALS = (
	"no_extension",
	"no_number",
	"disabled",
	"invalid_number",
	"number_not_allowed",
	"do_not_call",
	"outside_hours",
	"rate_limited",
	"pbx_busy",
	"circuit_open",
	"misconfigured",
	"extension_offline",
	"not_claimed",
	"no_consent",
)

# Which status outranks which within one source of later events, weakest first. An attempt is one of several ways to
# the customer, such as a trunk or a phone of a group: what came of it counts once the call has ended, and no sooner.
_ENDS = (FAILED, CANCELED, NO_ANSWER, BUSY, COMPLETED)
_RANKS = {
	("progress", IN_PROGRESS): 21,
	# It is over, and how is not known: less than anything that tells how, more than that it rang.
	("end", UNKNOWN): 22,
	**{("attempt", status): 24 + step for step, status in enumerate(_ENDS)},
	**{("end", status): 30 + step for step, status in enumerate(_ENDS)},
	**{("record", status): 40 + step for step, status in enumerate(_ENDS)},
}
# That it rings, by whose phone does: the agent's has been picked up when the customer's rings.
_RINGING = {AGENT: Evidence(18, RINGING), "": Evidence(19, RINGING), CUSTOMER: Evidence(20, RINGING)}
# That a call ended and dialed nobody is what is left while no attempt to dial is known of.
_NOBODY_DIALED = Evidence(23, FAILED, "misconfigured")


# Of a call nobody dialed here, while its record says nothing more: above any dial's reply, below every event.
PBX_ORIGINATED = Evidence(17, UNKNOWN)


def dial_evidence(outcome: str) -> Evidence:
	"""Return the evidence a dial's answer gives; `outcome` is a key of DIAL_OUTCOMES."""
	return DIAL_OUTCOMES[outcome]


def refusal_evidence(failure_code: str) -> Evidence:
	"""Return the evidence of an attempt that was refused before anything was sent."""
	if failure_code not in REFUSALS:
		raise ValueError(failure_code)
	return Evidence(DIAL_OUTCOMES["misconfigured"].rank, FAILED, failure_code)


def overdue_evidence(now: datetime, status: str, reply_due: datetime | None) -> Evidence | None:
	"""Return the evidence that replaces a Dialing row's status once its reply is overdue, None while it holds.

	Both times are in UTC without a zone.
	"""
	is_overdue = status == DIALING and reply_due is not None and reply_due < now
	return DIAL_OUTCOMES["interrupted"] if is_overdue else None


def event_evidence(source: str, status: str, failure_code: str = "", ringing: str = "") -> Evidence:
	"""Return the evidence of a later event; source is progress, attempt, end or record, `ringing` whose phone rings.

	Raise KeyError for a status that this source cannot know.
	"""
	if (source, status) == ("progress", RINGING):
		return _RINGING[ringing]
	if (source, status, failure_code) == ("end", *_NOBODY_DIALED[1:]):
		return _NOBODY_DIALED
	return Evidence(_RANKS[source, status], status, failure_code)


def is_known(source: str, status: str) -> bool:
	"""Whether this kind of event can say this status."""
	return (source, status) in _RANKS or (source, status) == ("progress", RINGING)


def ringing_phone(status: str, rank: int) -> str:
	"""Return whose phone rings by a call's best evidence, AGENT or CUSTOMER, "" for neither or where nobody tells."""
	phones = (
		phone for phone, evidence in _RINGING.items() if (evidence.status, evidence.rank) == (status, rank)
	)
	return next(phones, "")


def best(evidence: Iterable[Evidence]) -> Evidence:
	"""Return the piece that decides the status: the highest rank, whatever the order they came in."""
	return max(evidence, default=DIAL_OUTCOMES["none_yet"])


def is_final(status: str) -> bool:
	"""Whether nothing more is expected of a call in this status."""
	return status in FINAL


def is_over(status: str, ended_at: datetime | None) -> bool:
	"""Whether a call has ended, even where nobody knows how: then it is Unknown and has the time of its end."""
	return status in FINAL or ended_at is not None


def by_http_status(http_status: int) -> str:
	"""Return the dial answer (a key of DIAL_OUTCOMES) for a reply that only its HTTP status explains.

	2xx is `bad_reply` here: it needs a body that can be read. A provider narrows 404 and 2xx itself.
	"""
	if http_status in (401, 403):
		return "bad_credentials"
	if 300 <= http_status < 500:
		return "pbx_rejected"
	return "bad_reply"
