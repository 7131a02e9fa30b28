"""Our fields on DocTypes of others that were made before labels were in Title Case."""

from __future__ import annotations

import frappe

from c2c_frappe.setup import custom_fields

# What was shipped before; what an admin wrote in its place stays.
LABELS = {
	"Do not call": "Do Not Call",
	"PBX extension": "PBX Extension",
	"PBX account": "PBX Account",
	"PBX caller ID": "PBX Caller ID",
	"Other phones": "Other Phones",
}
DESCRIPTIONS = {
	"pbx_company": "Calls of this account are this company's. User Permissions on Company then hold for them.",
	"pbx_account": "Empty: the default account of PBX Settings.",
	"pbx_caller_id": "What the customer sees, where the provider takes it.",
	"pbx_phones": "The user chooses on the Desk which phone rings, of these and the PBX extension.",
}


def execute() -> None:
	"""Give them the labels and descriptions of today; a second run changes nothing."""
	for doctype, fields in custom_fields.wanted().items():
		for field in fields:
			_renew(doctype, field)
		frappe.clear_cache(doctype=doctype)


def _renew(doctype: str, field: dict) -> None:
	key = {"dt": doctype, "fieldname": field["fieldname"]}
	there = frappe.db.get_value("Custom Field", key, ["name", "label", "description"], as_dict=True)
	if not there:
		return
	if there.label in LABELS:
		frappe.db.set_value("Custom Field", there.name, "label", LABELS[there.label])
	if there.description and there.description == DESCRIPTIONS.get(field["fieldname"]):
		frappe.db.set_value("Custom Field", there.name, "description", field["description"])
