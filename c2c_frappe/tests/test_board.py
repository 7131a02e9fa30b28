"""The board Today: what the reports count, who talks with whom, and only what its reader may see."""

from __future__ import annotations

import frappe
from frappe.utils import add_to_date, now_datetime

from c2c_frappe.call_log import outbox
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, MANAGER, NOBODY, OTHER_AGENT
from c2c_frappe.tests.test_managers_reports import ReportCase

METHOD = "c2c_frappe.api.board.today"


class TestBoard(ReportCase):
	def setUp(self):
		super().setUp()
		self.make_call(duration=60, disposition="Interested")
		self.make_call(status="Canceled")
		self.make_call(
			status="No Answer", direction="Incoming", number="+447700900321", dialed_number="+447700900321"
		)
		self.talk = self.make_call(
			OTHER_AGENT,
			"In Progress",
			number="+447700900123",
			dialed_number="+447700900123",
			reference_doctype="Lead",
			reference_name=self.lead,
		)
		frappe.db.commit()

	def board(self, user=MANAGER):
		return site.send(user, "GET", METHOD)

	def test_it_counts_as_call_activity_does(self):
		figures = self.board()["figures"]
		(agent,) = (row for row in self.read("Call Activity") if row["agent"] == AGENT)
		(other,) = (row for row in self.read("Call Activity") if row["agent"] == OTHER_AGENT)
		for name in ("placed", "answered", "incoming", "missed"):
			self.assertEqual(figures[name], agent[name] + other[name], name)
		self.assertEqual((figures["connect_rate"], figures["average_talk_time"]), (100, 60))
		self.assertEqual(figures["not_called_back"], 1)

	def test_a_call_back_leaves_nobody_waiting(self):
		later = add_to_date(now_datetime(), seconds=5)
		self.make_call(AGENT, at=later, number="+447700900321", dialed_number="+447700900321")
		self.assertEqual(self.board()["figures"]["not_called_back"], 0)

	def test_who_talks_is_shown_with_whom_as_far_as_the_reader_may_know(self):
		(row,) = self.board("Administrator")["talking"]
		self.assertEqual((row["call"], row["agent"]), (self.talk, frappe.utils.get_fullname(OTHER_AGENT)))
		self.assertIn("Grace Hopper", row["with"])
		self.assertRegex(row["since"], r"^\d\d:\d\d$")

	def test_an_agent_sees_own_calls_alone(self):
		board = self.board(AGENT)
		self.assertEqual(board["talking"], [])
		self.assertEqual([row["agent"] for row in board["agents"]], [frappe.utils.get_fullname(AGENT)])
		self.assertEqual(board["figures"]["placed"], 2)
		self.assertEqual(board["outcomes"], [{"outcome": "Interested", "calls": 1}])

	def test_failures_are_named_in_whole_sentences(self):
		for code in ("pbx_rejected", "pbx_rejected", "unknown_extension"):
			self.make_call(status="Failed", failure_code=code)
		report = {row["reason"]: row["calls"] for row in self.read("Failures by Reason")}
		board = {row["reason"]: row["calls"] for row in self.board()["failures"]}
		self.assertEqual(board, report)
		self.assertEqual(sorted(board.values()), [1, 2])

	def test_who_may_read_no_calls_gets_no_board(self):
		self.assertRaises(frappe.PermissionError, self.board, NOBODY)

	def test_a_change_is_told_to_open_boards_without_what_changed(self):
		outbox.add([(self.talk, 1, {"changed": ["status"], "after": {"number": "+447700900123"}})])
		(told,) = (each for each in frappe.local._realtime_log if each[0] == outbox.CHANGED_EVENT)
		self.assertEqual(told[1:], [{}, "doctype:PBX Call Log"])
		frappe.db.rollback()
