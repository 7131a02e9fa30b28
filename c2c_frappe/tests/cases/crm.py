"""Records to call, on a site with ERPNext and on one without: a Lead, a Contact, a DocType of the tests' own.

They are made and deleted past what their apps check, so that both kinds of site hold the same. Asserts nothing.
"""

from __future__ import annotations

import frappe

from c2c_frappe.phone_book import index

MOBILE, LANDLINE = "+44 7700 900123", "020 7946 0018"
LEAD = {
	"first_name": "Grace",
	"lead_name": "Grace Hopper",
	"mobile_no": MOBILE,
	"phone": LANDLINE,
	"status": "Lead",
	"country": None,
	"do_not_call": 0,
}
VISITOR = "C2C Test Visitor"
DEAL = "C2C Test Deal"


def make_lead(**values) -> str:
	"""Make a Lead and return its name; on a site without the DocType make that first."""
	if not frappe.db.exists("DocType", "Lead"):
		make_lead_doctype()
	name = frappe.get_doc({"doctype": "Lead", **LEAD, **values}).insert(ignore_permissions=True).name
	# ERPNext makes a Contact of each Lead, and other sites do not.
	for contact in frappe.get_all(
		"Dynamic Link", {"link_doctype": "Lead", "link_name": name}, pluck="parent"
	):
		delete_past_checks("Contact", contact)
	return name


def make_lead_doctype() -> None:
	"""Make a custom DocType Lead with the fields of ERPNext's that matter to a call."""
	phone = {"fieldtype": "Data", "options": "Phone"}
	fields = [
		{"fieldname": "lead_name", "fieldtype": "Data", "label": "Name"},
		{"fieldname": "first_name", "fieldtype": "Data", "label": "First name"},
		{"fieldname": "mobile_no", "label": "Mobile No", **phone},
		{"fieldname": "phone", "label": "Phone", **phone},
		{
			"fieldname": "status",
			"fieldtype": "Select",
			"label": "Status",
			"options": "Lead\nOpen\nDo Not Contact",
		},
		{"fieldname": "country", "fieldtype": "Link", "label": "Country", "options": "Country"},
		{"fieldname": "do_not_call", "fieldtype": "Check", "label": "Do not call"},
	]
	make_doctype("Lead", fields, [{"role": "PBX Agent", "read": 1, "write": 1}], title_field="lead_name")


def make_contact(*phones: str) -> str:
	"""Make a Contact with these numbers, the first the primary phone, the second the primary mobile; return its name."""
	primary = ({"is_primary_phone": 1}, {"is_primary_mobile_no": 1}, {})
	rows = [{"phone": phone, **primary[min(n, 2)]} for n, phone in enumerate(phones)]
	contact = {"doctype": "Contact", "first_name": "Ada", "last_name": frappe.generate_hash(length=6)}
	return frappe.get_doc({**contact, "phone_nos": rows}).insert(ignore_permissions=True).name


def make_visitor(owner: str, **values) -> str:
	"""Make a record of VISITOR that belongs to this user, past all checks, and commit; return its name."""
	make_visitor_doctype()
	frappe.db.commit()
	name = frappe.get_doc({"doctype": VISITOR}).insert().name
	# Frappe refuses fewer numbers than it holds: old ones, and those newer than its metadata.
	frappe.db.set_value(VISITOR, name, {"country": None, **values, "owner": owner})
	frappe.db.commit()
	return name


def make_visitor_doctype() -> None:
	"""Make a DocType with what no other has: a Phone field, one few may read, and records only owners may read."""
	if frappe.db.exists("DocType", VISITOR):
		return
	fields = [
		{"fieldname": "phone", "fieldtype": "Phone", "label": "Phone"},
		{"fieldname": "several", "fieldtype": "Small Text", "label": "Several", "options": "Phone"},
		{"fieldname": "fax", "fieldtype": "Data", "label": "Fax", "options": "Phone"},
		{"fieldname": "private", "fieldtype": "Data", "label": "Private", "options": "Phone", "permlevel": 1},
		{"fieldname": "country", "fieldtype": "Link", "label": "Country", "options": "Country"},
	]
	make_doctype(VISITOR, fields, [{"role": "PBX Agent", "read": 1, "write": 0, "if_owner": 1}])


def make_doctype(name: str, fields: list[dict], permissions: list[dict], **more) -> None:
	"""Make a custom DocType that System Managers may do anything with, and others what permissions say."""
	manager = {"role": "System Manager", "read": 1, "write": 1}
	own = [{**manager, "create": 1, "delete": 1}, {**manager, "permlevel": 1}]
	doctype = {
		"doctype": "DocType",
		"name": name,
		"module": "Click To Call",
		"custom": 1,
		"autoname": "hash",
		**more,
	}
	frappe.get_doc({**doctype, "fields": fields, "permissions": [*own, *permissions]}).insert()


def delete_past_checks(doctype: str, name: str) -> None:
	"""Delete a record and its rows without the search for what links to it, and commit."""
	for table in frappe.get_meta(doctype).get_table_fields():
		frappe.db.delete(table.options, {"parenttype": doctype, "parent": name})
	frappe.db.delete(doctype, {"name": name})
	index.forget(doctype, [name])
	frappe.db.commit()


def make_deal_doctype() -> None:
	"""Make what Frappe CRM's Deal has of a call: a table whose rows name Contacts and repeat their numbers."""
	if frappe.db.exists("DocType", DEAL):
		return
	repeated = {"fieldtype": "Data", "options": "Phone", "read_only": 1}
	rows = [
		{"fieldname": "contact", "fieldtype": "Link", "label": "Contact", "options": "Contact"},
		{"fieldname": "mobile_no", "label": "Mobile No", "fetch_from": "contact.mobile_no", **repeated},
		{"fieldname": "phone", "label": "Phone", "fetch_from": "contact.phone", **repeated},
	]
	make_doctype(f"{DEAL} Contact", rows, [], istable=1)
	people = {
		"fieldname": "contacts",
		"fieldtype": "Table",
		"label": "Contacts",
		"options": f"{DEAL} Contact",
	}
	make_doctype(DEAL, [people], [{"role": "PBX Agent", "read": 1}])
