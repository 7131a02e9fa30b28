"""A record whose table names Contacts, as Frappe CRM's Deal: its numbers are those the Contacts have now."""

from __future__ import annotations

import frappe

from c2c_frappe.phone_book import index, record_numbers, refusals
from c2c_frappe.tests.cases import crm
from c2c_frappe.tests.cases.crm import DEAL
from c2c_frappe.tests.cases.site import SiteCase

OLD, NEW, LANDLINE = "+447700900711", "+447700900712", "+442079460713"


class TestContactsOfRows(SiteCase):
	def setUp(self):
		super().setUp()
		crm.make_deal_doctype()
		settings = frappe.get_doc("PBX Settings")
		settings.set("indexed_doctypes", [{"document_type": DEAL}, {"document_type": "Contact"}])
		settings.save()
		self.contact = crm.make_contact(LANDLINE, OLD)
		deal = {"doctype": DEAL, "contacts": [{"contact": self.contact}]}
		self.deal = frappe.get_doc(deal).insert(ignore_permissions=True).name
		frappe.db.commit()
		self.addCleanup(self.delete)

	def delete(self) -> None:
		frappe.db.rollback()
		crm.delete_past_checks(DEAL, self.deal)
		crm.delete_past_checks("Contact", self.contact)
		settings = frappe.get_doc("PBX Settings")
		settings.set("indexed_doctypes", [])
		settings.save()
		frappe.db.commit()

	def change_mobile(self) -> None:
		contact = frappe.get_doc("Contact", self.contact)
		contact.phone_nos[1].phone = NEW
		contact.save(ignore_permissions=True)
		frappe.db.commit()

	def places(self, number: str) -> list[str]:
		return sorted(owner.doctype for owner in index.matching_records(number))

	def test_record_is_found_by_every_number_of_its_contact(self):
		for number in (OLD, LANDLINE):
			self.assertEqual(self.places(number), [DEAL, "Contact"], number)

	def test_record_follows_a_contact_whose_number_changes(self):
		self.change_mobile()
		self.assertEqual((self.places(OLD), self.places(NEW)), ([], [DEAL, "Contact"]))

	def test_row_is_dialed_by_what_the_contact_has_now(self):
		"""The row still repeats the old number: nobody saved the record."""
		self.change_mobile()
		texts = {choice.text for choice in record_numbers.load(DEAL, self.deal).choices}
		self.assertEqual(texts, {NEW, LANDLINE})

	def test_contact_and_the_record_that_names_it_are_one(self):
		(party,) = index.fold_contacts(index.matching_records(OLD))
		self.assertEqual((party.doctype, party.name, party.contact), (DEAL, self.deal, self.contact))

	def test_contact_that_refuses_calls_stops_those_from_the_record(self):
		frappe.get_doc("Contact", self.contact).update({"do_not_call": 1}).save(ignore_permissions=True)
		self.assertEqual(refusals.refusal_of(OLD, DEAL, self.deal), refusals.BY_RECORD)
