"""The use case "the PBX told us something": store it first, find its call, apply it, tell the agent.

Nothing is dropped and nothing counts twice: an event that fits no call yet waits and is tried again; one that came
before is known by its key. What an event means and which call it belongs to is decided in `pbx/`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from c2c_frappe import accounts, call_log, replies
from c2c_frappe.pbx import news
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.matching import match
from c2c_frappe.pbx.news import CallEvent

DOCTYPE = "PBX Event"
# An event that fits no call may be early; after this long it is not early any more.
PATIENCE = timedelta(hours=24)
BATCH = 200


def receive(account, payload: dict) -> str:
	"""Store and apply one event of a PBX Account; return its outcome. Commits."""
	event = _read(account, payload)
	name = _store(account.name, payload, event)
	if not name:
		return "Applied"
	return _try(name, account.name, event) if event else "Ignored"


def retry_waiting() -> None:
	"""Try the events again that fitted no call; give up on those that waited a day."""
	waiting = frappe.get_all(
		DOCTYPE, {"outcome": "Waiting"}, ["name", "account", "news"], order_by="received_at", limit=BATCH
	)
	for row in waiting:
		_try(row.name, row.account, news.of_stored(json.loads(row.news)))


def _read(account, payload: dict) -> CallEvent | None:
	try:
		return accounts.provider_of(account).parse_event(payload)
	except ConfigurationError:
		return None


def _store(account: str, payload: dict, event: CallEvent | None) -> str:
	"""Insert and commit the event; return its name, "" when the very same one came before."""
	text = json.dumps(payload, sort_keys=True, ensure_ascii=False, default=str)
	document = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"account": account,
			"outcome": "Waiting" if event else "Ignored",
			"received_at": now_datetime(),
			"payload": text,
			"news": json.dumps(event.as_stored()) if event else "",
			"pbx_call_id": event.pbx_call_id if event else "",
			"event_key": hashlib.sha256(f"{account}\0{text}".encode()).hexdigest(),
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
	frappe.db.commit()
	return document.name


def _try(name: str, account: str, event: CallEvent) -> str:
	call = match(event, call_log.candidates(account, event))
	outcome = "Applied" if call else _still_waiting(name)
	tries = frappe.db.get_value(DOCTYPE, name, "tries") or 0
	frappe.db.set_value(DOCTYPE, name, {"outcome": outcome, "call": call, "tries": tries + 1})
	if call:
		_apply(call)
	frappe.db.commit()
	return outcome


def _still_waiting(name: str) -> str:
	received = frappe.db.get_value(DOCTYPE, name, "received_at")
	return "Unmatched" if now_datetime() - received > PATIENCE else "Waiting"


def _apply(call: str) -> None:
	"""Bring a call's row up to all the events it has, and tell its agent."""
	stored = frappe.get_all(DOCTYPE, {"call": call, "outcome": "Applied"}, pluck="news")
	row = call_log.apply(call, [news.of_stored(json.loads(text)) for text in stored])
	frappe.publish_realtime(replies.EVENT, replies.reply(row), user=row["agent"], after_commit=True)
