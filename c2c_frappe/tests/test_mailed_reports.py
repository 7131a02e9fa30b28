"""Frappe's Auto Email Report mails each report as its daily job does, with the days it puts in itself."""

from __future__ import annotations

import json
from email import message_from_string
from functools import partial
from unittest.mock import patch

import frappe
from frappe.email.doctype.auto_email_report import auto_email_report
from frappe.utils import now_datetime

from c2c_frappe.tests.cases import mail
from c2c_frappe.tests.cases.site import AGENT, MANAGER, SiteCase

KIND = "Auto Email Report"


class TestMailedReports(SiteCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(self.forget)
		self.forget()
		mail.require_sender(self)
		for agent, status, duration in ((AGENT, "Completed", 4242), (MANAGER, "Completed", 60)):
			frappe.get_doc(
				{
					"doctype": "PBX Call Log",
					"agent": agent,
					"status": status,
					"duration": duration,
					"direction": "Outgoing",
					"requested_at": now_datetime(),
				}
			).insert(ignore_permissions=True)
		frappe.db.commit()

	def forget(self) -> None:
		"""Delete the reports of the tests' manager and what was to be mailed of them, and commit."""
		frappe.db.delete(KIND, {"email_to": MANAGER})
		frappe.db.delete("Email Queue", {"reference_doctype": KIND})
		frappe.db.commit()

	def schedule(self, report: str, reader: str = MANAGER, **filters) -> str:
		"""Have a report mailed to the manager each day, of the day before and this one, as `reader` may read it."""
		days = {"from_date_field": "from_date", "to_date_field": "to_date", "dynamic_date_period": "Daily"}
		document = {
			"doctype": KIND,
			"report": report,
			"user": reader,
			"email_to": MANAGER,
			"enabled": 1,
			"send_if_data": 0,
		}
		document |= {"frequency": "Daily", "format": "HTML", "filters": json.dumps(filters), **days}
		name = frappe.get_doc(document).insert().name
		frappe.db.commit()
		return name

	def mailed(self, name: str) -> str:
		"""Run the daily job and return the text of the one mail about a report."""
		# Frappe 16 makes a job of each report, 15 none.
		with patch.object(frappe, "enqueue", partial(frappe.enqueue, now=True)):
			auto_email_report.send_daily()
		about = {"reference_doctype": KIND, "reference_name": name}
		(mail_name,) = frappe.get_all("Email Queue", about, pluck="name")
		message = message_from_string(frappe.db.get_value("Email Queue", mail_name, "message"))
		(html,) = (part for part in message.walk() if part.get_content_type() == "text/html")
		return html.get_payload(decode=True).decode()

	def test_the_days_activity_is_mailed_to_the_manager(self):
		text = self.mailed(self.schedule("Call Activity"))
		self.assertIn(AGENT, text)
		self.assertIn(MANAGER, text)
		self.assertRegex(text, r"1h\s+10m\s+42s|4242")

	def test_a_mailed_report_is_kept_to_one_agent_by_its_filter(self):
		text = self.mailed(self.schedule("Call Activity", agent=MANAGER))
		self.assertNotIn(AGENT, text)

	def test_every_report_of_the_app_can_be_mailed(self):
		for report in frappe.get_all("Report", {"module": "Click To Call"}, pluck="name"):
			with self.subTest(report=report):
				# The manager of the tests may read no leads, and Frappe mails nobody what they may not read.
				reader = AGENT if "Leads" in report else MANAGER
				self.assertIn(report, self.mailed(self.schedule(report, reader)))
