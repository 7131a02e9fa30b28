"""Frappe CRM's contract as data: how its pages ask for calls, what its popup understands, what its CRM Call Log says.

Its pages know the providers Twilio and Exotel alone, so what they are told here is what Exotel would tell. Read from
its versions 1.33 to 2.0-dev; where they differ, one answer serves all. Pure: tells nobody and stores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from c2c_frappe.pbx.calls import incoming, status
from c2c_frappe.pbx.calls.values import INCOMING, OUTGOING

# The name by which CRM's pages know who places their calls, and the realtime event its popup listens to.
MEDIUM, POPUP_EVENT = "Exotel", "exotel_call"
# The realtime event that makes an open page load its activities, calls among them, anew.
REFRESH_EVENT = "refetch_resource"
# Of the pages that show one record: the part of their address, and whose record it is.
PAGES = {"leads": "CRM Lead", "deals": "CRM Deal", "contacts": "Contact"}
WITH_ACTIVITIES = ("CRM Lead", "CRM Deal")
# Of our directions those that CRM Call Log knows.
DIRECTIONS = (OUTGOING, INCOMING)
# Of CRM Call Log's columns those that say what our call does.
LOG_COLUMNS = (
	"type", "from", "to", "caller", "receiver", "status", "duration", "start_time", "end_time", "medium",
	"recording_url",
)  # fmt: skip
NO_NUMBER = "Unknown"
# CRM's statuses have our names; these have none there.
_INITIATED = {status.DIALING, status.REQUESTED, status.UNCONFIRMED, status.UNKNOWN}
_UNANSWERED = {status.NO_ANSWER: "no-answer", status.BUSY: "busy"}
# A popup of a call whose PBX tells nothing is closed after this long, of one whose events may be lost after more. That
# somebody talks is believed for a day.
NOTHING_COMES, NOTHING_CAME = timedelta(minutes=1), timedelta(minutes=15)
STILL_TALKING = timedelta(hours=24)
# For this long a talk keeps the popup from another call that comes in.
USUAL_TALK = timedelta(hours=1)


def has_own_provider(answer: Mapping) -> bool | None:
	"""Whether CRM's own answer says that Twilio or Exotel is switched on; None of an answer in a form that is unknown."""
	if isinstance(answer.get("integrations"), Mapping):
		return any(answer["integrations"].values())
	flags = [value for key, value in answer.items() if key in ("twilio_enabled", "exotel_enabled")]
	return any(flags) if flags else None


def offering_ours() -> dict:
	"""Return the answer that makes CRM's call buttons ours: as its versions from 1.71 on read it, and as older ones do.

	With a default, whatever the user once chose: a provider that is not there any more would do nothing.
	"""
	return {
		"integrations": {"twilio": False, "exotel": True},
		"twilio_enabled": False,
		"exotel_enabled": True,
		"default_calling_medium": MEDIUM,
	}


def record_on_page(address: str) -> tuple[str, str] | None:
	"""Return (DocType, name) of the record an address of CRM shows, None for a list or another page."""
	try:
		parts = urlsplit(address).path.split("/")
	except ValueError:
		return None
	is_record = len(parts) >= 4 and parts[:2] == ["", "crm"] and parts[2] in PAGES and parts[3]
	return (PAGES[parts[2]], unquote(parts[3])) if is_record and parts[3] != "view" else None


def popup_event(row: Mapping) -> dict | None:
	"""Return what the popup is told of a call's row, None where it has no words for it and is best left alone.

	After an incoming call was answered it is told of it as of one that was placed: for its own it has no form.
	"""
	known = {"CallSid": row["name"], "To": row["number"] or ""}
	call_status, is_incoming = row["status"], row["direction"] == INCOMING
	if status.is_over(call_status, row["ended_at"]):
		return {**known, **_end(call_status, is_incoming, row["duration"] or 0)}
	if call_status == status.RINGING and is_incoming:
		return {**known, **_incoming(row["number"] or "", row["agent"] or "")}
	if call_status in (status.RINGING, status.IN_PROGRESS):
		# The second leg is the customer's.
		leg = "in-progress" if call_status == status.IN_PROGRESS else ""
		return {
			**known,
			**_outgoing("answered", "in-progress"),
			"Legs[0][Status]": "in-progress",
			"Legs[1][Status]": leg,
		}
	return None


