"""Who is calling: the records with an incoming call's number that the agent may open, or where to enter a new one."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import get_url_to_form

from c2c_frappe import permissions
from c2c_frappe.pbx.calls import incoming
from c2c_frappe.phone_book import index
from c2c_frappe.site_time import utc_now

MOST_SHOWN = 5
# Where a new number may go, best first: DocType, its field or (with a table) its rows' field.
_NEW = (
	("Lead", {"table": "", "fieldname": "mobile_no"}),
	("Contact", {"table": "phone_nos", "fieldname": "phone"}),
)


def of_call(row: dict, user: str) -> dict | None:
	"""Return {is_ringing, records: [{doctype, name, title, type, url}], new: {doctype, type, table, fieldname} | None}.

	None for a call that did not come in. `new` is where to enter a number that no record has.
	"""
	if row["direction"] != incoming.INCOMING:
		return None
	owners = index.owners(row["number"])
	is_ringing = incoming.is_ringing(row["direction"], row["status"], row["requested_utc"], utc_now())
	return {
		"is_ringing": is_ringing,
		"records": records_of(owners, user),
		"new": _new(user) if row["number"] and not owners else None,
	}


def records_of(owners, user: str) -> list[dict]:
	"""Return those of these records that the user may read, as links: {doctype, name, title, type, url}."""
	readable = [o for o in owners[:MOST_SHOWN] if permissions.may("read", o.doctype, o.name, user)]
	return [
		{
			"doctype": owner.doctype,
			"name": owner.name,
			"title": _title(owner.doctype, owner.name),
			"type": _(owner.doctype),
			"url": get_url_to_form(owner.doctype, owner.name),
		}
		for owner in readable
	]


def _title(doctype: str, name: str) -> str:
	field = frappe.get_meta(doctype).get_title_field()
	return (frappe.db.get_value(doctype, name, field) if field != "name" else "") or name


def _new(user: str) -> dict | None:
	for doctype, place in _NEW:
		if frappe.db.exists("DocType", doctype) and frappe.has_permission(doctype, "create", user=user):
			return {"doctype": doctype, "type": _(doctype), **place}
	return None
