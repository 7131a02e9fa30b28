"""One change of a call that waits to be told to what listens. Written by `call_log/outbox.py` alone."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now


class PBXCallChange(Document):
	"""Kept until it is told, so that nothing is lost while Redis or the workers are away."""

	@staticmethod
	def clear_old_logs(days: int = 30) -> None:
		"""Delete changes older than this many days, for Frappe's Log Settings."""
		table = frappe.qb.DocType("PBX Call Change")
		frappe.db.delete(table, filters=(table.creation < (Now() - Interval(days=days))))
