"""Which numbers a record has, read past masks after the permission check. The only place that reads them.

Whether a number may be dialed is not decided here.
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
from c2c_frappe.phone_book.countries import countries_of, country_code
from c2c_frappe.phone_book.fields import has_masks, masked_fields, places, readable_phone_fields

# A Contact's row that is ticked so, and the Contact's own field that repeats its number and says what it is.
_PRIMARY = {"is_primary_mobile_no": "mobile_no", "is_primary_phone": "phone"}


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
	def contact_numbers(self) -> tuple[Choice, ...]:
		"""Return the numbers of its Contacts, which are read when they are asked for: a click seldom means one."""
		is_refused = says_do_not_call(self.document.doctype, self.document)
		numbers = (_contact_choices(contact, is_refused) for contact in contacts.contacts_of(self.document))
		return ordered([choice for choices in numbers for choice in choices])

	@property
	def choices(self) -> tuple[Choice, ...]:
		"""Return all its numbers: its own, and then those of its Contacts."""
		return (*self.own, *self.contact_numbers)


class Held(NamedTuple):
	"""A text that holds one number, where it stands in a record, and the record's country's ISO code."""

	name: str
	fieldname: str
	row: str
	text: str
	country: str


def load(doctype: str, name: str) -> Record:
	"""Return the record with its numbers.

	Raise PermissionError if the user may not read the record, DoesNotExistError if there is none. Fields of
	a permlevel the user cannot read are left out.
	"""
	# Raises for what is no DocType, of which get_doc would try to import the code.
	frappe.get_meta(doctype)
	document = frappe.get_doc(doctype, name)
	document.check_permission("read")
	contacts.bring_up_to_date(document)
	return Record(
		document,
		ordered(_document_choices(document, says_do_not_call(doctype, document))),
		country_code(document.get("country") if document.meta.has_field("country") else ""),
		document.get("company") or "",
	)


def list_numbers(doctype: str, names: Sequence[str]) -> Iterator[Held]:
	"""Yield every number these records hold, whoever may read it, for who looks a record up by its number."""
	meta = frappe.get_meta(doctype)
	countries = countries_of(meta, names)
	for place, fields, column, where in places(meta):
		own = [field for field in fields if not (where and contacts.repeats(field, frappe.get_meta(place)))]
		for values in _raw(place, own, column, names, *where):
			name = str(values[column])
			row = values["name"] if where else ""
			for field in own:
				for text in phone.split(values[field.fieldname] or ""):
					yield Held(name, field.fieldname, row, text, countries.get(name, ""))
	yield from _numbers_of_contacts(meta, names, countries)


def _numbers_of_contacts(meta, names: Sequence[str], countries: dict[str, str]) -> Iterator[Held]:
	"""Yield the numbers of the Contacts a record's tables name: what its rows repeat of them may be old."""
	named = contacts.rows_naming(meta.name, "parent", names)
	numbers: dict[str, list[Held]] = {}
	if named:
		for number in list_numbers("Contact", sorted({contact for _name, _row, contact in named})):
			numbers.setdefault(number.name, []).append(number)
	for name, row, contact in named:
		for number in numbers.get(contact, ()):
			yield number._replace(name=name, row=row, country=countries.get(name, "") or number.country)


def says_do_not_call(doctype: str, record) -> bool:
	"""Whether a record, given as a document or as its `do_not_call` and `status`, asks not to be called."""
	lead_status = record.get("status") if doctype == "Lead" else ""
	return policy.is_do_not_call(record.get("do_not_call"), lead_status)


def _contact_choices(contact, is_refused: bool) -> Iterator[Choice]:
	# By row alone: a Contact's own fields only repeat its primary rows, and would look like the record's.
	for choice in _document_choices(contact, is_refused or says_do_not_call(contact.doctype, contact)):
		if choice.row:
			person = contact.full_name or contact.name
			label = _("{0} of {1}").format(choice.label, person)
			yield replace(choice, label=label, contact=contact.name, person=person)


def _document_choices(document, is_refused: bool) -> list[Choice]:
	numbers = (*_own_choices(document.meta, document), *_row_choices(document.meta, document))
	return [replace(choice, do_not_call=is_refused) for choice in numbers]


def _own_choices(meta, document) -> Iterator[Choice]:
	fields = readable_phone_fields(meta)
	masked = masked_fields(meta, fields)
	for values in _raw(meta.name, fields, "name", [document.name]) if has_masks(fields) else [document]:
		yield from _choices(fields, values, document, "", masked)


def _row_choices(meta, document) -> Iterator[Choice]:
	for table in meta.get_table_fields():
		child = frappe.get_meta(table.options)
		fields = readable_phone_fields(child, meta.name)
		masked = masked_fields(child, fields, meta.name)
		rows = {row.name: row for row in document.get(table.fieldname) or []}
		place = ("parent", [document.name], meta.name, table.fieldname)
		for values in _raw(child.name, fields, *place) if has_masks(fields) else rows.values():
			name = values.get("name")
			if name in rows:
				yield from _choices(fields, values, rows[name], name, masked)


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
			contact = contacts.behind(field, document)
			yield Choice(field.fieldname, row, _(label), text, shown, bool(repeated_in), contact=contact)


def _mask(text: str) -> str:
	"""Return what Frappe 16 shows instead of a phone number."""
	return f"{text[:3]}XXXXXX" if len(text) > 3 else "X" * len(text)


def _raw(
	doctype: str,
	fields: list,
	column: str,
	values: Sequence[str],
	parenttype: str = "",
	parentfield: str = "",
):
	# Past Frappe 16's masks, which get_doc and get_value apply: the number is dialed, not shown.
	if not fields:
		return []
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).where(table[column].isin(values))
	if parenttype:
		query = query.where(table.parenttype == parenttype).where(table.parentfield == parentfield)
		query = query.select(table.parent).orderby(table.parent).orderby(table.idx)
	return query.select(table.name, *[table[field.fieldname] for field in fields]).run(as_dict=True)
