"""What the Desk is told when it starts."""

from __future__ import annotations

import json
from unittest.mock import patch

import frappe
from frappe import sessions

from c2c_frappe.desk import boot
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.providers import registry
from c2c_frappe.phone_book import fields
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, MANAGER, NOBODY, SiteCase


class TestBoot(SiteCase):
	def boot(self, user: str = AGENT, **session_data) -> frappe._dict:
		"""Return what our part of the boot info is for this user."""
		info = frappe._dict()
		with site.as_user(user, **session_data):
			boot.extend(info)
		return info

	def test_an_agent_gets_extension_fields_and_looks(self):
		"""The browser has no table of its own: which fields hold numbers and how statuses look comes from here."""
		c2c = self.boot().c2c
		self.assertEqual((c2c["extension"], c2c["any_number"]), ("1000", True))
		self.assertEqual(c2c["phone_fields"]["unmarked"]["Customer"], ["mobile_no"])
		self.assertEqual(c2c["phone_fields"]["unmarked"]["Address"], ["phone"])
		self.assertEqual(c2c["phone_fields"]["never"], ["fax"])
		self.assertEqual(list(c2c["statuses"]), list(status.ALL))

	def test_a_manager_gets_labels_of_providers_and_variables(self):
		"""The form of an account shows the registry's own names, in the user's language."""
		accounts = self.boot(MANAGER).c2c_accounts
		self.assertEqual([each["value"] for each in accounts["providers"]], list(registry.PROVIDERS))
		self.assertIn({"value": "generic_http", "label": "Generic HTTP"}, accounts["providers"])
		self.assertIn("number.e164", accounts["variables"])

	def test_an_agent_gets_nothing_of_the_form_of_an_account(self):
		self.assertNotIn("c2c_accounts", self.boot())

	def test_what_the_browser_gets_is_small(self):
		"""Every page load of the Desk carries it."""
		self.assertLess(len(json.dumps(self.boot().c2c)), 1500)
		self.assertLess(len(json.dumps(self.boot(MANAGER))), 1000)

	def test_without_an_extension_it_is_empty_and_the_click_explains_it(self):
		site.give_extension(AGENT, "")
		self.assertEqual(self.boot().c2c["extension"], "")

	def test_who_may_not_call_learns_nothing(self):
		for user in ("Guest", NOBODY, MANAGER):
			with self.subTest(user=user):
				self.assertNotIn("c2c", self.boot(user))
		self.assertEqual(self.boot(NOBODY), {})

	def test_an_impersonator_learns_nothing(self):
		self.assertEqual(self.boot(impersonated_by="Administrator"), {})

	def test_while_switched_off_nobody_learns_anything(self):
		site.change_settings(enabled=0)
		self.assertEqual(self.boot(), {})

	def test_the_whole_boot_info_holds_no_secret(self):
		with site.as_user(AGENT), site.web_request():
			everything = frappe.as_json(sessions.get())
		for secret in (site.API_KEY, site.CLIENT_ID, site.COMMPEAK, self.simulator.url):
			self.assertFalse(secret in everything, secret)

	def test_frappe_itself_puts_it_into_the_boot_info(self):
		"""Through Frappe's own making of the boot info, which calls what the hooks name."""
		with site.as_user(AGENT), site.web_request():
			self.assertEqual(sessions.get()["c2c"]["extension"], "1000")

	def test_another_app_adds_fields_by_a_hook(self):
		added = {"Guest House": ["desk"], "Customer": ["pager"]}
		with patch.object(fields.frappe, "get_hooks", {"c2c_phone_fields": added}.get):
			found = fields.extra_phone_fields()
		self.assertEqual((found["Guest House"], found["Customer"]), (["desk"], ["mobile_no", "pager"]))
