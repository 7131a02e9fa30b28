"""Dials from many processes at once, some of which are killed on the way: what the tests of races and crashes stand on."""

from __future__ import annotations

import uuid
from unittest import SkipTest, skip

import frappe
from frappe.utils import add_to_date

from c2c_frappe.pbx.simulator import Simulator
from c2c_frappe.tests import processes
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import SiteCase

TWELVE = 12
RACERS = [f"c2c-race-{n}@example.com" for n in range(TWELVE)]
MANY_WORKERS = 4 * TWELVE
SIGKILL = 9
# The functions at which a dial can be told to kill itself, in the order in which it comes to them.
ROW_INSERTED = "c2c_frappe.click_to_call.doctype.pbx_call_log.pbx_call_log.PBXCallLog.after_insert"
ROW_COMMITTED = "c2c_frappe.pbx.exchange.place"
CONNECTED = "c2c_frappe.pbx.wire.transport._Exchange.before_sending"
ANSWERED = "c2c_frappe.call_log.dial_guard.record_result"
SAVED = "c2c_frappe.dialing.place_call._reply_of"


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


def start_simulator() -> Simulator:
	"""Start a simulated PBX with an extension for each of the twelve."""
	return Simulator(extensions=["1000", *map(extension_of, range(TWELVE))]).start()


def extension_of(racer: int) -> str:
	"""Return a racer's extension: no other user of the tests has it."""
	return str(1100 + racer)


def make_racers() -> None:
	"""Make twelve agents with an extension each, unless they are there."""
	for n, user in enumerate(RACERS):
		if not frappe.db.exists("User", user):
			site.make_user(user, "PBX Agent", "Sales User")
		site.give_extension(user, extension_of(n))
	frappe.db.commit()


def put_deadline_off(name: str) -> None:
	"""Move the deadline of a dial in flight to where no slow machine gets before `let_deadline_pass` does."""
	frappe.db.set_value("PBX Call Log", name, "reply_due", add_to_date(None, days=1))
	frappe.db.commit()


def let_deadline_pass(name: str) -> None:
	"""Move the row's deadlines into the past instead of waiting for them."""
	long_ago = add_to_date(None, days=-1)
	frappe.db.set_value("PBX Call Log", name, {"reply_due": long_ago, "repeat_until": long_ago})
	frappe.db.commit()


def run_scheduled_sweep() -> None:
	"""Run what the app has the scheduler do every minute."""
	for method in frappe.get_hooks("scheduler_events", app_name="c2c_frappe")["cron"]["* * * * *"]:
		frappe.get_attr(method)()
