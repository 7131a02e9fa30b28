"""The use case "the PBX reports something": store the event, find its call, apply it, tell the agent.

Drops nothing and counts nothing twice: an event that fits no call yet waits and is tried again; one that came
before is known by its key. What an event means and which call it belongs to is decided in `pbx/`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from traceback import format_tb

import frappe
from frappe import _
from frappe.utils import get_datetime

from c2c_frappe import current_settings, messages
from c2c_frappe.accounts import providers
from c2c_frappe.call_log import from_events, rows
from c2c_frappe.events import call_matching, missed_calls, store
from c2c_frappe.events.call_matching import ADDED
from c2c_frappe.events.store import APPLIED, IGNORED, INVALID, WAITING
from c2c_frappe.pbx.calls import events, facts
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import CallRecord
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.wire.payload import UNREAD
from c2c_frappe.pbx.wire.redaction import redact
from c2c_frappe.replies import call_state
from c2c_frappe.site_time import local_now, to_utc, utc_now
from c2c_frappe.transactions import committed, was_ended

# Of call records only, and not stored: it was heard before.
DUPLICATE = "Known"
BATCH = 200


def receive(account, payload: dict) -> str:
	"""Store and apply one event that an account's PBX posted; return its outcome. Commits."""
	event = _read(account, payload)
	key = store.payload_key(account.name, payload, event)
	return _ingest(account.name, payload, event and _dated_and_resolved(account.name, event, utc_now()), key)


def ingest(account: str, payload: dict, event: CallEvent | None) -> str:
	"""Store a payload, and apply the event it was read as, if it is one; return its outcome. Commits."""
	heard = event and events.heard(call_matching.resolve_number(account, event), _moment())
	return _ingest(account, payload, heard, store.payload_key(account, payload, event))


def _ingest(account: str, payload: dict, event: CallEvent | None, key: str) -> str:
	# A body nobody can read is not one that says nothing.
	reason = _("The PBX's message could not be read. It is stored as received.") if UNREAD in payload else ""
	name = key and store.insert(account, store.shown_payload(payload, event), event, key, reason=reason)
	if not name:
		return APPLIED
	if not event:
		return INVALID if reason else IGNORED
	outcome = _match_and_apply(name, account, event)
	return APPLIED if outcome == ADDED else outcome


def receive_records(account: str, records: Iterable[CallRecord], secrets: tuple[str, ...]) -> Counter:
	"""Store and apply what is new in these call records; return how many came to each outcome. Commits each."""
	outcomes = Counter(outcome for _record, outcome in ingest_records(account, records, secrets))
	del outcomes[DUPLICATE]
	return outcomes


def ingest_records(
	account: str, records: Iterable[CallRecord], secrets: tuple[str, ...]
) -> Iterator[tuple[CallRecord, str]]:
	"""Store and apply call records, committing each; yield each with its outcome, DUPLICATE when it was heard before.

	A record is new when what it says was not heard before, so that reading it twice changes nothing.
	"""
	keyed = [(store.key(account, "record", r.record_id, store.content_of(r.event)), r) for r in records]
	stored = set(
		frappe.get_all(store.DOCTYPE, {"event_key": ("in", [key for key, _r in keyed])}, pluck="event_key")
	)
	for key, record in keyed:
		yield record, DUPLICATE if key in stored else _ingest_record(account, key, record, secrets)


def _ingest_record(account: str, key: str, record: CallRecord, secrets: tuple[str, ...]) -> str:
	try:
		event = events.heard(call_matching.resolve_number(account, record.event), _moment())
		text = redact(store.shown_payload(dict(record.row), event), secrets)
		name = store.insert(account, text, event, key, record.record_id)
	except Exception as error:  # noqa: BLE001  a record that cannot even be stored stops no other
		frappe.db.rollback()
		frappe.log_error(
			_("Call record from {0}").format(account), f"{record.record_id}: {type(error).__name__}"
		)
		return INVALID
	return _match_and_apply(name, account, event, record.record_id) if name else DUPLICATE


