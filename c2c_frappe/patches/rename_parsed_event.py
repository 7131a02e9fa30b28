"""The column of an event that holds how its payload was read, named after what it holds."""

from __future__ import annotations

import frappe
from frappe.model.utils.rename_field import rename_field

# Its name before.
OLD = "news"


def execute() -> None:
	"""Move what the old column holds, and reports and settings that name it; a second run changes nothing."""
	if frappe.db.has_column("PBX Event", OLD):
		rename_field("PBX Event", OLD, "parsed_event")
