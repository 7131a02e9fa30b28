"""Who is calling: the records with an incoming call's number that the agent may open, or where to enter a new one."""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_url_to_form

from c2c_frappe import permissions
from c2c_frappe.pbx.calls import incoming
from c2c_frappe.pbx.numbers.owners import Owner
from c2c_frappe.phone_book import index, people
from c2c_frappe.site_time import utc_now

MAX_SHOWN = 5
# Where a new number may go, best first (who has Frappe CRM works there): DocType, its field or (with a table) its rows' field.
_NEW = (
	("CRM Lead", {"table": "", "fieldname": "mobile_no"}),
	("Lead", {"table": "", "fieldname": "mobile_no"}),
	("Contact", {"table": "phone_nos", "fieldname": "phone"}),
)


def describe(row: dict, user: str) -> dict | None:
	"""Return {is_ringing, records: [{doctype, name, title, type, url}], new: {doctype, type, table, fieldname} | None}.

	None for a call that did not come in. `new` is where to enter a number that no record has.
	"""
	if row["direction"] != incoming.INCOMING:
		return None
	owners = index.matching_records(row["number"])
	is_ringing = incoming.is_ringing(row["direction"], row["status"], row["requested_utc"], utc_now())
	return {
		"is_ringing": is_ringing,
		"records": records_of(owners, user),
		"new": _new(user) if row["number"] and not owners else None,
	}


def records_of(owners: Sequence[Owner], user: str) -> list[dict]:
	"""Return those of these records that the user may read, as links: {doctype, name, title, type, url, contact}.

	A Contact that was made for another of them is one with that, whose `contact` it is.
	"""
	documents = _readable(owners, user)
	parties = index.fold_contacts([owner for owner in owners if (owner.doctype, owner.name) in documents])
	return [
		_link(documents[party.doctype, party.name], documents.get(("Contact", party.contact)))
		for party in parties
	]


def title_for(doctype: str, name: str, contact: str | None, user: str) -> str:
	"""Return whom a record stands for, and which of its Contacts; "" for a user who may not read the record."""
	wanted = [Owner(doctype, name), *([Owner("Contact", contact)] if contact else [])]
	documents = _readable(wanted, user)
	document, person = documents.get((doctype, name)), documents.get(("Contact", contact))
	return people.title_of(document, person.full_name if person else "") if document else ""


def _readable(owners: Sequence[Owner], user: str) -> dict[tuple[str, str], Document]:
	"""Return the documents of the first of these records, those the user may read, by DocType and name."""
	there = [owner for owner in owners[:MAX_SHOWN] if frappe.db.exists(owner.doctype, owner.name)]
	documents = [frappe.get_doc(owner.doctype, owner.name) for owner in there]
	return {(d.doctype, d.name): d for d in documents if permissions.may("read", d.doctype, d, user)}


def _link(document: Document, contact: Document | None) -> dict:
	return {
		"doctype": document.doctype,
		"name": document.name,
		"title": people.title_of(document, contact.full_name if contact else ""),
		"type": _(document.doctype),
		"url": get_url_to_form(document.doctype, document.name),
		"contact": contact.name if contact else "",
	}


def _new(user: str) -> dict | None:
	for doctype, place in _NEW:
		if frappe.db.exists("DocType", doctype, cache=True) and frappe.has_permission(
			doctype, "create", user=user
		):
			return {"doctype": doctype, "type": _(doctype), **place}
	return None
