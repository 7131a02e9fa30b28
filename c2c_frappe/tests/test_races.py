"""Many clicks at the same moment: processes with connections of their own, and web servers. One click, one call."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from unittest import SkipTest, skip
from unittest.mock import patch

import frappe

from c2c_frappe.call_log import rows
from c2c_frappe.pbx.simulator import Simulator
from c2c_frappe.tests import processes, site
from c2c_frappe.tests.site import SiteCase

TWELVE = 12
RACERS = [f"c2c-race-{n}@example.com" for n in range(TWELVE)]
MANY_WORKERS = 4 * TWELVE


class RaceCase(SiteCase):
	"""A simulated PBX with an extension for each of twelve agents, and processes that dial at once."""

	@classmethod
	def setUpClass(cls):
		try:
			processes.require_durable_database()
		except SkipTest as reason:
			# Test by test, so that each is counted and says why.
			skip(str(reason))(cls)
			return
		super().setUpClass()
		cls.simulator.stop()
		cls.simulator = start_simulator()
		cls.addClassCleanup(cls.simulator.stop)
		cls.dialers = processes.Dialers()
		cls.addClassCleanup(cls.dialers.stop)
		cls.prepare()

	@classmethod
	def prepare(cls) -> None:
		"""Set up what the tests of a class share besides; not called where they are skipped."""

	def setUp(self):
		super().setUp()
		self.addCleanup(self.dialers.abandon)
		# A machine at work may keep twelve processes waiting for longer than a test's usual second.
		self.point_accounts_at(self.simulator.url, connect_timeout=10, read_timeout=30)

	def assert_no_noise(self, outcomes: list[dict]) -> None:
		"""Every outcome is a plain reply: no traceback, no message of Frappe's beside it."""
		for outcome in outcomes:
			self.assertNotIn("error", outcome, outcome.get("error"))
			self.assertEqual(outcome.get("status", 200), 200, outcome)
			self.assertFalse(outcome.get("messages"), outcome)
			self.assertNotIn("_server_messages", outcome.get("body", ""))
			self.assertIsNotNone(outcome["reply"], outcome)

	def assert_rows_and_requests_agree(self) -> None:
		"""The PBX saw one request for each row that permits one, and no other."""
		permitted = [row.name for row in site.rows() if row.slot or row.failure_code != "pbx_busy"]
		self.assertEqual(sorted(r.query["call"] for r in self.simulator.requests), sorted(permitted))

	def assert_one_call(self, outcomes: list[dict]) -> None:
		"""One dial came of all the clicks, and all were told of the same call."""
		self.assert_no_noise(outcomes)
		self.assertEqual(len(self.simulator.requests), 1)
		(row,) = site.rows()
		self.assertEqual({outcome["reply"]["call"] for outcome in outcomes}, {row.name})
		self.assertEqual([outcome["reply"]["repeated"] for outcome in outcomes].count(False), 1)
		self.assert_rows_and_requests_agree()

	def click(self, user: str = site.AGENT, **sent) -> dict:
		"""Return one call of the Lead's mobile number for `Dialers`."""
		return {"user": user, "sent": {**self.at_lead, "request_id": str(uuid.uuid4()), **sent}}


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

	def test_clicks_that_all_find_overdue_rows_sweep_them_without_a_deadlock(self):
		make_racers()
		for _round in range(2):
			make_overdue_rows(TWELVE)
			outcomes = self.dialers.dial([self.click(user) for user in RACERS], gunicorn_workers=MANY_WORKERS)
			self.assert_no_noise(outcomes)
			self.assertEqual(len(self.simulator.requests), TWELVE)
			self.assertFalse(frappe.db.count("PBX Call Log", {"status": "Dialing"}))
			self.simulator.reset()
			frappe.db.delete("PBX Call Log")
			frappe.db.commit()

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
			frappe.db.delete("PBX Call Log")
			frappe.db.commit()
			self.assert_one_call(self.post_to_both([str(uuid.uuid4()) for _ in range(TWELVE)]))


def start_simulator() -> Simulator:
	"""Start a simulated PBX with an extension for each of the twelve."""
	return Simulator(extensions=[str(1000 + n) for n in range(TWELVE)]).start()


def make_racers() -> None:
	"""Make twelve agents with an extension each, unless they are there."""
	for n, user in enumerate(RACERS):
		if not frappe.db.exists("User", user):
			site.make_user(user, "PBX Agent", "Sales User")
		site.give_extension(user, str(1000 + n))
	frappe.db.commit()


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
