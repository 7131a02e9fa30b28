"""Which Contacts stand for a record: an Issue has no phone of its own, its contact has. Reads no number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import frappe

from c2c_frappe import permissions

LIMIT = 20


def contacts_of(document) -> list:
	"""Return the Contacts of a record that the user may read: those it links to, and those that link to it."""
	if document.doctype == "Contact":
		return []
	fields = document.meta.get("fields", {"fieldtype": "Link", "options": "Contact"})
	linked = [document.get(field.fieldname) for field in fields]
	for table, link in _tables_of_contacts(document.meta):
		linked += [row.get(link) for row in document.get(table.fieldname) or []]
	names = list(dict.fromkeys(name for name in [*linked, *_linking(document)] if name))
	there = frappe.get_all("Contact", {"name": ("in", names)}, pluck="name") if names else []
	documents = (frappe.get_doc("Contact", name) for name in names if name in there)
	return [contact for contact in documents if permissions.may("read", "Contact", contact)]


def rows_naming(doctype: str, column: str, values: Sequence[str]) -> list[tuple[str, str, str]]:
	"""Return (record, row, Contact) of the rows in which records of a DocType name Contacts, as a CRM Deal does.

	:param column: "parent" for those of certain records, "contact" for those that name certain Contacts
	"""
	found = []
	for table, link in _tables_of_contacts(frappe.get_meta(doctype)):
		sought = link if column == "contact" else column
		where = {"parenttype": doctype, "parentfield": table.fieldname, sought: ("in", list(values))}
		rows = frappe.get_all(table.options, where, ["name", "parent", link])
		found += [(str(row.parent), str(row.name), str(row[link])) for row in rows if row[link]]
	return found


def repeats(field, meta) -> bool:
	"""Whether a field of a table's rows only repeats what the Contact holds that the row names."""
	link, _dot, source = (field.fetch_from or "").partition(".")
	linked = meta.get_field(link) if source else None
	return bool(linked) and linked.options == "Contact"


def bring_up_to_date(document) -> None:
	"""Put the numbers a Contact has now into the rows that repeat it; nothing is saved."""
	for table, link in _tables_of_contacts(document.meta):
		child = frappe.get_meta(table.options)
		repeated = {f.fieldname: f.fetch_from.partition(".")[2] for f in child.fields if repeats(f, child)}
		for row in document.get(table.fieldname) or []:
			row.update(_numbers_of(row.get(link), repeated))


def _numbers_of(contact: str, repeated: dict[str, str]) -> dict:
	sources = sorted({"mobile_no", "phone"}.intersection(repeated.values()))
	if not contact or not sources:
		return {}
	table = frappe.qb.DocType("Contact")
	query = frappe.qb.from_(table).where(table.name == contact).select(*[table[field] for field in sources])
	current = next(iter(query.run(as_dict=True)), {})
	return {field: current[source] for field, source in repeated.items() if source in current}


def behind(field, document) -> str:
	"""Return the Contact a field repeats a number of, "" when it is the record's own: a Customer's mobile is such."""
	link = (field.fetch_from or "").partition(".")[0]
	if not link and field.fieldname == "contact_mobile":
		link = "contact_person"  # by ERPNext's scripts
	linked = document.meta.get_field(link) if link else None
	return document.get(link) or "" if linked and linked.options == "Contact" else ""


def _tables_of_contacts(meta) -> Iterator[tuple]:
	"""Yield each table whose rows stand for Contacts, and the field that names one: they repeat its numbers."""
	for table in meta.get_table_fields():
		for field in frappe.get_meta(table.options).get(
			"fields", {"fieldtype": "Link", "options": "Contact"}
		):
			yield table, field.fieldname


def _linking(document) -> list[str]:
	links = {"parenttype": "Contact", "link_doctype": document.doctype, "link_name": document.name}
	return frappe.get_all("Dynamic Link", links, pluck="parent", limit=LIMIT, order_by="creation")
