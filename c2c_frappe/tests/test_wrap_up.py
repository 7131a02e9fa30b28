"""The agent's last words on a call: disposition, notes and a follow-up, on own calls and nobody else's."""

from __future__ import annotations

import frappe
from frappe.utils import add_days, nowdate

from c2c_frappe.api import call as api
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import SiteCase


class TestWrapUp(SiteCase):
	def setUp(self):
		super().setUp()
		self.call = self.dial_lead()["call"]
		self.addCleanup(frappe.set_user, "Administrator")
		self.addCleanup(frappe.db.delete, "ToDo", {"reference_name": self.lead})

	def test_the_agent_keeps_disposition_notes_and_a_follow_up(self):
		frappe.set_user(site.AGENT)
		offered = api.wrap_up_form(self.call)
		self.assertIn("Call back", offered["dispositions"])
		api.wrap_up(
			self.call, "Call back", "Wants a quote", add_days(nowdate(), 2), "Ring Grace about the quote"
		)
		row = site.rows(name=self.call)[0]
		self.assertEqual(
			(row.disposition, row.notes, row.status), ("Call back", "Wants a quote", "Requested")
		)
		todo = frappe.get_doc("ToDo", {"reference_type": "Lead", "reference_name": self.lead})
		self.assertEqual((todo.allocated_to, str(todo.date)), (site.AGENT, add_days(nowdate(), 2)))
		self.assertEqual(api.wrap_up_form(self.call)["notes"], "Wants a quote")

	def test_a_follow_up_in_the_past_is_refused(self):
		frappe.set_user(site.AGENT)
		with self.assertRaises(frappe.ValidationError):
			api.wrap_up(self.call, follow_up_on=add_days(nowdate(), -1))

	def test_a_disposition_nobody_defined_is_refused(self):
		frappe.set_user(site.AGENT)
		with self.assertRaises(frappe.LinkValidationError):
			api.wrap_up(self.call, disposition="Made up")

	def test_nobody_wraps_up_another_agents_call(self):
		frappe.db.set_value("PBX Call Log", self.call, "agent", site.OTHER_AGENT)
		frappe.set_user(site.AGENT)
		self.assertRaises(frappe.PermissionError, api.wrap_up, self.call, notes="mine now")
		self.assertRaises(frappe.PermissionError, api.wrap_up_form, self.call)

	def test_the_way_the_settings_choose_is_told_with_the_call_until_it_is_wrapped_up(self):
		self.addCleanup(site.change_settings, wrap_up="When asked")
		for setting, call_status, expected in (
			("When asked", "Completed", ""),
			("Offered", "Completed", "Offered"),
			("Offered", "In Progress", ""),
			("Required", "Completed", "Required"),
			("Required", "No Answer", "Offered"),
		):
			site.change_settings(wrap_up=setting)
			site.move(self.call, status=call_status)
			with site.as_user(site.AGENT):
				self.assertEqual(api.state(self.call)["wrap_up"], expected, (setting, call_status))
		site.move(self.call, status="Completed")
		with site.as_user(site.AGENT):
			self.assertRaises(frappe.ValidationError, api.wrap_up, self.call, notes="no disposition")
			api.wrap_up(self.call, "Interested")
			self.assertEqual(api.state(self.call)["wrap_up"], "")
