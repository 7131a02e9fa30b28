"""What installing adds besides DocTypes. Inserts records once; never overwrites what an admin changed."""

from __future__ import annotations

import frappe
from frappe.utils.password import get_encryption_key

from c2c_frappe.phone_book import backfill, index
from c2c_frappe.setup import custom_fields

CUSTOM_DATA = {
	"leadid": "lead",
	"recordno": "reference_name",
	"doctype": "reference_doctype",
	"call": "call",
	"userid": "user",
}
# Marks a text for extraction into locale/main.pot; the records are English and translated where they are shown.
_ = str

DISPOSITIONS = (
	_("Interested"),
	_("Call back"),
	_("Not interested"),
	_("Left a message"),
	_("Wrong number"),
	_("Do not call again"),
)


def after_install() -> None:
	"""Add our fields to others' DocTypes, the default settings and dispositions; make sure of an encryption key."""
	# Frappe makes it with the first secret. On 16 a web worker that read the configuration less than a minute before
	# would make another in its place, and the PBX's key, encrypted with the first, could not be read again.
	get_encryption_key()
	custom_fields.create()
	settings = frappe.get_doc("PBX Settings")
	# Frappe fills a new record's Time fields with the present moment.
	settings.update({"calling_hours_start": None, "calling_hours_end": None, "custom_data_fields": []})
	for key, value in CUSTOM_DATA.items():
		settings.append("custom_data_fields", {"key": key, "value": value})
	settings.save(ignore_permissions=True)
	for disposition in DISPOSITIONS:
		if not frappe.db.exists("PBX Disposition", disposition):
			frappe.get_doc({"doctype": "PBX Disposition", "disposition": disposition}).insert(
				ignore_permissions=True
			)


def after_migrate() -> None:
	"""Bring back a field of ours that went missing, add those a new version brings, read numbers that were skipped."""
	custom_fields.create()
	if frappe.flags.get(index.SKIPPED):
		backfill.start_again()


def after_app_install(app: str) -> None:
	"""Add Lead's field when ERPNext or CRM arrives after us, and have their records' numbers read."""
	if app != "c2c_frappe":
		custom_fields.create()
		backfill.start_again()
