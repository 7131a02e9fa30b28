"""An account on an Asterisk that is away: who may end a call, what is offered, what stays as it is; and the lease.

With an Asterisk that is there: tests/asterisk and tests/browser/test_desk_asterisk.py.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import frappe

from c2c_frappe.api import account as account_api
from c2c_frappe.api import call as api
from c2c_frappe.events import polling
from c2c_frappe.locks import Lease
from c2c_frappe.pbx.calls import status
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, MANAGER, OTHER_AGENT, SiteCase

ASTERISK, PASSWORD = "C2C Test Asterisk", "ari-password-0123456789"
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


class TestAsteriskAway(SiteCase):
	def setUp(self):
		super().setUp()
		site.make_account(
			ASTERISK,
			**{**site.USUAL, "provider": "asterisk", "base_url": ADDRESS},
			ari_user="crm",
			ari_password=PASSWORD,
			ari_context="c2c-out",
		)
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
