"""Counts calls for reports: grouped in the database, and only those that lists show the user. Writes nothing."""

from __future__ import annotations

from datetime import date

import frappe
from frappe.desk.reportview import build_match_conditions
from frappe.query_builder.functions import Coalesce, Count, Date, Max, Sum
from frappe.utils import add_to_date, get_datetime, getdate, now_datetime
from pypika.functions import Substring
from pypika.terms import LiteralValue

from c2c_frappe import companies
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.incoming import INCOMING
from c2c_frappe.pbx.calls.totals import OUTGOING

DOCTYPE = "PBX Call Log"


def calls(filters: dict, *directions: str):
	"""Return (table, query) of the calls the user may see, from `from_date` to `to_date`, both included.

	Frappe's own conditions for lists decide, User Permissions among them.
	"""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).where(table.direction.isin(directions or (OUTGOING, INCOMING)))
	if permitted := build_match_conditions(DOCTYPE):
		query = query.where(LiteralValue(f"({permitted})"))
	first, last = (day_of(filters.get(name)) for name in ("from_date", "to_date"))
	if first:
		query = query.where(table.requested_at >= first)
	if last:
		query = query.where(table.requested_at <= get_datetime(f"{last} 23:59:59.999999"))
	for name in ("agent", "account"):
		if filters.get(name):
			query = query.where(table[name] == str(filters[name]))
	return table, query


def day_of(value) -> date | None:
	"""Return the day that a filter names, None where it sets no bound; Frappe refuses what is none."""
	return getdate(str(value)) if value else None


def count_calls(filters: dict, *columns: str) -> list[tuple]:
	"""Return (column ..., direction, status, failure code, calls, talk seconds) rows.

	Columns are fields of a call, and `day` ("2026-11-29") and `hour` ("2026-11-29 08") of when it was.
	"""
	table, query = calls(filters)
	parts = {"day": Date(table.requested_at), "hour": Substring(table.requested_at, 1, 13)}
	groups = [parts.get(column) or Coalesce(table[column], "") for column in columns]
	groups += [table.direction, table.status, Coalesce(table.failure_code, "")]
	return query.select(*groups, Count("*"), Coalesce(Sum(table.duration), 0)).groupby(*groups).run()


def count_by_record(filters: dict, doctype: str) -> list[tuple]:
	"""Return (record, direction, status, failure code, calls, talk seconds, last time) rows of a DocType's records."""
	table, query = calls(filters, OUTGOING)
	query = query.where(table.reference_doctype == doctype)
	groups = (table.reference_name, table.direction, table.status, Coalesce(table.failure_code, ""))
	return (
		query.select(*groups, Count("*"), Coalesce(Sum(table.duration), 0), Max(table.requested_at))
		.groupby(*groups)
		.run()
	)


def count_by_list(filters: dict, lists: list[str]) -> list[tuple]:
	"""Return (list, agent, outcome, direction, status, failure code, calls, talk seconds) rows of calls from these lists."""
	table, query = calls(filters, OUTGOING)
	entry = frappe.qb.DocType("PBX Call List Entry")
	query = query.join(entry).on(entry.name == table.call_list_entry).where(entry.call_list.isin(lists))
	groups = (entry.call_list, Coalesce(table.agent, ""), Coalesce(table.disposition, ""))
	groups += (table.direction, table.status, Coalesce(table.failure_code, ""))
	return query.select(*groups, Count("*"), Coalesce(Sum(table.duration), 0)).groupby(*groups).run()


def first_calls(doctype: str, since: date) -> dict[str, tuple]:
	"""Return {record: (time, agent)} of the first call placed to each of a DocType's records since a day, whoever placed it.

	The caller checked the right to read the records: whoever has it sees their calls on their timelines, but for those of
	companies they are kept from.
	"""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).select(table.reference_name, table.requested_at, table.agent)
	code = Coalesce(table.failure_code, "")
	never_rang = (table.status == status.FAILED) & code.isin([*status.REFUSALS, *status.CUSTOMER_NOT_CALLED])
	query = query.where((table.reference_doctype == doctype) & (table.direction == OUTGOING))
	query = query.where((table.requested_at >= since) & never_rang.negate())
	is_seen = companies.seen_calls(table, frappe.session.user)
	query = query.where(is_seen) if is_seen is not None else query
	first: dict[str, tuple] = {}
	for name, moment, agent in query.run():
		if name not in first or moment < first[name][0]:
			first[name] = (moment, agent)
	return first


def count_by_failure(filters: dict) -> list[tuple]:
	"""Return (failure code, calls, agents, last time) rows, the most frequent first."""
	table, query = calls(filters, OUTGOING)
	code = Coalesce(table.failure_code, "")
	times = Count("*")
	query = query.where(code != "").groupby(code).orderby(times, order=frappe.qb.desc)
	return query.select(code, times, Count(table.agent).distinct(), Max(table.requested_at)).run()


def count_last_day(account: str) -> list[dict]:
	"""Return {status, calls} of the last 24 hours, the most frequent status first."""
	table = frappe.qb.DocType(DOCTYPE)
	calls = Count("*")
	is_recent = table.requested_at > add_to_date(now_datetime(), hours=-24)
	query = frappe.qb.from_(table).where((table.account == account) & is_recent).groupby(table.status)
	return (
		query.select(table.status, calls.as_("calls")).orderby(calls, order=frappe.qb.desc).run(as_dict=True)
	)


def open_tasks(field: str, agent: str, wanted: dict) -> list[str]:
	"""Return the open ToDos of an agent that this field of their calls names: follow_up_task or missed_call_task."""
	todos = frappe.get_all("ToDo", {"allocated_to": agent, "status": "Open", **wanted}, pluck="name")
	if not todos:
		return []
	return sorted(set(frappe.get_all(DOCTYPE, {"agent": agent, field: ("in", todos)}, pluck=field)))
