"""Calls nobody clicked: whose they are, which record they belong to, who is shown a card, who is reminded."""

from __future__ import annotations

import itertools
from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime

from c2c_frappe.desk import timeline
from c2c_frappe.events import intake
from c2c_frappe.pbx.calls import status
from c2c_frappe.tests.cases import crm, pbx_events, site
from c2c_frappe.tests.cases.incoming import E164, NEW, NUMBER, IncomingCase
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, MANAGER, OTHER_AGENT, PRIMEVOX


class TestWhose(IncomingCase):
	def test_a_call_that_comes_in_is_a_row_of_whose_phone_it_is_linked_by_its_whole_number(self):
		self.assertEqual(self.told("start"), "Applied")
		row = self.row()
		self.assertEqual((row.direction, row.status, row.agent), ("Incoming", "Ringing", AGENT))
		self.assertEqual((row.number, row.reference_name), (E164, self.caller))
		self.assertLess(abs(now_datetime() - row.requested_at), timedelta(minutes=1))

	def test_its_news_and_its_record_end_in_the_same_row_in_every_order(self):
		tellers = (
			lambda: self.told("start"),
			lambda: self.told("answer"),
			lambda: self.told("end"),
			lambda: self.listed(
				status=status.COMPLETED, duration=58, ended_at=self.now + timedelta(seconds=63)
			),
		)
		seen = set()
		for order in itertools.permutations(tellers):
			self.forget()
			for tell in (*order, *order):
				tell()
			intake.retry_waiting()
			self.assertEqual(pbx_events.count(outcome="Applied"), 4)
			seen.add(tuple(self.row().values()))
		self.assertEqual(len(seen), 1)
		self.assertEqual((self.row().status, self.row().duration), ("Completed", 58))

	def test_a_part_of_a_number_links_nothing(self):
		self.told("start", number="900801")
		self.assertEqual((self.row().agent, self.row().reference_name), (AGENT, None))

	def test_national_number_of_a_trunk_is_linked(self):
		"""A trunk gives the national form as a rule; the account's country, else the site's, says whose it is."""
		for text in ("07700900801", "(07700) 900-801", "sip:+447700900801@10.0.0.1", "+44(0)7700900801"):
			self.forget()
			self.told("start", number=text)
			self.assertEqual((self.row().number, self.row().reference_name), (E164, self.caller), text)

	def test_reading_that_a_record_has_is_the_number(self):
		"""6591234567 is an Indian mobile, and one of Singapore with its code: the record says which."""
		frappe.db.set_value("PBX Account", COMMPEAK, "default_country", "India")
		self.addCleanup(frappe.db.set_value, "PBX Account", COMMPEAK, "default_country", None)
		self.told("start", number="6591234567")
		self.assertEqual(self.row().number, "+916591234567")
		lead = crm.make_lead(mobile_no="+65 9123 4567")
		self.addCleanup(crm.delete_past_checks, "Lead", lead)
		self.forget()
		self.told("start", number="6591234567")
		self.told("end", number="6591234567")
		self.assertEqual((self.row().number, self.row().reference_name), ("+6591234567", lead))

	def test_an_attempt_that_dialed_nothing_a_moment_ago_is_not_taken_for_it(self):
		self.assertEqual(self.dial(number="nobody's")["status"], "Failed")
		self.assertEqual(self.told("start"), "Applied")
		self.assertEqual(frappe.db.count("PBX Call Log", {"account": COMMPEAK, "direction": "Incoming"}), 1)

	def test_a_number_the_pbx_masks_at_first_links_once_it_is_whole(self):
		self.told("start", number="*4477009008")
		self.assertIsNone(self.row().reference_name)
		self.listed(status=status.COMPLETED)
		self.assertEqual((self.row().number, self.row().reference_name), (E164, self.caller))

	def test_the_phone_that_picked_up_has_the_call_and_not_one_that_only_rang(self):
		site.give_extension(OTHER_AGENT, "1001")
		self.told("start")
		self.told("answer", extension="1001")
		self.assertEqual((self.row().agent, self.row().extension), (OTHER_AGENT, "1001"))

	def test_of_several_records_the_one_last_active_is_linked(self):
		contact = crm.make_contact(E164)
		self.addCleanup(crm.delete_past_checks, "Contact", contact)
		for name, other in ((contact, self.caller), (self.caller, contact)):
			self.forget()
			for each, day in ((name, 2), (other, 1)):
				doctype = "Lead" if each == self.caller else "Contact"
				values = {"modified": f"2026-01-0{day} 10:00:00"}
				frappe.db.set_value(doctype, each, values, update_modified=False)
			self.told("start")
			self.assertEqual(self.row().reference_name, name)

	def test_a_call_from_nobody_known_to_nobodys_phone_is_kept_as_an_event_until_somebodys_phone_is_named(
		self,
	):
		self.assertEqual(self.told("start", extension="1002", number=NEW), "Ignored")
		self.assertEqual(frappe.get_all("PBX Call Log", {"account": COMMPEAK}), [])
		self.told("answer", number=NEW)
		self.assertEqual(pbx_events.count(outcome="Applied"), 2)
		self.assertEqual((self.row().status, self.row().agent), ("In Progress", AGENT))

	def test_a_call_dialed_on_the_phone_is_a_row_two_minutes_later_when_no_click_can_be_the_one(self):
		self.assertEqual(self.told("start", direction="out"), "Waiting")
		intake.retry_waiting()
		self.assertEqual(frappe.get_all("PBX Call Log", {"account": COMMPEAK}), [])
		received = add_to_date(now_datetime(), minutes=-3)
		frappe.db.set_value("PBX Event", pbx_events.one(outcome="Waiting").name, "received_at", received)
		intake.retry_waiting()
		row = self.row()
		self.assertEqual((row.direction, row.agent, row.reference_name), ("Outgoing", AGENT, self.caller))

	def test_a_customer_who_calls_back_at_once_is_shown_and_logged(self):
		"""Within three minutes of a dial an incoming call from the same number is a call of its own."""
		self.dial(reference_doctype="Lead", reference_name=self.caller, fieldname="mobile_no")
		with self.cards() as sent:
			self.assertEqual(self.told("start"), "Applied")
		((_user, caller),) = sent
		self.assertTrue(caller["is_ringing"])
		directions = frappe.get_all("PBX Call Log", {"dialed_number": E164}, pluck="direction")
		self.assertEqual(sorted(directions), ["Incoming", "Outgoing"])

	def test_an_end_without_a_known_cause_ends_the_call(self):
		"""CommPeak's NORMAL_CLEARING: with an answer it is Completed, without one nobody knows how it ended."""
		self.told("start")
		self.told("end", hangup_cause="NORMAL_CLEARING", duration="")
		self.assertEqual(self.row().status, "Unknown")
		self.assertIsNotNone(self.row().ended_at)
		self.told("answer")
		self.assertEqual((self.row().status, self.row().duration), ("Completed", 60))

	def test_a_no_answer_takes_back_the_talk_time(self):
		"""What the row had while the call went on is no talk when its end says that nobody answered."""
		self.told("start")
		self.told("answer")
		self.assertIsNotNone(self.row().answered_at)
		self.told("end", hangup_cause="NO ANSWER", duration="25")
		self.assertEqual((self.row().status, self.row().answered_at), ("No Answer", None))
		self.assertFalse(self.row().duration)


