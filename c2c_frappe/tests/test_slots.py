"""A PBX that hangs holds no more than the site's share of web workers; other calls are refused at once."""

from __future__ import annotations

import os
import time
from unittest.mock import patch

import frappe

from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.races import (
	RACERS,
	SIGKILL,
	TWELVE,
	RaceCase,
	extension_of,
	let_deadline_pass,
	make_racers,
	run_scheduled_sweep,
	start_simulator,
)
from c2c_frappe.tests.cases.site import COMMPEAK, PRIMEVOX

# A quarter of these web workers is three.
WORKERS, SHARE = 12, 3
# Far longer than any test here waits: whoever is answered was not waiting for the PBX.
HANG = 60
PATIENCE = 60


class TestSlots(RaceCase):
	@classmethod
	def prepare(cls):
		make_racers()

	def setUp(self):
		self.simulator = start_simulator()
		self.addCleanup(self.simulator.stop)
		super().setUp()
		for n, user in enumerate(RACERS):
			site.give_extension(user, extension_of(n))
		self.point_accounts_at(self.simulator.url, connect_timeout=30, read_timeout=HANG)
		self.simulator.behave("hang")

	def assert_share(self, share: int, web_workers: int = WORKERS) -> None:
		"""Of twelve agents who call at once `share` wait for the PBX, and the others are told while those wait."""
		self.dialers.start([self.click(user) for user in RACERS], gunicorn_workers=web_workers)
		wait_for_rows(TWELVE - share, failure_code="pbx_busy")
		self.assertEqual(len(self.simulator.wait_for_requests(share)), share)
		self.assertEqual(len(site.rows(slot=("is", "set"))), share)
		self.simulator.stop()
		outcomes = self.dialers.finish()
		self.assert_no_noise(outcomes)
		codes = [outcome["reply"]["failure_code"] for outcome in outcomes]
		self.assertEqual((codes.count("bad_reply"), codes.count("pbx_busy")), (share, TWELVE - share))
		frappe.db.rollback()
		self.assertEqual(site.rows(slot=("is", "set")), [])
		self.assertEqual(site.rows(site_slot=("is", "set")), [])

	def set_limit(self, limit: int) -> None:
		"""Set how many dials the CommPeak account may have in flight."""
		frappe.db.set_value("PBX Account", COMMPEAK, "max_calls_in_flight", limit)
		frappe.db.commit()

	def hang_one(self) -> int:
		"""Let one dial hang on the only slot, and return its process id."""
		(pid,) = self.dialers.start([self.click(RACERS[0])], gunicorn_workers=1)
		self.simulator.wait_for_requests(1, PATIENCE)
		return pid

	def kill(self, pid: int) -> None:
		"""kill -9 the process that hangs."""
		os.kill(pid, SIGKILL)
		self.assertEqual(self.dialers.finish(), [{"killed": SIGKILL}])

	def let_deadline_pass(self) -> None:
		"""Move the deadlines of the only call that was not refused into the past."""
		frappe.db.rollback()
		(row,) = site.rows(status="Dialing")
		let_deadline_pass(row.name)

	def reply_to(self, user: str) -> dict:
		"""Dial as this agent, from this process, on a site with one slot; return the reply."""
		frappe.db.rollback()
		with patch.dict(frappe.local.conf, gunicorn_workers=1):
			return self.dial(user, **self.click(user)["sent"])

	def test_a_hanging_pbx_holds_a_quarter_of_the_web_workers_and_the_rest_are_told_at_once(self):
		self.assert_share(SHARE)

	def test_an_account_may_take_less_than_the_sites_share(self):
		self.set_limit(2)
		self.assert_share(2)

	def test_an_account_that_asks_for_more_gets_the_sites_share(self):
		self.set_limit(50)
		self.assert_share(SHARE)

	def test_two_hanging_accounts_together_hold_no_more_than_the_sites_share(self):
		for n, user in enumerate(RACERS[::2]):
			site.give_extension(user, extension_of(2 * n), PRIMEVOX)
		self.assert_share(SHARE)

	def test_a_site_with_few_web_workers_has_one_slot(self):
		self.assert_share(1, web_workers=2)

	def test_a_refused_call_holds_nothing_and_can_be_tried_again(self):
		self.hang_one()
		self.assertEqual(self.reply_to(RACERS[1])["failure_code"], "pbx_busy")
		(row,) = site.rows(failure_code="pbx_busy")
		self.assertEqual((row.status, row.slot, row.site_slot, row.dial_key), ("Failed", None, None, None))
		self.assertEqual(self.reply_to(RACERS[1])["failure_code"], "pbx_busy")
		self.simulator.stop()
		self.dialers.finish()

	def test_a_slot_comes_free_with_the_reply(self):
		self.simulator.behave("slow", seconds=1)
		self.hang_one()
		self.dialers.finish()
		self.simulator.reset()
		self.assertEqual(self.reply_to(RACERS[1])["status"], "Requested")

	def test_the_slot_of_a_process_that_died_comes_free_with_the_deadline(self):
		self.kill(self.hang_one())
		self.simulator.reset()
		self.assertEqual(self.reply_to(RACERS[1])["failure_code"], "pbx_busy")
		self.let_deadline_pass()
		self.assertEqual(self.reply_to(RACERS[1])["status"], "Requested")

	def test_the_sweep_frees_the_slot_of_a_process_that_died(self):
		self.kill(self.hang_one())
		self.let_deadline_pass()
		run_scheduled_sweep()
		self.assertEqual(site.rows(slot=("is", "set")), [])


def wait_for_rows(count: int, **filters) -> None:
	"""Return once there are this many such rows; raise TimeoutError if they do not come."""
	deadline = time.monotonic() + PATIENCE
	while len(site.rows(**filters)) < count:
		if time.monotonic() > deadline:
			raise TimeoutError(f"{len(site.rows(**filters))} of {count} rows with {filters} came.")
		time.sleep(0.1)
		frappe.db.rollback()
