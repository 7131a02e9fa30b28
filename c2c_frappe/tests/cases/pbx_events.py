"""The events that the tests' own accounts received. What the other accounts of the site received is neither seen nor touched."""

from __future__ import annotations

import frappe

DOCTYPE = "PBX Event"
OURS = {"account": ("like", "C2C Test %")}


def forget() -> None:
	"""Delete them, and commit."""
	frappe.db.delete(DOCTYPE, OURS)
	frappe.db.commit()


def count(**filters) -> int:
	"""Return how many there are."""
	return frappe.db.count(DOCTYPE, {**OURS, **filters})


def one(**filters) -> dict:
	"""Return the document of the only one."""
	(name,) = frappe.get_all(DOCTYPE, {**OURS, **filters}, pluck="name")
	return frappe.get_doc(DOCTYPE, name)


def all_of(*fields: str, **filters) -> list[tuple]:
	"""Return these fields of each, by name."""
	rows = frappe.get_all(DOCTYPE, {**OURS, **filters}, fields, order_by="name", as_list=True)
	return [tuple(row) for row in rows]
