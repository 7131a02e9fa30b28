"""kill -9 while a thousand events are being applied by two processes at once: none is lost and none counts twice."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime, timedelta

import frappe

from c2c_frappe.call_log import rows as call_log
from c2c_frappe.events import intake
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import CallRecord
from c2c_frappe.tests import processes
from c2c_frappe.tests.cases import pbx_events
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, SiteCase

CALLS = 250
NOON = datetime(2026, 11, 24, 12, 0)
# Seconds after which both processes are killed, each time.
KILLS = (0.5, 1.1, 0.8, 1.3)


class TestEventCrashes(SiteCase):
	@classmethod
	def setUpClass(cls):
		processes.require_durable_database()
		super().setUpClass()

	def setUp(self):
		super().setUp()
		pbx_events.forget()
		self.addCleanup(pbx_events.forget)
		fields = [
			"name",
			"status",
			"agent",
			"account",
			"number",
			"custom_data",
			"evidence_rank",
			"requested_at",
			"requested_utc",
		]
		known = ("Requested", AGENT, COMMPEAK, "+447700900123", "{}", 13, NOON, NOON)
		frappe.db.bulk_insert(call_log.DOCTYPE, fields, [(f"crash-{n}", *known) for n in range(CALLS)])
		frappe.db.commit()

	def test_a_thousand_events_survive_being_killed_again_and_again(self):
		# Each process has every other event, so that both are busy with the same calls.
		told = [_told(n, kind) for n in range(CALLS) for kind in range(4)]
		shares = [told[::2], told[1::2]]
		acknowledged = [0, 0]
		for seconds in KILLS:
			self.deliver(shares, acknowledged, seconds)
		self.assertGreater(sum(acknowledged), 0)
		self.deliver(shares, acknowledged)
		self.assertEqual(acknowledged, [500, 500])
		intake.retry_waiting()
		self.assertEqual(pbx_events.count(), 1000)
		self.assertEqual(pbx_events.count(outcome="Applied"), 1000)
		fields = ["status", "duration", "answered_at", "ended_at", "pbx_call_id", "dial_key"]
		rows = frappe.get_all(call_log.DOCTYPE, {"account": COMMPEAK}, fields)
		self.assertEqual(len(rows), CALLS)
		for row in rows:
			self.assertEqual((row.status, row.duration, row.dial_key), ("Completed", 58, None))
			self.assertEqual((row.ended_at - row.answered_at).total_seconds(), 60)
		self.assertEqual(len({row.pbx_call_id for row in rows}), CALLS)

	def deliver(self, shares: list[list], acknowledged: list[int], seconds: float | None = None) -> None:
		"""Deliver what was not acknowledged in two processes; kill both after so many seconds, if any are given."""
		pipes, pids = [], []
		name = frappe.local.site
		for share, count in zip(shares, acknowledged, strict=True):
			answers, say = os.pipe()
			pid = os.fork()
			if not pid:
				_deliver(name, share[count:], say)
			os.close(say)
			pipes.append(answers)
			pids.append(pid)
		if seconds:
			time.sleep(seconds)
			for pid in pids:
				os.kill(pid, signal.SIGKILL)
		for n, (pid, answers) in enumerate(zip(pids, pipes, strict=True)):
			with os.fdopen(answers, "rb") as pipe:
				acknowledged[n] += len(pipe.read())
			os.waitpid(pid, 0)
		frappe.db.rollback()


def _told(call: int, kind: int) -> dict | CallRecord:
	"""Return one of the four pieces of news of a call: three webhooks and its record."""
	known = {"call": f"crash-{call}", "uniqueid": f"9.{call}"}
	times = {
		"started_at": NOON,
		"answered_at": NOON + timedelta(seconds=5),
		"ended_at": NOON + timedelta(seconds=65),
	}
	if kind == 3:
		event = CallEvent(
			"record", status.COMPLETED, call=f"crash-{call}", pbx_call_id=f"9.{call}", duration=58, **times
		)
		return CallRecord(f"r{call}", event)
	name = ("started_at", "answered_at", "ended_at")[kind]
	end = {"hangup_cause": "ANSWERED", "duration": "60"} if kind == 2 else {}
	return {"event": ("start", "answer", "end")[kind], name: str(times[name]), **end, **known}


def _deliver(site_name: str, told: list, say: int) -> None:
	"""Deliver each as a PBX does, in a process of its own, and write a byte for each that was taken."""
	frappe.init(site=site_name, sites_path=".")
	frappe.connect()
	account = frappe.get_doc("PBX Account", COMMPEAK)
	for each in told:
		if isinstance(each, dict):
			intake.receive(account, each)
		else:
			intake.receive_records(COMMPEAK, [each], ())
		os.write(say, b".")
	os._exit(0)
