"""Which numbers a record has, read past masks after the permission check. The only place that reads them.

Whether a number may be dialled is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document

from c2c_frappe.pbx.numbers import phone, policy
from c2c_frappe.pbx.numbers.choice import Choice, ordered
from c2c_frappe.phone_book import contacts

# Fields that hold a phone number though Frappe's metadata does not say so.
UNMARKED_FIELDS = {"Customer": ["mobile_no"], "Supplier": ["mobile_no"], "Address": ["phone"]}
NEVER = {"fax"}
# Field types whose option Phone marks a number.
TEXT_TYPES = {"Data", "Small Text", "Read Only"}
# A Contact's row that is ticked so, and the Contact's own field that repeats its number and says what it is.
_PRIMARY = {"is_primary_mobile_no": "mobile_no", "is_primary_phone": "phone"}
# What is allowed while no country is set anywhere: an empty set would mean all.
NOWHERE = "none"


@dataclass(frozen=True)
class Record:
	"""A record that can be called: its own numbers, primary ones first, its country's ISO code and its company."""

	document: Document
	own: tuple[Choice, ...]
	country: str
	company: str

	@property
	def name(self) -> str:
		return self.document.name

	@cached_property
	def of_contacts(self) -> tuple[Choice, ...]:
		"""Return the numbers of its Contacts, which are read when they are asked for: a click seldom means one."""
		is_refused = says_do_not_call(self.document.doctype, self.document)
		found = (_of_contact(contact, is_refused) for contact in contacts.of_record(self.document))
		return ordered([choice for choices in found for choice in choices])

	@property
	def choices(self) -> tuple[Choice, ...]:
		"""Return all its numbers: its own, and then those of its Contacts."""
		return (*self.own, *self.of_contacts)


class Held(NamedTuple):
	"""A text that holds one number, where it stands in a record, and the record's country's ISO code."""

	name: str
	fieldname: str
	row: str
	text: str
	country: str


def unmarked_fields() -> dict[str, list[str]]:
	"""Return the fields Frappe's metadata does not mark: our list and the hook `c2c_phone_fields` of other apps."""
	added = frappe.get_hooks("c2c_phone_fields") or {}
	return {
		doctype: [*UNMARKED_FIELDS.get(doctype, ()), *added.get(doctype, ())]
		for doctype in {*UNMARKED_FIELDS, *added}
	}


def field_rules() -> dict:
	"""Return what `is_phone_field` goes by, for the browser: {unmarked: {DocType: fields}, text_types, never}."""
	return {"unmarked": unmarked_fields(), "text_types": sorted(TEXT_TYPES), "never": sorted(NEVER)}


def of_record(doctype: str, name: str) -> Record:
	"""Return the record with its numbers.

	Raise PermissionError if the user may not read the record, DoesNotExistError if there is none. Fields of
	a permlevel the user cannot read are left out.
	"""
	# Raises for what is no DocType, of which get_doc would try to import the code.
	frappe.get_meta(doctype)
	document = frappe.get_doc(doctype, name)
	document.check_permission("read")
	return Record(
		document,
		ordered(_of_document(document, says_do_not_call(doctype, document))),
		country_code(document.get("country") if document.meta.has_field("country") else ""),
		document.get("company") or "",
	)


def held_by(doctype: str, names: Sequence[str]) -> Iterator[Held]:
	"""Yield every number these records hold, whoever may read it, for who looks a record up by its number."""
	meta = frappe.get_meta(doctype)
	countries = _countries(meta, names)
	for place, fields, column, where in _places(meta):
		for values in _raw(place, fields, column, names, *where):
			name = str(values[column])
			row = values["name"] if where else ""
			for field in fields:
				for text in phone.split(values[field.fieldname] or ""):
					yield Held(name, field.fieldname, row, text, countries.get(name, ""))


def says_do_not_call(doctype: str, record) -> bool:
	"""Tell whether a record, given as a document or as its `do_not_call` and `status`, asks not to be called."""
	lead_status = record.get("status") if doctype == "Lead" else ""
	return policy.is_do_not_call(record.get("do_not_call"), lead_status)


def has_phone_fields(doctype: str) -> bool:
	"""Tell whether records of this DocType, or the rows of their tables, hold numbers."""
	return any(_places(frappe.get_meta(doctype)))


def _places(meta) -> Iterator[tuple[str, list, str, tuple[str, ...]]]:
	"""Yield (DocType, phone fields, column with the record's name, parenttype and parentfield) of each table."""
	own = _phone_fields(meta)
	if own:
		yield meta.name, own, "name", ()
	for table in meta.get_table_fields():
		fields = _phone_fields(frappe.get_meta(table.options))
		if fields:
			yield table.options, fields, "parent", (meta.name, table.fieldname)


def _countries(meta, names: Sequence[str]) -> dict[str, str]:
	if not meta.has_field("country") or meta.get_field("country").options != "Country":
		return {}
	rows = frappe.get_all(meta.name, {"name": ("in", names)}, ["name", "country"])
	return {str(row.name): country_code(row.country) for row in rows}


def country_code(country: str | None) -> str:
	"""Return the ISO alpha-2 code of a Country record, "" when there is none."""
	return (frappe.get_cached_value("Country", country, "code") or "").upper() if country else ""


def site_country() -> str:
	"""Return the ISO code of the site's country: PBX Settings', else System Settings'."""
	settings = frappe.get_cached_doc("PBX Settings")
	return country_code(settings.default_country or frappe.get_cached_doc("System Settings").country)


def deciding_countries(record: Record | None, account: str) -> tuple[str, ...]:
	"""Return whose country decides when a number has no plus: the record's, the PBX Account's, the site's."""
	of_account = frappe.get_cached_value("PBX Account", account, "default_country") if account else ""
	return (record.country if record else "", country_code(of_account), site_country())


