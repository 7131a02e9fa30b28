"""The agent's last words on a call: disposition, notes and a follow-up, on own calls and nobody else's."""

from __future__ import annotations

from unittest.mock import patch

import frappe
from frappe.utils import add_days, add_to_date, now_datetime, nowdate

from c2c_frappe import reminders
from c2c_frappe.api import call as api
from c2c_frappe.desk import follow_ups
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
		self.addCleanup(site.change_settings, wrap_up="When Asked")
		for setting, call_status, expected in (
			("When Asked", "Completed", ""),
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

	def test_notes_of_two_tabs_are_kept_while_the_call_goes_on(self):
		site.move(self.call, status="In Progress")
		with site.as_user(site.AGENT):
			self.assertEqual(api.save_notes(self.call, "wants a quote", "")["notes"], "wants a quote")
			self.assertEqual(api.save_notes(self.call, "by Friday", "")["notes"], "wants a quote\nby Friday")
			api.wrap_up(self.call, "Interested", "and a visit", before="wants a quote\nby Friday")
		row = site.rows(name=self.call)[0]
		self.assertEqual((row.notes, row.status), ("and a visit", "In Progress"))

	def test_nobody_writes_notes_on_another_agents_call(self):
		frappe.db.set_value("PBX Call Log", self.call, "agent", site.OTHER_AGENT)
		frappe.set_user(site.AGENT)
		self.assertRaises(frappe.PermissionError, api.save_notes, self.call, "mine now")

	def test_notes_that_are_a_formula_are_text_in_an_export(self):
		with site.as_user(site.AGENT):
			self.assertEqual(api.save_notes(self.call, "=1+1")["notes"], "'=1+1")


class TestFollowUps(SiteCase):
	def setUp(self):
		super().setUp()
		self.call = self.dial_lead()["call"]
		self.addCleanup(frappe.db.delete, "ToDo", {"reference_name": self.lead})
		self.addCleanup(frappe.db.delete, "Notification Log", {"for_user": site.AGENT})
		frappe.db.delete("Notification Log", {"for_user": site.AGENT})

	def follow_up(self, **shift) -> None:
		due = str(add_to_date(now_datetime(), **shift))[:19]
		with site.as_user(site.AGENT):
			api.wrap_up(self.call, follow_up_on=due, follow_up="Ring <b>Grace</b>")

	def bells(self) -> list[str]:
		return frappe.get_all("Notification Log", {"for_user": site.AGENT}, pluck="subject")

	def let_it_be_due(self) -> None:
		frappe.db.set_value(
			"PBX Call Log", self.call, "follow_up_at", add_to_date(now_datetime(), seconds=-1)
		)
		frappe.db.commit()

	def test_its_agent_is_told_once_when_it_is_due(self):
		self.follow_up(hours=2)
		follow_ups.tell_due()
		self.assertEqual(self.bells(), [])
		self.let_it_be_due()
		follow_ups.tell_due()
		follow_ups.tell_due()
		(bell,) = self.bells()
		self.assertIn("Ring &lt;b&gt;Grace&lt;/b&gt;", bell)

	def test_one_that_was_done_is_told_to_nobody(self):
		self.follow_up(hours=2)
		self.let_it_be_due()
		todo = frappe.get_doc("ToDo", {"reference_type": "Lead", "reference_name": self.lead})
		todo.update({"status": "Closed"}).save()
		follow_ups.tell_due()
		self.assertEqual(self.bells(), [])
		self.assertIsNone(site.rows(name=self.call)[0].get("follow_up_at"))

	def test_one_that_a_site_refuses_to_tell_stops_no_other(self):
		self.follow_up(hours=1)
		self.let_it_be_due()
		self.first, self.call = self.call, self.dial_lead(fieldname="phone")["call"]
		self.follow_up(hours=2)
		self.let_it_be_due()
		own = reminders.ring_bell

		def ring_bell(user, call, *more):
			if call == self.first:
				raise frappe.ValidationError("no")
			own(user, call, *more)

		with patch.object(reminders, "ring_bell", ring_bell):
			follow_ups.tell_due()
			follow_ups.tell_due()
		self.assertEqual(len(self.bells()), 1)
		self.addCleanup(frappe.db.delete, "Error Log", {"method": "Follow-up reminder not sent"})
		self.assertEqual(frappe.db.count("Error Log", {"method": "Follow-up reminder not sent"}), 1)

	def test_a_time_of_today_that_is_past_is_refused(self):
		self.assertRaises(frappe.ValidationError, self.follow_up, minutes=-5)

	def test_today_without_a_time_is_a_day(self):
		for today in (nowdate(), f"{nowdate()} 00:00:00"):
			with site.as_user(site.AGENT):
				api.wrap_up(self.call, follow_up_on=today)
		follow_ups.tell_due()
		self.assertEqual(self.bells(), [])
