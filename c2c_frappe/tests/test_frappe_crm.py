"""Beside Frappe CRM: a CRM Lead and a CRM Deal are called and reminded of as ERPNext's are, and keep their owner.

Skipped where Frappe CRM is not installed.
"""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe.utils import add_days, nowdate

from c2c_frappe import personal_data, reminders
from c2c_frappe.desk import timeline, wrap_up
from c2c_frappe.phone_book import index, refusals
from c2c_frappe.replies import screen_pop
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.frappe_crm import DEAL, E164, LEAD, OTHER, CrmCase
from c2c_frappe.tests.cases.site import AGENT, MANAGER


class TestFrappeCrm(CrmCase):
	OWNER = MANAGER

	def tasks(self) -> list:
		fields = ["name", "title", "assigned_to", "status"]
		return frappe.get_all("CRM Task", {"reference_docname": self.lead}, fields)

	def owner(self) -> str:
		return frappe.db.get_value(LEAD, self.lead, "lead_owner")

	def test_missed_call_is_a_task_and_the_owner_stays(self):
		self.hear("end", hangup_cause="NO ANSWER")
		(task,) = self.tasks()
		self.assertEqual((task.assigned_to, task.status), (AGENT, "Todo"))
		self.assertEqual(self.owner(), MANAGER)
		about_lead = {"reference_type": LEAD, "reference_name": self.lead}
		self.assertFalse(frappe.db.exists("ToDo", {**about_lead, "allocated_to": AGENT}))

	def test_call_that_was_answered_after_all_cancels_the_task(self):
		self.hear("end", hangup_cause="NO ANSWER")
		task = frappe.db.get_value("PBX Call Log", {"number": E164}, "missed_call_task")
		reminders.end(task, reminders.TAKEN_BACK)
		self.assertEqual([task.status for task in self.tasks()], ["Canceled"])
		self.assertEqual(self.owner(), MANAGER)
		self.assertFalse(frappe.db.exists("ToDo", {"allocated_to": AGENT, "status": "Open"}))

	def test_follow_up_is_a_task_and_the_owner_stays(self):
		self.hear("end", hangup_cause="ANSWERED", duration="5")
		call = frappe.db.get_value("PBX Call Log", {"number": E164})
		with site.as_user(AGENT):
			wrap_up.save(call, "", "", add_days(nowdate(), 2), "Send the offer")
		self.assertEqual([task.title for task in self.tasks()], ["Send the offer"])
		self.assertEqual(self.owner(), MANAGER)

	def test_erasing_the_caller_hides_the_number_in_the_task(self):
		self.hear("end", hangup_cause="NO ANSWER")
		personal_data.erase(number=E164)
		(task,) = self.tasks()
		self.assertNotIn("900821", task.title)
		self.assertNotIn("900821", frappe.db.get_value("CRM Task", task.name, "description"))

	def test_converted_lead_owns_its_number_after_its_deal(self):
		deal = self.make(DEAL, contacts=[{"contact": self.make_contact(E164).name, "is_primary": 1}])
		frappe.get_doc(LEAD, self.lead).update({"converted": 1}).save(ignore_permissions=True)
		names = [owner.name for owner in index.matching_records(E164)]
		self.assertEqual((names[-1], deal in names), (self.lead, True))

	def test_lead_that_refuses_calls_is_not_dialed(self):
		document = frappe.get_doc(LEAD, self.lead)
		document.update({"do_not_call": 1}).save(ignore_permissions=True)
		self.assertIn(E164, refusals.refusing_records([E164]))

	def test_calls_of_a_lead_stand_on_its_deal(self):
		self.hear("end", hangup_cause="ANSWERED", duration="5")
		deal = self.make(DEAL, mobile_no=OTHER, lead=self.lead)
		self.assertEqual(len(timeline.calls_of(DEAL, deal)), 1)

	def test_unknown_caller_can_become_a_lead_of_crm(self):
		agent = frappe.get_doc("User", AGENT)
		agent.add_roles("Sales User")
		self.addCleanup(agent.remove_roles, "Sales User")
		row = {"direction": "Incoming", "status": "Ringing", "number": OTHER}
		described = screen_pop.describe({**row, "requested_utc": datetime(2026, 1, 1)}, AGENT)
		self.assertEqual(described["new"]["doctype"], LEAD)

	def test_deal_is_found_by_the_numbers_its_contact_has_now(self):
		contact = self.make_contact(OTHER)
		deal = self.make(DEAL, contacts=[{"contact": contact.name, "is_primary": 1}])
		contact.reload()
		contact.phone_nos[0].phone = "+447700900823"
		contact.save(ignore_permissions=True)
		found = {owner.name for owner in index.matching_records("+447700900823")}
		self.assertIn(deal, found)
		self.assertNotIn(deal, {owner.name for owner in index.matching_records(OTHER)})