def allowed_countries(settings) -> frozenset[str]:
	"""Return the ISO codes of the countries that may be called; empty means any real country."""
	if settings.all_countries:
		return frozenset()
	chosen = {country_code(row.country) for row in settings.allowed_countries}
	return frozenset(chosen or {site_country() or NOWHERE})


def _of_contact(contact, is_refused: bool) -> Iterator[Choice]:
	# By row alone: a Contact's own fields only repeat its primary rows, and would look like the record's.
	for choice in _of_document(contact, is_refused or says_do_not_call(contact.doctype, contact)):
		if choice.row:
			yield replace(
				choice, label=_("{0} of {1}").format(choice.label, contact.full_name or contact.name)
			)


def _of_document(document, is_refused: bool) -> list[Choice]:
	found = (*_own(document.meta, document), *_of_rows(document.meta, document))
	return [replace(choice, do_not_call=is_refused) for choice in found]


def _own(meta, document) -> Iterator[Choice]:
	fields = _readable_phone_fields(meta)
	masked = _masked(meta, fields)
	for values in _raw(meta.name, fields, "name", [document.name]) if _has_masks(fields) else [document]:
		yield from _choices(fields, values, document, "", masked)


def _of_rows(meta, document) -> Iterator[Choice]:
	for table in meta.get_table_fields():
		child = frappe.get_meta(table.options)
		fields = _readable_phone_fields(child, meta.name)
		masked = _masked(child, fields, meta.name)
		rows = {row.name: row for row in document.get(table.fieldname) or []}
		place = ("parent", [document.name], meta.name, table.fieldname)
		for values in _raw(child.name, fields, *place) if _has_masks(fields) else rows.values():
			name = values.get("name")
			if name in rows:
				yield from _choices(fields, values, rows[name], name, masked)


def _has_masks(fields: list) -> bool:
	"""Tell whether a document may hold masks in these fields, which Frappe 15 has none of."""
	return any(field.get("mask") for field in fields)


def _choices(fields: list, values, document, row: str, masked: set[str]) -> Iterator[Choice]:
	repeated_in = next((field for tick, field in _PRIMARY.items() if document.get(tick)), "")
	for field in fields:
		label = frappe.get_meta("Contact").get_label(repeated_in) if repeated_in else field.label
		raw, seen = values.get(field.fieldname) or "", document.get(field.fieldname) or ""
		# Frappe does not mask the rows of a record that is opened.
		mask = _mask(raw) if raw == seen and field.fieldname in masked else seen
		texts = phone.split(raw)
		for n, text in enumerate(texts, 1):
			shown = text if raw == mask else mask if len(texts) == 1 else f"{mask} ({n})"
			yield Choice(field.fieldname, row, _(label), text, shown, bool(repeated_in))


def _mask(text: str) -> str:
	"""Return what Frappe 16 shows instead of a phone number."""
	return f"{text[:3]}XXXXXX" if len(text) > 3 else "X" * len(text)


def _masked(meta, fields: list, parenttype: str | None = None) -> set[str]:
	"""Return the names of those fields of which this user sees a mask only."""
	masked = [field for field in fields if field.get("mask")]
	if not masked or frappe.session.user == "Administrator":
		return set()
	levels = meta.get_permlevel_access("mask", parenttype)
	return {field.fieldname for field in masked if (field.permlevel or 0) not in levels}


def hides_any_from_reader(doctype: str) -> bool:
	"""Tell whether some number on records of this DocType, or of their Contacts, is masked or hidden from the user."""
	return any(_hides_any(frappe.get_meta(each)) for each in dict.fromkeys((doctype, "Contact")))


def _hides_any(meta) -> bool:
	tables = [(frappe.get_meta(table.options), meta.name) for table in meta.get_table_fields()]
	for place, parenttype in ((meta, None), *tables):
		fields = _phone_fields(place)
		is_open = all(not field.permlevel and not field.get("mask") for field in fields)
		readable = [] if is_open else _readable_phone_fields(place, parenttype)
		if not is_open and (len(readable) < len(fields) or _masked(place, readable, parenttype)):
			return True
	return False


def _readable_phone_fields(meta, parenttype: str | None = None) -> list:
	fields = _phone_fields(meta)
	levels = set(meta.get_permlevel_access("read", parenttype)) if fields else ()
	return [field for field in fields if (field.permlevel or 0) in levels]


def _phone_fields(meta) -> list:
	if meta.issingle or meta.get("is_virtual"):
		return []  # no table of its own to read from
	unmarked = unmarked_fields().get(meta.name, ())
	return [f for f in meta.fields if is_phone_field(f, unmarked) and not f.get("is_virtual")]


def is_phone_field(field, unmarked: list[str]) -> bool:
	"""Tell whether a DocField holds a phone number somebody can be called on."""
	if field.fieldname in NEVER:
		return False
	is_marked = field.fieldtype == "Phone" or (field.fieldtype in TEXT_TYPES and field.options == "Phone")
	return is_marked or field.fieldname in unmarked


def _raw(
	doctype: str,
	fields: list,
	column: str,
	values: Sequence[str],
	parenttype: str = "",
	parentfield: str = "",
):
	# Past Frappe 16's masks, which get_doc and get_value apply: the number is dialled, not shown.
	if not fields:
		return []
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).where(table[column].isin(values))
	if parenttype:
		query = query.where(table.parenttype == parenttype).where(table.parentfield == parentfield)
		query = query.select(table.parent).orderby(table.parent).orderby(table.idx)
	return query.select(table.name, *[table[field.fieldname] for field in fields]).run(as_dict=True)
