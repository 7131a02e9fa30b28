"""What the PBX tells becomes the truth of the call, whatever order it comes in; nobody else can tell it."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlencode

import frappe
from frappe.utils import add_to_date, now_datetime
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from c2c_frappe.api import account as api
from c2c_frappe.events import intake, webhook
from c2c_frappe.pbx import exchange
from c2c_frappe.site_time import utc_now
from c2c_frappe.tests import processes
from c2c_frappe.tests.cases import pbx_events, site
from c2c_frappe.tests.cases.site import COMMPEAK, SiteCase

TOKEN = "webhook-token-0123456789"


class WebhookCase(SiteCase):
	def setUp(self):
		super().setUp()
		pbx_events.forget()
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.update({"webhook_token": TOKEN, "webhook_addresses": ""})
		account.save()
		for address in ("203.0.113.9", "203.0.113.10", "127.0.0.1"):
			frappe.cache.delete_value(webhook._key(address))
		frappe.db.commit()

	def tearDown(self):
		pbx_events.forget()
		super().tearDown()

	def post(self, token=TOKEN, address="203.0.113.9", account=COMMPEAK, headers=None, **told):
		builder = EnvironBuilder(
			method="POST", query_string={"account": account, "token": token}, json=told, headers=headers
		)
		frappe.local.request_ip = address
		return webhook.receive(Request(builder.get_environ()))

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


class TestWebhook(WebhookCase):
	def test_the_events_of_a_call_end_in_the_same_row_in_every_order_and_however_often(self):
		seen = set()
		for order in itertools.permutations(range(3)):
			pbx_events.forget()
			site.forget_calls()
			call = self.dial_lead()["call"]
			told = self.told_of(call)
			outcomes = [self.post(**told[n])["outcome"] for n in (*order, *order)]
			self.assertEqual(set(outcomes), {"Applied"})
			self.assertEqual(pbx_events.count(), 3)
			seen.add(self.facts(call))
		((status, code, answered, ended, duration, _rank, dial_key),) = seen
		self.assertEqual((status, code, duration, dial_key), ("Completed", "", 60, None))
		self.assertEqual((ended - answered).total_seconds(), 60)

	def test_event_before_the_dial_is_saved_waits_and_is_applied(self):
		"""A PBX that tells of a call before its answer is saved knows it by an id we do not know yet."""
		outcomes, place = [], exchange.place

		def place_and_tell(*arguments, **more):
			result = place(*arguments, **more)
			outcomes.append(self.post(**self.told_by_id(self.simulator.calls[0].unique_id))["outcome"])
			return result

		with patch.object(exchange, "place", place_and_tell):
			call = self.dial_lead()["call"]
		self.assertEqual((outcomes, self.facts(call)[0]), (["Waiting"], "Requested"))
		intake.retry_waiting()
		self.assertEqual(self.facts(call)[0], "Completed")

	def told_by_id(self, unique_id):
		"""Return the end of a call of which nothing is told but the PBX's own id."""
		end = self.told_of("")[2]
		return {
			"uniqueid": unique_id,
			**{name: end[name] for name in ("event", "ended_at", "duration", "hangup_cause")},
		}

	def test_an_event_that_fits_no_call_for_a_day_is_kept_as_unmatched(self):
		self.post(**self.told_of("nobody")[0])
		event = pbx_events.one(outcome="Waiting")
		frappe.db.set_value("PBX Event", event.name, "received_at", add_to_date(now_datetime(), hours=-25))
		intake.retry_waiting()
		self.assertEqual(frappe.db.get_value("PBX Event", event.name, "outcome"), "Unmatched")

	def test_a_wrong_token_changes_nothing_and_is_told_nothing(self):
		call = self.dial_lead()["call"]
		for token in ("", "wrong", TOKEN + "x", TOKEN[:-1], TOKEN.upper(), f"{TOKEN[:-1]}é"):
			self.assertEqual(self.post(token=token, **self.told_of(call)[2]), {"outcome": "Refused"})
			self.assertEqual(frappe.local.response.http_status_code, 403)
		self.assertEqual((pbx_events.count(), self.facts(call)[0]), (0, "Requested"))

	def test_an_account_without_a_token_takes_no_events(self):
		frappe.db.set_value("PBX Account", COMMPEAK, "webhook_token", "")
		frappe.clear_document_cache("PBX Account", COMMPEAK)
		self.assertEqual(self.post(token="", **self.told_of("x")[0]), {"outcome": "Refused"})

	def test_only_wrong_tokens_are_limited_and_only_for_their_address(self):
		for _n in range(webhook.WRONG_TOKENS):
			self.post(token="wrong")
			self.assertEqual(frappe.local.response.http_status_code, 403)
		self.post(token="wrong")
		self.assertEqual(frappe.local.response.http_status_code, 429)
		self.post(token="wrong", address="203.0.113.10")
		self.assertEqual(frappe.local.response.http_status_code, 403)
		# Another webhook of the same PBX, which was given an old address, shuts nobody out.
		self.assertEqual(self.post(**self.told_of("x")[0])["outcome"], "Waiting")

	def test_the_token_may_come_in_a_header(self):
		reply = self.post(token="", headers={"X-PBX-Token": TOKEN}, **self.told_of("x")[0])
		self.assertEqual(reply["outcome"], "Waiting")

	def test_events_come_from_the_allowed_addresses_only(self):
		frappe.db.set_value("PBX Account", COMMPEAK, "webhook_addresses", "198.51.100.0/24\n192.0.2.7")
		frappe.clear_document_cache("PBX Account", COMMPEAK)
		self.assertEqual(self.post(**self.told_of("x")[0])["outcome"], "Refused")
		self.assertEqual(self.post(address="192.0.2.7", **self.told_of("x")[0])["outcome"], "Waiting")

	def test_the_header_goes_before_the_address(self):
		reply = self.post(token=TOKEN, headers={"X-PBX-Token": "wrong"}, **self.told_of("x")[0])
		self.assertEqual(reply["outcome"], "Refused")
		reply = self.post(token="wrong", headers={"Authorization": f"Bearer {TOKEN}"}, **self.told_of("x")[0])
		self.assertEqual(reply["outcome"], "Refused")
		reply = self.post(token="wrong", headers={"X-PBX-Token": TOKEN}, **self.told_of("x")[0])
		self.assertEqual(reply["outcome"], "Waiting")

	def test_a_line_that_is_no_address_is_refused_when_the_account_is_saved(self):
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.webhook_addresses = "198.51.100.0/24\n300.1.1.1"
		with self.assertRaisesRegex(frappe.ValidationError, r"300\.1\.1\.1 is not a valid network address"):
			account.save()

	def test_an_event_of_one_account_never_changes_a_call_of_another(self):
		site.give_extension(site.AGENT, "1000", site.PRIMEVOX)
		call = self.dial_lead()["call"]
		self.assertEqual(self.post(**self.told_of(call)[2])["outcome"], "Waiting")
		self.assertEqual(self.facts(call)[0], "Unconfirmed")

	def test_the_payload_is_kept_and_the_token_is_not(self):
		self.post(**self.told_of("x")[0])
		event = pbx_events.one(outcome="Waiting").as_json()
		self.assertIn("55.1", event)
		self.assertNotIn(TOKEN, event)

	def test_a_body_over_the_limit_is_refused_before_it_is_read(self):
		self.assertEqual(self.post(padding="x" * 70000)["outcome"], "Refused")
		self.assertEqual(frappe.local.response.http_status_code, 413)

	def test_a_body_of_unknown_length_is_measured_too(self):
		builder = EnvironBuilder(
			method="POST", query_string={"account": COMMPEAK, "token": TOKEN}, data=b"x" * 70000
		)
		environ = builder.get_environ()
		del environ["CONTENT_LENGTH"]
		environ["wsgi.input_terminated"] = True
		self.assertEqual(webhook.receive(Request(environ)), {"outcome": "Refused"})
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


