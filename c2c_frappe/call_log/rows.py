"""The only writer of PBX Call Log. `open` takes the guards and commits before anything is sent; `close` saves.

The row is the guard: `request_id`, `dial_key`, `slot` and `site_slot` are unique columns, so inserting the row
is taking the lock, over any number of processes and machines. Nothing here speaks to a PBX or decides policy.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.query_builder import Case, CustomFunction
from frappe.query_builder.functions import Count
from frappe.utils import now, now_datetime

from c2c_frappe.pbx.calls import events as news
from c2c_frappe.pbx.calls import in_flight, status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.in_flight import Busy, Guards, Held, dial_key
from c2c_frappe.pbx.providers.base import DialResult
from c2c_frappe.site_time import of_utc, utc_now
from c2c_frappe.transactions import ATTEMPTS, committed, was_ended

DOCTYPE = "PBX Call Log"
_TAKEN = (frappe.UniqueValidationError, frappe.DuplicateEntryError)
COLUMNS = (
	"name", "status", "agent", "account", "extension", "number", "reference_doctype", "reference_name",
	"failure_code", "message", "requested_at", "reply_due", "duration", "direction", "missed_call_task",
	"recording_url", "disposition", "notes", "dialled_number",
)  # fmt: skip
# What a call tells of the person at its other end, and when and how it was.
OF_PERSON = (
	"name", "direction", "status", "failure_code", "message", "agent", "account", "number", "dialled_number",
	"reference_doctype", "reference_name", "requested_at", "answered_at", "ended_at", "duration", "disposition",
	"notes", "override_reason", "custom_data", "pbx_call_id",
)  # fmt: skip
# What is left of that for accounting is all but these. Custom data stay an object: so what a PBX tells later is not
# taken for the beginning of a call, number and all.
_ERASED = {
	**dict.fromkeys(("number", "dialled_number", "message", "notes", "override_reason"), ""),
	**dict.fromkeys(("reference_doctype", "reference_name", "recording_url", "dial_key"), None),
	"custom_data": "{}",
	"recording_deleted": 1,
}


@dataclass(frozen=True)
class Draft:
	"""A call that is about to be placed or refused; `number` is E.164 or "" when none was found.

	`mask` is what its agent sees instead, "" for who sees the number.
	"""

	agent: str
	request_id: str = ""
	account: str = ""
	extension: str = ""
	number: str = ""
	mask: str = ""
	reference_doctype: str = ""
	reference_name: str = ""
	overridden: str = ""
	override_reason: str = ""
	name: str = field(default_factory=lambda: frappe.generate_hash(length=10))


def by_name(name: str) -> dict | None:
	"""Return a call's row as it is to be shown now, or None."""
	row = frappe.db.get_value(DOCTYPE, name, COLUMNS, as_dict=True)
	return shown(row) if row else None


def of_record(doctype: str, name: str, limit: int) -> list[dict]:
	"""Return the record's latest calls as they are to be shown now; the caller checked the right to read it."""
	filters = {"reference_doctype": doctype, "reference_name": name}
	rows = frappe.get_all(DOCTYPE, filters, COLUMNS, order_by="requested_at desc", limit=limit)
	return [shown(row) for row in rows]


def look(agent: str, request_id: str) -> Held:
	"""Return what stands against a dial of this agent; dials in flight past their deadline are swept first."""
	table, moment = frappe.qb.DocType(DOCTYPE), utc_now()
	is_due, is_over = _is_due(table, moment), _is_over(table, moment)
	is_same = table.request_id == (request_id or None)
	# Each part by a unique index. Not get_all with "is set", which reads as `slot != ''` and scans the table.
	is_held = table.slot.isnotnull() | (table.dial_key.isnotnull() & (table.agent == agent))
	query = frappe.qb.from_(table).where(is_held | is_same)
	query = query.select(*(table[column] for column in (*COLUMNS, *in_flight.COLUMNS)))
	for mark, is_so in {"is_due": is_due, "is_over": is_over, "is_same_request": is_same}.items():
		query = query.select(Case(mark).when(is_so, 1).else_(0))
	rows = query.run(as_dict=True)
	if any(row.is_due for row in rows):
		sweep()
	return in_flight.of_rows(shown(row) for row in rows)


def open(  # noqa: A001
	draft: Draft, guards: Guards, custom_data: dict[str, str], known: Held
) -> dict | None:
	"""Insert and commit the row that permits one dial, and return None.

	A row that is returned is that of a call which was placed already, by the same request or by the same agent to the
	same number. `known` is what `look` found. Raise Busy when no slot is free.
	"""
	if getattr(frappe.db, "_disable_transaction_control", 0):
		raise RuntimeError(
			"A call cannot be placed from within a document's save: its row could not be committed."
		)
	for _attempt in range(ATTEMPTS):
		winner = known.same_call(draft.agent, draft.number)
		if winner:
			return winner
		# From a place of one's own: those who dial at the same moment would all try the same one, and wait in turn.
		start = secrets.randbelow(guards.site_slots)
		taken = known.take(draft.account, guards, utc_now(), start)
		row = {**_columns(draft), **_dialling(draft), **taken, "custom_data": json.dumps(custom_data)}
		if _insert(row, known.over):
			return None
		known = look(draft.agent, draft.request_id)
	raise Busy


