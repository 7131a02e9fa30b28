"""PBX Call Log's rows: read as they are to be shown now, and written, by this folder alone.

Nothing here speaks to a PBX or decides policy. Which row a dial may insert is dial_guard.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import now

from c2c_frappe import companies
from c2c_frappe.call_log import crm_mirror, list_entries, outbox
from c2c_frappe.pbx.calls import call_changes, status
from c2c_frappe.site_time import to_local, utc_now
from c2c_frappe.transactions import was_ended

DOCTYPE = "PBX Call Log"
# Enough that no two calls ever get the same: a PBX keeps the name for as long as it keeps its records.
NAME_DIGITS = 20
# On a document: the facts of the change it shows, which may be older than the row.
TOLD_FLAG = "c2c_told_facts"
# On a document that is inserted: what only hears of it failed, and is left out.
FAILED_FLAG, QUIET_FLAG = "c2c_listener_failed", "c2c_is_quiet"
# What a save of the document must not write over.
_KEPT = ("change_count", "in_crm", "crm_popup")
OVERDUE_COLUMNS = ("status", "failure_code", "message")
_TAKEN = (frappe.UniqueValidationError, frappe.DuplicateEntryError)
COLUMNS = (
	"name", "status", "agent", "account", "extension", "number", "reference_doctype", "reference_name", "contact",
	"failure_code", "message", "requested_at", "requested_utc", "reply_due", "duration", "direction", "missed_call_task",
	"recording_url", "disposition", "notes", "dialed_number", "number_extension", "answered_at", "ended_at",
	"failure_reason", "transferred_to", "evidence_rank", "call_list_entry", "caller_id",
)  # fmt: skip


def get(name: str) -> dict | None:
	"""Return a call's row as it is to be shown now, or None."""
	# Frappe 15's get_value parses each column it is given as SQL.
	table = frappe.qb.DocType(DOCTYPE)
	found = frappe.qb.from_(table).select(*COLUMNS).where(table.name == name).run(as_dict=True)
	return with_current_status(found[0]) if found else None


def place_of(row: Mapping) -> tuple[str, str] | None:
	"""Return (DocType, name) of a call's record; None where it has none, or its DocType went with an app."""
	doctype, name = row["reference_doctype"], row["reference_name"]
	is_there = doctype and name and frappe.db.exists("DocType", doctype)
	return (doctype, name) if is_there else None


def list_for_record(doctype: str, name: str, limit: int) -> list[dict]:
	"""Return the record's latest calls as they are to be shown now, those that companies do not keep from the user.

	The caller checked the right to read the record.
	"""
	table = frappe.qb.DocType(DOCTYPE)
	is_seen = companies.seen_calls(table, frappe.session.user)
	places = [(table.reference_doctype == doctype) & (table.reference_name == name)]
	if doctype == "Contact":
		# Each by its own index.
		places.append(table.contact == name)
	latest = [
		row for place in places for row in _latest(place if is_seen is None else place & is_seen, limit)
	]
	return sorted(latest, key=lambda row: row["requested_at"], reverse=True)[:limit]


def list_for_agent(agent: str, since: datetime, limit: int) -> list[dict]:
	"""Return an agent's latest calls since a moment in UTC as they are to be shown now, those that have a number."""
	table = frappe.qb.DocType(DOCTYPE)
	is_recent = (table.agent == agent) & (table.requested_utc >= since)
	return _latest(is_recent & (table.dialed_number > ""), limit)


def list_for_number(number: str, limit: int) -> list[dict]:
	"""Return the latest calls with an E.164 number as they are to be shown now."""
	return _latest(frappe.qb.DocType(DOCTYPE).dialed_number == number, limit)


def _latest(condition, limit: int) -> list[dict]:
	"""Return the latest calls that a condition names; what was refused before anything was sent is none."""
	table = frappe.qb.DocType(DOCTYPE)
	is_refusal = table.failure_code.isin(status.REFUSALS) & (table.evidence_rank < status.PBX_ORIGINATED.rank)
	is_call = table.failure_code.isnull() | is_refusal.negate()
	query = frappe.qb.from_(table).where(condition & is_call).select(*(table[column] for column in COLUMNS))
	rows = query.orderby(table.requested_at, order=frappe.qb.desc).limit(limit).run(as_dict=True)
	return [with_current_status(row) for row in rows]


