"""The option for more call buttons on Frappe CRM's Leads and Deals: its scripts come and go with it, and with the app."""

from __future__ import annotations

from unittest.mock import patch

import frappe

from c2c_frappe.setup import crm_form_scripts, install
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.frappe_crm import DEAL, LEAD, CrmCase
from c2c_frappe.tests.cases.site import NOBODY

SCRIPT = crm_form_scripts.DOCTYPE
OFFERS = "c2c_frappe.api.frappe_crm.offers_calls"


class TestCrmFormScripts(CrmCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(site.change_settings, call_from_crm=1, crm_call_actions=0)

	def ours(self) -> dict:
		names = [crm_form_scripts.name_of(doctype) for doctype in (LEAD, DEAL)]
		found = frappe.get_all(SCRIPT, {"name": ("in", names)}, ["dt", "view", "enabled", "script"])
		return {row.dt: row for row in found}

	def test_there_are_none_before_the_option_is_switched_on(self):
		self.assertEqual(self.ours(), {})

	def test_option_makes_one_script_for_leads_and_one_for_deals(self):
		site.change_settings(crm_call_actions=1)
		ours = self.ours()
		self.assertEqual(
			{dt: (row.view, row.enabled) for dt, row in ours.items()},
			dict.fromkeys((LEAD, DEAL), ("Form", 1)),
		)
		for doctype, name in ((LEAD, "CRMLead"), (DEAL, "CRMDeal")):
			self.assertEqual(ours[doctype].script.count(f"\nclass {name} {{"), 1)

	def test_switching_either_option_off_removes_them(self):
		for option in ("crm_call_actions", "call_from_crm"):
			site.change_settings(call_from_crm=1, crm_call_actions=1)
			self.assertEqual(len(self.ours()), 2)
			site.change_settings(**{option: 0})
			self.assertEqual(self.ours(), {})

	def test_another_save_leaves_what_an_admin_changed_in_them(self):
		site.change_settings(crm_call_actions=1)
		frappe.db.set_value(SCRIPT, crm_form_scripts.name_of(LEAD), "enabled", 0)
		site.change_settings(repeat_window=11)
		self.addCleanup(site.change_settings, repeat_window=10)
		self.assertEqual(self.ours()[LEAD].enabled, 0)

	def test_migration_brings_them_up_to_date(self):
		site.change_settings(crm_call_actions=1)
		frappe.db.set_value(SCRIPT, crm_form_scripts.name_of(LEAD), "script", "// of an older version")
		install.after_migrate()
		self.assertEqual(self.ours()[LEAD].script, crm_form_scripts.script_of(LEAD))

	def test_second_migration_changes_nothing(self):
		site.change_settings(crm_call_actions=1)
		frappe.db.set_value(SCRIPT, crm_form_scripts.name_of(LEAD), "enabled", 0)
		before = frappe.get_all(SCRIPT, fields=["*"], order_by="name")
		install.after_migrate()
		self.assertEqual(frappe.get_all(SCRIPT, fields=["*"], order_by="name"), before)

	def test_scripts_of_others_stay(self):
		other = frappe.get_doc({"doctype": SCRIPT, "dt": LEAD, "view": "Form", "script": "class CRMLead {}"})
		other.insert(set_name="C2C Test Other")
		self.addCleanup(frappe.delete_doc, SCRIPT, other.name, force=True)
		site.change_settings(crm_call_actions=1)
		site.change_settings(crm_call_actions=0)
		self.assertTrue(frappe.db.exists(SCRIPT, other.name))

	def test_site_without_crm_gets_none(self):
		with patch.object(crm_form_scripts.crm_mirror, "is_installed", return_value=False):
			site.change_settings(crm_call_actions=1)
		self.assertEqual(self.ours(), {})

	def test_buttons_are_offered_to_who_may_call_and_not_to_others(self):
		self.assertIs(self.ask(OFFERS), True)
		self.assertIs(self.ask(OFFERS, user=NOBODY), False)
		site.change_settings(call_from_crm=0)
		self.assertIs(self.ask(OFFERS), False)
