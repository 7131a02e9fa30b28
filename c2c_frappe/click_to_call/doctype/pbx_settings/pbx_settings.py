"""Site-wide policy. Checks its own fields only."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from c2c_frappe import site_address


class PBXSettings(Document):
	"""Refuses half a calling-hours window and a key of custom data that is there twice."""

	def validate(self):
		"""Name the field that is wrong; take the address of the first save as the site's own."""
		if bool(self.calling_hours_start) != bool(self.calling_hours_end):
			frappe.throw(_("Enter both ends of the calling hours, or neither."), title=_("Calling hours"))
		keys = [row.key for row in self.custom_data_fields]
		repeated = next((key for key in keys if keys.count(key) > 1), None)
		if repeated:
			frappe.throw(
				_("The key {0} is there twice.").format(frappe.bold(repeated)), title=_("Custom data")
			)
		self.confirmed_site_url = self.confirmed_site_url or site_address.current()