def with_current_status(row: dict) -> dict:
	"""Return the row as it is to be read now: a dial past its deadline is Unknown before the sweep ran."""
	overdue = status.overdue_evidence(utc_now(), row["status"], row["reply_due"])
	if overdue:
		words = (overdue.status, overdue.failure_code, _(status.INTERRUPTED.template))
		row.update(zip(OVERDUE_COLUMNS, words, strict=True))
	return row


def lock(name: str) -> dict:
	"""Return a call's whole row, locked until the caller commits."""
	# Frappe parses each column that is named as SQL: naming twenty takes longer than the statement itself.
	return frappe.db.get_value(DOCTYPE, name, "*", as_dict=True, for_update=True)


def change(row: dict, values: dict) -> dict:
	"""Update a row that is locked and return it as it is to be shown now."""
	found = call_changes.difference(row, values)
	if found:
		values = {**values, "change_count": row["change_count"] + 1}
	update(values, frappe.qb.DocType(DOCTYPE).name == row.name)
	if found:
		outbox.add([(row.name, values["change_count"], found)])
	before = {column: row.get(column) for column, value in values.items() if row.get(column) != value}
	row.update(values)
	if found:
		list_entries.follow(row, found["changed"])
	crm_mirror.follow(row, before)
	return with_current_status(row)


def change_all(values: dict, condition) -> None:
	"""Update the rows a condition names, so that what listens hears of each; the caller commits."""
	table = frappe.qb.DocType(DOCTYPE)
	columns = ("name", "change_count", "call_list_entry", *call_changes.FACTS)
	query = frappe.qb.from_(table).where(condition).select(*(table[column] for column in columns))
	# SQLite has no such lock, and one writer at a time.
	found = (query if frappe.db.db_type == "sqlite" else query.for_update()).run(as_dict=True)
	if not found:
		return
	named = table.name.isin([row.name for row in found])
	update({**values, "change_count": table.change_count + 1}, named)
	changes = [(row.name, row.change_count + 1, call_changes.difference(row, values)) for row in found]
	if told := [change for change in changes if change[2]]:
		outbox.add(told)
	for row, (_name, _number, told) in zip(found, changes, strict=True):
		list_entries.follow({**row, **values}, told["changed"] if told else ())
		if told:
			crm_mirror.follow_named(row.name, told["before"])


def read_whole(name: str) -> dict | None:
	"""Return all columns of a call as they are stored, or None."""
	return frappe.db.get_value(DOCTYPE, name, "*", as_dict=True)


def before_save(document) -> None:
	"""Let a save of a call's document undo nothing: its row may have been written since it was read."""
	row = lock(document.name)
	document.update({column: row[column] for column in _KEPT})
	# An overdue dial reads otherwise than its row, which is the sweep's to change.
	current = with_current_status(dict(row))
	read = {column: current[column] for column in OVERDUE_COLUMNS}
	for column, told in {**read, **document.flags.get(TOLD_FLAG, {})}.items():
		if document.get(column) == told:
			document.set(column, row[column])


def note_saved(document) -> None:
	"""Keep what a save changed for the hook of other apps: Frappe's own tools heard of it by the save."""
	found = call_changes.difference(document.get_doc_before_save().as_dict(), document.as_dict())
	if found:
		document.change_count += 1
		update({"change_count": document.change_count}, frappe.qb.DocType(DOCTYPE).name == document.name)
		outbox.add([(document.name, document.change_count, {**found, "is_saved": True})])
		list_entries.follow(document.as_dict(), found["changed"])
		crm_mirror.follow(document.as_dict(), found["before"])
	if document.has_value_changed("disposition") or document.has_value_changed("notes"):
		crm_mirror.note(document.as_dict(), document.get_doc_before_save().as_dict())


def note_task(name: str, task: str | None) -> None:
	"""Keep which ToDo reminds of a missed call, or that none does; the caller commits."""
	update({"missed_call_task": task}, frappe.qb.DocType(DOCTYPE).name == name)


