"""A call in vain reminds whose phone rang, once a caller, until it is called back or proves to have been answered."""

from __future__ import annotations

import itertools
from datetime import timedelta
from unittest.mock import patch

import frappe

from c2c_frappe import personal_data
from c2c_frappe.automation import drain
from c2c_frappe.events import intake
from c2c_frappe.pbx.calls import status
from c2c_frappe.tests.cases import crm
from c2c_frappe.tests.cases.incoming import E164, NEW, IncomingCase
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK

BELL = "Notification Log"


class TestMissedCalls(IncomingCase):
	def test_a_missed_call_makes_one_todo_however_often_and_in_which_order_it_is_told(self):
		tellers = (
			lambda: self.told("start"),
			self.missed,
			lambda: self.listed(status=status.NO_ANSWER),
		)
		for order in itertools.permutations(tellers):
			self.forget()
			for tell in (*order, *order):
				tell()
			intake.retry_waiting()
			(todo,) = self.todos()
			self.assertEqual((todo.allocated_to, todo.reference_name), (AGENT, self.caller))
			self.assertIn("+44 7700 900801", todo.description)

	def test_a_todo_somebody_deleted_does_not_come_back(self):
		self.missed(started_at=self.at(0))
		self.assertEqual(len(self.todos()), 1)
		frappe.delete_doc("ToDo", frappe.db.get_value("ToDo", {"allocated_to": AGENT}))
		self.listed(status=status.NO_ANSWER)
		self.assertEqual(self.todos(), [])

	def test_a_call_that_proves_to_have_been_answered_takes_its_todo_back(self):
		self.missed(started_at=self.at(0))
		self.listed(status=status.COMPLETED, duration=20)
		self.assertEqual([todo.status for todo in self.todos()], ["Cancelled"])

	def test_an_answered_call_one_of_nobodys_phone_and_one_of_yesterday_make_none(self):
		self.told("start")
		self.told("end")
		self.missed(uniqueid="7.2", extension="1002", started_at=self.at(0))
		self.listed(pbx_call_id="7.3", status=status.BUSY, started_at=self.now - timedelta(hours=30))
		self.assertEqual(frappe.db.count("PBX Call Log", {"account": COMMPEAK}), 3)
		self.assertEqual(self.todos(), [])

	def test_a_call_from_an_unknown_number_reminds_of_the_call_itself(self):
		self.missed(started_at=self.at(0), number=NEW)
		self.assertEqual([todo.reference_type for todo in self.todos()], ["PBX Call Log"])

	def test_a_site_whose_todos_refuse_it_loses_no_event(self):
		with patch("frappe.desk.doctype.todo.todo.ToDo.validate", side_effect=frappe.ValidationError("no")):
			self.assertEqual(self.missed(started_at=self.at(0)), "Applied")
		self.assertEqual((self.row().status, self.todos()), ("No Answer", []))

	def test_five_calls_of_one_caller_are_one_todo_with_their_count(self):
		for number in range(5):
			self.missed(uniqueid=f"7.{number}", started_at=self.at(-60 + number))
		(todo,) = self.todos()
		self.assertIn("5 missed calls from ", todo.description)
		self.listed(pbx_call_id="7.3", status=status.COMPLETED, duration=20)
		(todo,) = self.todos()
		self.assertIn("4 missed calls from ", todo.description)
		self.assertEqual(todo.status, "Open")

	def test_another_callers_call_is_a_todo_of_its_own(self):
		self.missed(uniqueid="7.1", started_at=self.at(0))
		self.missed(uniqueid="7.2", started_at=self.at(0), number=NEW)
		self.missed(uniqueid="7.3", started_at=self.at(0), number="")
		self.missed(uniqueid="7.4", started_at=self.at(0), number="")
		self.assertEqual(len(self.todos()), 4)

	def test_it_names_the_person_and_is_nobody_elses(self):
		before = frappe.session.user
		frappe.set_user("Guest")
		self.addCleanup(frappe.set_user, before)
		self.missed(started_at=self.at(0))
		frappe.set_user(before)
		(todo,) = frappe.get_all("ToDo", {"allocated_to": AGENT}, ["owner", "assigned_by", "description"])
		self.assertEqual((todo.owner, todo.assigned_by), (AGENT, AGENT))
		self.assertIn(frappe.db.get_value("Lead", self.caller, "lead_name"), todo.description)
		about = {"reference_doctype": "Lead", "reference_name": self.caller, "comment_type": "Assigned"}
		self.assertEqual(set(frappe.get_all("Comment", about, pluck="owner")), {AGENT})

	def test_a_name_that_is_html_is_shown_as_text(self):
		lead = crm.make_lead(mobile_no=f"+{NEW}")
		frappe.db.set_value("Lead", lead, "lead_name", "Ann <i>Roe</i>")
		self.addCleanup(crm.delete_past_checks, "Lead", lead)
		self.missed(started_at=self.at(0), number=NEW)
		(todo,) = self.todos()
		self.assertIn("Ann &lt;i&gt;Roe&lt;/i&gt;", todo.description)

	def test_the_bell_opens_the_record_and_forgets_a_call_that_was_answered(self):
		self.missed(started_at=self.at(0))
		(bell,) = frappe.get_all(BELL, {"for_user": AGENT}, ["subject", "link", "type"])
		self.assertIn("Missed call from ", bell.subject)
		self.assertTrue(bell.link.endswith(f"/lead/{self.caller}"), bell.link)
		self.listed(status=status.COMPLETED, duration=20)
		self.assertFalse(frappe.db.exists(BELL, {"for_user": AGENT}))

	def test_calling_back_ends_it_and_a_refused_call_does_not(self):
		self.missed(uniqueid="7.1", started_at=self.at(-60))
		self.missed(uniqueid="7.2", started_at=self.at(-50))
		for is_enabled, expected in ((0, "Failed"), (1, "Requested")):
			self.assertEqual([todo.status for todo in self.todos()], ["Open"])
			frappe.get_doc("PBX Settings").update({"enabled": is_enabled}).save()
			self.assertEqual(self.dial_lead(reference_name=self.caller)["status"], expected)
			drain.run()
		self.assertEqual([todo.status for todo in self.todos()], ["Closed"])

	def test_a_call_of_theirs_that_is_answered_ends_it(self):
		self.missed(uniqueid="7.1", started_at=self.at(-60))
		self.told("end", uniqueid="7.2")
		drain.run()
		self.assertEqual([todo.status for todo in self.todos()], ["Closed"])

	def test_one_missed_after_the_call_back_is_a_todo_again(self):
		self.missed(uniqueid="7.1", started_at=self.at(-60))
		self.told("end", uniqueid="7.2", started_at=self.at(-30))
		drain.run()
		self.missed(uniqueid="7.3", started_at=self.at(5))
		drain.run()
		self.assertEqual(sorted(todo.status for todo in self.todos()), ["Closed", "Open"])

	def test_one_that_is_told_after_the_call_back_reminds_of_nothing(self):
		self.assertEqual(self.dial_lead(reference_name=self.caller)["status"], "Requested")
		self.missed(started_at=self.at(-300))
		self.assertEqual(self.todos(), [])

	def test_erasing_the_caller_takes_the_bell_along(self):
		self.missed(started_at=self.at(0))
		personal_data.erase(number=E164)
		self.assertFalse(frappe.db.exists(BELL, {"for_user": AGENT}))
