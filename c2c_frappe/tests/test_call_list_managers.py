"""What managers see of lists and do with them: the report List Progress, entries that go to another agent."""

from __future__ import annotations

import frappe
from frappe.desk.query_report import run
from frappe.utils import add_days, today

from c2c_frappe.api import call, call_list
from c2c_frappe.call_log import rows
from c2c_frappe.tests.cases import lists, site
from c2c_frappe.tests.cases.lists import LIST, ListCase, entries_of
from c2c_frappe.tests.cases.site import AGENT, CHIEF, MANAGER, NOBODY, OTHER_AGENT

SPAN = {"from_date": add_days(today(), -1), "to_date": today()}
REPORT = "List Progress"


class ManagersCase(ListCase):
	def ends(self, name: str, status: str, outcome: str = "", user: str = AGENT) -> None:
		"""Call the next entry of a list as this user, and let the call end so."""
		reply = self.call(self.next(name, user), user)
		rows.change(
			rows.lock(reply["call"]), {"status": status, "duration": 60 if status == "Completed" else 0}
		)
		frappe.db.commit()
		if outcome:
			with site.as_user(user):
				call.wrap_up(reply["call"], outcome)
			frappe.db.commit()

	def read(self, user: str = MANAGER, **filters) -> list[dict]:
		"""Return the report's rows of this user."""
		with site.as_user(user):
			return run(REPORT, {**SPAN, **filters}, ignore_prepared_report=True)["result"]


class TestListProgress(ManagersCase):
	def setUp(self):
		super().setUp()
		self.name = self.make()
		self.ends(self.name, "Completed", "Interested")
		self.ends(self.name, "No Answer", user=CHIEF)
		self.ends(self.name, "Completed", "Not interested", user=CHIEF)

	def test_a_list_has_its_entries_by_state_and_who_was_reached(self):
		row, total = self.read(call_list=self.name)
		names = ("entries", "waiting", "done", "progress", "placed", "reached", "connect_rate", "talk_time")
		self.assertEqual([row[name] for name in names], [4, 2, 2, 50, 3, 2, 66.7, 120])
		self.assertEqual((row["list"], row["call_list"]), ("Spring offer", self.name))
		self.assertEqual([total[name] for name in names], [row[name] for name in names])

	def test_by_agent_and_by_outcome_each_list_is_shown_apart(self):
		other = self.make(self.leads[3:])
		self.ends(other, "Completed", "Interested")
		*found, total = self.read(group_by="Agent")
		counted = {(row["call_list"], row["agent"]): (row["placed"], row["reached"]) for row in found}
		agent, chief = (frappe.utils.get_fullname(user) for user in (AGENT, CHIEF))
		expected = {(other, agent): (1, 1), (self.name, agent): (1, 1), (self.name, chief): (2, 1)}
		self.assertEqual(counted, expected)
		self.assertEqual((total["placed"], total["reached"]), (4, 3))
		*found, _total = self.read(group_by="Outcome", call_list=self.name)
		counted = {(row["agent"], row["outcome"]): row["placed"] for row in found}
		expected = {(agent, "Interested"): 1, (chief, "No Outcome"): 1, (chief, "Not interested"): 1}
		self.assertEqual(counted, expected)

	def test_an_agent_reads_own_lists_and_own_calls(self):
		row, _total = self.read(AGENT)
		self.assertEqual((row["entries"], row["done"], row["placed"], row["reached"]), (4, 2, 1, 1))
		self.assertEqual(self.read(OTHER_AGENT), [])
		with site.as_user(NOBODY):
			self.assertRaises(frappe.PermissionError, run, REPORT, SPAN)

	def test_days_choose_calls_and_not_entries(self):
		past = {"from_date": add_days(today(), -9), "to_date": add_days(today(), -8)}
		row, _total = self.read(call_list=self.name, **past)
		self.assertEqual((row["entries"], row["placed"]), (4, 0))


