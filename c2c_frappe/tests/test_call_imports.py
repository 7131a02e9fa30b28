"""Call records that come as a file: nothing is lost, nothing counts twice, and the report says what became of each."""

from __future__ import annotations

import json
import os
import signal
from datetime import datetime, timedelta, timezone

import frappe
from frappe.utils.xlsxutils import make_xlsx

from c2c_frappe import site_time
from c2c_frappe.api import call_import as api
from c2c_frappe.events import file_import, intake
from c2c_frappe.patches import fill_import_title
from c2c_frappe.tests import processes
from c2c_frappe.tests.cases import pbx_events, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, MANAGER, SiteCase

HEADINGS = ["Call ID", "Call start", "From", "To", "Talk time", "Result"]
CUSTOMER, NEW = "+447700900123", "+447700900811"


class ImportCase(SiteCase):
	def setUp(self):
		super().setUp()
		self.forget()
		self.addCleanup(self.forget)
		self.now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)

	def forget(self) -> None:
		pbx_events.forget()
		frappe.db.delete("PBX Call Import", pbx_events.OURS)
		frappe.db.delete("File", {"file_name": ("like", "c2c-test-%")})
		frappe.db.commit()

	def at(self, minutes: float) -> str:
		return f"{self.now + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}"

	def upload(self, rows: list[list], name: str = "c2c-test-calls.csv", **values):
		"""Attach a file of these rows to a new import, as a manager; return the import."""
		if name.endswith(".xlsx"):
			content = make_xlsx([HEADINGS, *rows], "Calls").getvalue()
		else:
			content = "\n".join(";".join(map(str, row)) for row in [HEADINGS, *rows])
		with site.as_user(MANAGER):
			file = frappe.get_doc({"doctype": "File", "file_name": name, "is_private": 1, "content": content})
			file.insert(ignore_permissions=True)
			known = {"account": COMMPEAK, "file": file.file_url, "time_zone": "UTC"}
			return frappe.get_doc({"doctype": "PBX Call Import", **known, **values}).insert()

	def imported(self, rows: list[list], **more) -> dict:
		name = self.upload(rows, **more).name
		frappe.db.commit()
		file_import.run(name)
		return frappe.get_doc("PBX Call Import", name)

	def counts(self, document) -> dict:
		return {name: document.get(name) for name in file_import.COUNTS if document.get(name)}


