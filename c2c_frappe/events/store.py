"""PBX Event: what PBXs report, kept as it came and as it was read. Its only writer; decides nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import frappe
from frappe.utils import now

from c2c_frappe.call_log import from_events
from c2c_frappe.pbx.calls.events import CallEvent, from_stored
from c2c_frappe.pbx.wire.redaction import MASK, without_secrets
from c2c_frappe.site_time import to_local, utc_now
from c2c_frappe.transactions import committed

DOCTYPE = "PBX Event"
APPLIED, WAITING, UNMATCHED, IGNORED = "Applied", "Waiting", "Unmatched", "Ignored"
# It could not be applied, for a reason that stands beside it; the others go on.
INVALID = "Invalid"
MINUTE = timedelta(minutes=1)


def insert(
	account: str,
	text: str,
	event: CallEvent | None,
	key: str,
	record_id: str = "",
	reason: str = "",
) -> str:
	"""Insert and commit the event; return its name, "" when the very same one came before.

	`reason` says why a payload is no event that should be one.
	"""
	values = {
		"doctype": DOCTYPE,
		"account": account,
		"outcome": WAITING if event else INVALID if reason else IGNORED,
		"reason": reason,
		# The clock that also says, below, what was told within a minute.
		"received_at": to_local(utc_now()),
		"payload": text,
		**(event_columns(event) if event else {"parsed_event": "", "pbx_call_id": ""}),
		"event_key": key,
		"record_id": record_id,
	}
	said_before = len(frappe.local.message_log)
	try:
		return committed(lambda: _inserted(values))
	except frappe.UniqueValidationError:
		frappe.db.rollback()
		del frappe.local.message_log[said_before:]
		return ""


def _inserted(values: dict) -> str:
	document = frappe.get_doc(values)
	document.flags.ignore_links = True
	return document.insert(ignore_permissions=True).name


def note(name: str, outcome: str, call: str = "", reason: str = "") -> None:
	"""Note what came of one more attempt to apply an event; the caller commits."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.update(table).where(table.name == name).set(table.tries, table.tries + 1)
	query = query.set(table.outcome, outcome).set(table.call, call).set(table.reason, reason)
	query.set(table.modified, now()).run()


def assign(name: str, account: str, event: CallEvent, row: dict) -> None:
	"""Give the event to its call's row; one that began at the PBX gets those of its id that seemed to be nobody's."""
	note(name, APPLIED, row["name"])
	if event.pbx_call_id and row["origin_key"] == from_events.origin_key(account, event.pbx_call_id):
		_adopt(account, event.pbx_call_id, row["name"])


def _adopt(account: str, pbx_call_id: str, call: str) -> None:
	"""Give a call that began at the PBX the events of its id that seemed to be nobody's."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.update(table).where((table.pbx_call_id == pbx_call_id) & (table.account == account))
	query.where(table.outcome != APPLIED).set(table.outcome, APPLIED).set(table.call, call).run()


def events_of(call: str) -> list[CallEvent]:
	"""Return all the events a call has, whose row the caller has locked."""
	# As others committed it since this transaction began, which a plain read would not show.
	filters = {"call": call, "outcome": APPLIED}
	columns = ["parsed_event", "recording_url"]
	stored = frappe.db.get_values(DOCTYPE, filters, columns, for_update=True, order_by=None)
	# An event of somebody who was erased says nothing any more.
	return [from_stored(json.loads(text), url or "") for text, url in stored if text]


def export_events(calls: Sequence[str], digits: Sequence[str]) -> list[dict]:
	"""Return {received_at, account, payload} of what PBXs told of these calls, or of numbers with these digits."""
	names = _about(calls, digits)
	fields = ["received_at", "account", "payload"]
	return frappe.get_all(DOCTYPE, {"name": ("in", names)}, fields, order_by="received_at")


def erase(calls: Sequence[str], digits: Sequence[str]) -> int:
	"""Empty these events and return how many; their keys stay, so that none comes again. The caller commits."""
	names = _about(calls, digits)
	empty = {"payload": "{}", "parsed_event": "", "recording_url": "", "pbx_call_id": "", "outcome": IGNORED}
	if names:
		frappe.db.set_value(DOCTYPE, {"name": ("in", names)}, empty)
	return len(names)


def _about(calls: Sequence[str], digits: Sequence[str]) -> list[str]:
	"""Return the names of events of these calls, and of those whose payload holds one of the numbers."""
	existing = set(frappe.get_all(DOCTYPE, {"call": ("in", calls)}, pluck="name")) if calls else set()
	for each in digits:
		existing.update(frappe.get_all(DOCTYPE, {"payload": ("like", f"%{each}%")}, pluck="name"))
	return sorted(existing)


def forget_recording(call: str) -> None:
	"""Delete the address of a call's recording from its events; the caller commits."""
	frappe.db.set_value(DOCTYPE, {"call": call}, "recording_url", "", update_modified=False)


def event_columns(event: CallEvent) -> dict:
	stored = {"parsed_event": json.dumps(event.as_stored()), "pbx_call_id": event.pbx_call_id}
	return {**stored, "recording_url": event.recording_url}


def shown_payload(payload: dict, event: CallEvent | None) -> str:
	"""Return the payload as managers see it: the address of a recording, or a secret, is nobody's to pass on."""
	url = event.recording_url if event else ""
	shown = without_secrets(payload)
	return to_json({name: MASK if url and url in str(value) else value for name, value in shown.items()})


def payload_key(account: str, payload: dict, event: CallEvent | None) -> str:
	"""Return the key a payload is known by, "" when the very same one came within the last minute.

	One that names its call or a time is the same for good. Of any other the same words may be about a second call:
	they are a repeat for a minute, in which a PBX tries again.
	"""
	text = to_json(payload)
	if event and event.is_distinct:
		return key(account, text)
	moment = utc_now()
	minute = (moment - datetime(1970, 1, 1)) // MINUTE
	before = key(account, text, str(minute - 1))
	is_repeat = frappe.db.exists(
		DOCTYPE, {"event_key": before, "received_at": (">", to_local(moment - MINUTE))}
	)
	return "" if is_repeat else key(account, text, str(minute))


def key(*parts: str) -> str:
	return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def to_json(values: dict) -> str:
	return json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)


def content_of(event: CallEvent) -> str:
	"""Return all that an event says; a link to a recording often comes later than the rest."""
	values = event.as_stored()
	return to_json({**values, "recording_url": event.recording_url} if event.recording_url else values)