class TestWhatIsKept(WebhookCase):
	SAME = {"event": "start", "extension": "1000", "number": "447700900123"}

	def test_same_words_without_an_id_are_a_repeat_for_a_minute(self):
		"""Later they are about a second call: a payload that names no call and no time is not thrown away for good."""
		for _try in range(2):
			self.post(**self.SAME)
		self.assertEqual(frappe.db.count("PBX Event"), 1)
		with patch("c2c_frappe.events.store.utc_now", lambda: utc_now() + timedelta(seconds=61)):
			self.post(**self.SAME)
		self.assertEqual(frappe.db.count("PBX Event"), 2)

	def test_same_words_across_the_turn_of_a_minute_are_a_repeat(self):
		"""A PBX that tries again after two seconds may do so in the next minute of the clock."""
		turn = utc_now().replace(second=0, microsecond=0) + timedelta(days=1)
		for seconds in (-1, 1):
			with patch("c2c_frappe.events.store.utc_now", lambda s=seconds: turn + timedelta(seconds=s)):
				self.post(**self.SAME)
		self.assertEqual(frappe.db.count("PBX Event"), 1)

	def test_same_words_that_name_their_call_are_a_repeat_for_good(self):
		"""An id of the call, or a time, makes them the same however late they come again."""
		for named in ({"uniqueid": "55.9"}, {"started_at": "2026-11-23 12:00:00"}, {"call": "abc"}):
			pbx_events.forget()
			self.post(**self.SAME, **named)
			with patch("c2c_frappe.events.store.utc_now", lambda: utc_now() + timedelta(days=9)):
				self.assertEqual(self.post(**self.SAME, **named)["outcome"], "Applied")
			self.assertEqual(frappe.db.count("PBX Event"), 1)

	def test_a_body_that_cannot_be_read_is_kept_and_invalid(self):
		"""It is not ignored like one that says nothing, and its text is there for whoever looks."""
		builder = EnvironBuilder(
			method="POST",
			query_string={"account": COMMPEAK, "token": TOKEN},
			data="<call><id>55.1</id></call>",
			content_type="text/xml",
		)
		frappe.local.request_ip = "203.0.113.9"
		self.assertEqual(webhook.receive(Request(builder.get_environ())), {"outcome": "Invalid"})
		self.assertIn("<id>55.1</id>", frappe.get_doc("PBX Event", {"outcome": "Invalid"}).payload)

	def test_a_secret_of_the_body_is_masked_and_a_vendors_account_is_kept(self):
		"""What the body calls auth_token is a secret; its own account is a fact."""
		self.post(auth_token="planted-0123456789", **{**self.told_of("x")[0], "queue": {"account": "77"}})
		payload = frappe.get_doc("PBX Event", {"outcome": "Waiting"}).payload
		self.assertNotIn("planted", payload)
		self.assertIn('"auth_token": "***"', payload)
		self.assertIn('"account": "77"', payload)

	def test_an_event_read_again_is_dated_by_when_it_came(self):
		"""Not by when somebody tried again."""
		call = self.dial_lead()["call"]
		told = {"event": "end", "call": call, "hangup_cause": "ANSWERED"}
		with patch("c2c_frappe.pbx.providers.commpeak.provider.CommPeak.parse_event", return_value=None):
			self.post(**told)
		name = frappe.db.get_value("PBX Event", {"outcome": "Ignored"})
		came = add_to_date(now_datetime(), hours=-3).replace(microsecond=0)
		frappe.db.set_value("PBX Event", name, "received_at", came)
		intake.retry(name)
		self.assertEqual(self.facts(call)[3], came)


