"""Finds calls: of a number, of an event, of an agent. Reads PBX Call Log by its indexes and writes nothing."""

from __future__ import annotations

from datetime import datetime

import frappe

from c2c_frappe.call_log import rows
from c2c_frappe.call_log.rows import DOCTYPE
from c2c_frappe.pbx.calls import incoming, status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.matching import AFTER, BEFORE, Candidate

# More calls than these to one number, or with one id, make an event ambiguous anyway.
CANDIDATES = 50


def last_status(number: str) -> str:
	"""Return the status of the latest call to an E.164 number, "" when there was none."""
	latest = rows.list_for_number(number, 1)
	return latest[0]["status"] if latest else ""


def latest_place(number: str) -> tuple[tuple[str, str], datetime] | None:
	"""Return ((DocType, name), time) of the latest call with an E.164 number that belongs to a record, or None."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).where((table.dialed_number == number) & (table.reference_name != ""))
	query = query.select(table.reference_doctype, table.reference_name, table.requested_at)
	rows_found = query.orderby(table.requested_at, order=frappe.qb.desc).limit(1).run()
	return ((rows_found[0][0], rows_found[0][1]), rows_found[0][2]) if rows_found else None


def candidates(account: str, event: CallEvent) -> list[Candidate]:
	"""Return the account's calls an event may be about: by our key, by the PBX's id, by number and time."""
	table = frappe.qb.DocType(DOCTYPE)
	meant = [table.name == event.call] if event.call else _by_traits(table, event)
	by_name = {}
	for condition in meant:
		by_name.update({c.name: c for c in _candidates((table.account == account) & condition)})
	return list(by_name.values())


def _by_traits(table, event: CallEvent) -> list:
	traits = [table.pbx_call_id == event.pbx_call_id] if event.pbx_call_id else []
	if event.number and event.known_at:
		traits.append((table.dialed_number.isin(event.numbers)) & _is_near(table, event.known_at))
	return traits


def calls_near(account: str, agent: str, moment: datetime) -> list[Candidate]:
	"""Return the agent's calls of the minutes around a moment in UTC; attempts that dialed nothing are none."""
	table = frappe.qb.DocType(DOCTYPE)
	is_agents = (table.agent == agent) & (table.account == account)
	is_call = (table.dialed_number > "") | (table.pbx_call_id > "")
	return _candidates(is_agents & is_call & _is_near(table, moment)) if agent else []


def _is_near(table, moment: datetime):
	return (table.requested_utc >= moment - AFTER) & (table.requested_utc <= moment + BEFORE)


def _candidates(condition) -> list[Candidate]:
	table = frappe.qb.DocType(DOCTYPE)
	columns = (
		"name",
		"pbx_call_id",
		"extension",
		"dialed_number",
		"requested_utc",
		"evidence_rank",
		"direction",
	)
	query = frappe.qb.from_(table).select(*(table[column] for column in columns)).where(condition)
	candidate_rows = query.orderby(table.requested_utc, order=frappe.qb.desc).limit(CANDIDATES).run()
	return [
		Candidate(n, i or "", x or "", number or "", at, (rank or 0) < status.PBX_ORIGINATED.rank, way)
		for n, i, x, number, at, rank, way in candidate_rows
	]


def open_starts(account: str, since: datetime) -> list[datetime]:
	"""Return when the account's calls that have no end yet were requested, those since a moment in UTC, in UTC."""
	table = frappe.qb.DocType(DOCTYPE)
	is_open = table.status.isin(sorted(status.OPEN)) & (table.requested_utc >= since)
	query = frappe.qb.from_(table).select(table.requested_utc).where(is_open & (table.account == account))
	return query.run(pluck=True)


def with_recordings(until: datetime, limit: int) -> list[str]:
	"""Return calls from before a time of the site that have a recording, the oldest first."""
	table = frappe.qb.DocType(DOCTYPE)
	is_old = (table.requested_at < until) & table.recording_url.isnotnull()
	query = frappe.qb.from_(table).select(table.name).where(is_old).orderby(table.requested_at)
	return query.limit(limit).run(pluck=True)


def known_ids(account: str, ids: list[str]) -> set[str]:
	"""Return those of these ids by which the PBX named calls of this account."""
	filters = {"pbx_call_id": ("in", ids), "account": account}
	return set(frappe.get_all(DOCTYPE, filters, pluck="pbx_call_id")) if ids else set()


def ids_with_agent(account: str, ids: list[str]) -> set[str]:
	"""Return those of these ids whose calls have an agent."""
	filters = {"pbx_call_id": ("in", ids), "account": account, "agent": ("is", "set")}
	return set(frappe.get_all(DOCTYPE, filters, pluck="pbx_call_id")) if ids else set()


def missed_call_tasks(number: str, **more) -> list[str]:
	"""Return the open ToDos about missed calls from an E.164 number, the latest first; none of a withheld one."""
	if not number:
		return []
	of_calls = {"dialed_number": number, "missed_call_task": ("is", "set"), **more}
	tasks = frappe.get_all(DOCTYPE, of_calls, pluck="missed_call_task", order_by="requested_utc desc")
	still_open = {"name": ("in", tasks), "status": "Open"}
	return frappe.get_all("ToDo", still_open, pluck="name", order_by="creation desc") if tasks else []


def was_called_back(row: dict) -> bool:
	"""Whether a call after this missed one has answered it: its agent called, or anybody talked to the caller."""
	if not row["dialed_number"]:
		return False
	later = {"dialed_number": row["dialed_number"], "requested_utc": (">", row["requested_utc"])}
	columns = ["direction", "status", "agent"]
	return any(
		incoming.answers_missed(row["agent"], call.direction, call.status, call.agent)
		for call in frappe.get_all(DOCTYPE, later, columns, limit=CANDIDATES)
	)


def count_missed(task: str) -> int:
	"""Return how many missed calls a ToDo reminds of."""
	return frappe.db.count(DOCTYPE, {"missed_call_task": task})


def due_follow_ups(until: datetime, limit: int) -> list[str]:
	"""Return calls whose follow-up is due by a time of the site, the longest due first."""
	due = {"follow_up_at": ("<=", until)}
	return frappe.get_all(DOCTYPE, due, pluck="name", order_by="follow_up_at", limit=limit)
