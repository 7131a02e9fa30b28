"""One event of a PBX, as it came and as it was read. Written by `events/` alone."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now


class PBXEvent(Document):
	"""Kept so that nothing a PBX says is lost, and that what waits can be seen."""

	@staticmethod
	def clear_old_logs(days: int = 90) -> None:
		"""Delete events older than this many days, for Frappe's Log Settings."""
		table = frappe.qb.DocType("PBX Event")
		frappe.db.delete(table, filters=(table.creation < (Now() - Interval(days=days))))


def on_doctype_update():
	"""Add the index by which what waits is found, what was tried longest ago first."""
	frappe.db.add_index("PBX Event", ["outcome", "modified"], "of_outcome")
