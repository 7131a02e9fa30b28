"""What Frappe leaves behind when an app goes: columns, roles, stored passwords. Nothing of ours remains."""

from __future__ import annotations

import frappe

from c2c_frappe import site_memory
from c2c_frappe.call_log import crm_mirror
from c2c_frappe.setup import crm_form_scripts, custom_fields, indexes

APP, MODULE, SETTINGS = "c2c_frappe", "Click To Call", "PBX Settings"
ROLES = ("PBX Agent", "PBX Manager")
BLOCKS = ("PBX Dial", "PBX Today")
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
# Records of ours that others may point at: a filter on our list, our chart on somebody's dashboard.
_POINTED_AT = ("DocType", "Report", "Dashboard Chart", "Number Card")
# What names a DocType but is no record about it: it stays and forgets the name.
_KEPT = {"Email Account", "Event", "IMAP Folder", "User Type"}
# Where our records are named in other ways: links of people's own workspaces, what Frappe 16 makes of ours.
_MENUS = (
	("Desktop Icon", "label"),
	("Permission Log", "for_document"),
	("Workspace Custom Block", "custom_block_name"),
	("Workspace Link", "link_to"),
	("Workspace Shortcut", "link_to"),
	("Workspace Sidebar", "title"),
	("Workspace Sidebar Item", "link_to"),
	("Workspace Sidebar Item", "parent"),
)


def before_uninstall() -> None:
	"""Remove our custom fields with their columns and all that is about our records, while those are known."""
	crm_mirror.forget_recordings()
	crm_form_scripts.remove()
	custom_fields.remove()
	indexes.remove()
	kinds = (*_POINTED_AT, "Workspace")
	ours = {kind: frappe.get_all(kind, {"module": MODULE}, pluck="name") for kind in kinds}
	for kind in _POINTED_AT:
		_delete_what_points_at(kind, ours[kind])
	for table, column in _TRACES.items():
		frappe.db.delete(table, {column: ("in", ours["DocType"])})
	_delete_from_menus([*ours["DocType"], *ours["Report"], *ours["Workspace"], *ROLES, *BLOCKS])
	frappe.db.set_value("User", {"default_workspace": ("in", ours["Workspace"])}, "default_workspace", None)
	frappe.db.delete("Block Module", {"module": MODULE})
	frappe.db.delete("Custom HTML Block", {"name": ("in", BLOCKS)})
	# Unlike charts and cards a set-up step names no module, and would stay.
	steps = frappe.get_all("Onboarding Step Map", {"parent": "Click to Call"}, pluck="step")
	frappe.db.delete("Onboarding Step", {"name": ("in", steps)})


def _delete_what_points_at(kind: str, names: list[str]) -> None:
	"""Delete Frappe's own records with a Link to these: comments, tags, filters, scripts, reports of users."""
	of_frappe = frappe.get_all("Module Def", {"app_name": "frappe"}, pluck="name")
	doctypes = {"module": ("in", of_frappe), "issingle": 0, "is_virtual": 0}
	holders = frappe.get_all("DocType", doctypes, pluck="name")
	links = {"fieldtype": "Link", "options": kind, "parent": ("in", holders)}
	for link in frappe.get_all("DocField", links, ["parent", "fieldname"]):
		pointing = {link.fieldname: ("in", names)}
		rows = frappe.get_all(link.parent, pointing, pluck="name") if names else []
		if not rows:
			continue
		if link.parent in _KEPT:
			frappe.db.set_value(link.parent, pointing, link.fieldname, None)
			continue
		for table in frappe.get_meta(link.parent).get_table_fields():
			frappe.db.delete(table.options, {"parenttype": link.parent, "parent": ("in", rows)})
		frappe.db.delete(link.parent, pointing)


def _delete_from_menus(names: list[str]) -> None:
	for table, column in _MENUS:
		if frappe.db.table_exists(table) and frappe.db.has_column(table, column):
			frappe.db.delete(table, {column: ("in", names)})


def after_uninstall() -> None:
	"""Remove our roles from whoever has them, and the scheduled jobs."""
	for role in ROLES:
		for table in ("Has Role", "DocPerm", "Custom DocPerm"):
			frappe.db.delete(table, {"role": role})
		frappe.delete_doc("Role", role, ignore_missing=True, force=True)
	frappe.db.delete("Scheduled Job Type", {"method": ("like", f"{APP}.%")})
	site_memory.forget_all()
	frappe.db.delete("Patch Log", {"patch": ("like", f"{APP}.%")})
	frappe.db.delete("Deleted Document", {"deleted_name": ("in", (*ROLES, MODULE, SETTINGS))})
	# What Frappe deleted of ours since the first hook it kept a copy of.
	frappe.db.delete("Deleted Document", {"data": ("like", f'%"module": "{MODULE}"%')})
	frappe.db.commit()  # nosemgrep: frappe-manual-commit - Frappe 15 commits before this hook and not after it
	frappe.clear_cache()
