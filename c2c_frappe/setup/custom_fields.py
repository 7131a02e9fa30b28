"""The fields this app adds to DocTypes of others: one table, read by install and uninstall alike."""

from __future__ import annotations

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

# Marks a text for extraction into locale/main.pot. Frappe translates labels when it shows them.
_ = str

# permlevel 1 on User: System Manager alone, so that nobody gives himself another's phone.
_DO_NOT_CALL = {
	"fieldname": "do_not_call",
	"label": _("Do not call"),
	"fieldtype": "Check",
	"insert_after": "status",
	"description": _("Nobody can place a call to this record's numbers."),
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
		"label": _("PBX extension"),
		"fieldtype": "Data",
		"insert_after": "pbx_section",
		"description": _("The phone that rings when this user clicks a number."),
		"permlevel": 1,
	},
	{
		"fieldname": "pbx_account",
		"label": _("PBX account"),
		"fieldtype": "Link",
		"options": "PBX Account",
		"insert_after": "pbx_extension",
		"description": _("Empty: the default account of PBX Settings."),
		"permlevel": 1,
	},
	{"fieldname": "pbx_column_break", "fieldtype": "Column Break", "insert_after": "pbx_account"},
	{
		"fieldname": "pbx_caller_id",
		"label": _("PBX caller ID"),
		"fieldtype": "Data",
		"insert_after": "pbx_column_break",
		"description": _("What the customer sees, where the provider takes it."),
		"permlevel": 1,
	},
)


def wanted() -> dict[str, list[dict]]:
	"""Return our fields by the DocType they belong on, for the DocTypes that this site has."""
	table = {"User": _OF_USER, "Contact": (_DO_NOT_CALL,), "Lead": (_DO_NOT_CALL,)}
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
	for doctype, fields in wanted().items():
		for field in fields:
			frappe.db.delete("Custom Field", {"dt": doctype, "fieldname": field["fieldname"]})
			frappe.db.delete("Property Setter", {"doc_type": doctype, "field_name": field["fieldname"]})
			if field["fieldname"] in frappe.db.get_table_columns(doctype):
				# DDL has no placeholders; both names come from the table above.
				statement = f"ALTER TABLE `tab{doctype}` DROP COLUMN `{field['fieldname']}`"
				frappe.db.sql_ddl(statement)  # nosemgrep: frappe-using-db-sql - no builder knows DROP COLUMN
		frappe.clear_cache(doctype=doctype)