def note_follow_up(name: str, task: str, due: datetime | None) -> None:
	"""Keep the ToDo of a call's follow-up, and when its agent is to be told of it; the caller commits."""
	update({"follow_up_task": task, "follow_up_at": due}, frappe.qb.DocType(DOCTYPE).name == name)


def note_follow_up_told(name: str) -> None:
	"""Keep that nobody is to be told of a call's follow-up any more; the caller commits."""
	update({"follow_up_at": None}, frappe.qb.DocType(DOCTYPE).name == name)


def forget_recording(name: str) -> None:
	"""Delete the link to a call's recording for good, whatever the PBX tells later; the caller commits."""
	gone = {"recording_url": None, "recording_deleted": 1}
	update(gone, frappe.qb.DocType(DOCTYPE).name == name)
	crm_mirror.forget_recording(name)


def link(numbers: list[str], doctype: str, name: str) -> None:
	"""Give a record the calls with its E.164 numbers that belong to none; the caller commits."""
	table = frappe.qb.DocType(DOCTYPE)
	is_nobodys = table.reference_name.isnull() | (table.reference_name == "")
	change_all(
		{"reference_doctype": doctype, "reference_name": name},
		table.dialed_number.isin(numbers) & is_nobodys,
	)


def unlink_doctype(doctype: str) -> None:
	"""Take the record away from the calls of a DocType that is gone; the caller commits."""
	is_of = frappe.qb.DocType(DOCTYPE).reference_doctype == doctype
	update({"reference_doctype": None, "reference_name": None}, is_of)


def update(values: dict, condition) -> None:
	"""Write these columns of the rows a condition names; the caller commits."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.update(table).where(condition)
	for column, value in values.items():
		query = query.set(table[column], value)
	query.run()


def evidence_columns(evidence: status.Evidence) -> dict:
	"""Return the columns that say what the evidence is worth, and that the row was changed now."""
	return {
		"status": evidence.status,
		"failure_code": evidence.failure_code,
		"evidence_rank": evidence.rank,
		"modified": now(),
	}


def requested_columns(moment: datetime) -> dict:
	"""Return the columns that say when a call was requested: as the site shows it, and in UTC for all arithmetic."""
	return {"requested_at": to_local(moment), "requested_utc": moment}


def insert(row: dict, before: Callable[[], None] | None = None, is_quiet: bool = False) -> bool:
	"""Insert and commit; return False, rolled back, when its name or a unique column was taken by somebody faster.

	`before` is what is written in the same transaction, ahead of the row. When others' code fails that hears of a row
	which is there already, the call is kept: it is inserted once more, `is_quiet`, and they are not asked.
	"""
	document = frappe.get_doc({"doctype": DOCTYPE, **row})
	document.flags.update({"ignore_links": True, QUIET_FLAG: is_quiet})
	said_before = len(frappe.local.message_log)
	try:
		if before:
			before()
		document.insert(ignore_permissions=True, set_name=row["name"])
		if document.name != row["name"]:
			# Where a name is taken, Frappe inserts under a random one: but the PBX would be sent the first.
			raise frappe.DuplicateEntryError(DOCTYPE, row["name"])
		frappe.db.commit()
	except Exception as error:
		has_listener_failed = bool(document.flags.get(FAILED_FLAG)) and not was_ended(error)
		if not has_listener_failed and not _is_taken(error) and not was_ended(error):
			raise
		why = frappe.get_traceback()
		# Nothing is lost but this insert; and without it the snapshot would go on hiding the winner.
		frappe.db.rollback()
		del frappe.local.message_log[said_before:]
		return has_listener_failed and _insert_quietly(row, before, why)
	return True


def _insert_quietly(row: dict, before: Callable[[], None] | None, why: str) -> bool:
	frappe.local._webhook_queue = None
	frappe.log_error(_("Listener for call changes failed"), f"{row['name']}\n{why}")
	return insert(row, before, is_quiet=True)


def _is_taken(error: Exception) -> bool:
	# Frappe takes a message with PRIMARY in it, an account's name say, for one about the name: it comes as it is then.
	# And it asks for the first argument of what may have none.
	return isinstance(error, _TAKEN) or (bool(error.args) and frappe.db.is_duplicate_entry(error))
