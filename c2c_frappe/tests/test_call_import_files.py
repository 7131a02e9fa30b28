"""Files as people have them, uploaded as the Desk does it: what becomes of each row, and what a file may not cost."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from datetime import datetime, time
from time import process_time
from unittest.mock import patch

import frappe
from frappe.handler import upload_file
from frappe.utils import set_request
from frappe.utils.xlsxutils import make_xlsx

from c2c_frappe.events import call_matching, file_import, spreadsheet
from c2c_frappe.pbx.imports.table import FileError
from c2c_frappe.tests.cases import pbx_events, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, MANAGER
from c2c_frappe.tests.test_call_imports import CUSTOMER, NEW, ImportCase

FRITZBOX = """sep=;
Typ;Datum;Name;Rufnummer;Landes-/Ortsnetzbereich;Nebenstelle;Eigene Rufnummer;Dauer
1;20.07.26 10:45;;07700900811;;1000;02079460018;0:10
2;20.07.26 14:37;;07700900123;;;02079460018;0:00
4;21.07.26 09:08;;07700900811;;1000;02079460018;1:04
7;21.07.26 09:30;;07700900811;;1000;02079460018;0:01
"""
FREEPBX = (
	"calldate,src,dst,channel,dstchannel,billsec,disposition,uniqueid\n"
	"2026-07-20 12:00:00,07700900123,s,SIP/trunk-00000001,SIP/1001-00000002,0,NO ANSWER,7.1\n"
	"2026-07-20 13:00:00,07700900811,s,SIP/trunk-00000005,SIP/1000-00000006,8,ANSWERED,7.2\n"
	"2026-07-20 12:00:05,07700900123,600,SIP/trunk-00000001,SIP/1000-00000003,30,ANSWERED,7.1\n"
	"2026-07-20 12:00:40,07700900123,1002,SIP/trunk-00000001,SIP/1002-00000004,60,ANSWERED,7.1\n"
)


class FileCase(ImportCase):
	def uploaded(self, content: bytes, name: str, **values):
		"""Upload a file in a multipart form, as a manager's browser does, and make an import of it."""
		with site.as_user(MANAGER):
			set_request(
				method="POST", path="/", data={"file": (io.BytesIO(content), name), "is_private": "1"}
			)
			frappe.local.form_dict = frappe._dict(is_private="1")
			file = upload_file()
			known = {"account": COMMPEAK, "file": file.file_url, "time_zone": "UTC"}
			return frappe.get_doc({"doctype": "PBX Call Import", **known, **values}).insert()

	def import_of(self, content: str | bytes, name: str = "c2c-test-upload.csv", **values):
		content = content.encode() if isinstance(content, str) else content
		document = self.uploaded(content, name, **values)
		seen = site.send(MANAGER, "GET", "c2c_frappe.api.call_import.preview", name=document.name)
		self.assertEqual(seen["message"], "")
		site.send(MANAGER, "POST", "c2c_frappe.api.call_import.start", name=document.name)
		frappe.db.commit()
		file_import.run(document.name)
		return frappe.get_doc("PBX Call Import", document.name)

	def problems(self, document) -> list[tuple[int, str]]:
		return [tuple(row[:2]) for row in json.loads(document.problems)]


