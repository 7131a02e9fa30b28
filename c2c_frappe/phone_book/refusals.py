"""Who asks that a number is not called: a record, by its mark in the index of numbers, or the list Do Not Call. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe.query_builder.functions import Count, Min

INDEX, LIST = "PBX Phone Number", "PBX Do Not Call"
BY_RECORD, BY_LIST = "record", "list"


def refusing_records(candidates: Iterable[str]) -> dict[str, tuple[str, str]]:
	"""Return {E.164 number: (DocType, name)} of those that belong to a record which asks not to be called.

	However many records have the number: the refusal stands beside it.
	"""
	numbers = [number for number in candidates if number]
	table = frappe.qb.DocType(INDEX)
	query = _refusing(table, numbers).groupby(table.number)
	query = query.select(table.number, Min(table.reference_doctype), Min(table.reference_name))
	return {number: (doctype, name) for number, doctype, name in query.run()} if numbers else {}


def refusal_of(number: str, doctype: str = "", name: str = "") -> str:
	"""Return what refuses an E.164 number, BY_RECORD, BY_LIST or "" for nothing; the record named need not be looked at."""
	table, listed = frappe.qb.DocType(INDEX), frappe.qb.DocType(LIST)
	is_other = (table.reference_doctype != doctype) | (table.reference_name != name)
	records = _refusing(table, [number]).where(is_other).select(Count("*"))
	rows = frappe.qb.from_(listed).where(listed.name == number).select(Count("*"))
	((by_records, by_list),) = frappe.qb.select(records.as_("records"), rows.as_("listed")).run()
	return BY_RECORD if by_records else BY_LIST if by_list else ""


def _refusing(table, numbers: list[str]):
	return frappe.qb.from_(table).where(table.number.isin(numbers) & (table.refuses == 1))
