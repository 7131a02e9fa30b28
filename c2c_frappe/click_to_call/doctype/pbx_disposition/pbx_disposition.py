"""PBX Disposition: what came of a call, when that is offered, and what follows from it (desk/outcomes.py)."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from c2c_frappe.desk import outcomes


class PBXDisposition(Document):
	"""Refuses a Lead's status that no Lead can have, as the wrap-up could not set it."""

	def onload(self):
		"""Give the form the statuses to choose from."""
		self.set_onload("lead_statuses", outcomes.lead_statuses())

	def validate(self):
		"""Check the Lead's status where Leads have a list of them."""
		statuses = outcomes.lead_statuses()
		if self.lead_status and statuses and self.lead_status not in statuses:
			frappe.throw(
				_("A Lead cannot have the status {0}. Choose one of: {1}.").format(
					frappe.bold(frappe.utils.escape_html(self.lead_status)), ", ".join(statuses)
				),
				title=_("Lead Status"),
			)
