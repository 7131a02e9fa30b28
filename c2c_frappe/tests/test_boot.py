"""What the Desk is told when it starts."""

from __future__ import annotations

from unittest.mock import patch

import frappe
from frappe.boot import get_bootinfo

from c2c_frappe.desk import boot
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

	def test_who_may_call_learns_his_extension_and_the_fields_frappe_does_not_mark(self):
		c2c = self.boot().c2c
		self.assertEqual((c2c["extension"], c2c["any_number"]), ("1000", True))
		self.assertEqual(c2c["fields"]["Customer"], ["mobile_no"])
		self.assertEqual(c2c["fields"]["Address"], ["phone"])

	def test_without_an_extension_it_is_empty_and_the_click_explains_it(self):
		site.give_extension(AGENT, "")
		self.assertEqual(self.boot().c2c["extension"], "")

	def test_who_may_not_call_learns_nothing(self):
		for user in ("Guest", NOBODY, MANAGER):
			with self.subTest(user=user):
				self.assertEqual(self.boot(user), {})

	def test_an_impersonator_learns_nothing(self):
		self.assertEqual(self.boot(impersonated_by="Administrator"), {})

	def test_while_switched_off_nobody_learns_anything(self):
		site.change_settings(enabled=0)
		self.assertEqual(self.boot(), {})

	def test_the_whole_boot_info_holds_no_secret(self):
		with site.as_user(AGENT), site.web_request():
			info = get_bootinfo()
			boot.extend(info)
			everything = frappe.as_json(info)
		for secret in (site.API_KEY, site.CLIENT_ID, site.COMMPEAK, self.simulator.url):
			self.assertFalse(secret in everything, secret)

	def test_the_hook_is_what_frappe_calls(self):
		self.assertIn("c2c_frappe.desk.boot.extend", frappe.get_hooks("extend_bootinfo"))

	def test_another_app_adds_fields_by_a_hook(self):
		added = {"Guest House": ["desk"], "Customer": ["pager"]}
		with patch.object(fields.frappe, "get_hooks", {"c2c_phone_fields": added}.get):
			found = fields.extra_phone_fields()
		self.assertEqual((found["Guest House"], found["Customer"]), (["desk"], ["mobile_no", "pager"]))
