"""Frappe CRM's row of a call: what it says, that it costs no call, who sees it, and that it goes with the call."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import frappe

from c2c_frappe import personal_data
from c2c_frappe.call_log import crm_mirror
from c2c_frappe.click_to_call.doctype.pbx_call_log import pbx_call_log
from c2c_frappe.desk import recordings, wrap_up
from c2c_frappe.events import store
from c2c_frappe.pbx.calls import frappe_crm
from c2c_frappe.setup import uninstall
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.frappe_crm import ADD_NOTE, API, CALL, E164, LEAD, LOG, MirrorCase
from c2c_frappe.tests.cases.site import AGENT, MANAGER, OTHER_AGENT
from c2c_frappe.transactions import without_commits

LOG_COLUMNS = frappe_crm.log_columns


def without_medium(row, recording: str) -> dict:
	return {**LOG_COLUMNS(row, recording), "medium": ""}


class TestRow(MirrorCase):
	def test_row_says_what_ours_does_from_the_click_to_the_end(self):
		call = self.place()
		row = self.log(call)
		self.assertEqual((row.status, row.type, row.caller, row.to), ("Initiated", "Outgoing", AGENT, E164))
		self.assertEqual((row.reference_doctype, row.reference_docname, row.links), (LEAD, self.lead, []))
		self.end(call)
		self.assertEqual((self.log(call).status, self.log(call).duration), ("Completed", 5))

	def test_row_is_dated_and_owned_as_the_call_was(self):
		call = self.place()
		requested = frappe.db.get_value(CALL, call, "requested_at")
		self.assertEqual((self.log(call).creation, self.log(call).owner), (requested, AGENT))

	def test_call_that_came_in_has_one_too(self):
		self.hear("end", hangup_cause="NO ANSWER")
		row = self.log(frappe.db.get_value(CALL, {"dialed_number": E164}))
		self.assertEqual(
			(row.type, row.status, row.receiver, row.get("from")), ("Incoming", "No Answer", AGENT, E164)
		)

	def test_refused_call_has_none(self):
		site.give_extension(AGENT, "")
		self.refusal()
		self.assertEqual(frappe.get_all(LOG, {"reference_docname": self.lead}), [])

	def test_setting_off_makes_none(self):
		site.change_settings(call_from_crm=0)
		call = self.dial(reference_doctype=LEAD, reference_name=self.lead)["call"]
		self.assertFalse(frappe.db.exists(LOG, call))

	def test_deleted_row_does_not_come_back(self):
		call = self.place()
		frappe.delete_doc(LOG, call, force=True)
		self.end(call)
		self.assertFalse(frappe.db.exists(LOG, call))
		self.assertEqual(frappe.db.get_value(CALL, call, "status"), "Completed")

	def test_open_page_of_the_lead_is_told_to_load_its_calls(self):
		call = self.place()
		with self.told("refetch_resource") as sent:
			self.end(call)
		self.assertIn((AGENT, {"cache_key": ["activity", self.lead]}), sent)
		self.assertEqual({user for user, _data in sent}, {AGENT})

	def test_agent_gives_a_call_to_no_lead_they_may_not_read(self):
		call, stranger = self.place(), self.make(LEAD, first_name="Ann", lead_owner=OTHER_AGENT)
		own = self.make(LEAD, first_name="Bob")
		for wanted, kept in ((stranger, self.lead), (own, own)):
			with site.as_user(AGENT):
				self.log(call).update({"reference_docname": wanted}).save()
			self.assertEqual(self.log(call).reference_docname, kept)

	def test_page_is_not_told_of_a_call_that_crm_has_no_row_of(self):
		site.change_settings(call_from_crm=0)
		with self.told("refetch_resource") as sent:
			self.end(self.dial(reference_doctype=LEAD, reference_name=self.lead)["call"])
		self.assertEqual(sent, [])

	def test_calls_tab_of_the_lead_shows_it_once(self):
		call = self.place()
		self.end(call)
		activities = self.ask("crm.api.activities.get_activities", name=self.lead)
		self.assertEqual([each["name"] for each in activities[1]], [call])


class TestFaults(MirrorCase):
	def test_fault_of_crm_costs_neither_dial_nor_event(self):
		def fail(*_args, **_kwargs):
			raise ValueError("of another app")

		with patch.object(crm_mirror, "_insert", fail):
			call = self.place()
		with patch.object(crm_mirror, "_write", fail), patch.object(crm_mirror, "_insert", fail):
			self.assertEqual(self.end(call), store.APPLIED)
		self.assertEqual(frappe.db.get_value(CALL, call, "status"), "Completed")
		self.assertTrue(frappe.db.exists("Error Log", {"method": "Call in Frappe CRM"}))
		frappe.db.delete("Error Log", {"method": "Call in Frappe CRM"})

	def test_transaction_the_database_ended_begins_again(self):
		call, ended = self.place(), [frappe.QueryDeadlockError(1213), frappe.db.OperationalError(1020)]
		write = crm_mirror._write

		def end_or_write(*args):
			if ended:
				raise ended.pop()
			write(*args)

		with patch.object(crm_mirror, "_write", end_or_write):
			self.assertEqual(self.end(call), store.APPLIED)
		self.assertEqual((ended, self.log(call).status), ([], "Completed"))

	def test_note_from_an_older_copy_undoes_no_newer_status(self):
		call = self.place()
		older = frappe.get_doc(LOG, call)
		self.end(call)
		older.save(ignore_permissions=True)
		self.assertEqual((self.log(call).status, self.log(call).duration), ("Completed", 5))

	def test_save_that_began_before_an_event_undoes_no_newer_status(self):
		"""Its transaction goes on seeing our call as it was, where the database does not end it for that."""
		if frappe.db.sql("show variables like 'innodb_snapshot_isolation'"):
			frappe.db.sql("set session innodb_snapshot_isolation = 0")
			self.addCleanup(frappe.db.sql, "set session innodb_snapshot_isolation = 1")
		call = self.place()
		older = self.log(call)
		self.assertEqual(frappe.db.get_value(CALL, call, "ended_at"), None)
		self.elsewhere(lambda: self.end(call))
		older.save(ignore_permissions=True)
		frappe.db.commit()
		self.assertEqual((self.log(call).status, self.log(call).duration), ("Completed", 5))

	def elsewhere(self, work) -> None:
		"""Do it in a process of its own, as far as Frappe and the database can tell."""
		here, path = frappe.local.site, frappe.local.sites_path

		def run():
			frappe.init(here, path)
			frappe.connect()
			work()
			frappe.db.commit()
			frappe.destroy()

		with ThreadPoolExecutor(1) as pool:
			pool.submit(run).result()

	def test_row_that_is_held_for_long_is_not_waited_for_again(self):
		call, tries = self.place(), []

		def wait(*_args):
			tries.append(1)
			raise frappe.QueryTimeoutError(1205)

		with patch.object(crm_mirror, "_write", wait):
			self.assertEqual(self.end(call), store.APPLIED)
		self.assertEqual((len(tries), frappe.db.get_value(CALL, call, "status")), (1, "Completed"))
		frappe.db.delete("Error Log", {"method": "Call in Frappe CRM"})

	def test_popup_of_a_call_that_crm_takes_no_row_of_is_told_all_the_same(self):
		with patch.object(crm_mirror, "_insert", side_effect=ValueError), self.told("exotel_call") as sent:
			self.end(self.place())
		self.assertEqual([event["EventType"] for _user, event in sent][-1:], ["terminal"])
		frappe.db.delete("Error Log", {"method": "Call in Frappe CRM"})

	def test_field_that_a_site_made_mandatory_costs_no_row(self):
		site_field = frappe.get_meta(LOG).get_field("medium")
		with patch.object(site_field, "reqd", 1), patch.object(frappe_crm, "log_columns", without_medium):
			self.assertFalse(self.log(self.place()).medium)

	def test_block_without_commits_within_another_leaves_that_as_it_is(self):
		with without_commits():
			with without_commits():
				pass
			self.assertIn("commit", vars(frappe.local.db))
		self.assertNotIn("commit", vars(frappe.local.db))

	def test_facts_cannot_be_edited_on_crms_side(self):
		call = self.place()
		row = self.log(call)
		row.update({"status": "Completed", "to": "+15550100", "recording_url": "https://evil.example/x.mp3"})
		row.save(ignore_permissions=True)
		row = self.log(call)
		self.assertEqual((row.status, row.to, row.recording_url), ("Initiated", E164, ""))

	def test_rows_of_crms_own_are_left_alone(self):
		own = self.log(self.make_own_row())
		own.update({"status": "Completed"}).save()
		self.assertEqual(own.status, "Completed")


class TestPermissions(MirrorCase):
	def test_mirrored_rows_are_ones_own_and_all_of_a_manager(self):
		site.make_user(OTHER_AGENT, "PBX Agent", "Sales User")
		self.addCleanup(site.make_user, OTHER_AGENT, "PBX Agent")
		call, seen = self.place(), {}
		for user in (AGENT, OTHER_AGENT):
			with site.as_user(user):
				listed = call in frappe.get_list(LOG, pluck="name")
				seen[user] = (listed, bool(frappe.has_permission(LOG, "read", call)))
		self.assertEqual(seen, {AGENT: (True, True), OTHER_AGENT: (False, False)})
		site.make_user(MANAGER, "PBX Manager", "Sales User")
		self.addCleanup(site.make_user, MANAGER, "PBX Manager")
		with site.as_user(MANAGER):
			self.assertIn(call, frappe.get_list(LOG, pluck="name"))
		with self.assertRaises(frappe.PermissionError):
			self.ask(ADD_NOTE, OTHER_AGENT, call_sid=call, note={"content": "mine"})

	def test_who_a_call_is_assigned_to_may_read_its_row_and_nothing_else(self):
		site.make_user(OTHER_AGENT, "PBX Agent", "Sales User")
		self.addCleanup(site.make_user, OTHER_AGENT, "PBX Agent")
		call = self.place()
		todo = {"reference_type": CALL, "reference_name": call, "allocated_to": OTHER_AGENT}
		todo = frappe.get_doc({"doctype": "ToDo", "description": "Look", **todo}).insert()
		self.addCleanup(todo.delete)
		ptypes = ("read", "write", "delete", "share")
		with site.as_user(OTHER_AGENT):
			may = [ptype for ptype in ptypes if frappe.has_permission(LOG, ptype, call)]
		self.assertEqual(may, ["read"])

	def test_crms_own_rows_stay_everybodys(self):
		own = self.log(self.make_own_row())
		with site.as_user(AGENT):
			self.assertIn(own.name, frappe.get_list(LOG, pluck="name"))


class TestRecordings(MirrorCase):
	def setUp(self):
		super().setUp()
		self.point_accounts_at(self.simulator.url, allow_private=1)
		self.addCleanup(self.point_accounts_at, self.simulator.url, allow_private=0)
		self.call = self.place()
		recorded = self.simulator.begin("1002", "12025550147", at=time.time() - 5)
		self.simulator.answer(recorded.id)
		self.simulator.hang_up(recorded.id)
		self.url = f"{self.simulator.url}/recordings/{recorded.unique_id}.wav"
		self.end(self.call, recording=self.url)

	def play(self, user: str):
		return self.ask(f"{API}.get_recording_url", user, "GET", call_log_name=self.call)

	def test_crms_player_gets_it_through_us_and_never_its_address(self):
		row = self.log(self.call).as_dict()
		self.assertEqual(row.recording_url, recordings.source(self.call))
		self.assertNotIn(self.url, frappe.as_json(row))
		self.assertTrue(self.play(AGENT).data.startswith(b"RIFF"))
		self.assertTrue(self.play(MANAGER).data.startswith(b"RIFF"))
		with self.assertRaises(frappe.PermissionError):
			self.play(OTHER_AGENT)

	def test_recording_that_is_deleted_is_gone_at_crm(self):
		recordings.delete(self.call)
		self.assertEqual(self.log(self.call).recording_url, "")

	def test_links_are_emptied_before_the_app_goes(self):
		crm_mirror.forget_recordings()
		self.assertEqual(self.log(self.call).recording_url, "")
		self.assertIn("forget_recordings", uninstall.before_uninstall.__code__.co_names)

	def test_recording_of_crms_own_row_is_crms(self):
		own = self.log(self.make_own_row())
		with self.assertRaises(frappe.DoesNotExistError):
			self.ask(f"{API}.get_recording_url", AGENT, "GET", call_log_name=own.name)


class TestPerson(MirrorCase):
	def test_row_is_exported_and_erased_with_the_person(self):
		call = self.place()
		self.end(call)
		with site.as_user(AGENT):
			wrap_up.save(call, "", "Likes tea", "", "")
		(exported,) = personal_data.export(number=E164)["crm"]
		self.assertEqual(
			(exported["name"], exported["to"], exported["notes"]), (call, E164, ["<p>Likes tea</p>"])
		)
		personal_data.erase(number=E164)
		self.assertFalse(frappe.db.exists(LOG, call))
		self.assertFalse(frappe.db.exists("FCRM Note", call))
		self.end(call, recording="http://x.example/1.wav")
		self.assertFalse(frappe.db.exists(LOG, call))

	def test_row_goes_with_a_call_that_is_deleted_or_cleared(self):
		first = self.place()
		frappe.delete_doc(CALL, first, force=True)
		self.assertFalse(frappe.db.exists(LOG, first))
		calls = [self.place(), self.press("+447700900829")]
		frappe.db.set_value(CALL, {"name": ("in", calls)}, "creation", "2001-01-01", update_modified=False)
		with patch.object(pbx_call_log, "BATCH", 1):
			frappe.get_doc(CALL, calls[0]).clear_old_logs(days=9000)
		left = [frappe.get_all(doctype, {"name": ("in", calls)}) for doctype in (LOG, CALL)]
		self.assertEqual(left, [[], []])

	def test_copies_of_deleted_rows_are_erased_with_the_person(self):
		call = self.place()
		self.end(call)
		with site.as_user(AGENT):
			wrap_up.save(call, "", "Likes tea", "", "")
		for doctype in (LOG, "FCRM Note"):
			frappe.delete_doc(doctype, call, force=True)
		kept = {"deleted_name": call, "deleted_doctype": ("in", (LOG, "FCRM Note"))}
		self.assertEqual(frappe.db.count("Deleted Document", kept), 2)
		personal_data.erase(number=E164)
		self.assertEqual(frappe.db.count("Deleted Document", kept), 0)
