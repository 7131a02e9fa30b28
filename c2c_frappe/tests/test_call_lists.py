"""A list is made, worked and left: who gets which entry, what a call does to it, who may see what."""

from __future__ import annotations

import json
from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime

from c2c_frappe.api import call, call_list
from c2c_frappe.call_lists import take
from c2c_frappe.call_log import dial_guard, rows
from c2c_frappe.site_time import to_utc
from c2c_frappe.tests.cases import crm, lists, site
from c2c_frappe.tests.cases.lists import ENTRY, LIST, ListCase, entries_of
from c2c_frappe.tests.cases.site import AGENT, CHIEF, MANAGER, NOBODY, OTHER_AGENT

TEAM = "C2C Test Callers"


class TestMaking(ListCase):
	def test_entries_are_those_chosen_in_their_order_each_once(self):
		chosen = [*self.leads[::-1], self.leads[0]]
		with site.as_user(AGENT):
			made = call_list.make("Offer", "Renewals", "Lead", json.dumps(chosen))
		self.assertEqual((made["entries"], made["without_number"]), (4, 0))
		self.assertEqual([row.reference_name for row in entries_of(made["list"])], self.leads[::-1])

	def test_a_filter_is_a_snapshot_of_the_records_it_finds(self):
		with site.as_user(AGENT):
			made = call_list.make("Offer", "Renewals", "Lead", filters=[["name", "in", self.leads[:2]]])
		self.assertEqual({row.reference_name for row in entries_of(made["list"])}, set(self.leads[:2]))

	def test_records_without_a_number_are_left_out_and_counted(self):
		frappe.db.set_value("Lead", self.leads[0], "mobile_no", "")
		with site.as_user(AGENT):
			made = call_list.make("Offer", "Renewals", "Lead", self.leads)
		self.assertEqual((made["entries"], made["without_number"]), (3, 1))

	def test_a_record_that_has_its_number_from_a_contact_is_called(self):
		frappe.db.set_value("Lead", self.leads[0], "mobile_no", "")
		contact = frappe.get_doc("Contact", self.contact)
		contact.append("links", {"link_doctype": "Lead", "link_name": self.leads[0]})
		contact.save(ignore_permissions=True)
		name = self.make([self.leads[0]])
		self.assertEqual(len(entries_of(name)), 1)

	def test_who_may_not_read_the_records_makes_no_list_of_them(self):
		lists.hide_leads_from(self, OTHER_AGENT)
		refusals = (frappe.PermissionError, frappe.ValidationError)
		with site.as_user(OTHER_AGENT), self.assertRaises(refusals):
			call_list.make("Offer", "Renewals", "Lead", self.leads)
		for user in (NOBODY, MANAGER):
			with site.as_user(user):
				self.assertRaises(frappe.PermissionError, call_list.make, "x", "y", "Lead", self.leads)

	def test_no_list_is_longer_than_5000(self):
		with site.as_user(AGENT), self.assertRaisesRegex(frappe.ValidationError, "5000"):
			call_list.make("Offer", "Renewals", "Lead", [f"Lead {n}" for n in range(5001)])

	def test_an_agent_says_neither_whose_list_it_is_nor_which_field_is_consent(self):
		name = self.make(agent=OTHER_AGENT, consent_field="country", max_attempts=5)
		stored = frappe.db.get_value(LIST, name, ["agent", "consent_field", "max_attempts"])
		self.assertEqual(stored, (AGENT, None, 5))


