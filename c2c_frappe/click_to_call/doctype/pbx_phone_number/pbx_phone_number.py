"""Whose number it is: one row per number and place of a record. Written by `phone_book/index.py` alone; nobody's list."""

from __future__ import annotations

import frappe
from frappe.model.document import Document


class PBXPhoneNumber(Document):
	pass


def on_doctype_update():
	"""Add the index by which a record's rows are found when it is saved."""
	frappe.db.add_index("PBX Phone Number", ["reference_doctype", "reference_name"], "of_record")
