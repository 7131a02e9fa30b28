"""The indexes this app adds to tables of others: made at install and after each migrate, removed with the app."""

from __future__ import annotations

import frappe

# Table, columns and name: by it a user's list of calls finds those that are assigned to them.
_INDEXES = (("ToDo", ["allocated_to", "reference_type", "status"], "c2c_of_assignee"),)


def create() -> None:
	"""Add what is missing."""
	for doctype, columns, name in _INDEXES:
		frappe.db.add_index(doctype, columns, name)


def remove() -> None:
	"""Drop ours."""
	for doctype, _columns, name in _INDEXES:
		table = f"`tab{doctype}`"
		is_there = frappe.db.has_index(f"tab{doctype}", name)
		statement = (
			f"drop index `{name}`" if frappe.db.db_type == "sqlite" else f"drop index `{name}` on {table}"
		)
		if is_there:
			# DDL has no placeholders; all names come from the table above.
			frappe.db.sql_ddl(statement)  # nosemgrep: frappe-using-db-sql - no builder knows DROP INDEX