class TestPrimevox(IncomingCase):
	def told_by_primevox(self, kind: str, **more) -> str:
		known = {"eventType": kind, "containerId": "123456", "tenantId": "001", "callUuid": "7.1"}
		payload = {**known, "callerIdNum": "011" + NUMBER, **more}
		return intake.receive(frappe.get_doc("PBX Account", PRIMEVOX), payload)

	def listed_by_primevox(self, **values) -> dict:
		return self.listed(PRIMEVOX, extension="", **values)

	def test_a_call_the_list_names_no_phone_for_is_linked_by_its_number_for_managers_and_the_timeline(self):
		self.listed_by_primevox(status=status.COMPLETED, duration=30)
		row = self.row()
		self.assertEqual((row.agent or "", row.reference_name, row.status), ("", self.caller, "Completed"))
		with site.as_user(AGENT):
			self.assertEqual(frappe.get_list("PBX Call Log", {"account": PRIMEVOX}), [])
			self.assertEqual(len(timeline.calls_of("Lead", self.caller)), 1)
		with site.as_user(MANAGER):
			self.assertEqual(len(frappe.get_list("PBX Call Log", {"account": PRIMEVOX})), 1)
		self.assertEqual(self.todos(), [])

	def test_a_call_from_an_unknown_number_the_list_names_no_phone_for_is_no_row(self):
		self.assertEqual(self.listed_by_primevox(number=f"+{NEW}", status=status.COMPLETED), {"Ignored": 1})
		self.assertEqual(frappe.get_all("PBX Call Log", {"account": PRIMEVOX}), [])

	def test_its_webhooks_and_its_list_end_in_the_same_row_in_every_order(self):
		site.give_extension(AGENT, "1000", PRIMEVOX)
		tellers = (
			lambda: self.told_by_primevox("InboundCall"),
			lambda: self.told_by_primevox("HangupCall", extNumber="1000"),
			lambda: self.listed_by_primevox(status=status.NO_ANSWER, ended_at=self.now),
		)
		seen = set()
		for order in itertools.permutations(tellers):
			self.forget()
			for tell in order:
				tell()
			intake.retry_waiting()
			row = self.row()
			seen.add((row.status, row.agent, row.extension, row.number, row.reference_name, row.pbx_call_id))
			self.assertEqual([todo.allocated_to for todo in self.todos()], [AGENT])
		self.assertEqual(seen, {("No Answer", AGENT, "1000", E164, self.caller, "7.1")})