class TestTaking(ListCase):
	def test_entries_come_in_their_order_with_all_that_is_to_be_known(self):
		name = self.make(script="Hello {first_name}, of {company_name}? {owner.password}")
		taken = self.next(name)
		self.assertEqual(taken["reference_name"], self.leads[0])
		self.assertEqual(taken["number"], "+44 7700 900700")
		self.assertIn("Not called yet", taken["why"])
		first_name = frappe.db.get_value("Lead", self.leads[0], "first_name")
		self.assertTrue(taken["script"].startswith(f"Hello {first_name}, of "))
		self.assertIn("{owner.password}", taken["script"])

	def test_a_reload_gets_the_same_entry_and_another_user_the_next(self):
		frappe.db.set_value("Lead", self.leads[1], "owner", CHIEF)
		name = self.make()
		mine = self.next(name)
		self.assertEqual(self.next(name)["entry"], mine["entry"])
		theirs = self.next(name, CHIEF)
		self.assertEqual(theirs["reference_name"], self.leads[1])

	def test_a_claim_ends_by_itself(self):
		name = self.make()
		mine = self.next(name)
		lists.let_due(mine["entry"])
		self.assertEqual(self.next(name, CHIEF)["entry"], mine["entry"])
		reply = self.call(mine)
		self.assertEqual((reply["status"], reply["failure_code"]), ("Failed", "not_claimed"))
		self.assertEqual(self.simulator.requests, ())

	def test_pause_gives_the_entry_back_at_once(self):
		name = self.make(self.leads[:1])
		mine = self.next(name)
		with site.as_user(AGENT):
			call_list.pause(name)
		self.assertEqual(self.next(name, CHIEF)["entry"], mine["entry"])

	def test_skip_closes_the_entry_for_a_reason(self):
		name = self.make()
		mine = self.next(name)
		with site.as_user(CHIEF):
			self.assertRaises(frappe.PermissionError, call_list.skip, mine["entry"], "Not mine")
		with site.as_user(AGENT):
			self.assertRaises(frappe.ValidationError, call_list.skip, mine["entry"], "  ")
			call_list.skip(mine["entry"], "=1+1")
		row = entries_of(name)[0]
		self.assertEqual((row.state, row.reason, row.due_utc), ("Skipped", "'=1+1", None))
		self.assertEqual(self.next(name)["reference_name"], self.leads[1])

	def test_of_a_paused_list_nobody_gets_or_calls_an_entry(self):
		name = self.make()
		mine = self.next(name)
		with site.as_user(MANAGER):
			call_list.set_state(name, "Paused")
		frappe.db.commit()
		self.assertEqual(self.next(name)["entry"], None)
		self.assertEqual(self.call(mine)["failure_code"], "not_claimed")

	def test_what_may_not_be_called_is_passed_over_and_says_why(self):
		frappe.db.set_value("Lead", self.leads[1], "mobile_no", "")
		frappe.db.set_value("Lead", self.leads[2], "do_not_call", 1)
		name = self.make([self.leads[2], self.leads[0]])
		frappe.db.set_value(ENTRY, f"{name}-0001", "reference_name", self.leads[1])
		frappe.db.commit()
		nothing = self.next(name)
		self.assertIsNone(nothing["entry"])
		self.assertIn("done", nothing["message"])
		self.assertEqual([row.state for row in entries_of(name)], ["Do Not Call", "Skipped"])

	def test_records_without_a_sign_of_consent_are_skipped(self):
		name = self.make()
		frappe.db.set_value(LIST, name, "consent_field", "country")
		for lead in self.leads:
			frappe.db.set_value("Lead", lead, "country", "United Kingdom" if lead == self.leads[3] else None)
		frappe.db.commit()
		self.assertEqual(self.next(name)["reference_name"], self.leads[3])
		self.assertEqual([row.state for row in entries_of(name)][:3], ["Skipped"] * 3)

	def test_many_that_may_not_be_called_are_passed_over_in_several_transactions(self):
		"""Others wait for the list's row meanwhile."""
		name = self.make()
		frappe.db.set_value(LIST, name, "consent_field", "country")
		frappe.db.set_value("Lead", self.leads[3], "country", "United Kingdom")
		frappe.db.commit()
		short = {"PAGE": 2, "PAGES_AT_ONCE": 1}
		with patch.multiple(take, **short), patch.object(take, "_take", wraps=take._take) as parts:
			self.assertEqual(self.next(name)["reference_name"], self.leads[3])
		self.assertEqual([row.state for row in entries_of(name)], ["Skipped"] * 3 + ["Claimed"])
		self.assertEqual(parts.call_count, 3)

	def test_while_ones_own_call_goes_on_nobody_else_is_said_to_work(self):
		name = self.make(self.leads[:1])
		self.call(self.next(name))
		self.assertIn("Your own call has not ended yet.", self.next(name)["message"])

	def test_outside_calling_hours_it_says_when_the_next_may_be_called(self):
		hour = to_london().hour
		hours = {
			"calling_hours_start": f"{(hour + 2) % 24}:00:00",
			"calling_hours_end": f"{(hour + 3) % 24}:00:00",
		}
		name = self.make(self.leads[:1])
		site.change_settings(**hours)
		nothing = self.next(name)
		self.assertIsNone(nothing["entry"])
		self.assertIn("outside calling hours", nothing["message"])
		row = entries_of(name)[0]
		self.assertEqual((row.state, 60 <= lists.minutes_until(row.due_utc) <= 120), ("Waiting", True))

	def test_a_record_the_user_may_not_read_stays_for_others(self):
		lists.hide_leads_from(self, OTHER_AGENT)
		name = self.make(self.leads[:1])
		frappe.db.set_value(LIST, name, "agent", OTHER_AGENT)
		frappe.db.commit()
		self.assertIsNone(self.next(name, OTHER_AGENT)["entry"])
		self.assertEqual(self.next(name, CHIEF)["reference_name"], self.leads[0])

	def test_the_record_of_another_entry_cannot_be_called_with_one(self):
		mine = self.next(self.make())
		reply = self.call({**mine, "reference_name": self.leads[1]})
		self.assertEqual(reply["failure_code"], "not_claimed")