def retry_waiting() -> None:
	"""Try the events again that fitted no call, those first that were tried longest ago; give up after a day."""
	waiting = frappe.get_all(
		store.DOCTYPE, {"outcome": WAITING}, pluck="name", order_by="modified", limit=BATCH
	)
	retry_all(waiting)


def retry_all(names: Iterable[str]) -> dict[str, int]:
	"""Try these events again and return how many came to each outcome. Commits each."""
	return dict(Counter(retry(name) for name in names))


def retry(name: str) -> str:
	"""Try one stored event again and return its outcome; one that was not understood is read again. Commits."""
	row = frappe.db.get_value(
		store.DOCTYPE,
		name,
		["account", "outcome", "parsed_event", "recording_url", "payload", "record_id", "received_at"],
		as_dict=True,
	)
	if row.outcome == APPLIED:
		return APPLIED
	try:
		parsed = row.parsed_event and events.from_stored(
			json.loads(row.parsed_event), row.recording_url or ""
		)
		event = parsed or _read_again(name, row)
	except Exception as error:  # noqa: BLE001  whatever is wrong with this one, the next one waits behind it
		return _mark_invalid(name, error)
	if not event:
		return IGNORED
	outcome = _match_and_apply(name, row.account, event, row.record_id or "", get_datetime(row.received_at))
	return APPLIED if outcome == ADDED else outcome


def _read_again(name: str, row) -> CallEvent | None:
	account = current_settings.account(row.account)
	event = _read(account, json.loads(row.payload)) if account else None
	if event:
		event = _dated_and_resolved(row.account, event, to_utc(get_datetime(row.received_at)))
		frappe.db.set_value(store.DOCTYPE, name, store.event_columns(event))
	return event


def _read(account, payload: dict) -> CallEvent | None:
	try:
		return providers.provider_of(account).parse_event(payload)
	except ConfigurationError:
		return None


def _dated_and_resolved(account: str, event: CallEvent, received_at: datetime) -> CallEvent:
	"""Return the event with when it came, in UTC, where it names no time, and with one reading of its number."""
	return call_matching.resolve_number(account, events.dated(event, received_at.replace(microsecond=0)))


def _moment() -> datetime:
	"""Return now in UTC, in whole seconds as PBXs tell times."""
	return utc_now().replace(microsecond=0)


def _match_and_apply(
	name: str, account: str, event: CallEvent, record_id: str = "", received_at: datetime | None = None
) -> str:
	"""Find the event's call and apply it; `received_at` is that of an event that was tried before. Commits.

	One that cannot be applied is marked, so that it stops no other; one that met too many others waits.
	"""
	now = local_now()
	age = now - (received_at or now)

	def work():
		call, outcome = call_matching.place(account, event, record_id, age)
		if call:
			_apply(name, account, event, call)
		else:
			store.note(name, outcome)
		return outcome

	try:
		return committed(work)
	except Exception as error:  # noqa: BLE001  see above; what the fault was stands on the event
		return _mark_invalid(name, error)


def _mark_invalid(name: str, error: Exception) -> str:
	"""Keep with an event why it could not be applied, and where; raises what the database raises when it is away."""
	frappe.db.rollback()
	outcome = WAITING if was_ended(error) else INVALID
	places = "".join(format_tb(error.__traceback__)[-2:])
	reason = f"{type(error).__name__}\n{places}".strip()
	committed(lambda: store.note(name, outcome, reason=reason))
	return outcome


def _apply(name: str, account: str, event: CallEvent, call: str) -> None:
	"""Bring a call's row up to all the events it has, this one among them, and tell its agent.

	The row is locked first and the events are read after that, so that two who apply at once both know all of them.
	"""
	row = rows.lock(call)
	store.assign(name, account, event, row)
	changes = facts.changes(from_events.state(row), store.events_of(call))
	row = from_events.write(row, changes, call_matching.parties(row, changes))
	with messages.in_language_of(row["agent"] or ""):
		missed_calls.remind(row)
		reply = call_state.describe(row, user=row["agent"]) if row["agent"] else None
	if reply:
		frappe.publish_realtime(call_state.EVENT, reply, user=row["agent"], after_commit=True)
