"""The use case "the PBX told us something": store it first, find its call, apply it, tell the agent.

Nothing is dropped and nothing counts twice: an event that fits no call yet waits and is tried again; one that came
before is known by its key. What an event means and which call it belongs to is decided in `pbx/`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import frappe
from frappe.utils import get_datetime, now, now_datetime

from c2c_frappe.accounts import extensions, providers
from c2c_frappe.call_log import rows, search
from c2c_frappe.events import missed_calls
from c2c_frappe.pbx.calls import events
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.incoming import INCOMING
from c2c_frappe.pbx.calls.matching import Candidate, is_unheard_of, match
from c2c_frappe.pbx.calls.records import CallRecord
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.base import MASK, redact
from c2c_frappe.phone_book import index
from c2c_frappe.replies import call_state
from c2c_frappe.site_time import utc_now
from c2c_frappe.transactions import committed

DOCTYPE = "PBX Event"
APPLIED, WAITING, UNMATCHED, IGNORED = "Applied", "Waiting", "Unmatched", "Ignored"
# Of records only, and not stored: the row was made for it; it was heard before.
ADDED, KNOWN = "Added", "Known"
# An event that fits no call may be early; after this long it is not early any more.
PATIENCE = timedelta(hours=24)
# By then every dial has its reply, and with it the PBX's id: an outgoing call nobody clicked began at the phone.
SETTLED = timedelta(minutes=2)
BATCH = 200


def receive(account, payload: dict) -> str:
	"""Store and apply one event that an account's PBX posted; return its outcome. Commits."""
	return take(account.name, payload, _read(account, payload))


def take(account: str, payload: dict, event: CallEvent | None) -> str:
	"""Store a payload, and apply the event it was read as, if it is one; return its outcome. Commits."""
	name = _store(account, _shown(payload, event), event, _key(account, _as_text(payload)))
	if not name:
		return APPLIED
	outcome = _try(name, account, event) if event else IGNORED
	return APPLIED if outcome == ADDED else outcome


def receive_records(account: str, records: Iterable[CallRecord], secrets: tuple[str, ...]) -> Counter:
	"""Store and apply what is new in these call records; return how many came to each outcome. Commits each."""
	outcomes = Counter(outcome for _record, outcome in take_records(account, records, secrets))
	del outcomes[KNOWN]
	return outcomes


def take_records(
	account: str, records: Iterable[CallRecord], secrets: tuple[str, ...]
) -> Iterator[tuple[CallRecord, str]]:
	"""Store and apply call records, committing each; yield each with its outcome, KNOWN when it was heard before.

	A record is new when what it says was not heard before, so that reading it twice changes nothing.
	"""
	keyed = [(_key(account, "record", r.record_id, _said(r.event)), r) for r in records]
	known = set(frappe.get_all(DOCTYPE, {"event_key": ("in", [key for key, _r in keyed])}, pluck="event_key"))
	for key, record in keyed:
		name = ""
		if key not in known:
			text = redact(_shown(dict(record.row), record.event), secrets)
			name = _store(account, text, record.event, key, record.record_id)
		yield record, _try(name, account, record.event, record.record_id) if name else KNOWN


def retry_waiting() -> None:
	"""Try the events again that fitted no call, those first that were tried longest ago; give up after a day."""
	waiting = frappe.get_all(DOCTYPE, {"outcome": WAITING}, pluck="name", order_by="modified", limit=BATCH)
	retry_all(waiting)


def retry_all(names: Iterable[str]) -> dict[str, int]:
	"""Try these events again and return how many came to each outcome. Commits each."""
	return dict(Counter(retry(name) for name in names))


def retry(name: str) -> str:
	"""Try one stored event again and return its outcome; one that was not understood is read again. Commits."""
	row = frappe.db.get_value(
		DOCTYPE,
		name,
		["account", "outcome", "news", "recording_url", "payload", "record_id", "received_at"],
		as_dict=True,
	)
	if row.outcome == APPLIED:
		return APPLIED
	known = row.news and events.of_stored(json.loads(row.news), row.recording_url or "")
	event = known or _read_again(name, row)
	if not event:
		return IGNORED
	outcome = _try(name, row.account, event, row.record_id or "", get_datetime(row.received_at))
	return APPLIED if outcome == ADDED else outcome


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


def _read_again(name: str, row) -> CallEvent | None:
	event = _read(frappe.get_cached_doc("PBX Account", row.account), json.loads(row.payload))
	if event:
		frappe.db.set_value(DOCTYPE, name, _stored_news(event))
	return event


def _read(account, payload: dict) -> CallEvent | None:
	try:
		event = providers.provider_of(account).parse_event(payload)
	except ConfigurationError:
		return None
	return events.dated(event, utc_now().replace(microsecond=0)) if event else None


def _as_text(values: dict) -> str:
	return json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)


def _key(*parts: str) -> str:
	return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _said(event: CallEvent) -> str:
	"""Return all that an event says; a link to a recording often comes later than the rest."""
	known = event.as_stored()
	return _as_text({**known, "recording_url": event.recording_url} if event.recording_url else known)


def _stored_news(event: CallEvent) -> dict:
	stored = {"news": json.dumps(event.as_stored()), "pbx_call_id": event.pbx_call_id}
	return {**stored, "recording_url": event.recording_url}


def _shown(payload: dict, event: CallEvent | None) -> str:
	"""Return the payload as managers see it: the address of a recording is nobody's to pass on."""
	url = event.recording_url if event else ""
	return _as_text({name: MASK if url and url in str(value) else value for name, value in payload.items()})


