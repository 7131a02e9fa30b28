"""What the player is told: the entry before a user after a reload and in another tab, how far the list is."""

from __future__ import annotations

import frappe

from c2c_frappe.api import call, call_list
from c2c_frappe.call_log import rows
from c2c_frappe.tests.cases import lists, site
from c2c_frappe.tests.cases.lists import ListCase
from c2c_frappe.tests.cases.site import AGENT, CHIEF, OTHER_AGENT


class TestPlayer(ListCase):
	def current(self, name: str, placed: str = "", user: str = AGENT) -> dict:
		"""Ask what is before a user, as after a reload."""
		with site.as_user(user):
			return call_list.current_entry(name, placed)

	def ends(self, reply: dict, status: str) -> None:
		"""Let a call end as its PBX would tell."""
		rows.change(rows.lock(reply["call"]), {"status": status})
		frappe.db.commit()

	def wrapped_up(self, reply: dict, outcome: str) -> None:
		"""Choose an outcome for a call."""
		with site.as_user(AGENT):
			call.wrap_up(reply["call"], outcome)
		frappe.db.commit()

	def test_a_reload_shows_the_entry_that_was_claimed(self):
		name = self.make()
		self.assertEqual(self.current(name)["reference_name"], self.leads[0])
		self.assertEqual(self.current(name)["call"], "")

	def test_a_reload_during_a_call_shows_its_entry_and_claims_no_other(self):
		name = self.make()
		reply = self.call(self.next(name))
		shown = self.current(name)
		self.assertEqual((shown["reference_name"], shown["call"]), (self.leads[0], reply["call"]))
		states = [row.state for row in lists.entries_of(name)]
		self.assertEqual(states, ["Calling", *["Waiting"] * 3])

	def test_a_reload_after_a_call_shows_its_entry_until_an_outcome_is_chosen(self):
		name = self.make()
		reply = self.call(self.next(name))
		self.ends(reply, "Completed")
		self.assertEqual(self.current(name, reply["call"])["reference_name"], self.leads[0])
		self.wrapped_up(reply, "Interested")
		shown = self.current(name, reply["call"])
		self.assertEqual((shown["reference_name"], shown["call"]), (self.leads[1], ""))

	def test_the_call_of_another_list_or_user_shows_nothing_of_it(self):
		name, other = self.make(self.leads[:1]), self.make(self.leads[1:])
		reply = self.call(self.next(name))
		self.assertEqual(self.current(other, reply["call"])["reference_name"], self.leads[1])
		shown = self.current(name, reply["call"], CHIEF)
		self.assertIsNone(shown["entry"])
		with site.as_user(OTHER_AGENT):
			self.assertRaises(frappe.PermissionError, call_list.current_entry, name, reply["call"])

	def test_the_reply_of_a_call_names_its_entry(self):
		taken = self.next(self.make())
		self.assertEqual(self.call(taken)["entry"], taken["entry"])

	def test_progress_counts_entries_by_state(self):
		name = self.make()
		self.ends(self.call(self.next(name)), "Completed")
		with site.as_user(AGENT):
			call_list.skip(self.next(name)["entry"], "Not a fit")
			told = call_list.progress(name)
		self.assertEqual(told, {"entries": 4, "closed": 2, "states": {"Done": 1, "Skipped": 1, "Waiting": 2}})
		with site.as_user(OTHER_AGENT):
			self.assertRaises(frappe.PermissionError, call_list.progress, name)

	def test_nobody_to_call_says_in_how_many_seconds_somebody_is(self):
		name = self.make(self.leads[:1])
		reply = self.call(self.next(name))
		self.ends(reply, "Busy")
		nothing = self.next(name)
		self.assertIsNone(nothing["entry"])
		self.assertAlmostEqual(nothing["wait"], 15 * 60, delta=10)

	def test_the_wrap_up_says_which_outcomes_require_a_time(self):
		reply = self.call(self.next(self.make()))
		with site.as_user(AGENT):
			form = call.wrap_up_form(reply["call"])
		required = frappe.get_all("PBX Disposition", {"require_follow_up": 1, "enabled": 1}, pluck="name")
		self.assertTrue(required)
		self.assertEqual(form["timed"], required)
