"""What installing adds besides DocTypes. Inserts records once; never overwrites what an admin changed."""

from __future__ import annotations

import frappe
from frappe.utils.password import get_encryption_key

from c2c_frappe.phone_book import backfill, index
from c2c_frappe.setup import crm_form_scripts, custom_fields, indexes

CUSTOM_DATA = {
	"leadid": "lead",
	"recordno": "reference_name",
	"doctype": "reference_doctype",
	"call": "call",
	"userid": "user",
}
# Marks a text for extraction into locale/main.pot; the records are English and translated where they are shown.
_ = str

# name -> when it is offered and what it does. A Lead's status is left alone but for the one that forbids calls:
# of a customer or an opportunity "Interested" would be a step back.
DISPOSITIONS = {
	_("Interested"): {"sort_order": 10, "color": "Green", "offered_after": "Talked Calls"},
	_("No Answer"): {"sort_order": 20, "color": "Orange", "offered_after": "Unanswered Calls"},
	_("Call back"): {"sort_order": 30, "color": "Blue", "require_follow_up": 1},
	_("Not interested"): {"sort_order": 40, "color": "Gray", "offered_after": "Talked Calls"},
	_("Left a message"): {"sort_order": 50, "color": "Blue"},
	_("Wrong number"): {"sort_order": 60, "color": "Gray"},
	_("Do not call again"): {
		"sort_order": 70,
		"color": "Red",
		"set_do_not_call": 1,
		"lead_status": "Do Not Contact",
	},
}


def after_install() -> None:
	"""Add our fields to others' DocTypes, the default settings and dispositions; make sure of an encryption key."""
	# Frappe makes it with the first secret. On 16 a web worker that read the configuration less than a minute before
	# would make another in its place, and the PBX's key, encrypted with the first, could not be read again.
	get_encryption_key()
	custom_fields.create()
	indexes.create()
	settings = frappe.get_doc("PBX Settings")
	# Frappe fills a new record's Time fields with the present moment.
	settings.update({"calling_hours_start": None, "calling_hours_end": None, "custom_data_fields": []})
	for key, value in CUSTOM_DATA.items():
		settings.append("custom_data_fields", {"key": key, "value": value})
	settings.save(ignore_permissions=True)
	for disposition in DISPOSITIONS:
		add_disposition(disposition)
	set_list_columns()


def set_list_columns() -> None:
	"""Let the list of calls show outcome, length and time on any screen; what an admin chose stays."""
	if not frappe.db.exists("List View Settings", "PBX Call Log"):
		columns = {"name": "PBX Call Log", "total_fields": "7"}
		frappe.get_doc({"doctype": "List View Settings", **columns}).insert(ignore_permissions=True)


def add_disposition(name: str) -> None:
	"""Insert a disposition of ours unless it is there; a status that Leads here do not have is no hindrance."""
	if not frappe.db.exists("PBX Disposition", name):
		document = frappe.get_doc({"doctype": "PBX Disposition", "disposition": name, **DISPOSITIONS[name]})
		document.flags.ignore_validate = True
		document.insert(ignore_permissions=True)


def after_migrate() -> None:
	"""Bring back what of ours went missing, add what a new version brings, read numbers that were skipped."""
	custom_fields.create()
	indexes.create()
	index.forget_gone_doctypes()
	crm_form_scripts.follow()
	# What is not read yet will be.
	if frappe.flags.get(index.SKIPPED) and backfill.indexed_at():
		backfill.start_again()


def after_app_install(app: str) -> None:
	"""Add Lead's field and scripts when ERPNext or CRM arrives after us, and have their records' numbers read."""
	if app != "c2c_frappe":
		custom_fields.create()
		crm_form_scripts.follow()
		backfill.start_again()
