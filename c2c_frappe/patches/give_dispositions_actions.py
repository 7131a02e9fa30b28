"""Dispositions that came with the app before dispositions did anything."""

from __future__ import annotations

import frappe

from c2c_frappe.setup.install import DISPOSITIONS, add_disposition

DOCTYPE, ADDED = "PBX Disposition", "No Answer"


def execute() -> None:
	"""Give those nobody changed their order, color and actions, and add the new one; a second run changes nothing."""
	for name, values in DISPOSITIONS.items():
		row = frappe.db.get_value(DOCTYPE, name, ["creation", "modified"], as_dict=True)
		if row and row.modified == row.creation:
			frappe.db.set_value(DOCTYPE, name, values, update_modified=False)
	add_disposition(ADDED)