class TestFiles(FileCase):
	def test_a_fritzbox_list_is_imported(self):
		report = self.import_of(FRITZBOX)
		self.assertEqual(self.counts(report), {"rows_read": 4, "added": 3, "broken": 1})
		self.assertEqual(self.problems(report), [(6, "broken")])
		fields = ["direction", "status", "number", "duration"]
		found = set(frappe.get_all("PBX Call Log", {"account": COMMPEAK}, fields, as_list=True))
		self.assertEqual(
			found,
			{
				("Incoming", "Completed", NEW, 600),
				("Incoming", "No Answer", CUSTOMER, None),
				("Outgoing", "Completed", NEW, 3840),
			},
		)

	def test_rows_of_one_uniqueid_are_one_call(self):
		"""The first start and all the talk, though another call's row stands between."""
		report = self.import_of(FREEPBX)
		self.assertEqual(self.counts(report), {"rows_read": 4, "added": 2, "matched": 2})
		(call,) = site.rows(number=CUSTOMER)
		self.assertEqual((call.direction, call.status, call.duration), ("Incoming", "Completed", 90))
		self.assertEqual((call.extension, call.agent), ("1000", AGENT))
		self.assertEqual(pbx_events.count(), 2)
		again = self.import_of(FREEPBX)
		self.assertEqual(self.counts(again), {"rows_read": 4, "known": 4})

	def test_day_and_time_in_two_columns_are_two_calls(self):
		rows = [["Date", "Time", "From", "To", "Talk time"]]
		rows += [[datetime(2026, 7, 20), time(hour, 0), "1000", "07700900811", "1m 15s"] for hour in (9, 15)]
		report = self.import_of(make_xlsx(rows, "Calls").getvalue(), "c2c-test-two.xlsx")
		self.assertEqual(self.counts(report), {"rows_read": 2, "added": 2})
		self.assertEqual([row.duration for row in site.rows()], [75, 75])

	def test_what_cannot_be_read_is_listed_with_its_text(self):
		rows = [
			'a;2026-07-20 10:00;1000;="07700900811";60;Gibberish',
			"b;2026-07-20 11:00;1000;7.7009E+09;60;ANSWERED",
			"c;2026-07-20 12:00;1000;Grace (+447700900811);PT1M15S;Angenommen",
		]
		report = self.import_of("\n".join(["Call ID;Call start;From;To;Talk time;Result", *rows]))
		self.assertEqual(self.counts(report), {"rows_read": 3, "added": 2, "broken": 1})
		self.assertEqual(self.problems(report), [(2, "partial"), (3, "broken")])
		self.assertIn("Gibberish", report.problems)
		self.assertIn("7.7009E+09", report.problems)
		self.assertEqual(
			{(row.status, row.duration) for row in site.rows()}, {("Completed", 60), ("Completed", 75)}
		)

	def test_a_row_that_fails_is_marked_and_the_rest_goes_on(self):
		usual = call_matching.place

		def fail_at_b(account, event, record_id, age):
			if record_id == "b":
				raise KeyError("of this row alone")
			return usual(account, event, record_id, age)

		rows = [f"{name};2026-07-20 1{n}:00;1000;07700900811" for n, name in enumerate("abc")]
		with patch.object(call_matching, "place", fail_at_b):
			report = self.import_of("\n".join(["Call ID;Call start;From;To", *rows]))
		self.assertEqual(
			(report.status, self.counts(report)), ("Done", {"rows_read": 3, "added": 2, "broken": 1})
		)
		self.assertEqual(self.problems(report), [(3, "broken")])
		self.assertIn("KeyError", pbx_events.one(outcome="Invalid").reason)

	def test_a_fault_in_reading_a_row_is_marked_and_the_rest_goes_on(self):
		usual = file_import.read

		def fail_at_b(cells, reading):
			if cells[0] == "b":
				raise KeyError("of this row alone")
			return usual(cells, reading)

		rows = [f"{name};2026-07-20 1{n}:00;1000;07700900811" for n, name in enumerate("abc")]
		with patch.object(file_import, "read", fail_at_b):
			report = self.import_of("\n".join(["Call ID;Call start;From;To", *rows]))
		self.assertEqual(
			(report.status, self.counts(report)), ("Done", {"rows_read": 3, "added": 2, "broken": 1})
		)
		self.assertIn("KeyError", report.problems)
		self.assertNotIn("of this row alone", report.problems)

	def test_empty_rows_do_not_shift_the_numbers_of_the_report(self):
		report = self.import_of("Call start;From;To\n\n;;\nsome day;1000;07700900811\n")
		self.assertEqual(self.problems(report), [(4, "broken")])


