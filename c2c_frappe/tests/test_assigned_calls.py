"""Whoever is assigned a call may open it, for as long as the assignment is open; nothing else of it becomes theirs."""

from __future__ import annotations

from unittest.mock import patch

import frappe
from frappe import client
from frappe.desk.form import assign_to

from c2c_frappe import permissions
from c2c_frappe.api import call as api
from c2c_frappe.desk import timeline
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, MANAGER, OTHER_AGENT, SiteCase

LOG = "PBX Call Log"


class TestAssignedCalls(SiteCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(self.forget)
		self.forget()
		self.call = self.dial_lead()["call"]

	def forget(self) -> None:
		"""Delete the assignments of calls of the tests' users, and commit."""
		ours = {"reference_type": LOG, "allocated_to": site.OURS["agent"]}
		frappe.db.delete("ToDo", ours)
		frappe.db.delete("DocShare", {"share_doctype": LOG, "user": site.OURS["agent"]})
		frappe.db.commit()

	def assign(self, user: str = OTHER_AGENT) -> None:
		"""Assign the call as a manager does on its form."""
		with site.as_user(MANAGER):
			assign_to.add({"doctype": LOG, "name": self.call, "assign_to": [user]})
		frappe.db.commit()

	def test_a_task_about_something_else_is_not_pointed_at_a_call(self):
		todo = {"doctype": "ToDo", "allocated_to": OTHER_AGENT, "description": "Ring back"}
		task = frappe.get_doc({**todo, "reference_type": "Lead", "reference_name": self.lead}).insert()
		frappe.db.commit()
		with site.as_user(OTHER_AGENT):
			document = frappe.get_doc("ToDo", task.name)
			document.update({"reference_type": LOG, "reference_name": self.call})
			self.assertRaises(frappe.PermissionError, document.save)
		frappe.db.rollback()
		self.addCleanup(frappe.delete_doc, "ToDo", task.name, force=True)
		self.assert_opens(False)

	def test_an_assignment_that_ended_is_not_opened_again_by_whom_it_was_for(self):
		self.assign()
		task = frappe.get_doc("ToDo", {"reference_type": LOG, "reference_name": self.call})
		for ended in ("Closed", "Cancelled"):
			with self.subTest(ended=ended):
				task.reload()
				task.update({"status": ended}).save(ignore_permissions=True)
				frappe.db.delete("DocShare", {"share_doctype": LOG, "user": OTHER_AGENT})
				frappe.db.commit()
				with site.as_user(OTHER_AGENT):
					again = frappe.get_doc("ToDo", task.name).update({"status": "Open"})
					self.assertRaises(frappe.PermissionError, again.save)
				frappe.db.rollback()
				self.assert_opens(False)

	def listed(self, user: str = OTHER_AGENT) -> list[str]:
		"""Return which of the calls a user's list holds."""
		with site.as_user(user):
			return frappe.get_list(LOG, {"name": self.call}, pluck="name")

	def assert_opens(self, opens: bool) -> None:
		self.assertEqual(self.listed(), [self.call] if opens else [])
		with site.as_user(OTHER_AGENT):
			for ask in (lambda: client.get(LOG, self.call), lambda: api.state(self.call)):
				if opens:
					self.assertIn(self.call, str(ask()))
				else:
					self.assertRaises(frappe.PermissionError, ask)
			shown = timeline._status(self.on_timeline())
			self.assertEqual("<a href" in shown, opens, shown)

	def on_timeline(self) -> dict:
		"""Return the call's row as the timeline of its Lead shows it to the logged-in user."""
		rows = timeline.call_log.list_for_record("Lead", self.lead, 1)
		return {**rows[0], "may_open": rows[0]["name"] in timeline._openable(rows)}

	def test_the_assigned_user_opens_it_until_the_assignment_is_closed(self):
		self.assert_opens(False)
		self.assign()
		self.assert_opens(True)
		with site.as_user(OTHER_AGENT):
			assign_to.close(LOG, self.call, OTHER_AGENT)
		frappe.db.commit()
		self.assert_opens(False)

	def test_an_assignment_taken_back_or_given_to_another_opens_it_no_more(self):
		self.assign()
		with site.as_user(MANAGER):
			assign_to.remove(LOG, self.call, OTHER_AGENT)
		frappe.db.commit()
		self.assert_opens(False)
		self.assign()
		todo = frappe.get_doc("ToDo", {"reference_name": self.call, "status": "Open"})
		todo.update({"allocated_to": AGENT}).save()
		frappe.db.commit()
		self.assert_opens(False)

	def test_nobody_assigns_a_colleagues_call_to_themselves(self):
		with site.as_user(OTHER_AGENT):
			todo = {"reference_type": LOG, "reference_name": self.call, "allocated_to": OTHER_AGENT}
			words = {"assigned_by": MANAGER, "owner": MANAGER, "description": "mine"}
			own = frappe.get_doc({"doctype": "ToDo", **todo, **words})
			self.assertRaises(frappe.PermissionError, own.insert)
		frappe.db.rollback()
		self.assert_opens(False)

	def test_it_is_read_and_neither_written_nor_ended_nor_heard(self):
		self.assign()
		site.move(self.call, recording_url="https://pbx.example.com/recording.mp3")
		with site.as_user(OTHER_AGENT):
			refused = (
				lambda: client.set_value(LOG, self.call, "notes", "mine now"),
				lambda: api.wrap_up(self.call, "Interested"),
				lambda: api.hang_up(self.call),
				lambda: site.send(OTHER_AGENT, "GET", "c2c_frappe.api.recording.play", call=self.call),
			)
			for ask in refused:
				self.assertRaises(frappe.PermissionError, ask)
			document = frappe.get_doc(LOG, self.call)
			document.run_method("onload")
			self.assertFalse(document.get_onload("recording"))
			self.assertFalse(document.get_onload("can_hang_up"))
		self.assertIsNone(site.rows(name=self.call)[0].notes)

	def test_a_shared_call_is_not_ended_by_whom_it_is_shared_with(self):
		frappe.share.add(LOG, self.call, OTHER_AGENT)
		with site.as_user(OTHER_AGENT):
			self.assertRaises(frappe.PermissionError, api.hang_up, self.call)

	def test_a_list_asks_for_calls_by_name_and_finds_assignments_by_their_index(self):
		self.assign()
		condition = permissions.call_conditions(OTHER_AGENT)
		self.assertEqual(
			condition, f"(`tab{LOG}`.agent = '{OTHER_AGENT}' or `tab{LOG}`.name in ('{self.call}'))"
		)
		with patch.object(permissions, "MANY_CALLS", 0):
			self.assertIn("coalesce(", permissions.call_conditions(OTHER_AGENT))
			self.assert_opens(True)
		self.assertNotIn(" in ", permissions.call_conditions(AGENT))
		if frappe.db.db_type == "sqlite":
			self.skipTest("SQLite explains its plans in other words.")
		permissions._assigned_calls_of_others(OTHER_AGENT)
		plan = frappe.db.sql(f"explain {frappe.db.last_query}", as_dict=True)
		# Of so few rows the database may take another; of many it takes the one that names the user.
		self.assertIn("c2c_of_assignee", str([row.possible_keys for row in plan]))
		self.assertNotIn("ALL", [row.type for row in plan])
