"""Frappe CRM's row of a call under many hands: click, events and notes at the same moment, over several web processes."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import frappe

from c2c_frappe.tests import processes
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.frappe_crm import API, E164, LOG, MAKE_A_CALL, CrmCase
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK

WEBHOOK = "/api/method/c2c_frappe.api.webhook.receive"
TOKEN = "crm-races-token"
CALLS, NOTES, PATIENCE = 12, 8, 20


class TestCrmRaces(CrmCase):
	@classmethod
	def setUpClass(cls):
		processes.require_durable_database()
		super().setUpClass()
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.update({"webhook_token": TOKEN, "webhook_addresses": "", "enabled": 1})
		account.save(ignore_permissions=True)
		cls.token = processes.token_of(AGENT)
		cls.servers = [processes.WebServer(2), processes.WebServer(2)]
		for server in cls.servers:
			cls.addClassCleanup(server.stop)

	def setUp(self):
		super().setUp()
		site.change_settings(confirmed_site_url=f"http://{frappe.local.site}", repeat_window=0)
		self.point_accounts_at(self.simulator.url, connect_timeout=10, read_timeout=30)

	def post(self, n: int, payload: dict) -> tuple[int, str]:
		query = urlencode({"account": COMMPEAK, "token": TOKEN})
		headers = {"Content-Type": "application/x-www-form-urlencoded"}
		status, body = self.servers[n % 2].ask("POST", f"{WEBHOOK}?{query}", urlencode(payload), headers)
		return status, json.loads(body)["message"]["outcome"] if status == 200 else body

	def ask_crm(self, method: str, **sent) -> tuple[int, str]:
		headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
		return self.servers[0].ask("POST", f"/api/method/{method}", json.dumps(sent), headers)

	def events(self, call: str) -> list[dict]:
		ends = {"hangup_cause": "ANSWERED", "duration": "5"}
		return [
			{"event": kind, "call": call, **(ends if kind == "end" else {})}
			for kind in ("start", "answer", "end")
		]

	def next_call(self, count: int) -> str:
		"""Return the name of the call that the PBX has been asked for and has not answered yet."""
		deadline = time.monotonic() + PATIENCE
		while len(self.simulator.requests) <= count and time.monotonic() < deadline:
			time.sleep(0.02)
		return self.simulator.requests[-1].query["call"]

	def test_click_and_events_at_the_same_moment_make_one_row(self):
		"""The events come while the PBX holds the click's answer back, each twice."""
		self.simulator.behave("slow", seconds=0.3)
		for n in range(CALLS):
			with ThreadPoolExecutor(8) as pool:
				click = pool.submit(self.ask_crm, MAKE_A_CALL, to_number=E164)
				call = self.next_call(n)
				told = [pool.submit(self.post, m, event) for m, event in enumerate(self.events(call) * 2)]
				self.assertEqual({one.result() for one in told}, {(200, "Applied")}, call)
				# It had ended before the click's answer, so there is nothing left for a popup to show.
				self.assertIn(click.result()[0], (200, 417), click.result()[1][:500])
			frappe.db.rollback()
			rows = frappe.get_all(LOG, {"name": call}, ["status", "duration", "to"])
			self.assertEqual([tuple(row.values()) for row in rows], [("Completed", 5, E164)], call)
		self.assertEqual(frappe.db.count("Error Log", {"method": "Call in Frappe CRM"}), 0)

	def test_clicks_at_the_same_moment_are_one_call_and_none_fails(self):
		"""A double click: the second meets the first one's row while its answer is saved."""
		site.change_settings(repeat_window=60)
		for n in range(CALLS):
			number = f"+4477009009{n:02}"
			with ThreadPoolExecutor(4) as pool:
				clicks = list(
					pool.map(lambda _n, to=number: self.ask_crm(MAKE_A_CALL, to_number=to), range(4))
				)
			self.assertEqual(
				{status for status, _body in clicks}, {200}, [body[:300] for _status, body in clicks]
			)
			self.assertEqual(len({json.loads(body)["message"]["CallSid"] for _status, body in clicks}), 1)
			self.assertEqual(len(self.simulator.requests), n + 1)

	def test_events_are_applied_while_notes_are_saved(self):
		"""No event fails for the sake of a note, and no note undoes an event."""
		for n in range(CALLS):
			call = json.loads(self.ask_crm(MAKE_A_CALL, to_number=E164)[1])["message"]["CallSid"]
			with ThreadPoolExecutor(8) as pool:
				notes = pool.submit(self.add_notes, call)
				told = list(pool.map(self.post, range(n, n + 3), self.events(call)))
				added = notes.result()
			self.assertEqual(set(told), {(200, "Applied")}, call)
			frappe.db.rollback()
			self.assertEqual(frappe.db.get_value(LOG, call, "status"), "Completed")
			linked = {"parent": call, "link_doctype": "FCRM Note"}
			self.assertEqual(frappe.db.count("Dynamic Link", linked), added.count(200), added)
			self.assertIn(200, added)

	def add_notes(self, call: str) -> list[int]:
		add = f"{API}.add_note_to_call_log"
		return [self.ask_crm(add, call_sid=call, note={"content": f"<p>{n}</p>"})[0] for n in range(NOTES)]
