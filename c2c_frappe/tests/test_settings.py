"""PBX Settings: what it refuses, what it fills in, who may change it."""

from __future__ import annotations

import frappe
from frappe import client

from c2c_frappe.desk import boot
from c2c_frappe.pbx.calls import custom_data
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, MANAGER, SiteCase

SETTINGS = "PBX Settings"


class TestSettings(SiteCase):
	def assert_refused(self, words: str, **values) -> None:
		frappe.clear_messages()
		with self.assertRaises(frappe.ValidationError) as refused:
			site.change_settings(**values)
		self.assertIn(words, str(refused.exception))

	def test_half_a_window_of_calling_hours_is_refused(self):
		self.assert_refused("both the start and the end", calling_hours_start="09:00:00")
		self.assert_refused("both the start and the end", calling_hours_end="17:00:00")

	def test_calling_hours_may_begin_at_midnight_and_be_taken_away(self):
		for start, end in (("00:00:00", "08:00:00"), (None, None)):
			site.change_settings(calling_hours_start=start, calling_hours_end=end)
			stored = frappe.get_doc(SETTINGS)
			self.assertEqual(bool(stored.calling_hours_end), bool(end))

	def test_desk_boots_by_the_settings_of_the_database(self):
		"""A process with an older snapshot puts its copy back into Redis; the next boot reads past it, and forgets it."""
		older = frappe.get_doc(SETTINGS)
		site.change_settings(allow_any_number=0)
		frappe.cache.set_value(frappe.get_document_cache_key(SETTINGS, SETTINGS), older)
		self.assertEqual(frappe.get_cached_doc(SETTINGS).allow_any_number, 1)
		info = frappe._dict()
		with site.as_user(AGENT):
			boot.extend(info)
		self.assertFalse(info.c2c["any_number"])
		self.assertEqual(frappe.get_cached_doc(SETTINGS).allow_any_number, 0)

	def test_a_key_of_custom_data_that_is_there_twice_is_refused(self):
		settings = frappe.get_doc(SETTINGS)
		settings.append("custom_data_fields", {"key": "leadid", "value": "call"})
		with self.assertRaises(frappe.ValidationError) as refused:
			settings.save()
		self.assertIn("leadid", str(refused.exception))
		self.assertEqual(frappe.local.message_log[-1]["title"], "Custom Data")

	def test_custom_data_offers_what_the_core_can_fill_in_and_nothing_else(self):
		options = frappe.get_meta("PBX Custom Data Field").get_field("value").options.split("\n")
		self.assertEqual(tuple(options), custom_data.VALUES)
		self.assert_refused("Value", custom_data={"x": "{{ frappe.conf.db_password }}"})

	def test_the_address_of_the_first_save_is_the_sites_own(self):
		frappe.db.set_single_value(SETTINGS, "confirmed_site_url", "")
		with site.web_request("https://crm.example.com"):
			site.change_settings(confirmed_site_url="")
		self.assertEqual(frappe.get_doc(SETTINGS).confirmed_site_url, "https://crm.example.com")

	def test_a_manager_changes_the_settings_and_an_agent_does_not_see_them(self):
		with site.as_user(MANAGER):
			client.set_value(SETTINGS, SETTINGS, "repeat_window", 20)
		self.assertEqual(frappe.get_doc(SETTINGS).repeat_window, 20)
		with site.as_user(AGENT):
			for ask in (
				lambda: client.get(SETTINGS),
				lambda: client.set_value(SETTINGS, SETTINGS, "enabled", 0),
			):
				with self.assertRaises(frappe.PermissionError):
					ask()

	def test_first_account_that_is_enabled_becomes_the_default(self):
		site.change_settings(default_account=None)
		account = frappe.get_doc("PBX Account", site.PRIMEVOX)
		account.update({"enabled": 0}).save()
		self.assertFalse(frappe.db.get_single_value("PBX Settings", "default_account"))
		account.update({"enabled": 1}).save()
		self.assertEqual(frappe.db.get_single_value("PBX Settings", "default_account"), site.PRIMEVOX)
		frappe.get_doc("PBX Account", site.COMMPEAK).save()
		self.assertEqual(frappe.db.get_single_value("PBX Settings", "default_account"), site.PRIMEVOX)

	def test_a_default_account_that_does_not_exist_is_refused(self):
		with self.assertRaises(frappe.LinkValidationError):
			site.change_settings(default_account="No such account")

	def test_the_first_values_are_those_of_a_careful_admin(self):
		meta = frappe.get_meta(SETTINGS)
		first = {field.fieldname: field.default for field in meta.fields if field.default}
		self.assertEqual(
			first,
			{
				"enabled": "1",
				"all_countries": "0",
				"allow_any_number": "1",
				"repeat_window": "10",
				"max_calls_per_user_per_minute": "10",
				"max_calls_per_user_per_day": "500",
				"max_list_calls_per_number_per_day": "3",
				"max_list_calls_per_number_per_week": "7",
				"wrap_up": "When Asked",
				"recording_days": "90",
				"make_leads": "0",
				"max_leads_per_day": "50",
				"call_from_crm": "1",
			},
		)
