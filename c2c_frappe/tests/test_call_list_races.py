"""Many who ask for the next entry at the same moment, some of whom are killed: each entry goes to one of them."""

from __future__ import annotations

import uuid
from unittest.mock import patch

import frappe

from c2c_frappe.api import call_list
from c2c_frappe.call_log import list_entries
from c2c_frappe.tests.cases import lists, races, site
from c2c_frappe.tests.cases.lists import entries_of
from c2c_frappe.tests.cases.races import MANY_WORKERS, RACERS, SIGKILL, TWELVE, RaceCase, make_racers

CLAIMED = "c2c_frappe.call_lists.take._shown"


class TestCallListRaces(RaceCase):
	@classmethod
	def prepare(cls):
		lists.make_leads(cls, TWELVE)
		make_racers()

	def setUp(self):
		super().setUp()
		self.addCleanup(lists.forget_lists)
		lists.prepare_leads(self.leads)
		caps = {"max_list_calls_per_number_per_day": 3, "max_list_calls_per_number_per_week": 7}
		site.change_settings(repeat_window=0, **caps)

	def list_of_all(self, count: int = TWELVE) -> str:
		"""Make a list the racers work as a team."""
		name = lists.make_list(self.leads[:count])
		team = make_team()
		frappe.db.set_value("PBX Call List", name, "team", team)
		frappe.db.commit()
		return name

	def ask(self, name: str, users: list[str], **more) -> list[dict]:
		"""Let users ask for the next entry at once."""
		orders = [
			{"user": user, "method": "call_list.next_entry", "sent": {"call_list": name}, **more}
			for user in users
		]
		outcomes = self.dialers.dial(orders, gunicorn_workers=MANY_WORKERS)
		frappe.db.rollback()
		return outcomes

	def test_twelve_users_who_ask_at_once_get_twelve_entries(self):
		name = self.list_of_all()
		outcomes = self.ask(name, RACERS)
		self.assert_no_noise(outcomes)
		got = [outcome["reply"]["entry"] for outcome in outcomes]
		self.assertEqual(sorted(got), [row.name for row in entries_of(name)])

	def test_of_three_entries_three_users_get_one_each_and_nine_none(self):
		name = self.list_of_all(3)
		outcomes = self.ask(name, RACERS)
		self.assert_no_noise(outcomes)
		got = [outcome["reply"]["entry"] for outcome in outcomes]
		self.assertEqual((len(set(got) - {None}), got.count(None)), (3, 9))

	def test_twelve_tabs_of_one_user_get_the_same_entry(self):
		name = self.list_of_all()
		outcomes = self.ask(name, [RACERS[0]] * TWELVE)
		self.assert_no_noise(outcomes)
		self.assertEqual({outcome["reply"]["entry"] for outcome in outcomes}, {f"{name}-0000"})

	def test_an_entry_called_from_twelve_tabs_is_called_once(self):
		name = self.list_of_all(1)
		self.ask(name, RACERS[:1])
		(entry,) = entries_of(name)
		sent = {"reference_doctype": "Lead", "reference_name": self.leads[0], "entry": entry.name}
		clicks = [
			{"user": RACERS[0], "sent": {**sent, "request_id": str(uuid.uuid4())}} for _tab in range(TWELVE)
		]
		self.assert_no_noise(self.dialers.dial(clicks, gunicorn_workers=MANY_WORKERS))
		frappe.db.rollback()
		self.assertEqual(len(self.simulator.requests), 1)
		(entry,) = entries_of(name)
		self.assertEqual((entry.state, entry.attempts), ("Calling", 1))

	def test_an_entry_called_from_another_tab_meanwhile_is_not_taken_again(self):
		"""The other tab dials between the look for one's own entries and the lock of what was found.

		Without snapshot isolation, by which the database itself would begin it again.
		"""
		if frappe.db.sql("show variables like 'innodb_snapshot_isolation'"):
			frappe.db.sql("set session innodb_snapshot_isolation = 0")
			self.addCleanup(frappe.db.sql, "set session innodb_snapshot_isolation = 1")
		name = self.list_of_all(1)
		self.ask(name, RACERS[:1])
		sent = {"reference_doctype": "Lead", "reference_name": self.leads[0], "entry": f"{name}-0000"}
		lock = list_entries.lock

		def lock_late(entry):
			if not self.simulator.requests:
				self.dialers.dial([{"user": RACERS[0], "sent": sent}], gunicorn_workers=MANY_WORKERS)
			return lock(entry)

		with patch.object(list_entries, "lock", lock_late):
			self.assertIsNone(self.next(name, RACERS[0])["entry"])
		frappe.db.rollback()
		self.assertEqual([row.state for row in entries_of(name)], ["Calling"])

	def next(self, name: str, user: str) -> dict:
		with site.as_user(user):
			return call_list.next_entry(name)

	def test_who_is_killed_leaves_no_entry_stuck_and_none_called_twice(self):
		for place in (CLAIMED, races.ROW_INSERTED, races.ROW_COMMITTED, races.ANSWERED):
			with self.subTest(place=place):
				self.simulator.reset()
				self.kill_and_work(place)
				lists.forget_lists()
				site.forget_calls()

	def kill_and_work(self, place: str) -> None:
		"""Kill who asks for or calls the only entry at a place; then the deadlines pass, and another user works it."""
		name = self.list_of_all(1)
		killed = self.ask(name, RACERS[:1], **({"die_at": place} if place == CLAIMED else {}))
		sent = {"reference_doctype": "Lead", "reference_name": self.leads[0], "entry": f"{name}-0000"}
		if place != CLAIMED:
			killed = self.dialers.dial(
				[{"user": RACERS[0], "sent": sent, "die_at": place}], gunicorn_workers=MANY_WORKERS
			)
		self.assertEqual(killed, [{"killed": SIGKILL}])
		frappe.db.rollback()
		self.assertIsNone(self.ask(name, RACERS[1:2])[0]["reply"]["entry"])
		for row in site.rows():
			races.let_deadline_pass(row.name)
		races.run_scheduled_sweep()
		lists.let_due(f"{name}-0000")
		before = len(self.simulator.requests)
		taken = self.ask(name, RACERS[1:2])[0]["reply"]
		self.assertEqual((taken["entry"], taken["attempts"]), (f"{name}-0000", len(site.rows())))
		self.dialers.dial([{"user": RACERS[1], "sent": sent}], gunicorn_workers=MANY_WORKERS)
		self.assertEqual(len(self.simulator.requests), before + 1)


def make_team() -> str:
	"""Make a User Group of the racers, unless it is there; return its name."""
	name = "C2C Test Racers"
	if not frappe.db.exists("User Group", name):
		members = [{"user": user} for user in RACERS]
		frappe.get_doc({"doctype": "User Group", "name": name, "user_group_members": members}).insert()
	return name