def refuse(draft: Draft, failure_code: str, message: str) -> tuple[dict, bool]:
	"""Insert and commit the row of an attempt that was refused before anything was sent; return (row, is_new)."""
	row = {**_columns(draft), **_said(status.of_refusal(failure_code)), "message": message}
	for _attempt in range(ATTEMPTS):
		if _insert(row):
			return by_name(draft.name), True
		winner = look(draft.agent, draft.request_id).same_request
		if winner:
			return winner, False
	raise RuntimeError("The row of a refused call could not be written.")


def close(name: str, result: DialResult, message: str, repeat_seconds: float) -> dict:
	"""Save and commit what the dial's reply said, unless better evidence is there already; free the slot.

	The repeat window starts anew: a second click may have waited for a web worker as long as the PBX took.
	"""
	repeat_until = utc_now() + timedelta(seconds=repeat_seconds)
	known = {"slot": None, "site_slot": None, "reply_due": None, "repeat_until": repeat_until}
	if result.pbx_call_id:
		known["pbx_call_id"] = result.pbx_call_id
	if status.is_final(result.status):
		known["dial_key"] = None
	said = {**_said(result.evidence), "message": message}

	def save() -> dict:
		row = _locked(name)
		return _changed(row, {**known, **said} if row.evidence_rank < result.evidence.rank else known)

	return committed(save)


def name_at_pbx(account: str, pbx_id: str) -> str:
	"""Return the name of the row of a call that began at the PBX: the same for the same id, so there is one."""
	return hashlib.sha256(f"{account}\0{pbx_id}".encode()).hexdigest()[:20]


def add(name: str, account: str, event: CallEvent, whose: dict) -> None:
	"""Insert and commit the row of a call that began at the PBX, unless it is there; `apply` says what became of it.

	`whose` are its agent and its record, as far as they are known.
	"""
	_insert(
		{
			"name": name,
			"direction": event.direction,
			"account": account,
			"extension": event.extension,
			"number": event.number,
			"dialled_number": event.number,
			"requested_at": of_utc(event.known_at),
			"pbx_call_id": event.pbx_call_id,
			**whose,
			**_said(status.BEGAN_AT_PBX),
		}
	)


def apply(name: str, told: Callable[[], list[CallEvent]], whose: Callable[[dict, dict], dict]) -> dict:
	"""Bring a call's row up to its events: the best status, and each fact from the best source.

	The row is locked until the caller commits; only then `told` is asked for the events, so that two who apply at
	once both know all of them. Of a call that began at the PBX, `whose` returns agent and record for a row and what
	is new of its extension and number.
	"""
	row = _locked(name)
	events = told()
	now_known = status.Evidence(row.evidence_rank, row.status, row.failure_code or "")
	best = status.best([now_known, *(event.evidence for event in events if event.evidence)])
	facts = _as_columns(news.fold(events))
	if row.pbx_call_id:
		# The dial's own reply named the call; an event may know it by another leg's id.
		facts.pop("pbx_call_id", None)
	if row.recording_deleted:
		facts.pop("recording_url", None)
	# Of what was dialled here it is at least an empty object.
	if row.custom_data is None:
		origin = _as_columns(news.origin(events))
		changed = {column: value for column, value in origin.items() if value != (row[column] or "")}
		facts.update(changed, **whose(row, changed))
	if best != now_known:
		facts.update(_said(best), message="")
	if status.is_final(best.status):
		facts["dial_key"] = None
	return _changed(row, facts) if facts else shown(row)


def _locked(name: str) -> dict:
	"""Return a call's whole row, locked until the caller commits."""
	# Frappe parses each column that is named as SQL: naming twenty takes longer than the statement itself.
	return frappe.db.get_value(DOCTYPE, name, "*", as_dict=True, for_update=True)


def _changed(row: dict, values: dict) -> dict:
	"""Update a row that is locked and return it as it is to be shown now."""
	_update(values, frappe.qb.DocType(DOCTYPE).name == row.name)
	row.update(values)
	return shown(row)


def _as_columns(facts: dict) -> dict:
	"""Return facts of events under the log's names, times in the site's zone."""
	times = {"started_at": "requested_at"}
	found = {times.get(n, n): of_utc(v) if isinstance(v, datetime) else v for n, v in facts.items()}
	return {**found, "dialled_number": found["number"]} if "number" in found else found


def link(numbers: list[str], doctype: str, name: str) -> None:
	"""Give a record the calls with its E.164 numbers that belong to none; the caller commits."""
	table = frappe.qb.DocType(DOCTYPE)
	is_nobodys = table.reference_name.isnull() | (table.reference_name == "")
	_update(
		{"reference_doctype": doctype, "reference_name": name},
		table.dialled_number.isin(numbers) & is_nobodys,
	)


