"""Calls logged before there were two columns: the number that was shown is the one that was dialed."""

from __future__ import annotations

import frappe


def execute() -> None:
	"""Fill the column where it is empty; a second run changes nothing."""
	table = frappe.qb.DocType("PBX Call Log")
	query = frappe.qb.update(table).where(table.dialed_number.isnull() | (table.dialed_number == ""))
	query.set(table.dialed_number, table.number).run()
