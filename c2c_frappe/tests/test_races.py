"""Many clicks at the same moment: processes with connections of their own, and web servers. One click, one call."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import frappe

from c2c_frappe.call_log import rows
from c2c_frappe.tests import processes
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.races import MANY_WORKERS, RACERS, TWELVE, RaceCase, make_racers


class TestRaces(RaceCase):
	def test_twelve_processes_with_one_request_id_place_one_call(self):
		request_id = str(uuid.uuid4())
		self.assert_one_call(
			self.dialers.dial([self.click(request_id=request_id)] * TWELVE, gunicorn_workers=MANY_WORKERS)
		)

	def test_twelve_processes_with_twelve_request_ids_place_one_call(self):
		calls = [self.click() for _ in range(TWELVE)]
		self.assert_one_call(self.dialers.dial(calls, gunicorn_workers=MANY_WORKERS))

	def test_twelve_processes_without_a_request_id_place_one_call(self):
		calls = [self.click(request_id=None) for _ in range(TWELVE)]
		self.assert_one_call(self.dialers.dial(calls, gunicorn_workers=MANY_WORKERS))

	def test_twelve_clicks_while_the_pbx_is_slow_place_one_call_however_few_the_slots(self):
		self.simulator.behave("slow", seconds=0.3)
		calls = [self.click() for _ in range(TWELVE)]
		self.assert_one_call(self.dialers.dial(calls, gunicorn_workers=1))

	def test_twelve_users_calling_one_number_place_twelve_calls(self):
		make_racers()
		outcomes = self.dialers.dial([self.click(user) for user in RACERS], gunicorn_workers=MANY_WORKERS)
		self.assert_no_noise(outcomes)
		self.assertEqual({outcome["reply"]["status"] for outcome in outcomes}, {"Requested"})
		self.assertEqual(len(self.simulator.requests), TWELVE)
		self.assert_rows_and_requests_agree()

	def test_twelve_users_share_three_slots_and_no_dial_is_placed_without_a_row(self):
		make_racers()
		self.simulator.behave("slow", seconds=0.2)
		outcomes = self.dialers.dial([self.click(user) for user in RACERS], gunicorn_workers=TWELVE)
		self.assert_no_noise(outcomes)
		self.assertEqual(len(site.rows()), TWELVE)
		self.assert_rows_and_requests_agree()

	def assert_cap_holds(self, clicks: list[dict], cap: str) -> None:
		"""Of twelve clicks at once three reach the PBX, and the others are told of the cap."""
		site.change_settings(**{cap: 3})
		for seconds in (0, 0.3):
			with self.subTest(cap=cap, seconds=seconds):
				self.simulator.reset()
				self.simulator.behave("slow", seconds=seconds)
				outcomes = self.dialers.dial(clicks, gunicorn_workers=MANY_WORKERS)
				self.assert_no_noise(outcomes)
				codes = [outcome["reply"]["failure_code"] for outcome in outcomes]
				self.assertEqual((codes.count(""), codes.count("rate_limited")), (3, TWELVE - 3), codes)
				self.assertEqual(len(self.simulator.requests), 3)
				frappe.db.rollback()
				self.assertEqual(len(site.rows(slot=("is", "set"))), 0)
				site.forget_calls()

	def test_twelve_clicks_of_one_user_place_no_more_than_a_cap(self):
		"""Counting and reserving are one decision: nobody counts between another's count and row."""
		numbers = [f"+44 7700 900{n}" for n in range(100, 100 + TWELVE)]
		clicks = [
			{"user": site.AGENT, "sent": {"number": number, "request_id": str(uuid.uuid4())}}
			for number in numbers
		]
		for cap in ("max_calls_per_user_per_minute", "max_calls_per_user_per_day"):
			self.assert_cap_holds(clicks, cap)
			site.change_settings(**{cap: 0})

	def test_twelve_users_place_no_more_than_the_site_s_cap(self):
		"""The same of all agents together."""
		make_racers()
		for cap in ("max_calls_per_minute", "max_calls_per_day"):
			self.assert_cap_holds([self.click(user) for user in RACERS], cap)
			site.change_settings(**{cap: 0})

	def test_a_click_made_twelve_times_at_a_cap_is_one_call(self):
		"""The last call that a cap allows may be clicked twice: then the second is told of the first."""
		site.change_settings(max_calls_per_user_per_minute=1)
		calls = [self.click() for _ in range(TWELVE)]
		self.assert_one_call(self.dialers.dial(calls, gunicorn_workers=MANY_WORKERS))

	def test_clicks_that_all_find_overdue_rows_sweep_them_without_a_deadlock(self):
		make_racers()
		for _round in range(2):
			make_overdue_rows(TWELVE)
			outcomes = self.dialers.dial([self.click(user) for user in RACERS], gunicorn_workers=MANY_WORKERS)
			self.assert_no_noise(outcomes)
			self.assertEqual(len(self.simulator.requests), TWELVE)
			self.assertFalse(site.rows(status="Dialing"))
			self.simulator.reset()
			site.forget_calls()

	def test_replies_are_saved_though_the_rows_changed_since_they_were_read(self):
		make_racers()
		self.simulator.behave("slow", seconds=1)
		self.dialers.start([self.click(user) for user in RACERS[:2]], gunicorn_workers=MANY_WORKERS)
		self.simulator.wait_for_requests(2)
		for row in site.rows():
			site.move(row.name, notes="An event was faster than the reply.")
		outcomes = self.dialers.finish()
		self.assert_no_noise(outcomes)
		self.assertEqual([outcome["reply"]["status"] for outcome in outcomes], ["Requested"] * 2)
		self.assertEqual({row.status for row in site.rows()}, {"Requested"})

	def test_a_deadlock_while_the_reply_is_saved_does_not_lose_the_reply(self):
		update, deadlocks = rows.update, [frappe.QueryDeadlockError()]

		def once_a_deadlock(values, condition):
			if deadlocks:
				raise deadlocks.pop()
			update(values, condition)

		with patch.object(rows, "update", once_a_deadlock):
			reply = self.dial_lead()
		self.assertEqual(deadlocks, [])
		self.assertEqual((reply["status"], site.rows()[0].status), ("Requested", "Requested"))
		self.assertEqual(len(self.simulator.requests), 1)


