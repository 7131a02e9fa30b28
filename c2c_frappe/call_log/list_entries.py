"""An entry of a list follows its call: begun with the row of a dial, moved with each change, in the same transaction.

Which entry is next is not decided here, and nothing here commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime, now

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.errors import RefusedError
from c2c_frappe.pbx.lists import entries
from c2c_frappe.pbx.lists.entries import LastCall, Retries, Turn
from c2c_frappe.site_time import to_local, utc_now

DOCTYPE, LIST, CALL = "PBX Call List Entry", "PBX Call List", "PBX Call Log"
# Of a call's changes those that move its entry.
_MOVING = {"status", "failure_code", "disposition", "ended_at"}


def lock(name: str) -> dict | None:
	"""Return an entry's whole row, locked until the caller commits."""
	return frappe.db.get_value(DOCTYPE, name, "*", as_dict=True, for_update=True)


def is_claimed_by(name: str, user: str) -> bool:
	"""Whether an entry is before this user."""
	return bool(frappe.db.exists(DOCTYPE, {"name": name, "claimed_by": user}))


def move(name: str, turn: Turn, **values) -> None:
	"""Write how an entry stands now; who had it has it no longer, unless `claimed_by` says so."""
	columns = {
		"state": turn.state,
		"due_utc": turn.due,
		"next_try": to_local(turn.due) if turn.due and turn.state == entries.WAITING else None,
		"priority": turn.priority,
		"reason": str(turn.reason),
		"claimed_by": None,
		"modified": now(),
		**values,
	}
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.update(table).where(table.name == name)
	for column, value in columns.items():
		query = query.set(table[column], value)
	query.run()


def give_to(name: str, call_list: str) -> None:
	"""Let an entry be one of another list, as it stands."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.update(table).where(table.name == name)
	query.set(table.call_list, call_list).set(table.modified, now()).run()


def begin(name: str, call: str, agent: str, place: tuple[str, str]) -> None:
	"""Give an entry the call that is about to be placed; raise RefusedError unless it is this agent's to call now."""
	entry = lock(name)
	is_theirs = entry and entry.state == entries.CLAIMED and entry.claimed_by == agent
	if not is_theirs or (entry.reference_doctype, entry.reference_name) != place:
		raise _not_claimed()
	_check_list(entry.call_list, agent, place)
	calling = entries.after_call(LastCall(status.DIALING), Retries(), utc_now())
	attempts = _attempts_before(name, call) + 1
	move(name, calling, claimed_by=agent, call=call, attempts=attempts, agreed_utc=None)


def _check_list(name: str, agent: str, place: tuple[str, str]) -> None:
	"""Refuse what changed since the entry was claimed: the list was paused or taken away, or consent was."""
	call_list = frappe.get_doc(LIST, name)
	if call_list.state != "Open":
		sentence = _("This list cannot be worked now: {0}.").format(_(call_list.state))
		raise RefusedError("not_claimed", sentence)
	if not frappe.has_permission(LIST, "read", call_list, user=agent):
		raise _not_claimed()
	consent = call_list.consent_field
	if consent and not frappe.get_doc(*place).get(consent):
		raise RefusedError("no_consent", _("The record shows no consent to calls. Take the next entry."))


def _not_claimed() -> RefusedError:
	return RefusedError("not_claimed", _("You no longer have this list entry. Take the next one."))


def follow(call: Mapping, changed: Sequence[str]) -> None:
	"""Bring a call's entry up to the call as it is now, given its row and what of it changed."""
	entry = _following(call) if _MOVING.intersection(changed) else None
	if entry:
		_follow(entry, call)


def agree(call: str, due: datetime) -> None:
	"""Keep the time, in UTC, at which a call's customer is to be called again: the entry of its list waits for it."""
	row = frappe.db.get_value(CALL, call, "*", as_dict=True)
	entry = _following(row)
	if entry:
		_follow({**entry, "agreed_utc": due}, row)


def _following(call: Mapping) -> dict | None:
	"""Return the entry that follows a call: not one that has a later call, or was closed whatever its call says."""
	name = call.get("call_list_entry")
	entry = lock(name) if name else None
	follows = (
		entry and entry.call == call["name"] and entry.state not in (entries.SKIPPED, entries.DO_NOT_CALL)
	)
	return entry if follows else None


def _follow(entry: Mapping, call: Mapping) -> None:
	attempts = _attempts_before(entry["name"], call["name"])
	attempts += entries.is_attempt(call["status"], call["failure_code"] or "")
	turn = entries.after_call(_last_call(entry, call, attempts), _retries(entry["call_list"]), utc_now())
	agent = call["agent"] if turn.state == entries.CALLING else None
	move(
		entry["name"],
		turn,
		claimed_by=agent,
		attempts=attempts,
		outcome=call["disposition"] or None,
		agreed_utc=entry["agreed_utc"],
	)


def _last_call(entry: Mapping, call: Mapping, attempts: int) -> LastCall:
	wanted = ("offered_after", "set_do_not_call")
	chosen = call["disposition"] and frappe.db.get_value("PBX Disposition", call["disposition"], wanted)
	after, says_no = chosen or ("", 0)
	agreed = entry["agreed_utc"]
	return LastCall(
		call["status"],
		call["failure_code"] or "",
		call["ended_at"] or None,
		attempts,
		call["disposition"] or "",
		after or "",
		bool(says_no),
		get_datetime(agreed) if agreed else None,
	)


def _attempts_before(name: str, call: str) -> int:
	"""Return how many other calls of an entry tried to reach its customer."""
	others = {"call_list_entry": name, "name": ("!=", call)}
	rows = frappe.get_all(CALL, others, ["status", "failure_code"])
	return sum(entries.is_attempt(row.status, row.failure_code or "") for row in rows)


def _retries(call_list: str) -> Retries:
	fields = ("max_attempts", "minutes_after_no_answer", "minutes_after_busy")
	attempts, no_answer, busy = frappe.db.get_value(LIST, call_list, fields) or (0, 0, 0)
	return Retries(attempts or 0, timedelta(minutes=no_answer or 0), timedelta(minutes=busy or 0))


def close_refused(places: Sequence[tuple[str, str]]) -> None:
	"""Take records that ask not to be called off every list at once."""
	for doctype, name in places:
		held = {"reference_doctype": doctype, "reference_name": name, "state": ("in", entries.OPEN)}
		for entry in frappe.get_all(DOCTYPE, held, pluck="name"):
			move(entry, Turn(entries.DO_NOT_CALL, None, entries.SAYS_NO))


def of_person(calls: Sequence[str], place: tuple[str, str] | None) -> list[dict]:
	"""Return the entries of these calls, and of a record: {name, call_list, state, reason, outcome}."""
	columns = ["name", "call_list", "state", "reason", "outcome"]
	found = frappe.get_all(DOCTYPE, {"call": ("in", calls)}, columns) if calls else []
	if place:
		held = {"reference_doctype": place[0], "reference_name": place[1]}
		found += frappe.get_all(DOCTYPE, held, columns)
	return list({entry.name: entry for entry in found}.values())


def forget(names: Sequence[str]) -> None:
	"""Delete entries."""
	frappe.db.delete(DOCTYPE, {"name": ("in", names)})
