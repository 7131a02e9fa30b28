"""One record of a list and how it stands. Written by `call_log/list_entries.py` and `call_lists/`, never by hand."""

from __future__ import annotations

import frappe
from frappe.model.document import Document


class PBXCallListEntry(Document):
	"""Due at a moment while it is open; then, whatever became of who had it, it comes up again by itself."""


def on_doctype_update():
	"""Add the indexes by which the next entry, those of a record, and how many are in which state are found."""
	doctype = "PBX Call List Entry"
	frappe.db.add_index(doctype, ["call_list", "priority", "due_utc", "name"], "of_turn")
	frappe.db.add_index(doctype, ["reference_doctype", "reference_name"], "of_record")
	frappe.db.add_index(doctype, ["call_list", "state"], "of_state")