class TestRacesOverTheWeb(RaceCase):
	@classmethod
	def prepare(cls):
		cls.servers = [processes.WebServer(2), processes.WebServer(2)]
		for server in cls.servers:
			cls.addClassCleanup(server.stop)
		cls.token = processes.token_of(site.AGENT)

	def post_to_both(self, request_ids: list[str]) -> list[dict]:
		calls = [(self.token, self.click(request_id=one)["sent"]) for one in request_ids]
		half = len(calls) // 2
		with ThreadPoolExecutor(2) as pool:
			waiting = [
				pool.submit(server.dial_all, part)
				for server, part in zip(self.servers, (calls[:half], calls[half:]), strict=True)
			]
			return [outcome for one in waiting for outcome in one.result()]

	def test_twelve_tabs_with_one_request_id_over_two_web_servers_place_one_call(self):
		self.assert_one_call(self.post_to_both([str(uuid.uuid4())] * TWELVE))

	def test_twelve_tabs_with_twelve_request_ids_over_two_web_servers_place_one_call(self):
		self.assert_one_call(self.post_to_both([str(uuid.uuid4()) for _ in range(TWELVE)]))

	def test_clicks_that_waited_for_the_only_web_process_longer_than_the_repeat_window_place_one_call(self):
		site.change_settings(repeat_window=1)
		self.simulator.behave("slow", seconds=3)
		server = processes.WebServer(1)
		self.addCleanup(server.stop)
		self.assert_one_call(server.dial_all([(self.token, self.click()["sent"]) for _ in range(4)]))

	def test_the_very_first_calls_of_a_site_confirm_its_address_without_a_deadlock(self):
		for _round in range(2):
			site.change_settings(confirmed_site_url="")
			self.simulator.reset()
			site.forget_calls()
			self.assert_one_call(self.post_to_both([str(uuid.uuid4()) for _ in range(TWELVE)]))


def make_overdue_rows(count: int) -> None:
	"""Insert rows that a process which died left behind, past their deadline, all guards taken."""
	for n in range(count):
		row = {
			"status": "Dialing",
			"slot": f"{site.COMMPEAK}#{n + 1}",
			"site_slot": str(n + 1),
			"dial_key": f"{RACERS[n]}|+447700900123",
			"reply_due": "2020-01-01",
			"repeat_until": "2020-01-01",
			"agent": RACERS[n],
		}
		frappe.get_doc({"doctype": "PBX Call Log", **row}).insert(ignore_permissions=True)
	frappe.db.commit()