def closing_event(row: Mapping) -> dict:
	"""Return what lets a popup be closed whose call nobody will tell the end of."""
	return {"CallSid": row["name"], "To": row["number"] or "", **_ended(0)}


def gone_event(row: Mapping) -> dict:
	"""Return what lets the popup be closed of somebody whose phone has stopped, as a colleague took the call."""
	return {"CallSid": row["name"], "To": row["number"] or "", **_missed()}


def opens_popup(row: Mapping, now: datetime) -> bool:
	"""Whether what the popup is told of a call opens it by itself: somebody is calling now, in UTC."""
	is_ringing = row["direction"] == INCOMING and row["status"] == status.RINGING
	return is_ringing and incoming.is_ringing(row["direction"], row["status"], row["requested_utc"], now)


def waits_for(call_status: str, has_source: bool) -> timedelta:
	"""Return how long a popup waits for the end of a call in this status; `has_source`: something tells of such calls."""
	if call_status == status.IN_PROGRESS:
		return STILL_TALKING
	return NOTHING_CAME if has_source else NOTHING_COMES


def log_columns(row: Mapping, recording: str) -> dict:
	"""Return CRM Call Log's facts of a call's row; `recording` is where its player finds the recording, "" for nowhere."""
	is_incoming = row["direction"] == INCOMING
	number, own = row["number"] or NO_NUMBER, row["extension"] or row["account"] or ""
	return {
		"type": "Incoming" if is_incoming else "Outgoing",
		"from": number if is_incoming else own,
		"to": (row["called_number"] or own) if is_incoming else number,
		"caller": None if is_incoming else row["agent"] or None,
		"receiver": row["agent"] or None if is_incoming else None,
		"status": "Initiated" if row["status"] in _INITIATED else row["status"],
		"duration": row["duration"] or 0,
		"start_time": row["answered_at"] or row["requested_at"],
		"end_time": row["ended_at"],
		"medium": row["account"] or "",
		"recording_url": recording if row["recording_url"] else "",
	}


def is_mirrored(row: Mapping) -> bool:
	"""Whether a call has a row at CRM: not what was refused before anything was sent, nor a call to a colleague."""
	is_refused = row["failure_code"] in status.REFUSALS and row["evidence_rank"] < status.PBX_ORIGINATED.rank
	return row["direction"] in DIRECTIONS and not is_refused


def _end(call_status: str, is_incoming: bool, seconds: int) -> dict:
	if call_status not in status.NOT_COMPLETED:
		return _ended(seconds)
	if is_incoming:
		return _missed()
	word = _UNANSWERED.get(call_status, "no-answer")
	return {**_outgoing("terminal", word), "Legs[1][Status]": word}


def _ended(seconds: int) -> dict:
	lasted = {"Legs[0][OnCallDuration]": seconds, "DialCallDuration": seconds}
	return {**_outgoing("terminal", "completed"), **lasted}


def _missed() -> dict:
	return {"Direction": "incoming", "CallType": "incomplete", "DialCallStatus": "no-answer"}


def _outgoing(kind: str, word: str) -> dict:
	return {"EventType": kind, "Direction": "outbound-api", "Status": word}


def _incoming(number: str, agent: str) -> dict:
	# The agent is named while it rings and no longer: that opens the popup, also one that was closed.
	ringing = {"EventType": "Dial", "Direction": "incoming", "Status": "busy"}
	return {**ringing, "AgentEmail": agent, "CallFrom": number, "From": number}
