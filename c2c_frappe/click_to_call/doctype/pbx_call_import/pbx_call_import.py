"""One file of call records to be taken into the log. Read and applied by `events/file_import.py`."""

from __future__ import annotations

from zoneinfo import available_timezones

from frappe import _
from frappe.model.document import Document

from c2c_frappe import form_errors
from c2c_frappe.events import file_import, file_rows


class PBXCallImport(Document):
	"""Is called as its file is; finds out what the columns of a new one mean, which the user may correct."""

	def validate(self):
		"""Refuse a time zone there is none of; read the headings of a file that is new here."""
		if self.time_zone and self.time_zone not in available_timezones():
			text = _("{0} is not a valid time zone. Enter one such as Europe/London.").format(self.time_zone)
			form_errors.refuse("time_zone", text, _("File Time Zone"))
		self.title = file_rows.name_of(self.file)
		if self.file and (self.has_value_changed("file") or not self.columns):
			self.set("columns", file_import.columns_of(self))
			self.update(file_import.NOTHING)
