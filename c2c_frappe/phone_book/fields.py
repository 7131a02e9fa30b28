"""Which fields hold phone numbers, which of them a user may read, and of which only a mask is seen. Reads no record."""

from __future__ import annotations

from collections.abc import Iterator

import frappe

from c2c_frappe import permissions

# Fields that hold a phone number though Frappe's metadata does not say so.
EXTRA_PHONE_FIELDS = {"Customer": ["mobile_no"], "Supplier": ["mobile_no"], "Address": ["phone"]}
NEVER = {"fax"}
TEXT_TYPES = {"Data", "Small Text", "Read Only"}


def extra_phone_fields() -> dict[str, list[str]]:
	"""Return the fields Frappe's metadata does not mark: our list and the hook `c2c_phone_fields` of other apps."""
	added = frappe.get_hooks("c2c_phone_fields") or {}
	return {
		doctype: [*EXTRA_PHONE_FIELDS.get(doctype, ()), *added.get(doctype, ())]
		for doctype in {*EXTRA_PHONE_FIELDS, *added}
	}


def field_rules() -> dict:
	"""Return what `is_phone_field` goes by, for the browser: {unmarked: {DocType: fields}, text_types, never}."""
	return {"unmarked": extra_phone_fields(), "text_types": sorted(TEXT_TYPES), "never": sorted(NEVER)}


def is_phone_field(field, unmarked: list[str]) -> bool:
	"""Whether a DocField holds a phone number somebody can be called on."""
	if field.fieldname in NEVER:
		return False
	is_marked = field.fieldtype == "Phone" or (field.fieldtype in TEXT_TYPES and field.options == "Phone")
	return is_marked or field.fieldname in unmarked


def phone_fields(meta) -> list:
	if meta.issingle or meta.get("is_virtual"):
		return []  # no table of its own to read from
	unmarked = extra_phone_fields().get(meta.name, ())
	return [f for f in meta.fields if is_phone_field(f, unmarked) and not f.get("is_virtual")]


def readable_phone_fields(meta, parenttype: str | None = None) -> list:
	fields = phone_fields(meta)
	levels = permissions.readable_levels(meta, parenttype) if fields else ()
	return [field for field in fields if (field.permlevel or 0) in levels]


def places(meta) -> Iterator[tuple[str, list, str, tuple[str, ...]]]:
	"""Yield (DocType, phone fields, column with the record's name, parenttype and parentfield) of each table."""
	own = phone_fields(meta)
	if own:
		yield meta.name, own, "name", ()
	for table in meta.get_table_fields():
		fields = phone_fields(frappe.get_meta(table.options))
		if fields:
			yield table.options, fields, "parent", (meta.name, table.fieldname)


def has_phone_fields(doctype: str) -> bool:
	"""Whether records of this DocType, or the rows of their tables, hold numbers."""
	return any(places(frappe.get_meta(doctype)))


def masked_fields(meta, fields: list, parenttype: str | None = None) -> set[str]:
	"""Return the names of those fields of which this user sees a mask only."""
	masked = [field for field in fields if field.get("mask")]
	if not masked or frappe.session.user == "Administrator":
		return set()
	levels = meta.get_permlevel_access("mask", parenttype)
	return {field.fieldname for field in masked if (field.permlevel or 0) not in levels}


def has_masks(fields: list) -> bool:
	"""Whether a document may hold masks in these fields, which Frappe 15 has none of."""
	return any(field.get("mask") for field in fields)


def hides_any_from_reader(doctype: str) -> bool:
	"""Whether some number on records of this DocType, or of their Contacts, is masked or hidden from the user."""
	return any(_hides_any(frappe.get_meta(each)) for each in dict.fromkeys((doctype, "Contact")))


def _hides_any(meta) -> bool:
	tables = [(frappe.get_meta(table.options), meta.name) for table in meta.get_table_fields()]
	for place, parenttype in ((meta, None), *tables):
		fields = phone_fields(place)
		is_open = all(not field.permlevel and not field.get("mask") for field in fields)
		readable = [] if is_open else readable_phone_fields(place, parenttype)
		if not is_open and (len(readable) < len(fields) or masked_fields(place, readable, parenttype)):
			return True
	return False