class TestImport(ImportCase):
	def test_rows_are_matched_new_known_unmatched_or_broken_and_the_report_says_which(self):
		call = self.dial_lead()["call"]
		rows = [
			["a", self.at(0), "1000", CUSTOMER, "60", "ANSWERED"],
			["b", self.at(-90), "1000", NEW, "0:30", "ANSWERED"],
			["c", self.at(-80), CUSTOMER, "1000", "0", "NO ANSWER"],
			["d", self.at(-70), "1002", NEW, "5", "ANSWERED"],
			["e", "some day", "1000", NEW, "5", "ANSWERED"],
			["f", self.at(-60), "1000", "1001", "5", "ANSWERED"],
		]
		report = self.imported(rows)
		self.assertEqual(
			self.counts(report), {"rows_read": 6, "matched": 1, "added": 2, "unmatched": 2, "broken": 1}
		)
		self.assertEqual(report.status, "Done")
		self.assertEqual(
			[row[:2] for row in json.loads(report.problems)],
			[[5, "unmatched"], [6, "broken"], [7, "unmatched"]],
		)
		found = {
			(row.name == call, row.direction, row.status, row.number, row.duration) for row in site.rows()
		}
		self.assertEqual(
			found,
			{
				(True, "Outgoing", "Completed", CUSTOMER, 60),
				(False, "Outgoing", "Completed", NEW, 30),
				(False, "Incoming", "No Answer", CUSTOMER, None),
			},
		)
		# What found no call is kept: every row that could be read is an event.
		self.assertEqual(pbx_events.count(), 4)

	def test_importing_twice_changes_nothing(self):
		self.dial_lead()
		rows = [
			["a", self.at(0), "1000", CUSTOMER, "60", "ANSWERED"],
			["", self.at(-90), "1000", NEW, "30", "ANSWERED"],
		]
		first = self.imported(rows)
		before = [site.rows(), pbx_events.all_of("name", "modified")]
		for again in (self.imported(rows), self.imported([*rows, rows[0]])):
			self.assertEqual(again.known, again.rows_read)
		file_import.run(first.name)
		self.assertEqual([site.rows(), pbx_events.all_of("name", "modified")], before)

	def test_a_later_export_of_the_same_calls_only_adds_what_is_new_of_them(self):
		self.imported([["a", self.at(-90), CUSTOMER, "1000", "", ""]])
		self.imported([["a", self.at(-90), CUSTOMER, "1000", "45", "ANSWERED"]])
		(row,) = site.rows()
		self.assertEqual((row.status, row.duration), ("Completed", 45))

	def test_a_call_the_pbx_told_of_under_the_same_id_is_the_same_call(self):
		told = {
			"event": "start",
			"uniqueid": "7.7",
			"extension": "1000",
			"number": CUSTOMER[1:],
			"direction": "in",
		}
		intake.receive(frappe.get_doc("PBX Account", COMMPEAK), {**told, "started_at": self.at(0)})
		report = self.imported([["7.7", self.at(0), CUSTOMER, "1000", "12", "ANSWERED"]])
		self.assertEqual((report.matched, report.added), (1, 0))
		(row,) = site.rows()
		self.assertEqual((row.status, row.duration), ("Completed", 12))

	def test_a_spreadsheet_is_read_as_well(self):
		start = self.now - timedelta(minutes=90)
		report = self.imported([["a", start, 1000, 447700900811, 30, "ANSWERED"]], name="c2c-test-calls.xlsx")
		self.assertEqual(self.counts(report), {"rows_read": 1, "added": 1})
		(row,) = site.rows()
		self.assertEqual((row.number, row.duration, row.extension), (NEW, 30, "1000"))


