"""Finds missed calls and the calls that answered them, for reports: of the calls that lists show the user. Writes nothing."""

from __future__ import annotations

from collections import defaultdict

import frappe
from frappe.query_builder.functions import Coalesce

from c2c_frappe import companies
from c2c_frappe.call_log import counts
from c2c_frappe.pbx.calls import incoming

DOCTYPE = counts.DOCTYPE
FIELDS = (
	"name", "requested_at", "requested_utc", "number", "dialed_number", "agent", "account", "reference_doctype",
	"reference_name",
)  # fmt: skip


def missed_calls(filters: dict) -> list[dict]:
	"""Return the missed calls the user may see, the latest first; `call_back` is the call that answered one, or None."""
	table, query = counts.calls(filters, incoming.INCOMING)
	# Names first: the index of reports tells them, where reading the rows of all calls that came in would take seconds.
	# Coalesce keeps the database from the index of statuses, which does not tell the direction.
	is_missed = Coalesce(table.status, "").isin(sorted(incoming.MISSED))
	names = query.where(is_missed).select(table.name).run(pluck=True)
	missed = _rows(table.name.isin(names)) if names else []
	later = _later_calls(missed)
	for call in missed:
		call.call_back = _answer_to(call, later[call.dialed_number])
	return missed


def _rows(condition) -> list[dict]:
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).select(*(table[field] for field in FIELDS))
	query = query.where(condition & table.requested_utc.isnotnull())
	return query.orderby(table.requested_at, order=frappe.qb.desc).run(as_dict=True)


def _later_calls(missed: list[dict]) -> dict[str, list[dict]]:
	"""Return the calls with these callers since the first of their missed calls, the earliest first."""
	calls: dict[str, list[dict]] = defaultdict(list)
	numbers = {call.dialed_number for call in missed if call.dialed_number}
	if numbers:
		table = frappe.qb.DocType(DOCTYPE)
		fields = ("dialed_number", "requested_utc", "requested_at", "direction", "status", "agent")
		query = frappe.qb.from_(table).select(*(table[field] for field in fields))
		since = min(call.requested_utc for call in missed)
		is_theirs = table.dialed_number.isin(sorted(numbers)) & (table.requested_utc > since)
		# A colleague's call answers too; one of a company that is hidden from the reader was not made for them.
		is_seen = companies.seen_calls(table, frappe.session.user)
		is_theirs = is_theirs & is_seen if is_seen else is_theirs
		for call in query.where(is_theirs).orderby(table.requested_utc).run(as_dict=True):
			calls[call.dialed_number].append(call)
	return calls


def _answer_to(missed: dict, calls: list[dict]) -> dict | None:
	for call in calls:
		is_later = call.requested_utc > missed.requested_utc
		if is_later and incoming.answers_missed(missed.agent, call.direction, call.status, call.agent):
			return call
	return None
