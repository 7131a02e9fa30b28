"""What the PBX tells becomes the truth of the call, whatever order it comes in; nobody else can tell it."""

from __future__ import annotations

import itertools
import json

import frappe
from frappe.utils import add_to_date, now_datetime
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from c2c_frappe import events, webhook_request
from c2c_frappe.api import account as api
from c2c_frappe.tests import site
from c2c_frappe.tests.site import COMMPEAK, SiteCase

TOKEN = "webhook-token-0123456789"


class TestWebhook(SiteCase):
	def setUp(self):
		super().setUp()
		frappe.db.delete("PBX Event")
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.update({"webhook_token": TOKEN, "webhook_addresses": ""})
		account.save()
		frappe.cache.delete_value(webhook_request._key("203.0.113.9"))
		frappe.db.commit()

	def tearDown(self):
		frappe.db.delete("PBX Event")
		super().tearDown()

	def post(self, token=TOKEN, address="203.0.113.9", account=COMMPEAK, headers=None, **told):
		builder = EnvironBuilder(
			method="POST", query_string={"account": account, "token": token}, json=told, headers=headers
		)
		frappe.local.request_ip = address
		return webhook_request.receive(Request(builder.get_environ()))

	def told_of(self, call):
		known = {"call": call, "uniqueid": "55.1", "extension": "1000", "number": "447700900123"}
		start = {"event": "start", "started_at": "2026-11-23 12:00:00", **known}
		answer = {"event": "answer", "answered_at": "2026-11-23 12:00:09", **known}
		end = {
			"event": "end",
			"ended_at": "2026-11-23 12:01:09",
			"duration": "60",
			"hangup_cause": "ANSWERED",
		}
		return start, answer, {**end, **known}

	def facts(self, call):
		fields = [
			"status",
			"failure_code",
			"answered_at",
			"ended_at",
			"duration",
			"evidence_rank",
			"dial_key",
		]
		return frappe.db.get_value("PBX Call Log", call, fields)

	def test_the_events_of_a_call_end_in_the_same_row_in_every_order_and_however_often(self):
		seen = set()
		for order in itertools.permutations(range(3)):
			frappe.db.delete("PBX Event")
			frappe.db.delete("PBX Call Log")
			call = self.dial_lead()["call"]
			told = self.told_of(call)
			outcomes = [self.post(**told[n])["outcome"] for n in (*order, *order)]
			self.assertEqual(set(outcomes), {"Applied"})
			self.assertEqual(frappe.db.count("PBX Event"), 3)
			seen.add(self.facts(call))
		((status, code, answered, ended, duration, _rank, dial_key),) = seen
		self.assertEqual((status, code, duration, dial_key), ("Completed", "", 60, None))
		self.assertEqual((ended - answered).total_seconds(), 60)

	def test_an_event_that_comes_before_its_call_waits_and_is_applied_later(self):
		told = self.told_of("not-yet-there")[2]
		self.assertEqual(self.post(**told)["outcome"], "Waiting")
		site.rows()
		call = self.dial_lead()["call"]
		frappe.db.set_value("PBX Call Log", call, "pbx_call_id", "77.7")
		waiting = frappe.get_doc("PBX Event", {"outcome": "Waiting"})
		known = json.loads(waiting.news)
		frappe.db.set_value("PBX Event", waiting.name, "news", json.dumps({**known, "call": call}))
		events.retry_waiting()
		self.assertEqual(self.facts(call)[0], "Completed")

	def test_an_event_that_fits_no_call_for_a_day_is_kept_as_unmatched(self):
		self.post(**self.told_of("nobody")[0])
		event = frappe.get_doc("PBX Event", {"outcome": "Waiting"})
		frappe.db.set_value("PBX Event", event.name, "received_at", add_to_date(now_datetime(), hours=-25))
		events.retry_waiting()
		self.assertEqual(frappe.db.get_value("PBX Event", event.name, "outcome"), "Unmatched")

	def test_a_wrong_token_changes_nothing_and_is_told_nothing(self):
		call = self.dial_lead()["call"]
		for token in ("", "wrong", TOKEN + "x"):
			self.assertEqual(self.post(token=token, **self.told_of(call)[2]), {"outcome": "Refused"})
			self.assertEqual(frappe.local.response.http_status_code, 403)
		self.assertEqual((frappe.db.count("PBX Event"), self.facts(call)[0]), (0, "Requested"))

	def test_an_account_without_a_token_takes_no_events(self):
		frappe.db.set_value("PBX Account", COMMPEAK, "webhook_token", "")
		frappe.clear_document_cache("PBX Account", COMMPEAK)
		self.assertEqual(self.post(token="", **self.told_of("x")[0]), {"outcome": "Refused"})

	def test_only_wrong_tokens_are_limited_and_only_for_their_address(self):
		for _n in range(webhook_request.WRONG_TOKENS):
			self.post(token="wrong")
		self.post(**self.told_of("x")[0])
		self.assertEqual(frappe.local.response.http_status_code, 429)
		self.assertEqual(self.post(address="203.0.113.10", **self.told_of("x")[0])["outcome"], "Waiting")

	def test_the_token_may_come_in_a_header(self):
		reply = self.post(token="", headers={"X-PBX-Token": TOKEN}, **self.told_of("x")[0])
		self.assertEqual(reply["outcome"], "Waiting")

	def test_events_come_from_the_allowed_addresses_only(self):
		frappe.db.set_value("PBX Account", COMMPEAK, "webhook_addresses", "198.51.100.0/24\n192.0.2.7")
		frappe.clear_document_cache("PBX Account", COMMPEAK)
		self.assertEqual(self.post(**self.told_of("x")[0])["outcome"], "Refused")
		self.assertEqual(self.post(address="192.0.2.7", **self.told_of("x")[0])["outcome"], "Waiting")

	def test_an_event_of_one_account_never_changes_a_call_of_another(self):
		site.give_extension(site.AGENT, "1000", site.PRIMEVOX)
		call = self.dial_lead()["call"]
		self.assertEqual(self.post(**self.told_of(call)[2])["outcome"], "Waiting")
		self.assertEqual(self.facts(call)[0], "Unconfirmed")

	def test_the_payload_is_kept_and_the_token_is_not(self):
		self.post(**self.told_of("x")[0])
		event = frappe.get_doc("PBX Event", {"outcome": "Waiting"}).as_json()
		self.assertIn("55.1", event)
		self.assertNotIn(TOKEN, event)

	def test_a_body_over_the_limit_is_refused_before_it_is_read(self):
		self.assertEqual(self.post(padding="x" * 70000)["outcome"], "Refused")
		self.assertEqual(frappe.local.response.http_status_code, 413)

	def test_a_manager_gets_the_address_to_paste_and_a_new_token_closes_the_old_one(self):
		frappe.set_user(site.MANAGER)
		described = api.new_webhook_token(COMMPEAK)
		self.assertIn("token=", described["url"])
		self.assertIn("hangup_cause", {parameter["name"] for parameter in described["parameters"]})
		frappe.set_user("Administrator")
		self.assertEqual(self.post(**self.told_of("x")[0])["outcome"], "Refused")
		frappe.set_user(site.AGENT)
		self.assertRaises(frappe.PermissionError, api.webhook_help, COMMPEAK)
		frappe.set_user("Administrator")
