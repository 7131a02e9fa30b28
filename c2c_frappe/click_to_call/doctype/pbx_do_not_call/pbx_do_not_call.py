"""PBX Do Not Call: a number nobody calls, whatever record it stands on. Kept as E.164, which is its name."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from c2c_frappe import messages
from c2c_frappe.call_log import list_entries
from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.phone_book import index
from c2c_frappe.phone_book.countries import deciding_countries


class PBXDoNotCall(Document):
	"""Refuses what is no phone number, and finds the one that is there already however it was typed."""

	def autoname(self):
		"""Name it by its number as E.164."""
		try:
			self.number = phone.find(self.number or "", deciding_countries("", "")).e164
		except InvalidNumberError as error:
			frappe.throw(messages.sentence(error.message), title=_("Number"))
		self.name = self.number

	def after_insert(self):
		"""Take the records with this number off every list."""
		owners = index.matching_records(self.number)
		list_entries.close_refused([(owner.doctype, owner.name) for owner in owners])

	def validate(self):
		"""Keep the reason from being a formula in an export."""
		self.reason = messages.words(self.reason)