def _store(account: str, text: str, event: CallEvent | None, key: str, record_id: str = "") -> str:
	"""Insert and commit the event; return its name, "" when the very same one came before."""
	document = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"account": account,
			"outcome": WAITING if event else IGNORED,
			"received_at": now_datetime(),
			"payload": text,
			**(_stored_news(event) if event else {"news": "", "pbx_call_id": ""}),
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


def _try(
	name: str, account: str, event: CallEvent, record_id: str = "", received_at: datetime | None = None
) -> str:
	"""Find the event's call and apply it; `received_at` is that of an event that was tried before. Commits."""
	age = now_datetime() - (received_at or now_datetime())

	def work():
		call, outcome = _place(account, event, record_id, age)
		if call:
			_apply(call, lambda: _taken(name, account, event, call))
		else:
			_note(name, outcome)
		return outcome

	return committed(work)


def _note(name: str, outcome: str, call: str = "") -> None:
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.update(table).where(table.name == name).set(table.tries, table.tries + 1)
	query.set(table.outcome, outcome).set(table.call, call).set(table.modified, now()).run()


def _taken(name: str, account: str, event: CallEvent, call: str) -> list[CallEvent]:
	"""Give the event to its call, which is locked, and return all the events this has."""
	_note(name, APPLIED, call)
	if call == rows.name_at_pbx(account, event.pbx_call_id):
		_adopt(account, event.pbx_call_id, call)
	# As others committed it since this transaction began, which a plain read would not show.
	filters = {"call": call, "outcome": APPLIED}
	columns = ["news", "recording_url"]
	stored = frappe.db.get_values(DOCTYPE, filters, columns, for_update=True, order_by=None)
	return [events.of_stored(json.loads(text), url or "") for text, url in stored]


def forget_recording(call: str) -> None:
	"""Delete the address of a call's recording from its events; the caller commits."""
	frappe.db.set_value(DOCTYPE, {"call": call}, "recording_url", "", update_modified=False)


def _place(account: str, event: CallEvent, record_id: str, age: timedelta) -> tuple[str, str]:
	"""Return (call, outcome): the call that is meant, or the row of one that began at the PBX."""
	candidates = _untaken(search.candidates(account, event), event, record_id)
	call = match(event, candidates)
	if call:
		return call, APPLIED
	is_settled = bool(record_id) or event.direction == INCOMING or age >= SETTLED
	pbx_id = event.pbx_call_id or record_id
	if is_settled and pbx_id:
		return _begun_at_pbx(account, event, pbx_id, record_id, candidates) or ("", _still_waiting(age))
	return "", _still_waiting(age)


def _untaken(candidates: list[Candidate], event: CallEvent, record_id: str) -> list[Candidate]:
	"""Return the calls a record may be about: of several without the PBX's ids each is about a call of its own."""
	if event.call or event.pbx_call_id or not (record_id and candidates):
		return candidates
	others = {"call": ("in", [c.name for c in candidates]), "record_id": ("not in", ("", record_id))}
	taken = set(frappe.get_all(DOCTYPE, others, pluck="call"))
	return [candidate for candidate in candidates if candidate.name not in taken]


def _begun_at_pbx(
	account: str, event: CallEvent, pbx_id: str, record_id: str, candidates: list[Candidate]
) -> tuple[str, str] | None:
	"""Return (call, outcome) of news no click explains, None while a click might; the row is added if need be."""
	call = rows.name_at_pbx(account, pbx_id)
	if frappe.db.exists(rows.DOCTYPE, call):
		return call, APPLIED
	whose = {"agent": extensions.holder(account, event.extension), **_record_of(event.number)}
	is_ours = whose["agent"] or (event.direction == INCOMING and "reference_name" in whose)
	if not is_ours:
		return "", IGNORED
	near = search.calls_near(account, whose["agent"], event.known_at) if event.known_at else []
	if not is_unheard_of(event, [*candidates, *_untaken(near, event, record_id)]):
		return None
	rows.add(call, account, event, whose)
	return call, ADDED


def _record_of(number: str) -> dict:
	owners = index.owners(number)
	return {"reference_doctype": owners[0].doctype, "reference_name": owners[0].name} if owners else {}


def _adopt(account: str, pbx_call_id: str, call: str) -> None:
	"""Give a call that began at the PBX the events of its id that seemed to be nobody's."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.update(table).where((table.pbx_call_id == pbx_call_id) & (table.account == account))
	query.where(table.outcome != APPLIED).set(table.outcome, APPLIED).set(table.call, call).run()


def _still_waiting(age: timedelta) -> str:
	return UNMATCHED if age > PATIENCE else WAITING


def _apply(call: str, told: Callable[[], list[CallEvent]]) -> None:
	"""Bring a call's row up to all the events it has, and tell its agent."""
	row = rows.apply(call, told, _whose)
	missed_calls.remind(row)
	if row["agent"]:
		reply = call_state.reply(row, user=row["agent"])
		frappe.publish_realtime(call_state.EVENT, reply, user=row["agent"], after_commit=True)


def _whose(row: dict, changed: dict) -> dict:
	"""Return agent and record of a call that began at the PBX, for what is new of its extension and number."""
	agent = extensions.holder(row["account"], changed.get("extension", ""))
	found = {"agent": agent} if agent else {}
	if changed.get("number") and not row["reference_name"]:
		found.update(_record_of(changed["number"]))
	return found
