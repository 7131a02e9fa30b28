"""Sites from before get the words of today: our fields of DocTypes of others, and a stored choice."""

from __future__ import annotations

import frappe

from c2c_frappe.patches import title_case_fields, title_case_wrap_up
from c2c_frappe.tests.cases import site
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


class TestWrapUp(SiteCase):
	def stored(self, value: str) -> str:
		"""Store a choice, run the patch twice, and return what is stored then."""
		self.addCleanup(site.change_settings, wrap_up="When Asked")
		frappe.db.set_single_value("PBX Settings", "wrap_up", value)
		for _again in range(2):
			title_case_wrap_up.execute()
		return frappe.db.get_single_value("PBX Settings", "wrap_up", cache=False)

	def test_a_stored_choice_gets_its_name_of_today(self):
		self.assertEqual(self.stored("When asked"), "When Asked")

	def test_another_choice_stays(self):
		self.assertEqual(self.stored("Required"), "Required")
