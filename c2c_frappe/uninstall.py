"""What Frappe leaves behind when an app goes: columns, roles, stored passwords. Nothing of ours remains."""

from __future__ import annotations

import frappe

from c2c_frappe import custom_fields

ROLES = ("PBX Agent", "PBX Manager")
# Frappe's own books about any record, and the column that names the record's DocType.
_TRACES = {
	"__Auth": "doctype",
	"Version": "ref_doctype",
	"Comment": "reference_doctype",
	"Communication": "reference_doctype",
	"ToDo": "reference_type",
	"File": "attached_to_doctype",
	"DocShare": "share_doctype",
	"Deleted Document": "deleted_doctype",
	"Activity Log": "reference_doctype",
	"View Log": "reference_doctype",
	"Error Log": "reference_doctype",
	"Property Setter": "doc_type",
	"Custom DocPerm": "parent",
	"User Permission": "allow",
	"__UserSettings": "doctype",
	"Singles": "doctype",
}


def before_uninstall() -> None:
	"""Remove our custom fields with their columns, while our DocTypes are still known."""
	custom_fields.remove()
	doctypes = frappe.get_all("DocType", {"module": "Click To Call"}, pluck="name")
	for table, column in _TRACES.items():
		if table.startswith("__") or frappe.db.table_exists(table):
			frappe.db.delete(table, {column: ("in", doctypes)})
	# Unlike charts and cards a set-up step names no module, and would stay.
	steps = frappe.get_all("Onboarding Step Map", {"parent": "Click to Call"}, pluck="step")
	frappe.db.delete("Onboarding Step", {"name": ("in", steps)})
	frappe.db.delete("Logs To Clear", {"ref_doctype": ("in", doctypes)})


def after_uninstall() -> None:
	"""Remove our roles from whoever has them, and the scheduled jobs."""
	for role in ROLES:
		frappe.db.delete("Has Role", {"role": role})
		frappe.db.delete("Custom DocPerm", {"role": role})
		frappe.delete_doc("Role", role, ignore_missing=True, force=True)
	frappe.db.delete("Scheduled Job Type", {"method": ("like", "c2c_frappe.%")})
	frappe.db.delete("Deleted Document", {"deleted_name": ("in", ROLES)})
	frappe.db.commit()  # Frappe 15 commits before this hook and not after it
	frappe.clear_cache()
