"""The dial pad's recent numbers: the agent's own, each once, and none that its record keeps from them."""

from __future__ import annotations

from unittest.mock import patch

import frappe

from c2c_frappe import permissions
from c2c_frappe.api import call as api
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import AGENT, SiteCase

TYPED = "+44 7700 900977"


class TestRecentNumbers(SiteCase):
	def setUp(self):
		super().setUp()
		site.forget_calls()
		self.addCleanup(site.forget_calls)
		self.lead = crm.make_lead(mobile_no="+447700900476", phone="")
		self.addCleanup(crm.delete_past_checks, "Lead", self.lead)
		frappe.db.commit()

	def dial(self, **place) -> None:
		with site.as_user(AGENT):
			api.dial(**place)

	def recent(self, user: str = AGENT) -> list[dict]:
		with site.as_user(user):
			return api.recent_numbers()

	def test_latest_number_comes_first_and_each_once(self):
		self.dial(number=TYPED)
		self.dial(reference_doctype="Lead", reference_name=self.lead)
		self.dial(number=TYPED)
		self.assertEqual(
			[(entry["number"], entry["reference_name"]) for entry in self.recent()],
			[("+44 7700 900476", self.lead), (TYPED, "")],
		)
		self.assertIn("Grace", self.recent()[0]["title"])

	def test_numbers_of_others_are_not_shown(self):
		self.dial(number=TYPED)
		self.assertEqual(self.recent(site.OTHER_AGENT), [])

	def test_number_of_a_record_the_agent_may_no_longer_read_is_not_shown(self):
		self.dial(reference_doctype="Lead", reference_name=self.lead)
		with patch.object(permissions, "may", lambda *_asked: False):
			self.assertEqual(self.recent(), [])

	def test_refused_number_is_among_them_only_if_it_was_dialed(self):
		self.dial(number="112")
		self.assertEqual(self.recent(), [])

	def test_who_may_not_call_is_refused(self):
		with site.as_user("Guest"), self.assertRaises(frappe.PermissionError):
			api.recent_numbers()
