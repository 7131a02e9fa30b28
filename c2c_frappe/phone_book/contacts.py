"""Which Contacts stand for a record: an Issue has no phone of its own, its contact has. Reads no number."""

from __future__ import annotations

import frappe

from c2c_frappe import permissions

LIMIT = 20


def contacts_of(document) -> list:
	"""Return the Contacts of a record that the user may read: those it links to, and those that link to it."""
	if document.doctype == "Contact":
		return []
	fields = document.meta.get("fields", {"fieldtype": "Link", "options": "Contact"})
	linked = [document.get(field.fieldname) for field in fields]
	names = list(dict.fromkeys(name for name in [*linked, *_linking(document)] if name))
	there = frappe.get_all("Contact", {"name": ("in", names)}, pluck="name") if names else []
	documents = (frappe.get_doc("Contact", name) for name in names if name in there)
	return [contact for contact in documents if permissions.may("read", "Contact", contact)]


def _linking(document) -> list[str]:
	links = {"parenttype": "Contact", "link_doctype": document.doctype, "link_name": document.name}
	return frappe.get_all("Dynamic Link", links, pluck="parent", limit=LIMIT, order_by="creation")
