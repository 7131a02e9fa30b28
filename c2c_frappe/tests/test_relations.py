"""Numbers and calls of records that belong together: an Issue's contact, a Customer made from a Lead."""

from __future__ import annotations

import frappe

from c2c_frappe.api import call
from c2c_frappe.desk import timeline
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import SiteCase


class TestRelations(SiteCase):
	def setUp(self):
		super().setUp()
		# ToDo is on every site, and like ERPNext's Issue it has no phone field of its own.
		todo = frappe.get_doc({"doctype": "ToDo", "description": "Call Ada", "allocated_to": site.AGENT})
		self.todo = todo.insert(ignore_permissions=True).name
		self.addCleanup(frappe.delete_doc, "ToDo", self.todo, force=True)
		contact = frappe.get_doc("Contact", self.contact)
		contact.append("links", {"link_doctype": "ToDo", "link_name": self.todo})
		contact.save()
		frappe.db.commit()

	def test_a_record_without_a_number_is_called_through_its_contact(self):
		second = frappe.get_doc("Contact", self.contact).phone_nos[1].name
		reply = self.dial(reference_doctype="ToDo", reference_name=self.todo, row=second)
		self.assertEqual(reply["status"], "Requested")
		self.assertTrue(self.simulator.requests[0].path.endswith("/447700900123"))
		self.assertEqual(site.rows()[0].reference_name, self.todo)

	def test_the_chooser_names_whose_number_it_is(self):
		frappe.set_user(site.AGENT)
		offered = call.numbers("ToDo", self.todo)["numbers"]
		self.assertEqual(len(offered), 2)
		self.assertTrue(all("Ada" in entry["label"] for entry in offered))

	def test_a_contact_that_must_not_be_called_is_not_called_through_another_record(self):
		frappe.db.set_value("Contact", self.contact, "do_not_call", 1)
		reply = self.dial(reference_doctype="ToDo", reference_name=self.todo)
		self.assertEqual((reply["status"], reply["failure_code"]), ("Failed", "do_not_call"))
		self.assertEqual(self.simulator.requests, ())

	def test_a_field_named_like_a_contacts_never_means_the_contacts_number(self):
		contact = frappe.get_doc("Contact", self.contact)
		contact.append("links", {"link_doctype": "Lead", "link_name": self.lead})
		contact.save()
		frappe.db.set_value("Lead", self.lead, "phone", "020 7946 0999")
		self.dial_lead(fieldname="phone")
		self.assertTrue(self.simulator.requests[0].path.endswith("/442079460999"))

	def test_the_calls_of_a_lead_are_on_the_timeline_of_its_opportunity(self):
		if not frappe.db.exists("DocType", "Opportunity"):
			self.skipTest("no ERPNext on this site, so no Opportunity")
		self.dial_lead()
		made = {"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": self.lead}
		opportunity = frappe.get_doc(made).insert(ignore_permissions=True, ignore_mandatory=True)
		self.addCleanup(frappe.delete_doc, "Opportunity", opportunity.name, force=True)
		self.assertEqual(len(timeline.calls_of("Opportunity", opportunity.name)), 1)
		self.addCleanup(frappe.set_user, "Administrator")
		frappe.set_user(site.NOBODY)
		self.assertEqual(timeline.calls_of("Opportunity", opportunity.name), [])
