"""What somebody hostile wrote does no harm where it comes out: no formula in an exported file, no second line in a log."""

from __future__ import annotations

import csv
import io
import json
from unittest.mock import patch

import frappe
from frappe import client

from c2c_frappe.api import call
from c2c_frappe.click_to_call.report.unreached_leads import unreached_leads
from c2c_frappe.events import reconcile
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.errors import UnavailableError
from c2c_frappe.pbx.wire import responses
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.error_log import NewErrors
from c2c_frappe.tests.cases.site import AGENT, MANAGER, PRIMEVOX, SiteCase


class TestExports(SiteCase):
	"""What people wrote is no formula in the files that managers export."""

	FORMULA = "=cmd|' /C calc'!A0"

	def export(self, method: str, **asked) -> list[list[str]]:
		"""Return the cells of a file that a manager exports as CSV."""
		frappe.local.response = frappe._dict()
		asked = {"file_format_type": "CSV", "csv_quoting": 2, "csv_delimiter": ",", **asked}
		site.send(MANAGER, "POST", method, **asked)
		content = frappe.local.response.filecontent
		text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
		return list(csv.reader(io.StringIO(text)))

	def exported(self, doctype: str, *fields: str) -> str:
		rows = self.export(
			"frappe.desk.reportview.export_query",
			doctype=doctype,
			title=doctype,
			fields=json.dumps([f"`tab{doctype}`.`{field}`" for field in fields]),
			filters="[]",
		)
		self.assertGreater(len(rows), 1)
		return [cell for row in rows for cell in row]

	def assert_no_formula(self, cells: list[str]) -> None:
		self.assertTrue([cell for cell in cells if "cmd|" in cell], cells)
		self.assertEqual([cell for cell in cells if cell[:1] in "=@" and cell], [])

	def test_not_in_the_log(self):
		reply = self.dial_lead(request_id=self.FORMULA)
		with site.as_user(AGENT):
			call.wrap_up(reply["call"], notes=self.FORMULA)
		self.dial(number=self.FORMULA)
		self.dial(number=f"+1+{self.FORMULA}")
		fields = ("number", "message", "notes", "request_id", "override_reason", "reference_name")
		self.assert_no_formula(self.exported("PBX Call Log", *fields))

	def test_not_in_notes_that_were_written_over_rest(self):
		made = self.dial_lead()["call"]
		with site.as_user(AGENT):
			client.set_value("PBX Call Log", made, "notes", self.FORMULA)
		self.assert_no_formula(self.exported("PBX Call Log", "notes"))

	def test_not_in_the_list_of_numbers_nobody_may_call(self):
		with site.as_user(AGENT):
			values = {"number": "+447700900888", "reason": self.FORMULA}
			frappe.get_doc({"doctype": "PBX Do Not Call", **values}).insert()
		self.addCleanup(frappe.delete_doc, "PBX Do Not Call", "+447700900888", force=True)
		self.assert_no_formula(self.exported("PBX Do Not Call", "number", "reason"))

	def test_not_in_the_report_that_shows_names_of_leads(self):
		self.set_lead(lead_name=self.FORMULA)
		self.dial_lead()
		with site.as_user("Administrator"):
			_columns, rows, *_rest = unreached_leads.execute({})
		self.assert_no_formula([row["lead_name"] for row in rows])


class TestLogs(SiteCase):
	"""A line of a log, or the title of an entry, is one line whatever a PBX says."""

	SAID = "denied\r\n2026-01-01 INFO all is well\x1b[2J\u2028\x00\u202eevil"

	def test_what_a_pbx_says_to_a_request_for_call_records_is_logged_in_one_line(self):
		answer = UnavailableError(responses.excerpt(self.SAID, ()))
		errors = NewErrors()
		for failure in (answer, UnavailableError(self.SAID)):
			frappe.db.set_value("PBX Account", PRIMEVOX, "records_message", "")
			with patch.object(exchange, "fetch_records", side_effect=failure):
				reconcile.fetch(PRIMEVOX)
			(entry,) = errors.look()
			self.assertTrue(entry.method.isprintable() and entry.error.isprintable(), entry)

	def test_what_somebody_types_is_kept_in_one_line(self):
		for text in (self.SAID, f"+44{self.SAID}"):
			reply = self.dial(number=text)
			self.assertTrue(reply["message"].isprintable(), reply)
