"""An account on an Asterisk that is away: who may end a call, what is offered, what stays as it is; and the lease.

With an Asterisk that is there: tests/asterisk and tests/browser/test_desk_asterisk.py.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest.mock import patch

import frappe

from c2c_frappe.accounts import providers
from c2c_frappe.api import account as account_api
from c2c_frappe.api import call as api
from c2c_frappe.events import intake, listener, polling
from c2c_frappe.locks import Lease, account_lease
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.errors import UnavailableError
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, MANAGER, OTHER_AGENT, SiteCase

ASTERISK, PASSWORD = "C2C Test Asterisk", "ari-password-0123456789"
EVENTS = Path(__file__).resolve().parents[2] / "tests/events/asterisk"
LEAD_NAME = "Grace Hopper"
# Nothing listens there.
ADDRESS = "http://127.0.0.1:1"
HOLD = """
import sys, frappe
frappe.init(site=sys.argv[1])
frappe.connect()
from c2c_frappe.locks import Lease
lease = Lease("test")
print(lease.take(0), flush=True)
sys.stdin.read()
"""


def make_account(name: str = ASTERISK) -> None:
	site.make_account(
		name,
		**{**site.USUAL, "provider": "asterisk", "base_url": ADDRESS},
		ari_user="crm",
		ari_password=PASSWORD,
		ari_context="c2c-out",
	)


class TestAsteriskAway(SiteCase):
	def setUp(self):
		super().setUp()
		make_account()
		self.call = self.dial_lead()["call"]
		site.move(self.call, account=ASTERISK, status="In Progress", evidence_rank=21)

	def hang_up(self, user: str, **session) -> dict:
		with site.as_user(user, **session):
			return api.hang_up(self.call)

	def test_a_call_can_be_ended_while_it_may_go_on_and_where_its_pbx_can(self):
		for name in status.ALL:
			site.move(self.call, status=name)
			with site.as_user(AGENT):
				can = api.state(self.call)["can_hang_up"]
			self.assertEqual(can, name in status.OPEN - {"Dialing"}, name)
		site.move(self.call, status="In Progress", account=site.COMMPEAK)
		with site.as_user(AGENT):
			self.assertFalse(api.state(self.call)["can_hang_up"])

	def test_nobody_ends_a_colleagues_call_but_a_manager(self):
		with self.assertRaises(frappe.PermissionError):
			self.hang_up(OTHER_AGENT)
		with self.assertRaises(frappe.PermissionError):
			self.hang_up(AGENT, impersonated_by="Administrator")
		for user in (AGENT, MANAGER):
			with self.assertRaises(frappe.ValidationError) as caught:
				self.hang_up(user)
			self.assertNotIsInstance(caught.exception, frappe.PermissionError)
			self.assertIn("refused the connection", str(caught.exception))
			self.assertNotIn(PASSWORD, str(caught.exception))

	def test_a_call_that_is_over_is_not_ended_again(self):
		site.move(self.call, status="Completed")
		self.assertEqual(self.hang_up(AGENT)["status"], "Completed")

	def test_a_call_is_ended_by_post_alone(self):
		with self.assertRaises(frappe.PermissionError):
			site.send(AGENT, "GET", "c2c_frappe.api.call.hang_up", call=self.call)

	def test_the_phones_are_for_managers_and_none_are_offered_while_the_pbx_is_away(self):
		with site.as_user(AGENT), self.assertRaises(frappe.PermissionError):
			account_api.phones(ASTERISK)
		with site.as_user(MANAGER):
			self.assertEqual(account_api.phones(ASTERISK), [])
			self.assertEqual(account_api.phones(site.COMMPEAK), [])

	def test_a_pbx_that_cannot_be_asked_leaves_every_call_as_it_is(self):
		polling.run(ASTERISK)
		site.move(self.call, requested_at=frappe.utils.add_to_date(frappe.utils.now_datetime(), minutes=-5))
		polling.run(ASTERISK)
		(row,) = site.rows(name=self.call)
		self.assertEqual((row.status, row.evidence_rank), ("In Progress", 21))

	def test_the_form_says_that_no_listener_runs(self):
		document = frappe.get_doc("PBX Account", ASTERISK)
		document.run_method("onload")
		self.assertEqual(document.get_onload().listener, "missing")
		commpeak = frappe.get_doc("PBX Account", site.COMMPEAK)
		commpeak.run_method("onload")
		self.assertNotIn("listener", commpeak.get_onload())


class TestWhosePhoneRings(SiteCase):
	def setUp(self):
		super().setUp()
		make_account()
		self.call = self.dial_lead()["call"]
		site.move(self.call, account=ASTERISK)
		frappe.db.commit()
		stream = (EVENTS / "customer_hangs_up.jsonl").read_text()
		first = json.loads(stream.splitlines()[0])
		channel = (first.get("peer") or first["channel"])["id"]
		self.events = [json.loads(line) for line in stream.replace(channel, self.call).splitlines()]
		self.provider = providers.provider_of(frappe.get_doc("PBX Account", ASTERISK))

	def hear(self, events) -> list[str]:
		"""Receive events as the listener does; return what the agent was told each time."""
		with patch.object(frappe, "publish_realtime") as publish:
			for event in events:
				if read := self.provider.parse_event(event):
					intake.ingest(ASTERISK, event, read)
		told = [sent.args[1] for sent in publish.call_args_list if sent.args[0] == "pbx_call"]
		return [reply["message"] for reply in told if reply["status"] == "Ringing"]

	def asked(self, user: str) -> str:
		with site.as_user(user):
			return api.state(self.call)["message"]

	def test_the_agent_is_told_whose_phone_rings(self):
		told = list(dict.fromkeys(self.hear(self.events)))
		self.assertEqual(told, ["Your phone 1000 is ringing: pick up.", f"Calling {LEAD_NAME} ..."])
		self.assertNotIn("Calling", self.asked(AGENT))

	def test_a_late_ringing_of_the_agents_phone_changes_nothing(self):
		ours = [
			e for e in self.events if e["type"] == "ChannelStateChange" and e["channel"]["id"] == self.call
		]
		told = list(dict.fromkeys(self.hear(reversed(ours))))
		self.assertEqual(told, [f"Calling {LEAD_NAME} ..."])
		self.assertEqual(self.asked(AGENT), f"Calling {LEAD_NAME} ...")
		# It is nobody else's phone.
		self.assertEqual(self.asked(MANAGER), "")


class TestListenerOfAccount(SiteCase):
	def setUp(self):
		super().setUp()
		make_account()
		# The listener ends its reads by a rollback.
		frappe.db.commit()
		self.faults = queue.Queue()

		def until_a_fault(_reader):
			raise self.faults.get()

		# What Python would print of a thread that died is what is wanted here.
		for holder, name, value in (
			(listener._EventReader, "_listen", until_a_fault),
			(threading, "excepthook", lambda _died: None),
		):
			replaced = patch.object(holder, name, value)
			replaced.start()
			self.addCleanup(replaced.stop)
		self.session = listener._Session(lambda _sentence: None)
		self.assertTrue(self.session.lease.take(0))
		self.addCleanup(self.session.lease.release)

	def end(self):
		for name, ear in self.session.ears.items():
			ear.stop()
			self.faults.put(UnavailableError("The PBX is away."))
			self.session._let_go(name)

	def state(self) -> str:
		document = frappe.get_doc("PBX Account", ASTERISK)
		document.run_method("onload")
		return document.get_onload().listener

	def test_the_form_says_when_the_thread_that_listens_has_died(self):
		"""Until it is started anew the account is not listened to, though the listener's process runs."""
		self.assertEqual(self.state(), "starting")
		self.session._look_after()
		self.addCleanup(self.end)
		self.assertEqual(self.state(), "running")
		died = self.session.ears[ASTERISK]
		self.faults.put(RuntimeError("a fault of ours"))
		died.join(10)
		self.session._process_queue(until=time.monotonic() + 0.2)
		self.assertEqual(self.state(), "starting")
		self.session._look_after()
		self.assertIsNot(self.session.ears[ASTERISK], died)
		self.assertEqual(self.state(), "running")

	def test_an_account_that_is_switched_off_is_listened_to_by_nobody(self):
		"""Its form says nothing of listeners."""
		self.session._look_after()
		self.addCleanup(self.end)
		frappe.db.set_value("PBX Account", ASTERISK, "enabled", 0)
		frappe.db.commit()
		self.session._look_after()
		self.assertNotIn(ASTERISK, self.session.ears)
		self.assertFalse(account_lease(ASTERISK).is_taken())
		self.assertIsNone(self.state())


class TestLease(SiteCase):
	def test_one_process_has_it_and_the_next_gets_it_when_that_one_is_killed(self):
		argv = [sys.executable, "-c", HOLD, frappe.local.site]
		pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
		lease = Lease("test")
		self.addCleanup(lease.release)
		with subprocess.Popen(argv, **pipes) as holder:
			self.assertEqual(holder.stdout.readline().strip(), "True")
			self.assertFalse(lease.take(0))
			self.assertTrue(lease.is_taken())
			os.kill(holder.pid, signal.SIGKILL)
		self.assertTrue(lease.take(5))
		self.assertTrue(lease.is_held())
		self.assertFalse(Lease("another").is_taken())