class TestCalls(ListCase):
	def called(self, **options) -> tuple[str, dict]:
		"""Call the first entry of a new list; return (list, reply)."""
		name = self.make(**options)
		return name, self.call(self.next(name))

	def ends(self, reply: dict, status: str, failure_code: str = "") -> None:
		"""Let a call end as its PBX would tell."""
		row = rows.lock(reply["call"])
		rows.change(row, {"status": status, "failure_code": failure_code})
		frappe.db.commit()

	def test_a_call_under_way_keeps_the_entry_from_others(self):
		name, reply = self.called()
		row = entries_of(name)[0]
		self.assertEqual(
			(row.state, row.call, row.attempts, row.claimed_by), ("Calling", reply["call"], 1, AGENT)
		)
		self.assertEqual(self.next(name, CHIEF)["reference_name"], self.leads[1])
		self.assertEqual(self.next(name)["reference_name"], self.leads[2])

	def test_each_end_moves_the_entry_with_the_call(self):
		ends = {"Completed": ("Done", None), "No Answer": ("Waiting", 120), "Busy": ("Waiting", 15)}
		for status, (state, minutes) in ends.items():
			with self.subTest(status=status):
				name, reply = self.called()
				self.ends(reply, status)
				row = entries_of(name)[0]
				due = lists.minutes_until(row.due_utc) if row.due_utc else None
				self.assertEqual((row.state, due, row.claimed_by), (state, minutes, None))
				lists.forget_lists()
				site.forget_calls()

	def test_after_as_many_attempts_as_the_list_allows_it_is_exhausted(self):
		name, reply = self.called(max_attempts=2)
		self.ends(reply, "No Answer")
		entry = entries_of(name)[0].name
		lists.let_due(entry)
		taken = self.next(name)
		self.assertEqual((taken["entry"], taken["attempts"]), (entry, 1))
		self.ends(self.call(taken), "No Answer")
		self.assertEqual(entries_of(name)[0].state, "Exhausted")

	def test_a_failure_of_ours_is_no_attempt_until_proof_of_a_call(self):
		name, reply = self.called(max_attempts=1)
		self.ends(reply, "Failed", "not_sent")
		row = entries_of(name)[0]
		self.assertEqual((row.state, row.attempts, lists.minutes_until(row.due_utc)), ("Waiting", 0, 5))
		self.ends(reply, "No Answer")
		self.assertEqual((entries_of(name)[0].state, entries_of(name)[0].attempts), ("Exhausted", 1))

	def test_a_late_word_about_an_earlier_call_moves_nothing(self):
		name, first = self.called()
		self.ends(first, "Busy")
		lists.let_due(entries_of(name)[0].name)
		self.call(self.next(name))
		self.ends(first, "Completed")
		self.assertEqual(entries_of(name)[0].state, "Calling")

	def test_a_recording_that_comes_later_puts_nothing_off(self):
		name, reply = self.called()
		self.ends(reply, "Busy")
		lists.let_due(entries_of(name)[0].name)
		rows.change(rows.lock(reply["call"]), {"recording_url": "https://pbx.example.com/1.mp3"})
		frappe.db.commit()
		self.assertEqual(self.next(name)["reference_name"], self.leads[0])

	def test_an_outcome_closes_the_entry_and_an_agreed_time_keeps_it(self):
		name, reply = self.called()
		self.ends(reply, "Completed")
		at = add_to_date(now_datetime(), days=1).replace(microsecond=0)
		with site.as_user(AGENT):
			call.wrap_up(reply["call"], "Call back", "", str(at))
		frappe.db.commit()
		row = entries_of(name)[0]
		self.assertEqual(
			(row.state, row.priority, row.outcome, row.next_try), ("Waiting", 0, "Call back", at)
		)
		lists.let_due(row.name)
		taken = self.next(name)
		self.assertEqual((taken["entry"], taken["why"]), (row.name, "Call back at the agreed time."))
		second = self.call(taken)
		with site.as_user(AGENT):
			call.wrap_up(second["call"], "Interested")
		frappe.db.commit()
		self.assertEqual((entries_of(name)[0].state, entries_of(name)[0].outcome), ("Done", "Interested"))

	def test_who_says_no_leaves_every_list_at_once(self):
		other = self.make()
		name, reply = self.called()
		self.addCleanup(frappe.delete_doc, "PBX Do Not Call", "+447700900700", force=True)
		with site.as_user(AGENT):
			call.wrap_up(reply["call"], "Do not call again")
		frappe.db.commit()
		for each in (name, other):
			self.assertEqual([row.state for row in entries_of(each)], ["Do Not Call", *["Waiting"] * 3])

	def test_a_number_is_called_three_times_a_day_over_all_lists_and_users(self):
		for user in (AGENT, CHIEF, AGENT):
			self.ends(self.call(self.next(self.make(self.leads[:1], user), user), user), "Busy")
		taken = self.next(self.make(self.leads[:1]))
		self.assertIsNone(taken["entry"])
		self.assertIn("has reached its call limit", taken["message"])
		# One that was taken before the third call.
		name = self.make(self.leads[:1])
		lists.move_entry(f"{name}-0000", state="Claimed", claimed_by=AGENT)
		place = {"reference_doctype": "Lead", "reference_name": self.leads[0]}
		reply = self.dial(**place, entry=f"{name}-0000")
		self.assertEqual(reply["failure_code"], "rate_limited")
		self.assertEqual(self.dial(**place)["status"], "Requested")

	def test_a_refused_dial_leaves_the_entry_with_whom_it_was(self):
		name = self.make(self.leads[:1])
		taken = self.next(name)
		site.change_settings(enabled=0)
		self.assertEqual(self.call(taken)["failure_code"], "disabled")
		self.assertEqual((entries_of(name)[0].state, entries_of(name)[0].attempts), ("Claimed", 0))

	def test_a_dial_that_nobody_answered_for_counts_and_comes_again(self):
		name, reply = self.called()
		site.move(reply["call"], status="Dialing", slot="x#1", reply_due="2020-01-01", evidence_rank=0)
		dial_guard.sweep()
		row = entries_of(name)[0]
		self.assertEqual((row.state, row.attempts), ("Waiting", 1))
		self.assertIn("It is unknown", row.reason)


