"""Counts calls for reports: grouped in the database, and only those the user may see. Writes nothing."""

from __future__ import annotations

import frappe
from frappe.query_builder.functions import Coalesce, Count, Date, Max, Sum
from frappe.utils import add_days, add_to_date, getdate, now_datetime

from c2c_frappe import permissions

DOCTYPE = "PBX Call Log"


def outgoing(filters: dict):
	"""Return (table, query) of the outgoing calls the user may see, from `from_date` to `to_date`, both included."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).where(table.direction == "Outgoing")
	if not permissions.sees_all():
		query = query.where(table.agent == frappe.session.user)
	if filters.get("from_date"):
		query = query.where(table.requested_at >= getdate(filters["from_date"]))
	if filters.get("to_date"):
		query = query.where(table.requested_at < add_days(getdate(filters["to_date"]), 1))
	for name in ("agent", "account"):
		if filters.get(name):
			query = query.where(table[name] == filters[name])
	return table, query


def count_by_agent_and_day(filters: dict) -> list[tuple]:
	"""Return (agent, day, status, failure code, calls, talk seconds) rows."""
	table, query = outgoing(filters)
	day = Date(table.requested_at)
	groups = (table.agent, day, table.status, Coalesce(table.failure_code, ""))
	return query.select(*groups, Count("*"), Coalesce(Sum(table.duration), 0)).groupby(*groups).run()


def count_by_record(filters: dict, doctype: str) -> list[tuple]:
	"""Return (record, status, failure code, calls, talk seconds, last time) rows of one DocType's records."""
	table, query = outgoing(filters)
	query = query.where(table.reference_doctype == doctype)
	groups = (table.reference_name, table.status, Coalesce(table.failure_code, ""))
	return (
		query.select(*groups, Count("*"), Coalesce(Sum(table.duration), 0), Max(table.requested_at))
		.groupby(*groups)
		.run()
	)


def count_by_failure(filters: dict) -> list[tuple]:
	"""Return (failure code, calls, agents, last time) rows, the most frequent first."""
	table, query = outgoing(filters)
	code = Coalesce(table.failure_code, "")
	calls = Count("*")
	query = query.where(code != "").groupby(code).orderby(calls, order=frappe.qb.desc)
	return query.select(code, calls, Count(table.agent).distinct(), Max(table.requested_at)).run()


def count_last_day(account: str) -> list[dict]:
	"""Return {status, calls} of the last 24 hours, the most frequent status first."""
	table = frappe.qb.DocType(DOCTYPE)
	calls = Count("*")
	is_recent = table.requested_at > add_to_date(now_datetime(), hours=-24)
	query = frappe.qb.from_(table).where((table.account == account) & is_recent).groupby(table.status)
	return (
		query.select(table.status, calls.as_("calls")).orderby(calls, order=frappe.qb.desc).run(as_dict=True)
	)
