"""The column that holds the number which was dialed, spelled as all else."""

from __future__ import annotations

import frappe
from frappe.model.utils.rename_field import rename_field

# Its name before.
OLD = "dialled_number"


def execute() -> None:
	"""Move what the old column holds, and reports and settings that name it; a second run changes nothing."""
	if frappe.db.has_column("PBX Call Log", OLD):
		rename_field("PBX Call Log", OLD, "dialed_number")
