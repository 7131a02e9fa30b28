"""A custom DocType *Lead* for sites without ERPNext, with the names of ERPNext's fields."""

import frappe

NAME = "Lead"
STATUSES = ("Lead", "Open", "Replied", "Interested", "Converted", "Do Not Contact")
FIELDS = (
	{"fieldname": "lead_name", "label": "Full Name", "fieldtype": "Data", "in_list_view": 1, "reqd": 1},
	{"fieldname": "first_name", "label": "First Name", "fieldtype": "Data"},
	{"fieldname": "company_name", "label": "Organization Name", "fieldtype": "Data", "in_list_view": 1},
	{"fieldname": "column_break_status", "fieldtype": "Column Break"},
	{
		"fieldname": "status",
		"label": "Status",
		"fieldtype": "Select",
		"options": "\n".join(STATUSES),
		"default": "Lead",
		"in_list_view": 1,
	},
	{"fieldname": "country", "label": "Country", "fieldtype": "Link", "options": "Country"},
	{"fieldname": "contact_section", "label": "Contact", "fieldtype": "Section Break"},
	{
		"fieldname": "mobile_no",
		"label": "Mobile No",
		"fieldtype": "Data",
		"options": "Phone",
		"in_list_view": 1,
	},
	{"fieldname": "phone", "label": "Phone", "fieldtype": "Data", "options": "Phone"},
	{"fieldname": "column_break_contact", "fieldtype": "Column Break"},
	{"fieldname": "whatsapp_no", "label": "WhatsApp", "fieldtype": "Data", "options": "Phone"},
	{"fieldname": "email_id", "label": "Email", "fieldtype": "Data", "options": "Email"},
)
PERMISSIONS = tuple(
	{"role": role, "read": 1, "write": 1, "create": 1, "delete": 1, "report": 1, "export": 1}
	for role in ("System Manager", "Sales User")
)


def create() -> None:
	"""Add the DocType, and this app's field on it, unless the site has a Lead."""
	if frappe.db.exists("DocType", NAME):
		return
	frappe.get_doc(
		{
			"doctype": "DocType",
			"name": NAME,
			"module": "Contacts",
			"custom": 1,
			"naming_rule": "Expression (old style)",
			"autoname": "CRM-LEAD-.YYYY.-.#####",
			"title_field": "lead_name",
			"show_title_field_in_link": 1,
			"search_fields": "lead_name,company_name,mobile_no",
			"track_changes": 1,
			"fields": [dict(field) for field in FIELDS],
			"permissions": [dict(permission) for permission in PERMISSIONS],
		}
	).insert()
	from c2c_frappe.setup import custom_fields

	custom_fields.create()


def clear() -> None:
	"""Remove the DocType; never ERPNext's."""
	if frappe.db.get_value("DocType", NAME, "custom"):
		frappe.db.delete("Custom Field", {"dt": NAME})
		frappe.delete_doc("DocType", NAME, force=True)
		frappe.db.sql_ddl("DROP TABLE IF EXISTS `tabLead`")
