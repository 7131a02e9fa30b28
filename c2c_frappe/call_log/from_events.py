"""A call's row as its events have it: the row of a call that began at the PBX, and what changes in any.

Decides nothing: what events come to is pbx/calls/facts.py, which call they are about events/placing.py.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from c2c_frappe.call_log.rows import change, evidence_columns, insert, shown
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.facts import CallState, Changes
from c2c_frappe.site_time import in_utc, of_utc


def name_at_pbx(account: str, pbx_id: str) -> str:
	"""Return the name of the row of a call that began at the PBX: the same for the same id, so there is one."""
	return hashlib.sha256(f"{account}\0{pbx_id}".encode()).hexdigest()[:20]


def add(name: str, account: str, event: CallEvent, whose: dict) -> None:
	"""Insert and commit the row of a call that began at the PBX, unless it is there; `apply` says what became of it.

	`whose` are its agent and its record, as far as they are known.
	"""
	insert(
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
			**evidence_columns(status.BEGAN_AT_PBX),
		}
	)


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
	began = in_utc(row["requested_at"]) if row["requested_at"] else None
	return {"extension": row["extension"], "number": row["number"], "started_at": began}


def write(row: dict, changes: Changes, parties: dict) -> dict:
	"""Write what changes in a row that is locked, with its agent and record; return it as it is to be shown now."""
	columns = {**_as_columns({**changes.facts, **changes.origin}), **parties}
	if changes.evidence:
		columns.update(evidence_columns(changes.evidence), message="")
	if changes.is_over:
		columns["dial_key"] = None
	return change(row, columns) if columns else shown(row)


def _as_columns(facts: dict) -> dict:
	"""Return facts of events under the log's names, times in the site's zone."""
	times = {"started_at": "requested_at"}
	found = {times.get(n, n): of_utc(v) if isinstance(v, datetime) else v for n, v in facts.items()}
	return {**found, "dialled_number": found["number"]} if "number" in found else found
