"""What Frappe leaves behind when an app goes: columns, roles, stored passwords. Nothing of ours remains."""

from __future__ import annotations

import frappe

from c2c_frappe import custom_fields

APP, MODULE = "c2c_frappe", "Click To Call"
ROLES = ("PBX Agent", "PBX Manager")
# Where Frappe names a record's DocType in plain text; where it does so in a Link field is read from its DocTypes.
_TRACES = {
	"__Auth": "doctype",
	"__UserSettings": "doctype",
	"Custom DocPerm": "parent",
	"Deleted Document": "deleted_doctype",
	"Error Log": "reference_doctype",
	"List View Settings": "name",
	"Singles": "doctype",
}
# Records of ours that others may point at: a report in somebody's dashboard, a filter on our list.
_POINTED_AT = ("DocType", "Report", "Dashboard Chart", "Number Card")
# Not about the DocType they name, and too dear to delete.
_KEPT = {"Email Account", "IMAP Folder"}


def before_uninstall() -> None:
	"""Remove our custom fields with their columns and all that is about our records, while those are known."""
	custom_fields.remove()
	ours = {kind: frappe.get_all(kind, {"module": MODULE}, pluck="name") for kind in _POINTED_AT}
	for kind, names in ours.items():
		_delete_what_points_at(kind, names)
	for table, column in _TRACES.items():
		frappe.db.delete(table, {column: ("in", ours["DocType"])})
	frappe.db.delete("Block Module", {"module": MODULE})
	# Unlike charts and cards a set-up step names no module, and would stay.
	steps = frappe.get_all("Onboarding Step Map", {"parent": "Click to Call"}, pluck="step")
	frappe.db.delete("Onboarding Step", {"name": ("in", steps)})


def _delete_what_points_at(kind: str, names: list[str]) -> None:
	"""Delete Frappe's own records with a Link to these: comments, tags, filters, scripts, reports of users."""
	of_frappe = frappe.get_all("Module Def", {"app_name": "frappe"}, pluck="name")
	doctypes = {"module": ("in", of_frappe), "issingle": 0, "is_virtual": 0, "name": ("not in", _KEPT)}
	holders = frappe.get_all("DocType", doctypes, pluck="name")
	links = {"fieldtype": "Link", "options": kind, "parent": ("in", holders)}
	for link in frappe.get_all("DocField", links, ["parent", "fieldname"]):
		pointing = {link.fieldname: ("in", names)}
		rows = frappe.get_all(link.parent, pointing, pluck="name") if names else []
		if not rows:
			continue
		for table in frappe.get_meta(link.parent).get_table_fields():
			frappe.db.delete(table.options, {"parenttype": link.parent, "parent": ("in", rows)})
		frappe.db.delete(link.parent, pointing)


def after_uninstall() -> None:
	"""Remove our roles from whoever has them, and the scheduled jobs."""
	for role in ROLES:
		for table in ("Has Role", "DocPerm", "Custom DocPerm"):
			frappe.db.delete(table, {"role": role})
		frappe.delete_doc("Role", role, ignore_missing=True, force=True)
	frappe.db.delete("Scheduled Job Type", {"method": ("like", f"{APP}.%")})
	frappe.db.delete("Deleted Document", {"deleted_name": ("in", (*ROLES, MODULE))})
	# What Frappe deleted of ours since the first hook it kept a copy of.
	frappe.db.delete("Deleted Document", {"data": ("like", f'%"module": "{MODULE}"%')})
	frappe.db.commit()  # Frappe 15 commits before this hook and not after it
	frappe.clear_cache()
