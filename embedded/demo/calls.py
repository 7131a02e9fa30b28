"""The calls placed to a sample record go with it."""

import frappe


def clear(doctype: str, name: str) -> None:
	"""Delete the calls of one record."""
	frappe.db.delete("PBX Call Log", {"reference_doctype": doctype, "reference_name": name})
