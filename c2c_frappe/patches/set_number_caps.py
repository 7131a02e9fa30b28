"""Sites whose PBX Settings were saved before lists could be called: how often one number may be, from lists."""

from __future__ import annotations

import frappe

SETTINGS = "PBX Settings"


def execute() -> None:
	"""Set the usual caps where none was ever saved; a second run changes nothing."""
	for field in ("max_list_calls_per_number_per_day", "max_list_calls_per_number_per_week"):
		if not _is_saved(field):
			usual = frappe.get_meta(SETTINGS).get_field(field).default
			frappe.db.set_single_value(SETTINGS, field, usual, update_modified=False)


def _is_saved(field: str) -> bool:
	singles = frappe.qb.DocType("Singles")
	is_it = (singles.doctype == SETTINGS) & (singles.field == field)
	return bool(frappe.qb.from_(singles).select(singles.value).where(is_it).run())
