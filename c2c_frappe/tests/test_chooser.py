"""What the chooser is told about a record's numbers."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import frappe

from c2c_frappe.api import call
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import AGENT, SiteCase


class TestChooser(SiteCase):
	def offer(self, doctype: str, name: str) -> dict:
		with site.as_user(AGENT):
			return call.numbers(doctype, name)

	def offered(self, doctype: str, name: str) -> list[tuple[str, str]]:
		return [(n["fieldname"], n["number"]) for n in self.offer(doctype, name)["numbers"]]

	def visitor(self, **values) -> list[tuple[str, str]]:
		return self.offered(crm.VISITOR, crm.make_visitor(AGENT, **values))

	def test_a_leads_numbers_are_offered_in_the_forms_order_with_their_labels(self):
		numbers = self.offer("Lead", self.lead)["numbers"]
		self.assertEqual(
			{(n["fieldname"], n["row"], n["number"]) for n in numbers},
			{("mobile_no", "", "+44 7700 900123"), ("phone", "", "+44 20 7946 0018")},
		)
		self.assertEqual(
			{n["label"] for n in numbers},
			{frappe.get_meta("Lead").get_label(field) for field in ("mobile_no", "phone")},
		)

	def test_refusal_is_not_what_came_of_the_last_call(self):
		self.dial_lead()
		self.set_lead(do_not_call=1)
		self.assertEqual(self.dial_lead()["failure_code"], "do_not_call")
		results = {n["fieldname"]: n["last_result"] for n in self.offer("Lead", self.lead)["numbers"]}
		self.assertEqual(results["mobile_no"], "Requested")

	def test_a_contacts_numbers_are_offered_once_each_with_their_rows_the_primary_first(self):
		numbers = self.offer("Contact", self.contact)["numbers"]
		self.assertEqual(
			[(n["row"], n["number"]) for n in numbers],
			[
				(self.contact_row(crm.LANDLINE), "+44 20 7946 0018"),
				(self.contact_row(crm.MOBILE), "+44 7700 900123"),
			],
		)

	def test_a_contacts_primary_numbers_say_which_is_the_mobile_and_which_the_phone(self):
		contact = frappe.get_doc("Contact", self.contact)
		contact.set("phone_nos", [])
		contact.append("phone_nos", {"phone": crm.LANDLINE, "is_primary_phone": 1})
		contact.append("phone_nos", {"phone": crm.MOBILE, "is_primary_mobile_no": 1})
		contact.append("phone_nos", {"phone": "+1 202 555 0147"})
		contact.save()
		of_contact, of_row = frappe.get_meta("Contact"), frappe.get_meta("Contact Phone")
		labels = [of_contact.get_label("phone"), of_contact.get_label("mobile_no"), of_row.get_label("phone")]
		found = self.offer("Contact", self.contact)["numbers"]
		self.assertEqual(
			{n["number"]: n["label"] for n in found},
			dict(zip(("+44 20 7946 0018", "+44 7700 900123", "+1 202-555-0147"), labels, strict=True)),
		)

	def test_one_number_written_in_two_ways_is_offered_once(self):
		self.set_lead(phone="07700 900123")
		self.assertEqual(self.offered("Lead", self.lead), [self.first_of_lead("+44 7700 900123")])

	def first_of_lead(self, number: str) -> tuple[str, str]:
		fields = [
			f.fieldname for f in frappe.get_meta("Lead").fields if f.fieldname in ("mobile_no", "phone")
		]
		return fields[0], number

	def test_several_numbers_in_one_field_are_offered_one_by_one(self):
		offered = self.visitor(several="020 7946 0018 / 07700 900123")
		self.assertEqual(offered, [("several", "+44 20 7946 0018"), ("several", "+44 7700 900123")])

	def test_what_is_offered_can_be_dialed_as_it_is(self):
		visitor = crm.make_visitor(AGENT, several="020 7946 0018 / 07700 900123", phone="+44-7400123456")
		place = {"reference_doctype": crm.VISITOR, "reference_name": visitor}
		for number in self.offer(crm.VISITOR, visitor)["numbers"]:
			with self.subTest(number=number["number"]):
				reply = self.dial(**place, **{key: number[key] for key in ("fieldname", "row", "number")})
				self.assertEqual((reply["status"], reply["number"]), ("Requested", number["number"]))

	def test_a_fax_number_is_not_offered(self):
		self.assertEqual(self.visitor(fax="020 7946 0018"), [])

	def test_a_text_that_is_no_number_is_shown_as_it_is(self):
		self.assertEqual(self.visitor(several="0123"), [("several", "0123")])

	def test_the_records_country_and_then_the_accounts_read_a_national_number(self):
		self.point_accounts_at(self.simulator.url, default_country="Germany")
		self.assertEqual(
			self.visitor(several="01 234 5678", country="Ireland"), [("several", "+353 1 234 5678")]
		)
		self.assertEqual(self.visitor(several="030 901820"), [("several", "+49 30 901820")])

	def test_a_record_without_a_number_says_what_to_do(self):
		offer = self.offer(crm.VISITOR, crm.make_visitor(AGENT))
		self.assertEqual(offer["numbers"], [])
		self.assertIn("Add one", offer["message"])
		self.assertIsNone(offer["fix"])

	def test_who_may_change_the_record_without_a_number_is_led_to_it(self):
		self.set_lead(mobile_no="", phone="")
		self.assertIn(self.lead, self.offer("Lead", self.lead)["fix"]["url"])

	def test_a_number_comes_with_the_time_where_it_is(self):
		visitor, there = crm.make_visitor(AGENT, several="+1 808 555 0123"), ZoneInfo("Pacific/Honolulu")
		before = datetime.now(there)
		(number,) = self.offer(crm.VISITOR, visitor)["numbers"]
		# A minute may have ended meanwhile.
		self.assertIn(number["local_time"], {f"{moment:%H:%M}" for moment in (before, datetime.now(there))})

	def test_a_number_comes_with_what_became_of_its_last_call(self):
		self.simulator.behave("refuse")
		self.dial_lead()
		results = {n["number"]: n["last_result"] for n in self.offer("Lead", self.lead)["numbers"]}
		self.assertEqual(results, {"+44 7700 900123": "Failed", "+44 20 7946 0018": ""})

	def test_a_dial_that_is_overdue_is_the_last_result_unknown(self):
		site.move(self.dial_lead()["call"], status="Dialing", reply_due="2001-01-01 00:00:00")
		results = {n["number"]: n["last_result"] for n in self.offer("Lead", self.lead)["numbers"]}
		self.assertEqual(results["+44 7700 900123"], "Unknown")

	def test_do_not_call_is_said_of_every_number(self):
		for values in ({"do_not_call": 1}, {"status": "Do Not Contact", "do_not_call": 0}):
			with self.subTest(**values):
				self.set_lead(**values)
				self.assertEqual(
					[n["do_not_call"] for n in self.offer("Lead", self.lead)["numbers"]], [True] * 2
				)

	def test_reading_numbers_places_no_call_and_writes_no_row(self):
		self.offer("Lead", self.lead)
		self.assertEqual((self.simulator.requests, site.rows()), ((), []))