class TestTryingAgain(WebhookCase):
	def test_a_manager_tries_what_is_stuck_again_and_nobody_else_does(self):
		call = self.dial_lead()["call"]
		self.post(**self.told_of("nobody")[2])
		name = pbx_events.one(outcome="Waiting").name
		again = {"names": [name]}
		self.assertEqual(self.retry(**again), {"Waiting": 1})
		known = json.loads(frappe.db.get_value("PBX Event", name, "parsed_event"))
		values = {"outcome": "Unmatched", "parsed_event": json.dumps({**known, "call": call})}
		frappe.db.set_value("PBX Event", name, values)
		self.assertEqual(self.retry(**again), {"Applied": 1})
		self.assertEqual(self.facts(call)[0], "Completed")
		self.assertEqual(self.retry(**again), {"Applied": 1})
		with self.assertRaises(frappe.PermissionError):
			self.retry(site.AGENT, **again)

	def test_what_was_not_understood_is_read_again(self):
		call = self.dial_lead()["call"]
		told = self.told_of(call)[2]
		with patch("c2c_frappe.pbx.providers.commpeak.provider.CommPeak.parse_event", return_value=None):
			self.assertEqual(self.post(**told)["outcome"], "Ignored")
		name = pbx_events.one(outcome="Ignored").name
		self.assertEqual(self.retry(names=[name]), {"Applied": 1})
		self.assertEqual(self.facts(call)[0], "Completed")

	def test_what_nobody_understands_stays_ignored(self):
		self.post(event="unheard of")
		name = pbx_events.one(outcome="Ignored").name
		self.assertEqual(self.retry(names=[name]), {"Ignored": 1})

	def test_among_many_that_wait_each_gets_its_turn(self):
		for call in ("a", "b", "c"):
			self.post(**self.told_of(call)[0])
		with patch.object(intake, "BATCH", 2):
			for _minute in range(3):
				intake.retry_waiting()
		tries = sorted(pbx_events.all_of("tries"))
		self.assertEqual(tries, [(3,)] * 3)

	def retry(self, user=site.MANAGER, **arguments):
		return site.send(user, "POST", "c2c_frappe.api.event.retry", **arguments)


