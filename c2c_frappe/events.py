"""The use case "the PBX told us something": store it first, find its call, apply it, tell the agent.

Nothing is dropped and nothing counts twice: an event that fits no call yet waits and is tried again; one that came
before is known by its key. What an event means and which call it belongs to is decided in `pbx/`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from c2c_frappe import accounts, call_log, extensions, replies
from c2c_frappe.pbx import news
from c2c_frappe.pbx.base import redact
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.matching import is_unheard_of, match
from c2c_frappe.pbx.news import CallEvent
from c2c_frappe.pbx.records import CallRecord
from c2c_frappe.transactions import committed

DOCTYPE = "PBX Event"
# An event that fits no call may be early; after this long it is not early any more.
PATIENCE = timedelta(hours=24)
BATCH = 200


def receive(account, payload: dict) -> str:
	"""Store and apply one event of a PBX Account; return its outcome. Commits."""
	event = _read(account, payload)
	text = _as_text(payload)
	name = _store(account.name, text, event, _key(account.name, text))
	if not name:
		return "Applied"
	return _try(name, account.name, event) if event else "Ignored"


def receive_records(account: str, records: Iterable[CallRecord], secrets: tuple[str, ...]) -> Counter:
	"""Store and apply what is new in these call records; return how many came to each outcome. Commits each.

	A record is new when what it says was not heard before, so that reading it twice changes nothing.
	"""
	by_key = {_key(account, "record", r.record_id, _as_text(r.event.as_stored())): r for r in records}
	known = set(frappe.get_all(DOCTYPE, {"event_key": ("in", list(by_key))}, pluck="event_key"))
	outcomes = Counter()
	for key, record in by_key.items():
		if key in known:
			continue
		text = redact(_as_text(dict(record.row)), secrets)
		name = _store(account, text, record.event, key, record.record_id)
		if name:
			outcomes[_try(name, account, record.event, record.record_id)] += 1
	return outcomes


def retry_waiting() -> None:
	"""Try the events again that fitted no call; give up on those that waited a day."""
	fields = ["name", "account", "news", "record_id"]
	waiting = frappe.get_all(DOCTYPE, {"outcome": "Waiting"}, fields, order_by="received_at", limit=BATCH)
	for row in waiting:
		_try(row.name, row.account, news.of_stored(json.loads(row.news)), row.record_id or "")


def _read(account, payload: dict) -> CallEvent | None:
	try:
		return accounts.provider_of(account).parse_event(payload)
	except ConfigurationError:
		return None


def _as_text(values: dict) -> str:
	return json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)


def _key(*parts: str) -> str:
	return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _store(account: str, text: str, event: CallEvent | None, key: str, record_id: str = "") -> str:
	"""Insert and commit the event; return its name, "" when the very same one came before."""
	document = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"account": account,
			"outcome": "Waiting" if event else "Ignored",
			"received_at": now_datetime(),
			"payload": text,
			"news": json.dumps(event.as_stored()) if event else "",
			"pbx_call_id": event.pbx_call_id if event else "",
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


def _try(name: str, account: str, event: CallEvent, record_id: str = "") -> str:
	return committed(lambda: _settle(name, account, event, record_id))


def _settle(name: str, account: str, event: CallEvent, record_id: str) -> str:
	candidates = call_log.candidates(account, event)
	call = match(event, candidates)
	if call:
		outcome = "Applied"
	elif record_id:
		call, outcome = _began_at_the_pbx(account, event, record_id, candidates)
	else:
		outcome = _still_waiting(name)
	tries = frappe.db.get_value(DOCTYPE, name, "tries") or 0
	frappe.db.set_value(DOCTYPE, name, {"outcome": outcome, "call": call, "tries": tries + 1})
	if call:
		_apply(call)
	return outcome


def _began_at_the_pbx(account: str, event: CallEvent, record_id: str, candidates: list) -> tuple[str, str]:
	"""Return (call, outcome) for a record nobody's click explains: the row of an agent's own or an incoming call."""
	call = call_log.name_of_record(account, record_id)
	if frappe.db.exists(call_log.DOCTYPE, call):
		return call, "Applied"
	agent = extensions.holder(account, event.extension)
	if not agent:
		return "", "Ignored"
	near = call_log.calls_near(account, agent, event.started_at) if event.started_at else []
	if not is_unheard_of(event, [*candidates, *near]):
		return "", "Unmatched"
	call_log.add(call, account, agent, event)
	return call, "Applied"


def _still_waiting(name: str) -> str:
	received = frappe.db.get_value(DOCTYPE, name, "received_at")
	return "Unmatched" if now_datetime() - received > PATIENCE else "Waiting"


def _apply(call: str) -> None:
	"""Bring a call's row up to all the events it has, and tell its agent."""
	stored = frappe.get_all(DOCTYPE, {"call": call, "outcome": "Applied"}, pluck="news")
	row = call_log.apply(call, [news.of_stored(json.loads(text)) for text in stored])
	frappe.publish_realtime(replies.EVENT, replies.reply(row), user=row["agent"], after_commit=True)