def forget_recording(name: str) -> None:
	"""Delete the link to a call's recording for good, whatever the PBX tells later; the caller commits."""
	gone = {"recording_url": None, "recording_deleted": 1}
	_update(gone, frappe.qb.DocType(DOCTYPE).name == name)


def erase(names: Sequence[str]) -> int:
	"""Take the person out of calls, but for dials that are under way; return of how many. The caller commits."""
	table = frappe.qb.DocType(DOCTYPE)
	is_meant = table.name.isin(names) & table.slot.isnull()
	if not names:
		return 0
	found = frappe.qb.from_(table).select(Count("*")).where(is_meant).run()[0][0]
	_update({**_ERASED, "modified": now()}, is_meant)
	return found


def rename_agent(old: str, new: str) -> None:
	"""Rename an agent in what was sent along with the calls; the caller commits."""
	table = frappe.qb.DocType(DOCTYPE)
	renamed = CustomFunction("REPLACE", ["text", "old", "new"])(
		table.custom_data, json.dumps(old), json.dumps(new)
	)
	frappe.qb.update(table).set(table.custom_data, renamed).where(table.agent == new).run()


def note_task(name: str, task: str) -> None:
	"""Keep which ToDo reminds of a missed call; the caller commits."""
	_update({"missed_call_task": task}, frappe.qb.DocType(DOCTYPE).name == name)


def sweep() -> None:
	"""Free the guards that are past their deadline and turn dials nobody answered for into Unknown; commit."""
	table, moment = frappe.qb.DocType(DOCTYPE), utc_now()
	is_due = _is_due(table, moment)
	names = frappe.qb.from_(table).select(table.name).where(is_due | _is_over(table, moment)).run(pluck=True)
	if not names:
		return
	# By name, after a plain read: an UPDATE over these ranges would lock the gaps other dials insert into.
	is_named, interrupted = table.name.isin(names), status.of_dial("interrupted")
	said = {**_said(interrupted), "message": _(status.INTERRUPTED.template)}

	def free():
		_update(said, is_named & is_due & (table.evidence_rank < interrupted.rank))
		_update({"slot": None, "site_slot": None}, is_named & is_due)
		_end_repeats(names)

	committed(free)


def _is_due(table, moment: datetime):
	"""Tell of rows that their dial is in flight for longer than its reply could take."""
	return table.slot.isnotnull() & (table.reply_due < moment)


def _is_over(table, moment: datetime):
	"""Tell of rows that another dial of the agent to the number is no repeat any more."""
	is_answered = table.slot.isnull() | (table.reply_due < moment)
	return table.dial_key.isnotnull() & (table.repeat_until < moment) & is_answered


def _end_repeats(names: Sequence[str]) -> None:
	table = frappe.qb.DocType(DOCTYPE)
	_update({"dial_key": None}, table.name.isin(names) & _is_over(table, utc_now()))


def _said(evidence: status.Evidence) -> dict:
	return {
		"status": evidence.status,
		"failure_code": evidence.failure_code,
		"evidence_rank": evidence.rank,
		"modified": now(),
	}


def _update(values: dict, condition) -> None:
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.update(table).where(condition)
	for column, value in values.items():
		query = query.set(table[column], value)
	query.run()


def _columns(draft: Draft) -> dict:
	return {
		"name": draft.name,
		"direction": "Outgoing",
		"agent": draft.agent,
		"account": draft.account,
		"extension": draft.extension,
		"number": draft.mask or draft.number,
		"dialled_number": draft.number,
		"reference_doctype": draft.reference_doctype,
		"reference_name": draft.reference_name,
		"request_id": draft.request_id,
		"overridden": draft.overridden,
		"override_reason": draft.override_reason,
		"requested_at": now_datetime(),
	}


def _dialling(draft: Draft) -> dict:
	return {**_said(status.of_dial("none_yet")), "dial_key": dial_key(draft.agent, draft.number)}


def _insert(row: dict, over: Sequence[str] = ()) -> bool:
	"""Insert and commit; return False, rolled back, when a unique column was taken by somebody faster.

	Rows in `over` give up their dial keys with it, as far as their repeat windows are over.
	"""
	document = frappe.get_doc({"doctype": DOCTYPE, **row})
	document.flags.ignore_links = True
	said_before = len(frappe.local.message_log)
	try:
		if over:
			_end_repeats(over)
		document.insert(ignore_permissions=True, set_name=row["name"])
		frappe.db.commit()
	except Exception as error:
		if not isinstance(error, _TAKEN) and not was_ended(error):
			raise
		# Nothing is lost but this insert; and without it the snapshot would go on hiding the winner.
		frappe.db.rollback()
		del frappe.local.message_log[said_before:]
		return False
	return True


def shown(row: dict) -> dict:
	"""Return the row as it is to be read now: a dial past its deadline is Unknown before the sweep ran."""
	overdue = status.as_of(utc_now(), row["status"], row["reply_due"])
	if overdue:
		row.update(
			status=overdue.status, failure_code=overdue.failure_code, message=_(status.INTERRUPTED.template)
		)
	return row
