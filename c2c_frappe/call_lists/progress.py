"""How far a list is: its entries by state. Counts in the database by an index, and moves none."""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe.query_builder.functions import Count

from c2c_frappe.call_lists.rights import ENTRY
from c2c_frappe.pbx.lists import entries


def describe(name: str) -> dict:
	"""Return {entries, closed, states: {state: entries}} of a list, states without entries left out."""
	states = of_lists([name]).get(name, {})
	return {"entries": sum(states.values()), "closed": entries.closed_of(states), "states": states}


def of_lists(names: Sequence[str]) -> dict[str, dict[str, int]]:
	"""Return {list: {state: entries}} of these lists; the caller checked the right to read them."""
	if not names:
		return {}
	table = frappe.qb.DocType(ENTRY)
	query = frappe.qb.from_(table).where(table.call_list.isin(names)).groupby(table.call_list, table.state)
	counted: dict[str, dict[str, int]] = {}
	for name, state, count in query.select(table.call_list, table.state, Count("*")).run():
		counted.setdefault(name, {})[state] = count
	return counted
