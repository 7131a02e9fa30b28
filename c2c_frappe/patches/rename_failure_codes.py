"""Calls that were logged with failure codes of an earlier name."""

from __future__ import annotations

import frappe

RENAMED = {"paused": "circuit_open", "unheard": "no_end_event"}


def execute() -> None:
	"""Give them the names of today; a second run changes nothing."""
	table = frappe.qb.DocType("PBX Call Log")
	for old, new in RENAMED.items():
		for column in (table.failure_code, table.overridden):
			frappe.qb.update(table).set(column, new).where(column == old).run()
