"""A call's row as its events have it: the row of a call that began at the PBX, and what changes in any.

Decides nothing: what events come to is pbx/calls/facts.py, which call they are about events/call_matching.py.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import frappe

from c2c_frappe.call_log.rows import (
	DOCTYPE,
	NAME_DIGITS,
	change,
	evidence_columns,
	insert,
	requested_columns,
	with_current_status,
)
from c2c_frappe.pbx.calls import facts, status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.facts import CallState, Changes
from c2c_frappe.site_time import to_local

# Facts whose column has another name.
_COLUMNS = {"started_at": "requested_utc"}


def origin_key(account: str, pbx_id: str) -> str:
	"""Return what makes a call that began at the PBX one row: the same for the same account and PBX's id of it."""
	return hashlib.sha256(f"{account}\0{pbx_id}".encode()).hexdigest()[:20]


def find_by_origin(account: str, pbx_id: str) -> str:
	"""Return the name of the row of a call that began at the PBX, "" when there is none."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).select(table.name).where(table.origin_key == origin_key(account, pbx_id))
	return next(iter(query.run(pluck=True)), "")


def add(account: str, pbx_id: str, event: CallEvent, parties: dict) -> str:
	"""Insert and commit the row of a call that began at the PBX; return its name, or that of the row there is.

	`parties` are its agent, its company and its record, as far as they are known. Its events say what became of it.
	"""
	name = frappe.generate_hash(length=NAME_DIGITS)
	is_new = insert(
		{
			"name": name,
			"direction": event.direction,
			"account": account,
			"extension": event.extension,
			"number": event.number,
			"dialed_number": event.number,
			"pbx_call_id": event.pbx_call_id,
			"origin_key": origin_key(account, pbx_id),
			**requested_columns(event.known_at),
			**parties,
			**evidence_columns(status.PBX_ORIGINATED),
		}
	)
	return name if is_new else find_by_origin(account, pbx_id)


def state(row: dict) -> CallState:
	"""Return what a call's whole row says, for `facts.changes`."""
	evidence = status.Evidence(row["evidence_rank"], row["status"], row["failure_code"] or "")
	return CallState(
		evidence,
		row["pbx_call_id"] or "",
		bool(row["recording_deleted"]),
		bool(row["answered_at"] or row["duration"]),
		_origin(row),
	)


def _origin(row: dict) -> dict | None:
	# Of what was dialed here it is at least an empty object.
	if row["custom_data"] is not None:
		return None
	return {name: row[_COLUMNS.get(name, name)] for name in facts.ORIGIN}


def write(row: dict, changes: Changes, parties: dict) -> dict:
	"""Write what changes in a row that is locked, with its agent and record; return it as it is to be shown now."""
	columns = {**_as_columns({**changes.facts, **changes.origin}), **parties}
	if changes.evidence:
		columns.update(evidence_columns(changes.evidence), message="", failure_reason="")
	if changes.is_over:
		columns["dial_key"] = None
	return change(row, columns) if columns else with_current_status(row)


def _as_columns(facts: dict) -> dict:
	"""Return facts of events under the log's names, times in the site's zone."""
	columns = {
		n: to_local(v) if isinstance(v, datetime) else v for n, v in facts.items() if n != "started_at"
	}
	if "started_at" in facts:
		columns.update(requested_columns(facts["started_at"]))
	return {**columns, "dialed_number": facts["number"]} if "number" in facts else columns