class TestMoving(ManagersCase):
	def move(self, names: list[str], agent: str = CHIEF, user: str = MANAGER) -> dict:
		"""Move entries as this user and commit."""
		with site.as_user(user):
			moved = call_list.move(names, agent)
		frappe.db.commit()
		return moved

	def test_waiting_entries_go_to_a_list_of_the_other_rep_with_its_rules(self):
		name = self.make(max_attempts=5, script="Hello")
		self.next(name)
		self.ends(name, "Completed")
		names = [row.name for row in entries_of(name)]
		self.next(name)
		moved = self.move(names)
		self.assertEqual((moved["moved"], moved["left"]), (2, 2))
		(target,) = moved["lists"]
		copied = frappe.db.get_value(
			LIST, target, ["agent", "title", "purpose", "script", "max_attempts", "state"]
		)
		self.assertEqual(copied, (CHIEF, "Spring offer", "Renewals", "Hello", 5, "Open"))
		self.assertEqual([row.reference_name for row in entries_of(target)], self.leads[2:])
		self.assertEqual(self.move(names[2:])["moved"], 0)

	def test_a_second_move_goes_to_the_same_list(self):
		name = self.make()
		names = [row.name for row in entries_of(name)]
		first, second = self.move(names[:1]), self.move(names[1:])
		self.assertEqual(first["lists"], second["lists"])
		self.assertEqual(self.next(first["lists"][0], CHIEF)["entry"], names[0])

	def test_what_a_manager_stopped_no_agent_opens(self):
		name = self.make()
		for state in ("Paused", "Closed"):
			with site.as_user(MANAGER):
				call_list.set_state(name, state)
			for change in ({"state": "Open"}, {"state": "Open", "stopped_by": ""}):
				with (
					self.subTest(state=state),
					site.as_user(AGENT),
					self.assertRaises(frappe.PermissionError),
				):
					frappe.get_doc(LIST, name).update(change).save()
			self.assertEqual(frappe.db.get_value(LIST, name, "state"), state)
		with site.as_user(AGENT):
			frappe.get_doc(LIST, name).update({"stopped_by": "", "title": "Autumn"}).save()
		self.assertEqual(frappe.db.get_value(LIST, name, ["title", "stopped_by"]), ("Autumn", MANAGER))
		with site.as_user(MANAGER):
			call_list.set_state(name, "Open")
		with site.as_user(AGENT):
			call_list.set_state(name, "Paused")
		with site.as_user(MANAGER):
			call_list.set_state(name, "Paused")
		with site.as_user(AGENT):
			self.assertRaises(frappe.PermissionError, call_list.set_state, name, "Open")
		with site.as_user(MANAGER):
			call_list.set_state(name, "Open")
		for state in ("Paused", "Open"):
			with site.as_user(AGENT):
				call_list.set_state(name, state)
		self.assertEqual(frappe.db.get_value(LIST, name, ["state", "stopped_by"]), ("Open", None))

	def test_entries_stay_whose_records_the_other_may_not_read(self):
		name = self.make()
		lists.hide_leads_from(self, OTHER_AGENT)
		moved = self.move([row.name for row in entries_of(name)], OTHER_AGENT)
		self.assertEqual(moved, {"moved": 0, "left": 4, "lists": []})

	def test_who_may_not_read_what_is_next_is_told_so(self):
		name = self.make()
		lists.hide_leads_from(self, OTHER_AGENT)
		frappe.db.set_value(LIST, name, "agent", OTHER_AGENT)
		self.assertIn(
			"You do not have permission to read the next records.", self.next(name, OTHER_AGENT)["message"]
		)

	def test_an_agreed_time_and_attempts_go_with_the_entry(self):
		name = self.make(self.leads[:1])
		self.ends(name, "Busy")
		(before,) = entries_of(name)
		(after,) = entries_of(self.move([before.name])["lists"][0])
		for field in ("state", "due_utc", "attempts", "call", "priority", "reason"):
			self.assertEqual(after[field], before[field], field)

	def test_only_managers_move_and_only_to_who_may_call(self):
		names = [row.name for row in entries_of(self.make())]
		with site.as_user(AGENT):
			self.assertRaises(frappe.PermissionError, call_list.move, names, OTHER_AGENT)
		with site.as_user(MANAGER):
			self.assertRaises(frappe.ValidationError, call_list.move, names, NOBODY)
		lists.forget_lists()