class TestLimits(FileCase):
	def packed(self, sheet: bytes) -> bytes:
		"""Return an XLSX file with this as the XML of its sheet."""
		source, made = zipfile.ZipFile(make_xlsx([["Start"]], "Calls")), io.BytesIO()
		with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
			for part in source.infolist():
				is_sheet = part.filename == "xl/worksheets/sheet1.xml"
				archive.writestr(part.filename, sheet if is_sheet else source.read(part.filename))
		return made.getvalue()

	def sheet(self, rows: bytes) -> bytes:
		name = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
		return b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (name, rows)

	def test_a_file_that_unpacks_to_too_much_is_refused_at_the_upload(self):
		content = self.packed(self.sheet(b"<row><c><v>1</v></c></row>" * 2_700_000))
		self.assertLess(len(content), 400_000)
		with self.assertRaisesRegex(frappe.ValidationError, "unpacked file is too large"):
			self.uploaded(content, "c2c-test-packed.xlsx")

	def test_one_row_without_end_is_refused(self):
		content = self.packed(self.sheet(b"<row>" + b"<c/>" * 2_000_000 + b"</row>"))
		with self.assertRaisesRegex(FileError, "unpacked file is too large"):
			next(spreadsheet.rows(content))

	def test_a_sheet_that_names_no_size_is_not_read_to_its_end(self):
		"""Its first rows are there at once, as those of one with a dimension; a size in a comment is none."""
		row = b'<row><c t="str"><v>Start</v></c>' + b"<c><v>1</v></c>" * 9 + b"</row>"
		sized = self.sheet(row * 100_000).replace(b"<sheetData>", b'<dimension ref="A1:J9"/><sheetData>')
		for sheet in (sized, self.sheet(row * 100_000), b"<!-- <dimension/> -->" + self.sheet(row * 100_000)):
			content = self.packed(sheet)
			began = process_time()
			found = list(itertools.islice(spreadsheet.rows(content), 10))
			self.assertLess(process_time() - began, 3)
			self.assertEqual(found, [["Start", *[1] * 9]] * 10)

	def test_a_sheet_that_names_no_size_is_read_whole(self):
		"""Every row is there, whatever prefix the XML has; a few exporters leave the size out."""
		rows = b"".join(b"<x:row><x:c><x:v>%d</x:v></x:c></x:row>" % n for n in range(2000))
		name = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
		sheet = b'<x:worksheet xmlns:x="%s"><x:cols/><x:sheetData>%s</x:sheetData></x:worksheet>'
		self.assertEqual(
			list(spreadsheet.rows(self.packed(sheet % (name, rows)))), [[n] for n in range(2000)]
		)

	def test_too_many_rows_stop_the_import_with_the_reason(self):
		rows = b'<row><c t="str"><v>Start</v></c><c t="str"><v>Number</v></c></row>' + b"<row/>" * 200_001
		document = self.uploaded(self.packed(self.sheet(rows)), "c2c-test-long.xlsx")
		frappe.db.commit()
		file_import.run(document.name)
		document.reload()
		self.assertEqual(document.status, "Stopped")
		self.assertIn("200000", document.problems)

	def test_a_file_that_is_no_spreadsheet_says_so(self):
		with self.assertRaisesRegex(frappe.ValidationError, "BadZipFile"):
			self.uploaded(b"PK no archive", "c2c-test-none.xlsx")

	def test_the_preview_reads_ten_rows_and_no_column_beside_them(self):
		rows = [["Call start", "From", "To"]]
		rows += [[datetime(2026, 7, 20, 12), "1000", "07700900811"] for _n in range(40)]
		document = self.uploaded(make_xlsx(rows, "Calls").getvalue(), "c2c-test-many.xlsx")
		self.assertEqual(len(document.columns), 3)
		read, usual = [], spreadsheet._value
		with patch.object(spreadsheet, "_value", lambda cell: read.append(cell) or usual(cell)):
			self.assertEqual(len(file_import.preview(document.name)["rows"]), 10)
		self.assertEqual(len(read), 3 * 11)
