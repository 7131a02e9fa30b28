"""Whom a call is with: the person and the company in every reply, and the Contact behind a record's number."""

from __future__ import annotations

from unittest.mock import patch

import frappe

from c2c_frappe import permissions, personal_data
from c2c_frappe.api import call as api
from c2c_frappe.desk import timeline
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import AGENT, MANAGER, OTHER_AGENT, SiteCase

FIRM = "Analytical Engines"


class TestPeopleOfCalls(SiteCase):
	def setUp(self):
		super().setUp()
		self.person = frappe.db.get_value("Contact", self.contact, "full_name")
		frappe.db.set_value("Contact", self.contact, "company_name", FIRM)
		self.addCleanup(frappe.db.set_value, "Contact", self.contact, "company_name", None)
		self.row = self.contact_row(crm.MOBILE)
		frappe.db.commit()

	def dial_contact(self) -> dict:
		return self.dial(
			reference_doctype="Contact", reference_name=self.contact, fieldname="phone", row=self.row
		)

	def dial_visitor(self) -> tuple[str, dict]:
		"""Call the Contact through a record that has no number of its own; return that record's name and the reply."""
		visitor = crm.make_visitor(AGENT)
		link = {"parenttype": "Contact", "parentfield": "links", "parent": self.contact}
		link.update(doctype="Dynamic Link", link_doctype=crm.VISITOR, link_name=visitor)
		frappe.get_doc(link).insert(ignore_permissions=True)
		frappe.db.commit()
		sent = {
			"reference_doctype": crm.VISITOR,
			"reference_name": visitor,
			"fieldname": "phone",
			"row": self.row,
		}
		return visitor, self.dial(**sent)

	def test_agents_are_named_to_who_may_see_their_calls(self):
		"""The list asks for names that the Desk does not know; an agent learns no colleague's."""
		call = self.dial_contact()["call"]
		named = {AGENT: frappe.utils.get_fullname(AGENT)}
		for user, expected in ((MANAGER, named), (AGENT, named), (OTHER_AGENT, {})):
			with site.as_user(user):
				self.assertEqual(api.agents(frappe.as_json([call])), expected, user)

	def test_reply_names_person_and_company_of_a_record(self):
		"""A list knows a record's name alone; strip and wrap-up say what the reply says."""
		reply = self.dial_contact()
		expected = {
			"doctype": "Contact",
			"name": self.contact,
			"contact": "",
			"title": f"{self.person} · {FIRM}",
		}
		self.assertEqual(reply["record"], expected)
		with site.as_user(AGENT):
			self.assertEqual(api.state(reply["call"])["record"], expected)
			self.assertEqual(api.wrap_up_form(reply["call"])["title"], expected["title"])
			self.assertEqual(api.numbers("Contact", self.contact)["title"], expected["title"])
		self.assertEqual(self.dial_contact()["record"], expected)

	def test_reply_to_who_may_not_read_the_record_names_nobody(self):
		call = self.dial_lead()["call"]
		with site.as_user(MANAGER):
			title = api.state(call)["record"]["title"]
			may_read = frappe.has_permission("Lead", "read", self.lead)
		self.assertEqual(bool(title), may_read)

	def test_refusal_names_whom_it_is_about(self):
		self.set_lead(do_not_call=1)
		self.assertIn("Grace Hopper", self.dial_lead()["record"]["title"])

	def test_typed_number_on_one_record_is_that_records_call(self):
		"""As an incoming one is: in the log, on the timeline, and in what the PBX is sent."""
		caller = crm.make_lead(mobile_no="+447700900466", phone="")
		self.addCleanup(crm.delete_past_checks, "Lead", caller)
		frappe.db.commit()
		reply = self.dial(number="07700 900466")
		self.assertEqual((reply["record"]["doctype"], reply["record"]["name"]), ("Lead", caller))
		self.assertEqual(len(timeline.calls_of("Lead", caller)), 1)
		self.assertEqual(self.simulator.requests[0].query["leadid"], caller)

	def test_typed_number_of_a_record_that_refuses_is_refused(self):
		"""Being linked to the record must not hide its own wish from the check."""
		caller = crm.make_lead(mobile_no="+447700900466", phone="", do_not_call=1)
		self.addCleanup(crm.delete_past_checks, "Lead", caller)
		frappe.db.commit()
		reply = self.dial(number="07700 900466")
		self.assertEqual(reply["failure_code"], "do_not_call")
		self.assertEqual(len(self.simulator.requests), 0)

	def test_typed_number_on_several_records_is_nobodys_until_one_is_chosen(self):
		with site.as_user(AGENT):
			records = api.owners("07700 900123")["records"]
		places = {(record["doctype"], record["name"]) for record in records}
		self.assertLessEqual({("Lead", self.lead), ("Contact", self.contact)}, places)
		self.assertIsNone(self.dial(number="07700 900123")["record"])
		site.forget_calls()
		reply = self.dial(reference_doctype="Lead", reference_name=self.lead, number="07700 900123")
		self.assertEqual(reply["record"]["name"], self.lead)

	def test_typed_number_of_a_hidden_record_names_nobody(self):
		"""An agent who may not read the record is not told whose number it is."""
		caller = crm.make_lead(mobile_no="+447700900466", phone="")
		self.addCleanup(crm.delete_past_checks, "Lead", caller)
		frappe.db.commit()
		with patch.object(permissions, "may", lambda *_asked: False):
			self.assertIsNone(self.dial(number="+447700900466")["record"])
			with site.as_user(AGENT):
				self.assertEqual(api.owners("+447700900466")["records"], [])

	def test_what_is_no_number_is_nobodys(self):
		with site.as_user(AGENT):
			found = api.owners("call me")
		self.assertEqual(found["records"], [])
		self.assertIn("call me", found["message"])

	def test_number_on_no_record_names_nobody(self):
		self.assertIsNone(self.dial(number="+44 7700 900987")["record"])

	def test_call_to_a_records_contact_stands_on_that_contact_too(self):
		visitor, reply = self.dial_visitor()
		self.assertEqual(reply["record"]["contact"], self.contact)
		self.assertTrue(reply["record"]["title"].startswith(self.person))
		for place in ((crm.VISITOR, visitor), ("Contact", self.contact)):
			with site.as_user(AGENT):
				(entry,) = timeline.calls_of(*place)
			self.assertIn("+44 7700 900123", entry["content"])
			self.assertIn(f'data-c2c-name="{place[1]}"', entry["content"])
			# The Contact's own timeline need not say whom it is about.
			self.assertEqual(f"{self.person} <bdi>" in entry["content"], place[0] != "Contact")

	def test_form_lists_no_contact_of_its_own_record_as_another(self):
		"""The Contact made from a Lead is nobody else with the Lead's number."""
		link = {
			"doctype": "Dynamic Link",
			"parenttype": "Contact",
			"parentfield": "links",
			"parent": self.contact,
		}
		frappe.get_doc({**link, "link_doctype": "Lead", "link_name": self.lead}).insert(
			ignore_permissions=True
		)
		frappe.db.commit()
		document = frappe.get_doc("PBX Call Log", self.dial_lead()["call"])
		with site.as_user(AGENT):
			document.run_method("onload")
		places = {(other["doctype"], other["name"]) for other in document.get_onload("others")}
		self.assertTrue(places.isdisjoint({("Lead", self.lead), ("Contact", self.contact)}))

	def test_contact_that_asked_not_to_be_called_is_ticked_too(self):
		_visitor, reply = self.dial_visitor()
		self.addCleanup(frappe.delete_doc, "PBX Do Not Call", "+447700900123", force=True)
		with site.as_user(AGENT):
			api.wrap_up(reply["call"], "Do not call again")
		self.assertEqual(frappe.db.get_value("Contact", self.contact, "do_not_call"), 1)

	def test_personal_data_of_a_contact_has_calls_through_its_record(self):
		self.dial_visitor()
		self.assertEqual(len(personal_data.export(doctype="Contact", name=self.contact)["calls"]), 1)
		self.assertEqual(personal_data.erase(doctype="Contact", name=self.contact)["calls"], 1)
		with site.as_user(AGENT):
			self.assertEqual(timeline.calls_of("Contact", self.contact), [])
