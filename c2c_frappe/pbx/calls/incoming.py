"""What follows from a call that came in: is it worth a card now, was it missed. Pure; reads no clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from c2c_frappe.pbx.calls import status

INCOMING = "Incoming"
# A card for a phone that stopped ringing long ago helps nobody.
FRESH = timedelta(minutes=2)
# What a PBX tells only the next day nobody calls back for.
RECENT = timedelta(days=1)
RINGS = frozenset({status.RINGING, status.IN_PROGRESS})
MISSED = status.FINAL - {status.COMPLETED}
ANSWERED = frozenset({status.IN_PROGRESS, status.COMPLETED})


def is_ringing(direction: str, call_status: str, started_at: datetime, now: datetime) -> bool:
	"""Whether the agent's phone rings, or was just picked up: then it helps to see who calls."""
	return direction == INCOMING and call_status in RINGS and abs(now - started_at) <= FRESH


def is_missed(direction: str, call_status: str, started_at: datetime, now: datetime) -> bool:
	"""Whether somebody called in vain, and not too long ago.

	Of a call that ended nobody knows how (Unknown) that cannot be said: some PBXs report no answer of one that was taken.
	"""
	return direction == INCOMING and call_status in MISSED and now - started_at <= RECENT


def is_answered(direction: str, call_status: str) -> bool:
	"""Whether a call that came in was answered after all."""
	return direction == INCOMING and call_status in ANSWERED


def is_call_back(direction: str, call_status: str) -> bool:
	"""Whether who called in vain was called, or has been talked to in another call of theirs."""
	if direction == INCOMING:
		return call_status in ANSWERED
	return call_status not in (status.DIALING, status.FAILED, status.UNKNOWN)


def answers_missed(agent: str | None, direction: str, call_status: str, by: str | None) -> bool:
	"""Whether a later call with the number answers a missed call of this agent.

	The agent has called back by trying; anybody has by talking to the caller, and by trying where nobody's call it was.
	"""
	is_meant = by == agent or call_status in ANSWERED or (not agent and direction != INCOMING)
	return is_meant and is_call_back(direction, call_status)


def is_worth_a_lead(direction: str, call_status: str, started_at: datetime, now: datetime) -> bool:
	"""Whether a call that came in is over, talked or missed, and not too long ago: an import of last year's is no lead."""
	is_over = call_status == status.COMPLETED or call_status in MISSED
	return direction == INCOMING and is_over and now - started_at <= RECENT
