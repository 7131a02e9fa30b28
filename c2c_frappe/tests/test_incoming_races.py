"""Events of one call that arrive at the same moment, over several web processes: one call is one row."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from unittest.mock import patch
from urllib.parse import urlencode

import frappe

from c2c_frappe.call_log import from_events, rows
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.tests import processes
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, OTHER_AGENT, SiteCase

WEBHOOK = "/api/method/c2c_frappe.api.webhook.receive"
TOKEN = "incoming-races-token"
# `C2C_SOAK_CALLS=1000 ./dev test site -k incoming_races` is a soak.
CALLS = int(os.environ.get("C2C_SOAK_CALLS", 60))
PHONES = {"1000": AGENT, "1001": OTHER_AGENT}
NOON = datetime(2026, 11, 23, 12, 0)


class IncomingRaces(SiteCase):
	@classmethod
	def setUpClass(cls):
		processes.require_durable_database()
		super().setUpClass()
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.update({"webhook_token": TOKEN, "webhook_addresses": "", "enabled": 1})
		account.save(ignore_permissions=True)
		frappe.db.commit()
		cls.servers = [processes.WebServer(2), processes.WebServer(2)]
		for server in cls.servers:
			cls.addClassCleanup(server.stop)

	def setUp(self):
		super().setUp()
		for extension, user in PHONES.items():
			site.give_extension(user, extension)
		frappe.db.commit()
		self.began = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
		self.ids: list[str] = []
		self.addCleanup(self.forget)

	def forget(self) -> None:
		"""Delete the calls and events this test made."""
		frappe.db.rollback()
		calls = frappe.get_all("PBX Event", {"pbx_call_id": ("in", self.ids)}, pluck="call")
		frappe.db.delete("PBX Event", {"pbx_call_id": ("in", self.ids)})
		frappe.db.delete("ToDo", {"reference_name": ("in", calls)})
		frappe.db.delete(rows.DOCTYPE, {"pbx_call_id": ("in", self.ids)})
		frappe.db.commit()

	def payloads(self, call: str, number: str, extension: str = "1000") -> list[dict]:
		"""Return the three events CommPeak posts of a call that comes in and is answered."""
		self.ids.append(call)
		known = {"uniqueid": call, "extension": extension, "number": number, "direction": "in"}
		at = lambda seconds: str(self.began + timedelta(seconds=seconds))  # noqa: E731
		return [
			{**known, "event": "start", "started_at": at(0)},
			{**known, "event": "answer", "answered_at": at(5)},
			{**known, "event": "end", "ended_at": at(65), "hangup_cause": "ANSWERED", "duration": "60"},
		]

	def post(self, payloads: list[dict], times: int = 1) -> list[str]:
		"""Post payloads, each as often as asked, over both servers at once; return the outcomes."""

		def deliver(at: int, payload: dict) -> tuple[int, str]:
			query = urlencode({"account": COMMPEAK, "token": TOKEN})
			headers = {"Content-Type": "application/x-www-form-urlencoded"}
			server = self.servers[at % 2]
			return server.ask("POST", f"{WEBHOOK}?{query}", urlencode(payload), headers)

		every = [payload for payload in payloads for _time in range(times)]
		with ThreadPoolExecutor(10) as pool:
			answers = list(pool.map(deliver, range(len(every)), every))
		self.assertEqual({status for status, _body in answers}, {200}, answers)
		return [frappe.parse_json(body)["message"]["outcome"] for _status, body in answers]

	def found(self, ids: list[str]) -> list:
		frappe.db.rollback()
		fields = ["pbx_call_id", "agent", "status", "duration", "number"]
		return frappe.get_all(rows.DOCTYPE, {"pbx_call_id": ("in", ids)}, fields)

	def test_events_of_one_call_at_once_make_one_row(self):
		"""Start, answer and end, each delivered twice, at the same moment over four workers: one row each time."""
		for n in range(12):
			call = f"race-{n}"
			self.post(self.payloads(call, f"44770090{n:04}"), times=2)
			found = self.found([call])
			self.assertEqual(len(found), 1, call)
			self.assertEqual((found[0].status, found[0].agent, found[0].duration), ("Completed", AGENT, 60))

	def test_sixty_calls_at_once_make_sixty_rows_with_their_agents(self):
		"""Sixty calls for two phones, ten requests at a time, each event delivered twice by a retry."""
		of_agent = {}
		every = []
		for n in range(CALLS):
			extension = ("1000", "1001")[n % 2]
			of_agent[f"flood-{n}"] = PHONES[extension]
			every.append(self.payloads(f"flood-{n}", f"44770091{n:04}", extension))
		for step in range(3):
			self.post([payloads[step] for payloads in every], times=2)
		found = self.found(list(of_agent))
		self.assertEqual(len(found), CALLS)
		self.assertEqual({row.pbx_call_id: row.agent for row in found}, of_agent)
		self.assertEqual({row.status for row in found}, {"Completed"})

	def test_records_saved_while_their_callers_events_are_applied(self):
		"""The save of a Lead with the caller's number never fails because an event of that call is applied."""
		name = crm.make_lead(mobile_no="+44 7700 929999")
		self.addCleanup(crm.delete_past_checks, "Lead", name)
		token = processes.token_of(AGENT)

		def save(n: int) -> int:
			document = {"doctype": "Lead", "first_name": f"Race {n}", "mobile_no": f"+44770092{n:04}"}
			headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
			return self.servers[n % 2].ask("POST", "/api/resource/Lead", frappe.as_json(document), headers)

		every = [self.payloads(f"save-{n}", f"44770092{n:04}") for n in range(30)]
		with ThreadPoolExecutor(2) as pool:
			events = pool.submit(self.post, [payload for payloads in every for payload in payloads])
			# One after the other: two Leads at once meet in the table of ERPNext's naming series.
			answers = [save(n) for n in range(30)]
			events.result()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(self.delete_leads)
		self.assertEqual([body for status, body in answers if status != 200], [])
		self.assertEqual(len(self.found([f"save-{n}" for n in range(30)])), 30)

	def delete_leads(self) -> None:
		for name in frappe.get_all("Lead", {"first_name": ("like", "Race %")}, pluck="name"):
			crm.delete_past_checks("Lead", name)