class TestRights(ListCase):
	def reads(self, user: str, name: str) -> tuple[bool, int, int]:
		"""Return whether a user may open a list, and how many lists and entries they find."""
		with site.as_user(user):
			may = frappe.has_permission(LIST, "read", doc=name)
			if not frappe.has_permission(LIST, "read"):
				return may, 0, 0
			filters = {"call_list": name}
			return may, len(frappe.get_list(LIST, {"name": name})), len(frappe.get_list(ENTRY, filters))

	def test_a_list_is_its_agents_its_teams_and_the_managers(self):
		name = self.make()
		self.assertEqual(self.reads(AGENT, name), (True, 1, 4))
		self.assertEqual(self.reads(MANAGER, name), (True, 1, 4))
		self.assertEqual(self.reads(OTHER_AGENT, name), (False, 0, 0))
		self.assertEqual(self.reads(NOBODY, name), (False, 0, 0))
		with site.as_user(OTHER_AGENT):
			self.assertRaises(frappe.PermissionError, call_list.next_entry, name)
		group = {"doctype": "User Group", "name": TEAM, "user_group_members": [{"user": OTHER_AGENT}]}
		frappe.get_doc(group).insert(ignore_if_duplicate=True)
		self.addCleanup(frappe.delete_doc, "User Group", TEAM, force=True)
		frappe.db.set_value(LIST, name, "team", TEAM)
		frappe.db.commit()
		self.assertEqual(self.reads(OTHER_AGENT, name), (True, 1, 4))
		with site.as_user(OTHER_AGENT):
			self.assertRaises(frappe.PermissionError, call_list.set_state, name, "Closed")
		frappe.db.set_value(LIST, name, "team", None)
		frappe.db.commit()

	def test_a_list_that_is_deleted_takes_its_entries_with_it(self):
		name = self.make()
		frappe.delete_doc(LIST, name)
		self.assertEqual(entries_of(name), [])

	def test_a_lead_that_is_on_a_list_can_be_deleted(self):
		lead = crm.make_lead()
		frappe.db.set_value("Lead", lead, "mobile_no", "+447700900799")
		name = self.make([lead])
		frappe.delete_doc("Lead", lead)
		self.assertIsNone(self.next(name)["entry"])
		self.assertEqual(entries_of(name)[0].state, "Skipped")

	def test_the_next_of_5000_entries_is_found_without_a_scan(self):
		if frappe.db.db_type != "mariadb":
			self.skipTest("Counts MariaDB's own reads.")
		name = self.make(self.leads[:1])
		row = frappe.get_doc(ENTRY, f"{name}-0000").as_dict()
		columns = ("name", "call_list", "reference_doctype", "reference_name", "state", "priority", "due_utc")
		later = add_to_date(row.due_utc, minutes=10000)
		many = [
			(
				f"{name}-{n:04}",
				name,
				"Lead",
				self.leads[0],
				*(("Done", 1, None) if n % 2 else ("Waiting", 1, later)),
			)
			for n in range(1, 5000)
		]
		frappe.db.bulk_insert(ENTRY, columns, many)
		frappe.db.commit()
		self.next(name)
		lists.let_due(row.name)
		before = reads()
		self.assertEqual(self.next(name)["entry"], row.name)
		self.assertLess(reads() - before, 500)


def reads() -> int:
	"""Return how many rows this connection has stepped through, by index or without."""
	counted = ("Handler_read_next", "Handler_read_rnd_next", "Handler_read_prev")
	shown = dict(frappe.db.sql("show session status like 'Handler_read%'"))
	return sum(int(shown[name]) for name in counted)


def to_london():
	"""Return the time where the tests' numbers are."""
	from zoneinfo import ZoneInfo

	return to_utc(now_datetime()).replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo("Europe/London"))
