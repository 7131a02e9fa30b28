"""Site-wide policy. Checks its own fields only."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.scheduler import is_scheduler_inactive

from c2c_frappe import form_errors
from c2c_frappe.accounts import extensions, line_rules
from c2c_frappe.dialing import site_address
from c2c_frappe.frappe_crm import answering
from c2c_frappe.phone_book import backfill, fields
from c2c_frappe.setup import crm_form_scripts

# What decides how the numbers of records are read.
READ_BY = ("default_country", "indexed_doctypes")
# What decides whether Frappe CRM's pages get scripts of ours.
CRM_OPTIONS = ("call_from_crm", "crm_call_actions")


class PBXSettings(Document):
	"""Refuses half a calling-hours window, a key of custom data that is there twice, records without numbers."""

	@property
	def numbers_indexed_at(self):
		"""When all numbers had been read; empty while they are still being read."""
		return backfill.indexed_at()

	def load_from_db(self):
		"""Load the settings without record types that are gone: Frappe would not save them."""
		loaded = super().load_from_db()
		if self.indexed_doctypes:
			named = [row.document_type for row in self.indexed_doctypes]
			there = frappe.get_all("DocType", {"name": ("in", named)}, pluck="name")
			self.indexed_doctypes = [row for row in self.indexed_doctypes if row.document_type in there]
		return loaded

	def onload(self):
		"""Tell the form whether what runs each minute does not run here, and who answers Frappe CRM's call buttons."""
		self.set_onload("is_scheduler_off", is_scheduler_inactive(verbose=False))
		crm = answering.describe()
		self.set_onload("has_crm", bool(crm))
		self.set_onload("crm", crm)

	def validate(self):
		"""Name the field that is wrong; take the address of the first save as the site's own."""
		if bool(self.calling_hours_start) != bool(self.calling_hours_end):
			missing = "calling_hours_end" if self.calling_hours_start else "calling_hours_start"
			text = _("Enter both the start and the end of the calling hours, or neither.")
			form_errors.refuse(missing, text, _("Calling Hours"))
		keys = [row.key for row in self.custom_data_fields]
		repeated = next((key for key in keys if keys.count(key) > 1), None)
		if repeated:
			text = _("The key {0} is used twice.").format(frappe.bold(repeated))
			form_errors.refuse("custom_data_fields", text, _("Custom Data"))
		self.confirmed_site_url = self.confirmed_site_url or site_address.current()
		self._check_doctypes()
		self._check_phones()
		line_rules.check(self.line_rules)

	def on_update(self):
		"""Have all numbers read again when they are to be read otherwise, and Frappe CRM's pages follow their options."""
		before = self.get_doc_before_save()
		if before and any(before.get(field) != self.get(field) for field in CRM_OPTIONS):
			crm_form_scripts.follow(self)
		if before and any(_plain(before.get(field)) != _plain(self.get(field)) for field in READ_BY):
			backfill.start_again()

	def _check_phones(self):
		"""Refuse a default account on which two users would share an extension."""
		before = self.get_doc_before_save()
		if self.default_account and before and before.default_account != self.default_account:
			for extension, user, other in extensions.clashes(self.default_account):
				form_errors.refuse(
					"default_account",
					_(
						"With this default account, extension {0} would belong to both {1} and {2}. Change one first."
					).format(
						*(frappe.bold(frappe.utils.escape_html(text)) for text in (extension, user, other))
					),
					_("Extension in Use"),
				)

	def _check_doctypes(self):
		for row in self.indexed_doctypes:
			if not fields.has_phone_fields(row.document_type):
				form_errors.refuse(
					"indexed_doctypes",
					_("{0} holds no phone numbers. Choose another record type.").format(
						frappe.bold(_(row.document_type))
					),
					_("Record Types"),
				)


def _plain(value):
	return sorted(row.document_type for row in value) if isinstance(value, list) else value or ""
