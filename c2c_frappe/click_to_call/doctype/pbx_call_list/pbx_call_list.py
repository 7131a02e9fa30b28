"""A list of records to call, and the rules by which it is worked. Checks its own fields only; takes no entry."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from c2c_frappe import permissions
from c2c_frappe.call_lists import consent, rights
from c2c_frappe.messages import words


class PBXCallList(Document):
	"""Made by `call_lists/make.py` from records somebody chose."""

	def validate(self):
		"""Keep what people wrote from being a formula in an export, and a list from people it is not for."""
		for field in ("title", "purpose", "script"):
			self.set(field, words(self.get(field)))
		if self.has_value_changed("team") and self.team and not permissions.sees_all():
			if self.team not in rights.teams_of(frappe.session.user):
				frappe.throw(_("You are not in the team {0}.").format(self.team), frappe.PermissionError)
		if self.has_value_changed("agent") and self.agent:
			rights.check_agent(self.agent)
		if self.consent_field and self.has_value_changed("consent_field"):
			held = {"call_list": self.name}
			for doctype in frappe.get_all(rights.ENTRY, held, pluck="reference_doctype", distinct=True):
				consent.check_field(doctype, self.consent_field)
		self._check_state()

	def _check_state(self):
		"""Keep a list that a manager paused or closed so until a manager opens it."""
		stored = frappe.db.get_value(self.doctype, self.name, ["state", "stopped_by"], as_dict=True) or {}
		self.stopped_by = stored.get("stopped_by")
		if self.state == stored.get("state") and not self.flags.is_state_asked:
			return
		if permissions.sees_all():
			self.stopped_by = None if self.state == rights.OPEN_LIST else frappe.session.user
		elif self.stopped_by:
			sentence = _("{0} stopped this list. Only a PBX Manager can change its state.")
			frappe.throw(sentence.format(frappe.utils.get_fullname(self.stopped_by)), frappe.PermissionError)

	def on_trash(self):
		"""Delete its entries with it."""
		frappe.db.delete("PBX Call List Entry", {"call_list": self.name})
