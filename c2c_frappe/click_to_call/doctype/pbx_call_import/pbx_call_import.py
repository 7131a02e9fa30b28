"""One file of call records to be taken into the log. Read and applied by `events/file_import.py`."""

from __future__ import annotations

from zoneinfo import available_timezones

import frappe
from frappe import _
from frappe.model.document import Document

from c2c_frappe.events import file_import


class PBXCallImport(Document):
	"""Finds out what the columns of a new file mean; the user may correct it."""

	def validate(self):
		"""Refuse a time zone there is none of; read the headings of a file that is new here."""
		if self.time_zone and self.time_zone not in available_timezones():
			frappe.throw(_("{0} is no time zone. Write one as Europe/London.").format(self.time_zone))
		if self.file and (self.has_value_changed("file") or not self.columns):
			self.set("columns", file_import.columns_of(self))
			self.update(file_import.NOTHING)