class TestForm(ImportCase):
	def set_zone(self, zone: str) -> None:
		frappe.db.set_single_value("System Settings", "time_zone", zone)
		frappe.clear_document_cache("System Settings", "System Settings")

	def noon(self) -> datetime:
		"""Return noon UTC of a day as the site's own time."""
		return site_time.to_local(datetime(2026, 11, 23, 12))

	def test_the_columns_are_guessed_and_the_preview_shows_how_rows_are_understood(self):
		document = self.upload(
			[["a", "23/11/2026 12:00", CUSTOMER, "1000", "1:15", "ANSWERED"], ["b", "x", "1", "2"]]
		)
		self.assertEqual(
			[column.meaning for column in document.columns],
			["Call ID", "Start", "Caller", "Called", "Talk time", "Result"],
		)
		seen = site.send(MANAGER, "GET", "c2c_frappe.api.call_import.preview", name=document.name)
		first, second = seen["rows"]
		self.assertEqual((first["start"], first["direction"]), (str(self.noon()), "Incoming"))
		self.assertEqual((first["number"], first["duration"]), ("+44 7700 900123", 75))
		self.assertIn("start time", second["message"])
		self.assertEqual((site.rows(), pbx_events.count()), ([], 0))

	def test_preview_shows_the_sites_own_time(self):
		document = self.upload([["a", "2026-07-23 12:00", CUSTOMER, "1000", "1:15", "ANSWERED"]])
		self.addCleanup(self.set_zone, frappe.get_system_settings("time_zone"))
		self.set_zone("Asia/Kolkata")
		with site.as_user(MANAGER):
			[first] = api.preview(document.name)["rows"]
		self.assertEqual(first["start"], "2026-07-23 17:30:00")

	def test_import_is_called_as_its_file_is(self):
		document = self.upload([["a", self.at(0), "1000", NEW, "5", "ANSWERED"]])
		self.assertEqual(document.get_title(), document.title)
		self.assertRegex(document.title, r"^c2c-test-calls\w*\.csv$")

	def test_import_that_had_no_title_gets_one(self):
		document = self.upload([["a", self.at(0), "1000", NEW, "5", "ANSWERED"]])
		title = document.title
		document.db_set("title", "")
		fill_import_title.execute()
		self.assertEqual(frappe.db.get_value("PBX Call Import", document.name, "title"), title)

	def test_columns_that_lack_something_are_named_and_not_imported(self):
		document = self.upload([["a", self.at(0), "1000", NEW, "5", "ANSWERED"]])
		document.columns[1].meaning = ""
		document.save()
		with site.as_user(MANAGER):
			self.assertIn("started", api.preview(document.name)["message"])
			self.assertRaises(frappe.ValidationError, api.start, document.name)

	def test_what_the_user_said_of_the_columns_outlives_a_save_and_goes_with_another_file(self):
		document = self.upload([["a", self.at(0), "1000", NEW, "5", "ANSWERED"]])
		document.columns[0].meaning = ""
		document.save()
		self.assertFalse(document.columns[0].meaning)
		other = self.upload([["b", self.at(0), "1000", NEW, "5", "BUSY"]], name="c2c-test-other.csv")
		document.file = other.file
		document.save()
		self.assertEqual(document.columns[0].meaning, "Call ID")

	def test_a_file_the_user_may_not_read_is_not_imported(self):
		content = {
			"doctype": "File",
			"file_name": "c2c-test-secret.csv",
			"is_private": 1,
			"content": "Start;Number",
		}
		file = frappe.get_doc(content).insert()
		asked = {"doctype": "PBX Call Import", "account": COMMPEAK, "file": file.file_url}
		with site.as_user(MANAGER):
			self.assertRaises(frappe.PermissionError, frappe.get_doc(asked).insert)

	def test_a_time_zone_there_is_none_of_is_refused(self):
		document = self.upload([["a", self.at(0), "1000", NEW, "5", "ANSWERED"]])
		document.time_zone = "Europe/Nowhere"
		self.assertRaises(frappe.ValidationError, document.save)

	def test_agents_import_nothing(self):
		with site.as_user(AGENT):
			self.assertRaises(frappe.PermissionError, frappe.get_list, "PBX Call Import")
			self.assertRaises(frappe.PermissionError, api.start, "any")


class TestCrash(ImportCase):
	@classmethod
	def setUpClass(cls):
		processes.require_durable_database()
		super().setUpClass()

	def test_killed_in_the_middle_it_loses_no_row_and_imports_none_twice(self):
		rows = [[f"r{n}", self.at(-90 - n), "1000", NEW, "5", "ANSWERED"] for n in range(30)]
		document = self.upload(rows)
		frappe.db.commit()
		name, pid = frappe.local.site, os.fork()
		if not pid:
			_import_and_die(name, document.name, after=11)
		_pid, ended = os.waitpid(pid, 0)
		self.assertEqual(os.WTERMSIG(ended), signal.SIGKILL)
		frappe.db.rollback()
		file_import.run(document.name)
		report = frappe.get_doc("PBX Call Import", document.name)
		intake.retry_waiting()
		self.assertEqual((report.status, report.known + report.added), ("Done", 30))
		self.assertEqual(len(site.rows(number=NEW)), 30)
		self.assertEqual(pbx_events.count(outcome="Applied"), 30)


def _import_and_die(site_name: str, name: str, after: int) -> None:
	frappe.init(site=site_name, sites_path=".")
	frappe.connect()
	frappe.set_user("Administrator")
	tried = []

	def try_or_die(*arguments):
		tried.append(arguments)
		if len(tried) == after:
			os.kill(os.getpid(), signal.SIGKILL)
		return usual(*arguments)

	usual, intake._match_and_apply = intake._match_and_apply, try_or_die
	file_import.run(name)
	os._exit(1)
