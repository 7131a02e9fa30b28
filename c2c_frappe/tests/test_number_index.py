"""Whose number is it: kept true as records come, change and go, read anew where it was not, and told to nobody else."""

from __future__ import annotations

import os
import signal
from unittest.mock import patch

import frappe

from c2c_frappe.api import account as api
from c2c_frappe.phone_book import backfill, index, record_numbers
from c2c_frappe.tests import processes
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.crm import VISITOR
from c2c_frappe.tests.cases.site import AGENT, MANAGER, SiteCase

FIRST, SECOND, THIRD = "+447700900701", "+447700900702", "+12025550179"
SETTINGS = "PBX Settings"


class IndexCase(SiteCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		crm.make_visitor_doctype()
		frappe.db.commit()

	def setUp(self):
		super().setUp()
		self.addCleanup(self.follow_again)

	def follow(self, *doctypes: str) -> None:
		settings = frappe.get_doc(SETTINGS)
		settings.set("indexed_doctypes", [{"document_type": doctype} for doctype in doctypes])
		settings.save()
		frappe.db.commit()

	def follow_again(self) -> None:
		"""Delete what a test made, and follow the usual DocTypes."""
		frappe.db.rollback()
		for doctype in (VISITOR, "Contact", "Lead"):
			for name in {owner.name for n in (FIRST, SECOND, THIRD) for owner in self.owners(n, doctype)}:
				crm.delete_past_checks(doctype, name)
		self.follow()

	def owners(self, number: str, doctype: str = ""):
		return [
			owner for owner in index.matching_records(number) if owner.doctype == (doctype or owner.doctype)
		]

	def names(self, number: str) -> list[str]:
		return [owner.name for owner in index.matching_records(number)]


class TestFollowing(IndexCase):
	def test_a_record_is_found_by_each_of_its_numbers_however_they_are_written(self):
		lead = crm.make_lead(mobile_no="07700 900701", phone="0044 (7700) 900702")
		self.assertEqual((self.names(FIRST), self.names(SECOND)), ([lead], [lead]))
		contact = crm.make_contact("+1 (202) 555-0179", "+44 7700 900703", "+44 7700 900704")
		self.assertEqual(self.names(THIRD), [contact])
		self.assertEqual(self.names("+447700900704"), [contact])

	def test_a_number_is_never_found_by_a_part_of_it(self):
		crm.make_lead(mobile_no=FIRST, phone=crm.LANDLINE)
		for part in ("", "+4477009007", "900701", "7700900701", "+44770090070"):
			self.assertEqual(self.names(part), [])

	def test_the_records_country_decides_where_the_number_names_none(self):
		lead = crm.make_lead(mobile_no="(202) 555-0179", phone="", country="United States")
		self.assertEqual(self.names(THIRD), [lead])

	def test_a_changed_number_is_no_longer_found_and_a_removed_row_neither(self):
		lead = frappe.get_doc("Lead", crm.make_lead(mobile_no=FIRST, phone=crm.LANDLINE))
		lead.mobile_no = SECOND
		lead.save()
		self.assertEqual((self.names(FIRST), self.names(SECOND)), ([], [lead.name]))
		contact = frappe.get_doc("Contact", crm.make_contact(FIRST, THIRD))
		contact.set("phone_nos", contact.phone_nos[:1])
		contact.save()
		self.assertEqual((self.names(FIRST), self.names(THIRD)), ([contact.name], []))

	def test_a_record_that_is_renamed_merged_or_deleted_takes_its_numbers_along(self):
		new = "Renamed For The Index"
		kept, merged = crm.make_contact(FIRST), crm.make_contact(SECOND)
		frappe.rename_doc("Contact", kept, new, force=True)
		self.assertEqual((self.names(FIRST), self.count(kept)), ([new], 0))
		frappe.rename_doc("Contact", merged, new, merge=True, force=True)
		self.assertEqual((self.names(FIRST), self.count(merged)), ([new], 0))
		frappe.delete_doc("Contact", new, force=True)
		self.assertEqual((self.names(FIRST), self.count(new)), ([], 0))

	def count(self, name: str) -> int:
		return frappe.db.count(index.DOCTYPE, {"reference_name": name})

	def test_a_save_that_is_rolled_back_leaves_nothing(self):
		frappe.db.commit()
		visitor = frappe.get_doc({"doctype": VISITOR, "several": FIRST})
		self.follow(VISITOR)
		visitor.insert()
		self.assertEqual(self.names(FIRST), [visitor.name])
		frappe.db.rollback()
		self.assertEqual(self.names(FIRST), [])

	def test_a_record_whose_number_stands_at_two_places_is_found_once(self):
		lead = crm.make_lead(mobile_no=FIRST, phone="07700 900701")
		self.assertEqual(self.names(FIRST), [lead])
		self.assertEqual(self.count(lead), 1)

	def test_saving_records_of_other_doctypes_asks_the_database_nothing(self):
		frappe.get_cached_doc(SETTINGS)
		todo = frappe.get_doc({"doctype": "ToDo", "description": "Call back"}).insert()
		with patch.object(frappe.db, "sql", side_effect=AssertionError("a statement")):
			index.follow(todo)
			index.follow_delete(todo)
		with patch.object(record_numbers, "list_numbers", side_effect=AssertionError("read")):
			todo.save()
		todo.delete()

	def test_only_chosen_doctypes_are_followed_and_of_them_every_field_but_fax(self):
		self.follow(VISITOR)
		frappe.get_doc({"doctype": "Contact", "first_name": "Ada", "phone_nos": [{"phone": FIRST}]}).insert()
		self.assertEqual(self.names(FIRST), [])
		values = {"private": FIRST, "several": f"{SECOND}, {THIRD}", "fax": "+447700900709"}
		visitor = frappe.get_doc({"doctype": VISITOR, **values}).insert()
		self.assertEqual([self.names(n) for n in (FIRST, SECOND, THIRD)], [[visitor.name]] * 3)
		self.assertEqual(self.names("+447700900709"), [])

	def test_records_without_numbers_cannot_be_chosen(self):
		self.assertRaises(frappe.ValidationError, self.follow, "ToDo")
		frappe.db.rollback()

	def test_a_new_record_gets_the_calls_with_its_number_that_were_nobodys_and_no_others(self):
		unknown = self.dial(number=FIRST)["call"]
		other, known = self.dial(number=SECOND)["call"], self.dial_lead()["call"]
		contact = crm.make_contact(FIRST)
		# They are given after the save's own commit.
		frappe.db.commit()
		frappe.db.rollback()
		linked = {row.name: row.reference_name for row in site.rows()}
		self.assertEqual(linked[unknown], contact)
		self.assertEqual((linked[other] or "", linked[known]), ("", self.lead))


class TestSeveralOwners(IndexCase):
	def test_the_record_changed_last_comes_first(self):
		lead, contact = crm.make_lead(mobile_no=FIRST, phone=crm.LANDLINE), crm.make_contact(FIRST)
		for name, doctype, other in ((lead, "Lead", contact), (contact, "Contact", lead)):
			frappe.db.set_value("Lead", lead, "modified", "2026-01-01 10:00:00", update_modified=False)
			frappe.db.set_value("Contact", contact, "modified", "2026-01-01 10:00:00", update_modified=False)
			frappe.db.set_value(doctype, name, "modified", "2026-01-02 10:00:00", update_modified=False)
			self.assertEqual(self.names(FIRST), [name, other])

	def test_the_record_called_last_comes_before_one_that_was_changed_before_the_call(self):
		lead, contact = crm.make_lead(mobile_no=FIRST, phone=crm.LANDLINE), crm.make_contact(FIRST)
		frappe.db.set_value("Contact", contact, "modified", "2026-01-02 10:00:00", update_modified=False)
		frappe.db.set_value("Lead", lead, "modified", "2026-01-01 10:00:00", update_modified=False)
		self.dial(reference_doctype="Lead", reference_name=lead, fieldname="mobile_no")
		self.assertEqual(self.names(FIRST), [lead, contact])


class TestDoNotCall(IndexCase):
	def test_a_typed_number_of_a_record_that_asks_not_to_be_called_is_refused(self):
		contact = frappe.get_doc("Contact", crm.make_contact(FIRST))
		contact.db_set("do_not_call", 1)
		for typed in ("07700 900701", "+44 7700 900701"):
			reply = self.dial(number=typed)
			self.assertEqual((reply["status"], reply["failure_code"]), ("Failed", "do_not_call"))
		self.assertEqual(self.simulator.requests, ())
		contact.db_set("do_not_call", 0)
		self.assertEqual(self.dial(number="07700 900701")["status"], "Requested")

	def test_a_wish_written_past_the_document_holds_for_its_record(self):
		"""`frappe.db.set_value` tells nobody: the record that is dialed from is read as it stands, not the index."""
		lead, contact = crm.make_lead(mobile_no=FIRST, phone=crm.LANDLINE), crm.make_contact("07700 900702")
		for doctype, name, values in (
			("Lead", lead, {"do_not_call": 1}),
			("Lead", lead, {"do_not_call": 0, "status": "Do Not Contact"}),
			("Contact", contact, {"do_not_call": 1}),
		):
			with self.subTest(values=values):
				frappe.db.set_value(doctype, name, values)
				at_record = {"reference_doctype": doctype, "reference_name": name}
				self.assertEqual(self.dial(**at_record)["failure_code"], "do_not_call")
		frappe.db.set_value("Lead", lead, {"do_not_call": 0, "status": "Open"})
		asked = {"reference_doctype": "Lead", "reference_name": lead, "fieldname": "mobile_no"}
		self.assertEqual(self.dial(**asked)["status"], "Requested")

	def test_a_leads_status_counts_for_its_number_on_another_record_too(self):
		lead, contact = crm.make_lead(mobile_no=FIRST, phone=crm.LANDLINE), crm.make_contact(FIRST)
		frappe.get_doc("Lead", lead).db_set("status", "Do Not Contact")
		with site.as_user(AGENT):
			(offered,) = frappe.call("c2c_frappe.api.call.numbers", doctype="Contact", name=contact)[
				"numbers"
			]
		self.assertTrue(offered["do_not_call"])
		reply = self.dial(reference_doctype="Contact", reference_name=contact)
		self.assertEqual(reply["failure_code"], "do_not_call")
		fix = site.send("Administrator", "GET", "c2c_frappe.api.call.state", call=reply["call"])["fix"]
		self.assertTrue(fix["url"].endswith(lead), fix)
		self.assertEqual(self.simulator.requests, ())


class ReadingCase(IndexCase):
	def setUp(self):
		super().setUp()
		self.visitors = sorted(
			frappe.get_doc({"doctype": VISITOR, "several": f"+44770090073{n}"}).insert().name
			for n in range(10)
		)
		self.addCleanup(index.forget, VISITOR, self.visitors)
		self.addCleanup(frappe.db.delete, VISITOR, {"name": ("in", self.visitors)})
		self.follow(VISITOR)

	def rows(self) -> list:
		return frappe.get_all(index.DOCTYPE, ["name", "number", "reference_name"], order_by="name")

	def read_all(self) -> list[float]:
		shares: list[float] = []
		with patch.object(backfill, "BATCH", 4):
			self.assertTrue(backfill.read_all(shares.append))
		return shares


class TestReadingAll(ReadingCase):
	def test_all_records_are_read_and_what_is_stale_goes(self):
		stale = [("a", FIRST, VISITOR, "gone"), ("b", FIRST, "Contact", "whoever")]
		frappe.db.bulk_insert(index.DOCTYPE, ["name", "number", "reference_doctype", "reference_name"], stale)
		shares = self.read_all()
		found = {row.reference_name for row in self.rows()}
		self.assertLessEqual(set(self.visitors), found)
		self.assertFalse(found & {"gone", "whoever"})
		self.assertEqual((shares, max(shares)), (sorted(shares), 1))
		self.assertTrue(frappe.get_doc(SETTINGS).numbers_indexed_at)

	def test_reading_again_changes_nothing(self):
		self.read_all()
		before = self.rows()
		backfill.start_again()
		self.read_all()
		self.assertEqual(self.rows(), before)

	def test_once_all_is_read_nothing_is_read_until_it_is_asked_for(self):
		self.read_all()
		with patch.object(index, "refresh", side_effect=AssertionError("read")):
			self.read_all()
		with patch.object(frappe, "enqueue") as enqueue:
			backfill.schedule()
			self.assertFalse(enqueue.called)
			self.follow(VISITOR, "Contact")
			backfill.schedule()
			site.send(MANAGER, "POST", "c2c_frappe.api.account.read_numbers")
		self.assertEqual([call.kwargs["user"] for call in enqueue.call_args_list], ["", MANAGER])
		with site.as_user(AGENT):
			self.assertRaises(frappe.PermissionError, api.read_numbers)

	def test_a_change_of_settings_while_it_runs_begins_it_again(self):
		asked, read = [], []

		def refresh_and_ask(doctype, names):
			read.extend(names)
			if not asked:
				asked.append(backfill.start_again())
			return refresh(doctype, names)

		with patch.object(index, "refresh", refresh_and_ask):
			self.read_all()
		self.assertEqual({read.count(visitor) for visitor in self.visitors}, {2})
		self.assertTrue(backfill.indexed_at())

	def test_whether_it_is_done_is_noted_without_emptying_the_sites_cache(self):
		frappe.cache.set_value("c2c_test_canary", "sings")
		backfill.start_again()
		self.read_all()
		self.assertEqual(frappe.cache.get_value("c2c_test_canary"), "sings")

	def test_an_open_form_of_the_settings_saved_later_does_not_start_it_again(self):
		form = frappe.get_doc(SETTINGS)
		self.read_all()
		form.save()
		self.assertTrue(frappe.get_doc(SETTINGS).numbers_indexed_at)


class TestCrash(ReadingCase):
	@classmethod
	def setUpClass(cls):
		processes.require_durable_database()
		super().setUpClass()

	def test_killed_in_the_middle_the_next_run_begins_again(self):
		frappe.db.commit()
		name, pid = frappe.local.site, os.fork()
		if not pid:
			_read_and_die(name, after=2)
		_pid, ended = os.waitpid(pid, 0)
		self.assertEqual(os.WTERMSIG(ended), signal.SIGKILL)
		frappe.db.rollback()
		self.assertFalse(backfill.indexed_at())
		self.read_all()
		found = [(row.reference_name, row.number) for row in self.rows()]
		self.assertLessEqual(set(self.visitors), {name for name, _number in found})
		self.assertEqual(len(found), len(set(found)))
		self.assertTrue(backfill.indexed_at())


refresh = index.refresh


def _read_and_die(site_name: str, after: int) -> None:
	frappe.init(site=site_name, sites_path=".")
	frappe.connect()
	frappe.set_user("Administrator")
	batches = []

	def refresh_or_die(doctype, names):
		if len(batches) == after:
			os.kill(os.getpid(), signal.SIGKILL)
		batches.append(names)
		return refresh(doctype, names)

	index.refresh, backfill.BATCH = refresh_or_die, 4
	backfill.read_all()
	os._exit(1)


class TestSecrecy(IndexCase):
	def test_nobody_lists_the_numbers_of_others_records(self):
		crm.make_lead(mobile_no=FIRST, phone=crm.LANDLINE)
		for user in (AGENT, MANAGER):
			with site.as_user(user):
				self.assertRaises(frappe.PermissionError, frappe.get_list, index.DOCTYPE)