class TestCard(IncomingCase):
	def test_whoevers_phone_rings_sees_the_record_and_nobody_else_does(self):
		with self.cards() as sent:
			self.told("start")
		((user, caller),) = sent
		self.assertEqual((user, caller["is_ringing"], caller["new"]), (AGENT, True, None))
		(record,) = caller["records"]
		self.assertEqual((record["doctype"], record["name"]), ("Lead", self.caller))
		self.assertTrue(record["title"].startswith("Grace"))
		self.assertTrue(record["url"].endswith(self.caller))

	def test_lead_and_the_contact_made_from_it_are_one_line(self):
		contact = crm.make_contact(NUMBER)
		self.addCleanup(crm.delete_past_checks, "Contact", contact)
		document = frappe.get_doc("Contact", contact)
		document.append("links", {"link_doctype": "Lead", "link_name": self.caller})
		document.save()
		frappe.db.commit()
		with self.cards() as sent:
			self.told("start")
		((_user, caller),) = sent
		self.assertEqual([(r["doctype"], r["name"]) for r in caller["records"]], [("Lead", self.caller)])
		row = self.row()
		self.assertEqual((row.reference_name, row.contact), (self.caller, contact))

	def test_a_new_number_is_offered_to_be_entered(self):
		with self.cards() as sent:
			self.told("start", number=NEW)
		((_user, caller),) = sent
		self.assertEqual((caller["records"], caller["new"]["doctype"]), ([], "Lead"))

	def test_a_record_the_agent_may_not_read_is_neither_named_nor_offered_anew(self):
		site.give_extension(OTHER_AGENT, "1001")
		with (
			self.cards() as sent,
			patch("c2c_frappe.permissions.frappe.has_permission", lambda *_args, **_more: False),
		):
			self.told("start", extension="1001")
		((user, caller),) = sent
		self.assertEqual((user, caller["records"], caller["new"]), (OTHER_AGENT, [], None))

	def test_no_card_comes_for_news_that_is_late_or_read_from_a_list_hours_later(self):
		with self.cards() as sent:
			self.told("start", started_at=self.at(-600))
			self.listed(pbx_call_id="7.2", status="", started_at=self.now - timedelta(hours=3))
		self.assertEqual([caller["is_ringing"] for _user, caller in sent], [False, False])

	def test_no_news_of_a_call_of_nobodys_phone_goes_to_anybody(self):
		with self.cards() as sent:
			self.told("start", extension="1002")
		self.assertEqual((sent, self.row().reference_name), ([], self.caller))

	def test_the_browser_that_asks_is_told_the_same_and_a_click_names_no_caller(self):
		self.told("start")
		call = frappe.db.get_value("PBX Call Log", {"account": COMMPEAK})
		asked = site.send(AGENT, "GET", "c2c_frappe.api.call.state", call=call)
		self.assertEqual([record["name"] for record in asked["caller"]["records"]], [self.caller])
		self.assertIsNone(self.dial_lead()["caller"])
