"""What came into the site's Error Log while a test ran. Deletes nothing: what stood there before is somebody's."""

from __future__ import annotations

import frappe
from frappe.utils import now_datetime

DOCTYPE = "Error Log"


class NewErrors:
	"""Entries that came since the last look, or since this was made."""

	def __init__(self):
		self._since = now_datetime()
		self._seen = set(frappe.get_all(DOCTYPE, self._later, pluck="name"))

	@property
	def _later(self) -> dict:
		return {"creation": (">=", self._since)}

	def look(self) -> list[dict]:
		"""Return name, method and error of each new one."""
		entries = frappe.get_all(DOCTYPE, self._later, ["name", "method", "error"], order_by="creation")
		found = [entry for entry in entries if entry.name not in self._seen]
		self._seen |= {entry.name for entry in found}
		return found
