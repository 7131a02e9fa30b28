"""PBX Event: what PBXs report, kept as it came and as it was read. Its only writer; decides nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import frappe
from frappe.utils import now, now_datetime

from c2c_frappe.call_log import from_events
from c2c_frappe.pbx.calls.events import CallEvent, of_stored
from c2c_frappe.pbx.wire.redaction import MASK

DOCTYPE = "PBX Event"
APPLIED, WAITING, UNMATCHED, IGNORED = "Applied", "Waiting", "Unmatched", "Ignored"


def insert(account: str, text: str, event: CallEvent | None, key: str, record_id: str = "") -> str:
	"""Insert and commit the event; return its name, "" when the very same one came before."""
	document = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"account": account,
			"outcome": WAITING if event else IGNORED,
			"received_at": now_datetime(),
			"payload": text,
			**(event_columns(event) if event else {"news": "", "pbx_call_id": ""}),
			"event_key": key,
			"record_id": record_id,
		}
	)
	document.flags.ignore_links = True
	said_before = len(frappe.local.message_log)
	try:
		document.insert(ignore_permissions=True)
	except frappe.UniqueValidationError:
		frappe.db.rollback()
		del frappe.local.message_log[said_before:]
		return ""
	frappe.db.commit()  # nosemgrep: frappe-manual-commit - stored before it is applied, whatever comes of that
	return document.name


def note(name: str, outcome: str, call: str = "") -> None:
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.update(table).where(table.name == name).set(table.tries, table.tries + 1)
	query.set(table.outcome, outcome).set(table.call, call).set(table.modified, now()).run()


def assign(name: str, account: str, event: CallEvent, call: str) -> None:
	"""Give the event to its call; one that began at the PBX gets those of its id that seemed to be nobody's."""
	note(name, APPLIED, call)
	if call == from_events.name_at_pbx(account, event.pbx_call_id):
		_adopt(account, event.pbx_call_id, call)


def _adopt(account: str, pbx_call_id: str, call: str) -> None:
	"""Give a call that began at the PBX the events of its id that seemed to be nobody's."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.update(table).where((table.pbx_call_id == pbx_call_id) & (table.account == account))
	query.where(table.outcome != APPLIED).set(table.outcome, APPLIED).set(table.call, call).run()


def events_of(call: str) -> list[CallEvent]:
	"""Return all the events a call has, whose row the caller has locked."""
	# As others committed it since this transaction began, which a plain read would not show.
	filters = {"call": call, "outcome": APPLIED}
	columns = ["news", "recording_url"]
	stored = frappe.db.get_values(DOCTYPE, filters, columns, for_update=True, order_by=None)
	return [of_stored(json.loads(text), url or "") for text, url in stored]


def told_of(calls: Sequence[str], digits: Sequence[str]) -> list[dict]:
	"""Return {received_at, account, payload} of what PBXs told of these calls, or of numbers with these digits."""
	names = _about(calls, digits)
	fields = ["received_at", "account", "payload"]
	return frappe.get_all(DOCTYPE, {"name": ("in", names)}, fields, order_by="received_at")


def erase(calls: Sequence[str], digits: Sequence[str]) -> int:
	"""Empty these events and return how many; their keys stay, so that none comes again. The caller commits."""
	names = _about(calls, digits)
	empty = {"payload": "{}", "news": "", "recording_url": "", "outcome": IGNORED}
	if names:
		frappe.db.set_value(DOCTYPE, {"name": ("in", names)}, empty)
	return len(names)


def _about(calls: Sequence[str], digits: Sequence[str]) -> list[str]:
	"""Return the names of events of these calls, and of those whose payload holds one of the numbers."""
	found = set(frappe.get_all(DOCTYPE, {"call": ("in", calls)}, pluck="name")) if calls else set()
	for each in digits:
		found.update(frappe.get_all(DOCTYPE, {"payload": ("like", f"%{each}%")}, pluck="name"))
	return sorted(found)


def forget_recording(call: str) -> None:
	"""Delete the address of a call's recording from its events; the caller commits."""
	frappe.db.set_value(DOCTYPE, {"call": call}, "recording_url", "", update_modified=False)


def event_columns(event: CallEvent) -> dict:
	stored = {"news": json.dumps(event.as_stored()), "pbx_call_id": event.pbx_call_id}
	return {**stored, "recording_url": event.recording_url}


def shown_payload(payload: dict, event: CallEvent | None) -> str:
	"""Return the payload as managers see it: the address of a recording is nobody's to pass on."""
	url = event.recording_url if event else ""
	return as_text({name: MASK if url and url in str(value) else value for name, value in payload.items()})


def key(*parts: str) -> str:
	return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def as_text(values: dict) -> str:
	return json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)


def said(event: CallEvent) -> str:
	"""Return all that an event says; a link to a recording often comes later than the rest."""
	known = event.as_stored()
	return as_text({**known, "recording_url": event.recording_url} if event.recording_url else known)