class TestOverHttp(WebhookCase):
	"""What PBXs really send, through Frappe's own request handling in a web process."""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.server = processes.WebServer(1)
		cls.addClassCleanup(cls.server.stop)

	def send(self, method, body=None, content_type="", headers=None, **query):
		address = "/api/method/c2c_frappe.api.webhook.receive?" + urlencode({"account": COMMPEAK, **query})
		known = {"Content-Type": content_type} if content_type else {}
		status, text = self.server.ask(method, address, body, {**known, **(headers or {})})
		frappe.db.rollback()
		return status, text

	def assert_taken(self, *arguments, **query) -> None:
		pbx_events.forget()
		site.forget_calls()
		call = self.dial_lead()["call"]
		told = self.told_of(call)[2]
		parts = [each(told) if callable(each) else each for each in arguments]
		extra = query.pop("told", lambda _told: {})(told)
		status, text = self.send(*parts, **{"token": TOKEN, **query, **extra})
		self.assertEqual((status, json.loads(text)["message"]), (200, {"outcome": "Applied"}))
		self.assertEqual(self.facts(call)[0], "Completed")
		self.assertNotIn(TOKEN, pbx_events.one(call=call).as_json())

	def test_every_way_in_which_a_pbx_sends_is_taken(self):
		form, as_json = "application/x-www-form-urlencoded", "application/json"
		self.assert_taken("GET", told=lambda told: told)
		self.assert_taken("POST", urlencode, form)
		self.assert_taken("POST", json.dumps, as_json)
		self.assert_taken("POST", json.dumps, "text/plain")
		self.assert_taken("POST", lambda told: urlencode({"data": json.dumps(told)}), form)
		self.assert_taken("POST", lambda told: urlencode({json.dumps(told): ""}), form)
		self.assert_taken("POST", json.dumps, as_json, {"X-PBX-Token": TOKEN}, token="")

	def test_a_multipart_form_is_taken(self):
		"""As curl -F and many PBXs send it."""
		lines = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
		self.assert_taken(
			"POST",
			lambda told: "".join(f"--x\r\n{lines.format(*each)}" for each in told.items()) + "--x--\r\n",
			"multipart/form-data; boundary=x",
		)

	def test_a_vendors_field_named_as_frappes_own_loses_no_event(self):
		"""Frappe takes `cmd` for the method to call, and `fn` for an argument of its own."""
		for name in ("cmd", "fn", "account", "token", "sid"):
			for body in (json.dumps, urlencode):
				kind = "application/json" if body is json.dumps else "application/x-www-form-urlencoded"
				self.assert_taken("POST", lambda told, n=name, b=body: b({**told, n: "hangup"}), kind)

	def test_the_answer_holds_no_message_meant_for_a_user(self):
		"""A repeat, a refusal and an event taken are answered with one word."""
		told = json.dumps(self.told_of("x")[2])
		for token in (TOKEN, TOKEN, "wrong"):
			_status, text = self.send("POST", told, "application/json", token=token)
			self.assertEqual(set(json.loads(text)), {"message"})
		with patch.object(intake, "receive", side_effect=lambda *_all: frappe.throw("planted")):
			frappe.local.message_log = []
			self.post(**self.told_of("y")[0])
			self.assertEqual(frappe.local.message_log, [])

	def test_no_token_no_event(self):
		status, text = self.send("POST", json.dumps(self.told_of("x")[2]), "application/json", token="wrong")
		self.assertEqual((status, json.loads(text)["message"]), (403, {"outcome": "Refused"}))
		self.assertEqual(pbx_events.count(), 0)
