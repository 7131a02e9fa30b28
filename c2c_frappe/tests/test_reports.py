"""The reports count what is there, and only what their reader may see."""

from __future__ import annotations

from functools import partial

import frappe
from frappe.desk.query_report import run
from frappe.utils import add_days, now_datetime, today

from c2c_frappe.call_log import counts as call_counts
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import SiteCase

SPAN = {"from_date": add_days(today(), -1), "to_date": today()}


class TestReports(SiteCase):
	def setUp(self):
		super().setUp()
		for agent, status, code, duration in (
			(site.AGENT, "Completed", "", 60),
			(site.AGENT, "No Answer", "", 0),
			(site.AGENT, "Failed", "do_not_call", 0),
			(site.AGENT, "Failed", "not_allowlisted", 0),
			(site.MANAGER, "Completed", "", 30),
			(site.MANAGER, "Unknown", "timeout", 0),
		):
			self.make_call(agent, status, code, duration)
		frappe.db.commit()

	def make_call(self, agent, status, code, duration, lead=None):
		call = {"status": status, "failure_code": code, "duration": duration, "agent": agent}
		reference = {"reference_doctype": "Lead", "reference_name": lead or self.lead}
		when = {"requested_at": now_datetime(), "direction": "Outgoing", "doctype": "PBX Call Log"}
		frappe.get_doc({**call, **reference, **when}).insert(ignore_permissions=True)

	def read(self, report, user):
		frappe.set_user(user)
		try:
			return run(report, SPAN, ignore_prepared_report=True)["result"]
		finally:
			frappe.set_user("Administrator")

	def test_call_activity_counts_a_refusal_apart_from_calls_that_were_placed(self):
		(row,) = [r for r in self.read("Call Activity", site.MANAGER) if r["agent"] == site.AGENT]
		self.assertEqual((row["placed"], row["answered"], row["refused"]), (3, 1, 1))
		self.assertEqual((row["failed"], row["no_answer"], row["unclear"]), (1, 1, 0))
		self.assertEqual((row["connect_rate"], row["talk_time"]), (50.0, 60))

	def test_every_count_is_answered_from_its_index_alone(self):
		if frappe.db.db_type == "sqlite":
			self.skipTest("SQLite explains its plans in other words.")
		filters = {**SPAN, "account": "any"}
		for counts in (
			lambda filters: call_counts.count_calls(filters, "agent", "day"),
			lambda filters: call_counts.count_calls(filters, "hour"),
			lambda filters: call_counts.count_calls(filters, "disposition", "agent"),
			partial(call_counts.count_by_record, doctype="Lead"),
			call_counts.count_by_failure,
			lambda filters: call_counts.first_calls("Lead", filters["from_date"]),
		):
			counts(filters)
			# So few calls as here the database reads without any index, unless it must.
			query = frappe.db.last_query.replace("WHERE", "FORCE INDEX (`of_report`) WHERE", 1)
			(plan,) = frappe.db.sql(f"explain {query}", as_dict=True)
			self.assertEqual((plan.key, "Using index" in plan.Extra.split("; ")), ("of_report", True), query)

	def test_an_agent_sees_own_calls_only_in_every_report(self):
		agents = {row["agent"] for row in self.read("Call Activity", site.AGENT)}
		self.assertEqual(agents, {site.AGENT})
		codes = {row["code"] for row in self.read("Failures by Reason", site.AGENT)}
		self.assertEqual(codes, {"do_not_call", "not_allowlisted"})

	def test_a_manager_sees_everybodys_failures_with_words_for_each(self):
		found = {row["code"]: row["reason"] for row in self.read("Failures by Reason", site.MANAGER)}
		self.assertEqual(set(found), {"do_not_call", "not_allowlisted", "timeout"})
		self.assertTrue(all(reason and reason != code for code, reason in found.items()))

	def test_a_lead_is_unreached_until_somebody_answered(self):
		other = crm.make_lead(mobile_no="+44 7700 900999")
		self.addCleanup(frappe.delete_doc, "Lead", other, force=True)
		self.make_call(site.AGENT, "No Answer", "", 0, other)
		self.make_call(site.AGENT, "Busy", "", 0, other)
		rows = {row["lead"]: row["tries"] for row in self.read("Unreached Leads", "Administrator")}
		self.assertEqual(rows.get(other), 2)
		self.assertNotIn(self.lead, rows)

	def test_a_lead_nobody_let_the_reader_read_is_not_listed(self):
		frappe.set_user(site.NOBODY)
		self.assertRaises(frappe.PermissionError, run, "Unreached Leads", SPAN)
