"""kill -9 at every step of a dial: the row says how far the call got, and the next click is not blocked."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import frappe

from c2c_frappe.api import call
from c2c_frappe.tests import processes
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.races import (
	ANSWERED,
	CONNECTED,
	ROW_COMMITTED,
	ROW_INSERTED,
	SAVED,
	SIGKILL,
	RaceCase,
	let_deadline_pass,
	run_scheduled_sweep,
)

CALLS = quote("PBX Call Log")


class CrashCase(RaceCase):
	def assert_interrupted_and_free(self) -> None:
		"""The one row turns Unknown with its deadline, before and after the sweep, and a new dial is possible."""
		(row,) = site.rows()
		self.assertEqual((row.status, row.failure_code or ""), ("Dialing", ""))
		self.assertTrue(row.slot and row.site_slot and row.dial_key)
		reply = self.dial_lead()
		self.assertEqual((reply["call"], reply["repeated"]), (row.name, True))
		let_deadline_pass(row.name)
		self.assertEqual(read_as_agent(row.name)["status"], "Unknown")
		self.assertEqual(read_as_agent(row.name)["failure_code"], "interrupted")
		self.assertEqual(site.rows()[0].status, "Dialing", "a read must not need the sweep")
		run_scheduled_sweep()
		(row,) = site.rows()
		self.assertEqual((row.status, row.failure_code), ("Unknown", "interrupted"))
		self.assertFalse(row.slot or row.site_slot or row.dial_key)
		self.simulator.reset()
		reply = self.dial_lead()
		self.assertEqual((reply["status"], reply["repeated"]), ("Requested", False))
		self.assertEqual(len(site.rows()), 2)
		self.assertEqual(len(self.simulator.requests), 1)

	def kill_at(self, step: str) -> None:
		"""Let a dial kill itself when it comes to this function."""
		(outcome,) = self.dialers.dial([{**self.click(), "die_at": step}])
		self.assertEqual(outcome, {"killed": SIGKILL})
		frappe.db.rollback()


class TestCrashes(CrashCase):
	def test_killed_before_the_rows_commit_nothing_was_sent_and_nothing_remains(self):
		self.kill_at(ROW_INSERTED)
		self.assertEqual((site.rows(), self.simulator.requests), ([], ()))
		self.assertEqual(self.dial_lead()["status"], "Requested")

	def test_killed_between_the_rows_commit_and_the_connection_the_row_says_interrupted(self):
		self.kill_at(ROW_COMMITTED)
		self.assertEqual(self.simulator.requests, ())
		self.assert_interrupted_and_free()

	def test_killed_before_the_first_byte_left_the_row_says_interrupted(self):
		self.kill_at(CONNECTED)
		self.assertEqual(self.simulator.requests, ())
		self.assert_interrupted_and_free()

	def test_killed_while_the_pbx_hangs_the_row_says_interrupted_and_nothing_is_sent_again(self):
		self.point_accounts_at(self.simulator.url, connect_timeout=5, read_timeout=50)
		self.simulator.behave("hang")
		(pid,) = self.dialers.start([self.click()])
		self.simulator.wait_for_requests(1, 20)
		os.kill(pid, SIGKILL)
		self.assertEqual(self.dialers.finish(), [{"killed": SIGKILL}])
		frappe.db.rollback()
		self.assertEqual(len(self.simulator.requests), 1)
		self.assert_interrupted_and_free()

	def test_killed_between_the_answer_and_its_saving_the_row_says_interrupted(self):
		self.kill_at(ANSWERED)
		self.assertEqual(len(self.simulator.requests), 1)
		self.assert_interrupted_and_free()

	def test_killed_after_the_answer_was_saved_the_row_keeps_it(self):
		self.kill_at(SAVED)
		(row,) = site.rows()
		self.assertEqual((row.status, row.slot, row.site_slot), ("Requested", None, None))
		self.assertEqual(len(self.simulator.requests), 1)

	def test_the_same_click_sent_again_after_a_crash_is_told_of_the_first_call(self):
		click = self.click()
		self.dialers.dial([{**click, "die_at": ROW_COMMITTED}])
		frappe.db.rollback()
		(row,) = site.rows()
		let_deadline_pass(row.name)
		reply = self.dial(**click["sent"])
		self.assertEqual((reply["call"], reply["repeated"]), (row.name, True))
		self.assertEqual((reply["status"], reply["failure_code"]), ("Unknown", "interrupted"))
		self.assertEqual(self.simulator.requests, ())

	def test_a_deadline_passes_by_itself(self):
		self.point_accounts_at(self.simulator.url, connect_timeout=1, read_timeout=1)
		self.kill_at(ROW_COMMITTED)
		(row,) = site.rows()
		began = time.monotonic()
		while read_as_agent(row.name)["status"] == "Dialing" and time.monotonic() - began < 20:
			time.sleep(0.2)
		self.assertEqual(read_as_agent(row.name)["status"], "Unknown")


class TestCrashesOfWebProcesses(CrashCase):
	def test_web_processes_killed_while_the_pbx_hangs_leave_a_row_that_says_interrupted(self):
		self.point_accounts_at(self.simulator.url, connect_timeout=5, read_timeout=50)
		servers = [processes.WebServer(1), processes.WebServer(1)]
		for server in servers:
			self.addCleanup(server.stop)
		token = processes.token_of(site.AGENT)
		self.simulator.behave("hang")
		with ThreadPoolExecutor(2) as pool:
			first = pool.submit(servers[0].dial, token, **self.click()["sent"])
			self.simulator.wait_for_requests(1, 30)
			second = servers[1].dial(token, **self.click()["sent"])
			servers[0].kill_workers()
			self.assertEqual(first.result(), {"killed": True})
		frappe.db.rollback()
		self.assertEqual((second["reply"]["status"], second["reply"]["repeated"]), ("Dialing", True))
		self.assertEqual(len(self.simulator.requests), 1)
		self.assert_interrupted_and_free()
		again = servers[0].dial(token, **self.click()["sent"])
		self.assertEqual(again["reply"]["repeated"], True)

	def test_rest_shows_a_dial_past_its_deadline_as_unknown_before_the_sweep(self):
		self.kill_at(ROW_COMMITTED)
		(row,) = site.rows()
		let_deadline_pass(row.name)
		server = processes.WebServer(1)
		self.addCleanup(server.stop)
		token = processes.token_of(site.AGENT)
		one = server.get(f"/api/resource/{CALLS}/{row.name}", token)
		self.assertEqual(one["data"]["failure_code"], "interrupted")


def read_as_agent(name: str) -> dict:
	"""Return what the browser is told when it asks for the call's state."""
	with site.as_user(site.AGENT):
		return call.state(name)
