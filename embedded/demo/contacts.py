"""Sample contacts, one with several numbers, one with none. All numbers are set aside for fiction."""

import frappe

from embedded.demo import calls

CONTACTS = (
	{
		"first_name": "Mary",
		"last_name": "Somerville",
		"company_name": "Celestial Mechanics",
		"numbers": (
			("+44 7700 900456", "is_primary_mobile_no"),
			("+44 20 7946 0042", "is_primary_phone"),
			("+1 202 555 0199", None),
		),
	},
	{
		"first_name": "Emmy",
		"last_name": "Noether",
		"company_name": "Symmetry Works",
		"numbers": (("0131 496 0789", "is_primary_phone"),),
	},
	{"first_name": "Sophie", "last_name": "Germain", "company_name": "Elastic Plates", "numbers": ()},
)


def create() -> None:
	"""Insert the contacts that are not there."""
	for contact in CONTACTS:
		if not _existing(contact):
			_insert(contact)


def clear() -> None:
	"""Delete the contacts with their calls."""
	for contact in CONTACTS:
		name = _existing(contact)
		if name:
			calls.clear("Contact", name)
			frappe.delete_doc("Contact", name, force=True)


def _existing(contact: dict) -> str | None:
	return frappe.db.get_value("Contact", {key: contact[key] for key in ("first_name", "last_name")})


def _insert(contact: dict) -> None:
	values = {key: value for key, value in contact.items() if key != "numbers"}
	doc = frappe.get_doc({"doctype": "Contact", **values})
	for number, kind in contact["numbers"]:
		doc.append("phone_nos", {"phone": number, **({kind: 1} if kind else {})})
	doc.insert()
