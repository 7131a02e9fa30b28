"""Sites from before get the words of today, on our fields of DocTypes of others."""

from __future__ import annotations

import frappe

from c2c_frappe.patches import title_case_fields
from c2c_frappe.tests.cases.site import SiteCase

EXTENSION = {"dt": "User", "fieldname": "pbx_extension"}
ACCOUNT = {"dt": "User", "fieldname": "pbx_account"}


class TestFields(SiteCase):
	def setUp(self):
		super().setUp()
		for field in (EXTENSION, ACCOUNT):
			values = frappe.db.get_value("Custom Field", field, ["label", "description"], as_dict=True)
			self.addCleanup(frappe.db.set_value, "Custom Field", field, values)

	def test_shipped_words_become_those_of_today(self):
		description = title_case_fields.DESCRIPTIONS["pbx_account"]
		frappe.db.set_value("Custom Field", ACCOUNT, {"label": "PBX account", "description": description})
		for _again in range(2):
			title_case_fields.execute()
			found = frappe.db.get_value("Custom Field", ACCOUNT, ["label", "description"])
			self.assertEqual(found, ("PBX Account", "Empty: the default account in PBX Settings."))

	def test_words_of_an_admin_stay(self):
		frappe.db.set_value("Custom Field", EXTENSION, {"label": "Desk phone", "description": "Ours"})
		title_case_fields.execute()
		found = frappe.db.get_value("Custom Field", EXTENSION, ["label", "description"])
		self.assertEqual(found, ("Desk phone", "Ours"))
