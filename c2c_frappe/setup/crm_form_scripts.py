"""Frappe CRM's form scripts of ours, one for Leads and one for Deals: there while PBX Settings wants them.

Their text is public/js/crm_form_script.js. Touches no script of others.
"""

from __future__ import annotations

from pathlib import Path

import frappe

from c2c_frappe.call_log import crm_mirror
from c2c_frappe.pbx.calls.frappe_crm import WITH_ACTIVITIES

DOCTYPE, SETTINGS = "CRM Form Script", "PBX Settings"
SOURCE = Path(__file__).parents[1] / "public/js/crm_form_script.js"
# Frappe CRM finds what to run on a page by the name of the class, which is that of the page's record type.
_CLASS = "class CalledRecord "


def follow(settings=None) -> None:
	"""Make our scripts as this version has them, or remove them, as PBX Settings says; the caller commits.

	One that is there with this version's text stays as it is, switched off too.
	"""
	if not crm_mirror.is_installed():
		return
	settings = settings or frappe.get_doc(SETTINGS)
	if not (settings.get("call_from_crm") and settings.get("crm_call_actions")):
		return remove()
	for doctype in WITH_ACTIVITIES:
		name, script = name_of(doctype), script_of(doctype)
		if not frappe.db.exists(DOCTYPE, name):
			values = {"dt": doctype, "view": "Form", "enabled": 1, "script": script}
			document = frappe.get_doc({"doctype": DOCTYPE, **values})
			document.insert(ignore_permissions=True, set_name=name)
		elif frappe.db.get_value(DOCTYPE, name, "script") != script:
			frappe.db.set_value(DOCTYPE, name, "script", script)


def remove() -> None:
	"""Delete our scripts, edited or not; the caller commits."""
	if crm_mirror.is_installed():
		for doctype in WITH_ACTIVITIES:
			frappe.db.delete(DOCTYPE, {"name": name_of(doctype)})
			frappe.clear_document_cache(DOCTYPE, name_of(doctype))


def name_of(doctype: str) -> str:
	"""Return what the script for a record type is called among Frappe CRM's."""
	return f"Click to Call: {doctype}"


def script_of(doctype: str) -> str:
	"""Return the script for a record type."""
	return SOURCE.read_text(encoding="utf-8").replace(_CLASS, f"class {doctype.replace(' ', '')} ")
