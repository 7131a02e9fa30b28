"""The fields this app adds to DocTypes of others: one table, read by install and uninstall alike."""

from __future__ import annotations

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

# Marks a text for extraction into locale/main.pot. Frappe translates labels when it shows them.
_ = str

# permlevel 1 on User: System Manager alone, so that nobody gives himself another's phone.
_DO_NOT_CALL = {
	"fieldname": "do_not_call",
	"label": _("Do Not Call"),
	"fieldtype": "Check",
	"insert_after": "status",
	"description": _("Nobody can place a call to this record's numbers."),
}
# Only with ERPNext. Not `company`: Frappe would look for the site's default company each time, and fill it in.
_OF_ACCOUNT = {
	"fieldname": "pbx_company",
	"label": _("Company"),
	"fieldtype": "Link",
	"options": "Company",
	"insert_after": "default_country",
	"description": _(
		"Calls of this account belong to this company, and User Permissions on Company apply to them."
	),
}
_OF_RULE = {
	"fieldname": "pbx_company",
	"label": _("Company"),
	"fieldtype": "Link",
	"options": "Company",
	"insert_after": "number_country",
	"in_list_view": 1,
	"columns": 2,
	# PBX Settings stay everybody's who looks after the PBX, whichever company a row is about.
	"ignore_user_permissions": 1,
}
_OF_CALL = {
	"fieldname": "pbx_company",
	"label": _("Company"),
	"fieldtype": "Link",
	"options": "Company",
	"insert_after": "account",
	"in_standard_filter": 1,
	"permlevel": 1,
	"read_only": 1,
}
_OF_USER = (
	{
		"fieldname": "pbx_section",
		"label": _("Click to Call"),
		"fieldtype": "Section Break",
		"insert_after": "dashboard",
		"collapsible": 1,
	},
	{
		"fieldname": "pbx_extension",
		"label": _("PBX Extension"),
		"fieldtype": "Data",
		"insert_after": "pbx_section",
		"description": _("The phone that rings when this user clicks a number."),
		"permlevel": 1,
	},
	{
		"fieldname": "pbx_account",
		"label": _("PBX Account"),
		"fieldtype": "Link",
		"options": "PBX Account",
		"insert_after": "pbx_extension",
		"description": _("Empty: the default account in PBX Settings."),
		"permlevel": 1,
	},
	{"fieldname": "pbx_column_break", "fieldtype": "Column Break", "insert_after": "pbx_account"},
	{
		"fieldname": "pbx_caller_id",
		"label": _("PBX Caller ID"),
		"fieldtype": "Data",
		"insert_after": "pbx_column_break",
		"description": _("What the customer sees, if the provider supports it."),
		"permlevel": 1,
	},
	{
		"fieldname": "pbx_phones",
		"label": _("Other Phones"),
		"fieldtype": "Table",
		"options": "PBX User Phone",
		"insert_after": "pbx_caller_id",
		"description": _("The user chooses on the Desk which of these phones, or the PBX Extension, rings."),
		"permlevel": 1,
	},
)


OF_COMPANIES = {"PBX Account": (_OF_ACCOUNT,), "PBX Line Rule": (_OF_RULE,), "PBX Call Log": (_OF_CALL,)}


def wanted() -> dict[str, list[dict]]:
	"""Return our fields by the DocType they belong on, for the DocTypes that this site has."""
	refusable = dict.fromkeys(("Contact", "Lead", "CRM Lead"), (_DO_NOT_CALL,))
	table = {"User": _OF_USER, **refusable}
	if frappe.db.exists("DocType", "Company"):
		table.update(OF_COMPANIES)
	return _those_there(table)


def _those_there(table: dict) -> dict[str, list[dict]]:
	return {
		doctype: [{"module": "Click To Call", **field} for field in fields]
		for doctype, fields in table.items()
		if frappe.db.exists("DocType", doctype)
	}


def create() -> None:
	"""Add what is missing; a field that is there stays as an admin may have changed it."""
	create_custom_fields(wanted(), ignore_validate=True, update=False)


def remove() -> None:
	"""Delete our fields and, as Frappe does not, their columns."""
	_remove({**_those_there(OF_COMPANIES), **wanted()})


def forget_companies(_app: str = "") -> None:
	"""Take the fields for companies away once ERPNext is gone: nothing could be saved that links to one."""
	if not frappe.db.exists("DocType", "Company"):
		_remove(_those_there(OF_COMPANIES))


def _remove(table: dict[str, list[dict]]) -> None:
	for doctype, fields in table.items():
		for field in fields:
			frappe.db.delete("Custom Field", {"dt": doctype, "fieldname": field["fieldname"]})
			frappe.db.delete("Property Setter", {"doc_type": doctype, "field_name": field["fieldname"]})
			if field["fieldname"] in frappe.db.get_table_columns(doctype):
				# DDL has no placeholders; both names come from the table above.
				statement = f"ALTER TABLE `tab{doctype}` DROP COLUMN `{field['fieldname']}`"
				frappe.db.sql_ddl(statement)  # nosemgrep: frappe-using-db-sql - no builder knows DROP COLUMN
		frappe.clear_cache(doctype=doctype)
