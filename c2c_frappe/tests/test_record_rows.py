"""Rows nobody can read are said, and whose phone took an incoming call is asked for where the list does not tell."""

from __future__ import annotations

from unittest.mock import patch

import frappe

from c2c_frappe.api import call as api
from c2c_frappe.events import call_phones, intake, reconcile
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import CallRecord, Page
from c2c_frappe.site_time import to_utc
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, OTHER_AGENT, PRIMEVOX
from c2c_frappe.tests.test_call_records import E164, NUMBER, RecordsCase


class TestRowsNobodyCanRead(RecordsCase):
	def test_unread_rows_are_said_on_the_account_and_to_who_asked(self):
		"""With the names of their fields, and the mark moves on: the others were read."""
		page = Page((), has_more=True, unread=3, unread_fields=("bar", "foo"))
		with patch.object(reconcile.exchange, "fetch_records", return_value=page) as asked:
			outcome = self.fetch()
		message = frappe.db.get_value("PBX Account", COMMPEAK, "records_message")
		for text in (message, outcome["message"]):
			self.assertIn("could not be read", text)
			self.assertIn("bar, foo", text)
		self.assertEqual((asked.call_args.args[2], outcome["read"]), (1, 0))
		self.assertTrue(self.mark())
		self.fetch()
		self.assertEqual(frappe.db.get_value("PBX Account", COMMPEAK, "records_message"), "")


class TestRecordsWithoutAnEnd(RecordsCase):
	def test_a_record_that_names_no_end_ends_its_call(self):
		"""How it went nobody knows; the next dial of the agent to the number is a new one, and no repeat."""
		call = self.dial_lead()["call"]
		(row,) = site.rows(name=call)
		started_at = to_utc(row.requested_at).replace(microsecond=0)
		event = CallEvent("record", call=call, number=E164, started_at=started_at)
		for _again in range(2):
			intake.receive_records(COMMPEAK, [CallRecord("1", event)], ())
			(row,) = site.rows(name=call)
			self.assertEqual((row.status, row.dial_key), ("Unknown", None))
			self.assertGreaterEqual(to_utc(row.ended_at), started_at)
		with site.as_user(AGENT):
			self.assertTrue(api.state(call)["is_over"])

	def test_an_end_the_pbx_is_asked_for_ends_its_call_too(self):
		"""Asterisk keeps no past: that it knows no such call any more is all there is, and it has no time."""
		call = self.dial_lead()["call"]
		intake.ingest(COMMPEAK, {"asked_about": call}, CallEvent("end", "Unknown", "no_end_event", call=call))
		(row,) = site.rows(name=call)
		self.assertEqual((row.status, row.failure_code), ("Unknown", "no_end_event"))
		self.assertTrue(row.ended_at)


class TestWhosePhoneRang(RecordsCase):
	def setUp(self):
		super().setUp()
		site.give_extension(AGENT, "1000", PRIMEVOX)
		site.give_extension(OTHER_AGENT, "1001", PRIMEVOX)

	def take(self, extension):
		call = self.simulator.begin(extension, NUMBER, "in", provider="primevox")
		self.simulator.answer(call.id)
		self.simulator.hang_up(call.id)

	def requests(self):
		asked = [r.query for r in self.simulator.requests if r.path == "/api/call_list.php"]
		return [
			query["filterInboundExtenReceived"] for query in asked if "filterInboundExtenReceived" in query
		]

	def test_an_incoming_call_gets_the_agent_whose_phone_took_it(self):
		"""The caller is on no record, so without the phone there would be no row at all."""
		self.take("1001")
		self.fetch(PRIMEVOX)
		(row,) = site.rows()
		self.assertEqual((row.direction, row.agent, row.extension), ("Incoming", OTHER_AGENT, "1001"))
		self.assertEqual((row.status, row.number), ("Completed", E164))

	def test_what_is_known_already_is_not_asked_again(self):
		"""Outgoing calls, and those heard of before, cost no request."""
		self.take("1000")
		self.fetch(PRIMEVOX)
		asked = len(self.requests())
		self.assertGreater(asked, 0)
		self.simulator.begin("1000", NUMBER, provider="primevox")
		self.fetch(PRIMEVOX)
		self.assertEqual(len(self.requests()), asked)

	def test_no_more_phones_are_asked_than_allowed_in_one_run(self):
		"""A call of a phone that is no user's would ask all of them."""
		self.take("1999")
		with patch.object(call_phones, "MAX_REQUESTS", 1):
			self.fetch(PRIMEVOX)
		self.assertEqual(len(self.requests()), 1)
		self.assertEqual(site.rows(), [])
