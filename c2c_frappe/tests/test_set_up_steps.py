"""The set-up steps of the workspace: done when the site shows it, and not before."""

from __future__ import annotations

import frappe

from c2c_frappe import site_memory
from c2c_frappe.accounts import extensions
from c2c_frappe.api import account as api
from c2c_frappe.setup import onboarding
from c2c_frappe.tests.cases import pbx_events, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, MANAGER, PRIMEVOX, SiteCase

TEST = "PBX Test the Connection"


class TestSetUpSteps(SiteCase):
	def done(self) -> set[str]:
		onboarding.refresh()
		return set(
			frappe.get_all("Onboarding Step", {"name": ("like", "PBX %"), "is_complete": 1}, pluck="name")
		)

	def test_every_step_of_the_workspace_has_a_check(self):
		steps = frappe.get_all("Onboarding Step Map", {"parent": "Click to Call"}, pluck="step")
		self.assertEqual(sorted(steps), sorted(onboarding.CHECKS))

	def test_workspace_opens_once_all_steps_are_done(self):
		"""Frappe saves the onboarding then, and shows no workspace when that fails."""
		frappe.db.set_value("Onboarding Step", {"name": ("in", list(onboarding.CHECKS))}, "is_complete", 1)
		self.assertTrue(frappe.get_doc("Module Onboarding", "Click to Call").check_completion())

	def test_step_that_was_only_opened_is_not_done(self):
		"""Frappe marks a step when its page is opened."""
		site_memory.remember("c2c_connection_tested", None)
		frappe.db.set_value("Onboarding Step", TEST, "is_complete", 1)
		self.assertNotIn(TEST, self.done())

	def test_role_counts_of_who_is_enabled(self):
		self.assertIn("PBX Give the Role", self.done())
		holders = frappe.get_all("Has Role", {"role": "PBX Agent", "parenttype": "User"}, pluck="parent")
		for user in holders:
			before = frappe.db.get_value("User", user, "enabled")
			self.addCleanup(frappe.db.set_value, "User", user, "enabled", before)
			frappe.db.set_value("User", user, "enabled", 0)
		self.assertNotIn("PBX Give the Role", self.done())

	def test_countries_are_chosen_by_any_of_three_settings(self):
		nothing = {"all_countries": 0, "allowed_countries": [], "default_country": ""}
		choices = ({}, {"all_countries": 1}, {"allowed_countries": ["France"]}, {"default_country": "France"})
		for chosen in choices:
			site.change_settings(**{**nothing, **chosen})
			self.assertEqual("PBX Allow Countries" in self.done(), bool(chosen), chosen)

	def test_event_of_the_pbx_ends_the_step_about_them(self):
		self.addCleanup(pbx_events.forget)
		event = {"doctype": "PBX Event", "account": COMMPEAK, "payload": "{}", "outcome": "Ignored"}
		frappe.get_doc(event).insert(ignore_permissions=True)
		self.assertIn("PBX Hear of Calls", self.done())

	def test_good_connection_test_ends_its_step(self):
		site_memory.remember("c2c_connection_tested", None)
		self.assertNotIn(TEST, self.done())
		with site.as_user(MANAGER):
			api.test_connection(PRIMEVOX)
		self.assertIn(TEST, self.done())

	def test_extension_ends_its_step(self):
		extensions.assign(AGENT, "1000", COMMPEAK)
		self.assertIn("PBX Give Out Extensions", self.done())
