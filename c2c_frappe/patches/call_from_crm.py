"""Sites whose PBX Settings were saved before Frappe CRM's pages could call through this app: from now on they do."""

from __future__ import annotations

import frappe

SETTINGS, FIELD = "PBX Settings", "call_from_crm"


def execute() -> None:
	"""Switch it on where it was never saved; a second run changes nothing."""
	singles = frappe.qb.DocType("Singles")
	is_it = (singles.doctype == SETTINGS) & (singles.field == FIELD)
	if not frappe.qb.from_(singles).select(singles.value).where(is_it).run():
		frappe.db.set_single_value(SETTINGS, FIELD, 1, update_modified=False)