class TestIdentity(SiteCase):
	"""A name or a key that is taken, as Frappe's own retry meets it."""

	def draft(self, **values) -> dict:
		usual = {
			"name": frappe.generate_hash(length=20),
			"direction": "Outgoing",
			"status": "Failed",
			"account": COMMPEAK,
		}
		return {**usual, **rows.requested_columns(NOON), **values}

	def test_taken_name_is_not_inserted_under_another(self):
		"""Frappe answers a taken name by a random one; then nothing may be dialed, for the PBX knows the first."""
		first = self.draft()
		self.assertTrue(rows.insert(first))
		self.addCleanup(site.forget_calls)
		count = frappe.db.count(rows.DOCTYPE)
		self.assertFalse(rows.insert(first))
		self.assertEqual(frappe.db.count(rows.DOCTYPE), count)

	def test_taken_slot_of_an_account_called_primary_is_a_taken_slot(self):
		"""Frappe reads PRIMARY in the database's message as a taken name and tries other names."""
		self.addCleanup(site.forget_calls)
		self.assertTrue(rows.insert(self.draft(slot="PRIMARY#1")))
		self.assertFalse(rows.insert(self.draft(slot="PRIMARY#1")))
		self.assertEqual(frappe.db.count(rows.DOCTYPE, {"slot": "PRIMARY#1"}), 1)

	def test_dial_whose_name_is_taken_sends_nothing(self):
		"""The other call keeps its own key and gets no reply that is not its own."""
		first = self.dial_lead()
		site.move(first["call"], dial_key=None)
		sent = len(self.simulator.requests)
		with (
			patch("c2c_frappe.call_log.dial_guard.frappe.generate_hash", return_value=first["call"]),
			self.assertRaises(RuntimeError),
		):
			self.dial_lead(request_id="another")
		self.assertEqual(len(self.simulator.requests), sent)

	def test_two_inserts_of_one_call_at_the_pbx_are_one_row(self):
		"""Who comes second gets the name of the row there is."""
		event = CallEvent("progress", "Ringing", direction="Incoming", started_at=NOON)
		names = {from_events.add(COMMPEAK, "twice", event, {}) for _time in range(2)}
		self.addCleanup(site.forget_calls)
		self.assertEqual(len(names), 1)
		self.assertEqual(from_events.find_by_origin(COMMPEAK, "twice"), names.pop())
