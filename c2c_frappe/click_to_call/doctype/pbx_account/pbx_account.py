"""One PBX with its credentials. Checks its own fields, never the network."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from c2c_frappe import companies, form_errors, messages
from c2c_frappe.accounts import extensions, own_numbers, providers
from c2c_frappe.call_log import company
from c2c_frappe.locks import LISTENER, Lease, account_lease
from c2c_frappe.pbx import recordings
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers import settings
from c2c_frappe.pbx.providers.generic_http import markup
from c2c_frappe.pbx.wire import networks
from c2c_frappe.phone_book import backfill

# Random and in no other account's address: it is no secret, and stays when the account is renamed.
KEY_LENGTH = 16


class PBXAccount(Document):
	"""Trims what was pasted, and names the field a mistake is in."""

	def onload(self):
		"""Tell the form whether it can be asked for call records, is listened to, and whether its reader has a phone."""
		self.set_onload("has_call_records", providers.has_call_records(self))
		self.set_onload("sets_caller_id", providers.sets_caller_id(self))
		self.set_onload("has_own_extension", bool(extensions.phone_of(frappe.session.user).extension))
		if self.enabled and providers.has_event_stream(self):
			self.set_onload("listener", self._listener())

	def _listener(self) -> str:
		"""Whether this account is listened to: running, starting (anew, where it died) or missing."""
		if not Lease(LISTENER).is_taken():
			return "missing"
		return "running" if account_lease(self.name).is_taken() else "starting"

	def validate(self):
		"""Refuse settings the provider cannot work with."""
		self.webhook_key = self.webhook_key or frappe.generate_hash(length=KEY_LENGTH)
		self._trim()
		self._keep_mark()
		self._refuse_active_markup()
		own_numbers.check(self)
		mistake = self._mistake()
		if mistake:
			field = self.meta.get_field(mistake.setting)
			title = _(field.label) if field else _("PBX Account")
			form_errors.refuse(mistake.setting, messages.sentence(mistake.message), title)

	def on_update(self):
		"""Make the first account the default, and have all numbers read again when a country of theirs comes or goes."""
		self._become_default()
		before = self.get_doc_before_save()
		was = (before.enabled, before.default_country) if before else (0, "")
		if (self.enabled, self.default_country) != was and (self.default_country or was[1]):
			backfill.start_again()
		if before and self.get(companies.FIELD) and not before.get(companies.FIELD):
			company.request_fill(self.name)

	def _become_default(self):
		"""Take calls of users without an account of their own, where no account does."""
		if self.enabled and not frappe.db.get_single_value("PBX Settings", "default_account"):
			frappe.db.set_single_value("PBX Settings", "default_account", self.name)

	def after_rename(self, old: str, _new: str, _merge: bool = False):
		"""Keep the former name: addresses that PBXs were given with it go on working."""
		names = [*(self.former_names or "").split("\n"), old]
		self.db_set("former_names", "\n".join(dict.fromkeys(name for name in names if name)))

	def _trim(self):
		for field in self.meta.fields:
			value = self.get(field.fieldname)
			if field.fieldtype in ("Data", "Password") and isinstance(value, str):
				self.set(field.fieldname, settings.trimmed(value))

	def _keep_mark(self):
		"""Keep how far call records were read: a form that was open meanwhile knows an older mark."""
		before = self.get_doc_before_save()
		for field in ("records_until", "records_message", "webhook_message"):
			self.set(field, before.get(field) if before else None)

	def _refuse_active_markup(self):
		"""Refuse in templates, which Frappe's filter leaves alone, what a browser would run where they are shown.

		Whatever the provider is: rows of a form that is not used are stored and shown all the same.
		"""
		for table in self.meta.get_table_fields():
			meta = frappe.get_meta(table.options)
			names = [field.fieldname for field in meta.fields if field.get("ignore_xss_filter")]
			for row in self.get(table.fieldname) or ():
				if any(markup.is_active(row.get(name) or "") for name in names):
					form_errors.refuse(
						table.fieldname,
						_("{0}, row {1} contains markup that a browser would run. Remove it.").format(
							_(table.label), row.idx
						),
						_(table.label),
					)

	def _mistake(self) -> ConfigurationError | None:
		try:
			providers.provider_of_form(self)
			networks.parsed(self.webhook_addresses, "webhook_addresses")
			recordings.hosts((), self.recording_hosts)
		except ConfigurationError as error:
			return error
		return None
