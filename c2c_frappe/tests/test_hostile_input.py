"""What somebody hostile may send to the webhook and to `dial` does no harm: no fault, no row, no log entry, no call.

One list of nasty things runs everywhere; where hypothesis is installed it adds its own. C2C_FUZZ_EXAMPLES=5000 makes it
look at more of them, and at others in every run.
"""

from __future__ import annotations

import itertools
import json
import os

import frappe
from werkzeug.test import EnvironBuilder

from c2c_frappe.phone_book import index
from c2c_frappe.tests.cases import pbx_events, site
from c2c_frappe.tests.cases.error_log import NewErrors
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, SiteCase
from c2c_frappe.tests.processes import token_of
from c2c_frappe.tests.web import Web

try:
	from hypothesis import HealthCheck, given, settings
	from hypothesis import strategies as st
except ImportError:
	given = None

EXAMPLES = int(os.environ.get("C2C_FUZZ_EXAMPLES", 0))
WEBHOOK = "/api/method/c2c_frappe.api.webhook.receive"
TOKEN = "webhook-token-0123456789"
LONG = "x" * 5000
# Texts that have broken other programs.
NASTY = (
	"",
	"\x00",
	"\ufffe",
	"😀" * 50,
	"Ω" * 300,
	LONG,
	"'",
	"\\",
	"' OR 1=1 --",
	"`; DROP TABLE tabUser; --",
	"%s %(name)s {0.__class__}",
	"{{ 7*7 }}",
	"../../../etc/passwd",
	"<script>alert(1)</script>",
	"a\r\nSet-Cookie: sid=1",
	"null",
	"[]",
	"{}",
	"0",
	"-1",
	"1e309",
	"NaN",
	"true",
)
EVENT = {
	"event": "end",
	"uniqueid": "55.1",
	"extension": "1000",
	"number": "447700900123",
	"started_at": "2026-11-23 12:00:00",
	"ended_at": "2026-11-23 12:01:09",
	"duration": "60",
	"hangup_cause": "ANSWERED",
	"recording": "https://pbx.example.com/1.mp3",
}
BODIES = (
	b"",
	b"\x00",
	b"\xff\xfe\x00",
	b"{",
	b"[]",
	b"null",
	b'"text"',
	b'{"a": ' * 5000,
	b"[" * 60000,
	b"[" * 400 + b"]" * 400,
	b'{"event": "end", "call": "\\ud800"}',
	b'{"event": ["end"], "call": {"a": 1}}',
	b'{"event": "end", "duration": 1e999, "uniqueid": NaN}',
	json.dumps(EVENT).encode("utf-16"),
	b"a=1&" * 9000,
	b"event=end&call=%ed%a0%80&number=%01",
	b"--x\r\nContent-Disposition: form-data; name=event\r\n\r\nend\r\n--x--",
	b'--x\r\nContent-Disposition: form-data; name="f"; filename="../../x"\r\n\r\nend\r\n--x--',
)
# What calls itself JSON and is no object Frappe answers itself, before our code is reached.
KINDS = (
	"application/x-www-form-urlencoded",
	"text/plain; charset=utf-16",
	"multipart/form-data; boundary=x",
	"multipart/form-data",
	"x" * 500,
)
JSON_KINDS = ("application/json", "application/json; charset=nowhere")
FAULTS = {500, 502, 503}


def try_many(look, **strategies) -> None:
	"""Call `look` with what hypothesis makes of the strategies, functions that return one; do nothing without it."""
	if given:
		usual = {"database": None, "deadline": None, "suppress_health_check": list(HealthCheck)}
		budget = settings(max_examples=EXAMPLES or 40, derandomize=not EXAMPLES, **usual)
		budget(given(**{name: strategy() for name, strategy in strategies.items()})(look))()


class HostileCase(SiteCase):
	def setUp(self):
		super().setUp()
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.update({"webhook_token": TOKEN, "webhook_addresses": ""})
		account.save()
		self.forget()
		self.addCleanup(self.forget)
		self.errors = NewErrors()
		# SQLite's driver takes no NUL, and nobody's site runs on it.
		is_sqlite = frappe.db.db_type == "sqlite"
		self.nasty = [text for text in NASTY if not (is_sqlite and "\x00" in text)]

	def forget(self) -> None:
		pbx_events.forget()
		frappe.cache.delete_keys("c2c_webhook_wrong_token")
		frappe.db.commit()

	def assert_no_fault(self, what: object) -> None:
		"""Nothing was logged as an error since the last time."""
		frappe.db.rollback()
		self.assertEqual(self.errors.look(), [], what)


class TestHostileWebhook(HostileCase):
	def post(self, token: str = TOKEN, path: str = WEBHOOK, **options):
		"""Send a body to the webhook; return the answer, which is never a fault and always short."""
		query = {"account": COMMPEAK, "token": token, **options.pop("query", {})}
		answer = Web().ask(path, query_string=query, **options)
		return answer

	def test_any_body_of_whoever_has_the_token_is_taken_or_refused(self):
		for body in BODIES:
			is_object = body.startswith(b"{") and body.endswith(b"}")
			for kind in (*KINDS, *JSON_KINDS) if is_object else KINDS:
				with self.subTest(body=body[:30], kind=kind[:30]):
					self.assertNotIn(self.post(data=body, content_type=kind).status_code, FAULTS)
		self.assert_no_fault("a body")

	def test_a_customer_s_call_with_any_text_for_the_extension_is_logged(self):
		index.refresh("Lead", [self.lead])
		frappe.db.commit()
		told = {
			"event": "start",
			"direction": "in",
			"number": "447700900123",
			"started_at": "2026-11-23 12:00:00",
		}
		texts = [text for text in self.nasty if len(text) > 140 or set("<'\x00") & set(text)]
		for n, text in enumerate(texts):
			for extension in ("", text):
				answer = self.post(json={**told, "uniqueid": f"77.{n}", "extension": extension})
				self.assertEqual((answer.status_code, answer.json["message"]["outcome"]), (200, "Applied"))
		made = {"account": COMMPEAK, "pbx_call_id": ("like", "77.%")}
		rows = frappe.get_all("PBX Call Log", made, ["name", "extension"])
		self.addCleanup(frappe.db.delete, "PBX Call Log", made)
		self.assertEqual(len(rows), len(texts))
		for row in rows:
			self.assertFalse(set("<>\"'") & set(row.extension or ""), row)
		self.assert_no_fault("an extension")

	def test_generated_bodies_and_fields_are_taken_or_refused(self):
		def send(body, kind, query):
			answer = self.post(data=body, content_type=kind, query={**query, "token": TOKEN})
			self.assertNotIn(answer.status_code, FAULTS)

		try_many(
			send,
			body=lambda: st.binary(max_size=200),
			kind=lambda: st.sampled_from(KINDS),
			query=lambda: st.dictionaries(st.sampled_from([*EVENT, "x"]), st.text(max_size=30), max_size=4),
		)
		told = {name: st.text(max_size=30) for name in EVENT} if given else {}
		try_many(
			lambda told: self.assertEqual(self.post(json={**told, "event": "end"}).status_code, 200),
			told=lambda: st.fixed_dictionaries({}, optional=told),
		)
		self.assert_no_fault("generated")

	def test_what_frappe_itself_cannot_read_as_json_changes_nothing_and_is_logged_without_the_token(self):
		for body, kind in itertools.product((b"{", b"[" * 60000, b"\x00", b'"text"'), JSON_KINDS):
			self.assertNotIn(TOKEN, self.post(data=body, content_type=kind).get_data(as_text=True))
		self.assertEqual(pbx_events.count(), 0)
		self.assertNotIn(TOKEN, str(self.errors.look()))

	def test_any_text_in_any_field_is_taken(self):
		call = self.dial_lead()["call"]
		known = {"call": call, **EVENT}
		for text in self.nasty:
			everywhere = {**dict.fromkeys(known, text), "event": "end"}
			for told in (
				everywhere,
				{**known, "uniqueid": text},
				{**known, "recording": f"https://x/{text}"},
			):
				with self.subTest(text=text[:20]):
					self.assertEqual(self.post(json=told).status_code, 200)
		self.assert_no_fault("a field")

	def test_what_is_sent_without_the_token_leaves_no_trace(self):
		for text in (*self.nasty, TOKEN[:-1], TOKEN.upper(), f"{TOKEN} "):
			for query in ({"token": text}, {"token": "", "account": text}):
				answer = self.post(query=query, json=EVENT)
				self.assertIn(answer.status_code, (403, 429))
				self.assertEqual(answer.json["message"], {"outcome": "Refused"})
		for body in BODIES:
			self.assertIn(
				self.post("wrong", data=body, content_type="text/plain").status_code, (403, 413, 429)
			)
		self.assertEqual(pbx_events.count(), 0)
		self.assert_no_fault("no token")

	def test_a_body_over_the_limit_is_not_kept_whatever_it_announces(self):
		huge = json.dumps({**EVENT, "padding": "x" * 70_000}).encode()
		self.assertEqual(self.post(data=huge, content_type="text/plain").status_code, 413)
		for kind in ("text/plain", "application/json"):
			streamed = EnvironBuilder(
				method="POST", path=WEBHOOK, query_string={"account": COMMPEAK, "token": TOKEN}, data=huge
			).get_environ()
			del streamed["CONTENT_LENGTH"]
			streamed.update({"wsgi.input_terminated": True, "CONTENT_TYPE": kind})
			self.assertEqual(Web().send(streamed).status_code, 413)
		self.assertEqual(pbx_events.count(), 0)

	def test_headers_of_any_kind_let_nobody_in(self):
		for text in self.nasty:
			headers = {"X-PBX-Token": _as_header(text), "X-Forwarded-For": _as_header(text) or "unknown"}
			answer = self.post(
				"", headers={**headers, "Authorization": f"Bearer {_as_header(text)}"}, json=EVENT
			)
			self.assertIn(answer.status_code, (401, 403, 429))
		self.assert_no_fault("headers")


class TestHostileDials(HostileCase):
	NAMES = (
		"reference_doctype",
		"reference_name",
		"fieldname",
		"row",
		"number",
		"phone",
		"request_id",
		"override",
	)

	def setUp(self):
		super().setUp()
		# Else each dial is refused for its address before what is nasty about it is looked at.
		site.change_settings(confirmed_site_url=site.CONFIRMED_ADDRESS)

	def try_dial(self, **sent) -> dict:
		"""Dial as the agent; return the reply, {} for what Frappe refuses in its own words."""
		try:
			reply = site.send(AGENT, "POST", "c2c_frappe.api.call.dial", **sent)
		except (frappe.PermissionError, frappe.DoesNotExistError, frappe.ValidationError):
			frappe.clear_messages()
			return {}
		self.assertIn(reply["status"], ("Failed", "Requested"))
		return reply

	def test_nothing_nasty_in_any_argument_calls_or_fails(self):
		called = set()
		for name, text in itertools.product(self.NAMES, self.nasty):
			site.forget_calls()
			self.simulator.reset()
			reply = self.try_dial(**{**self.at_lead, name: text})
			with self.subTest(name=name, text=text[:20]):
				is_harmless = name in ("request_id", "override") or not text
				self.assertEqual(
					bool(self.simulator.requests), is_harmless and reply.get("status") == "Requested"
				)
				for request in self.simulator.requests:
					self.assertTrue(request.path.endswith("/447700900123"), request.path)
				self.assert_no_fault(name)
				called |= {name} if self.simulator.requests else set()
		self.assertLessEqual({"request_id", "override"}, called, "these call the Lead whatever they say")

	def test_generated_arguments_call_nobody(self):
		def look(sent):
			reply = self.try_dial(**sent)
			self.assertNotEqual(reply.get("status"), "Requested", sent)

		try_many(look, sent=lambda: st.dictionaries(st.sampled_from(self.NAMES), st.text(max_size=30)))
		self.assertEqual(self.simulator.requests, ())
		self.assert_no_fault("generated")

	def test_no_other_kind_of_record_is_read_for_a_number(self):
		kinds = (
			"User",
			"DocType",
			"PBX Settings",
			"PBX Account",
			"Contact Phone",
			"PBX Call Log",
			"__Auth",
			"Singles",
		)
		for doctype, name in itertools.product(kinds, ("Administrator", "User", COMMPEAK, "")):
			reply = self.try_dial(reference_doctype=doctype, reference_name=name)
			self.assertNotEqual(reply.get("status"), "Requested", (doctype, name))
		self.assertEqual(self.simulator.requests, ())

	def test_a_request_id_of_any_length_is_one_call(self):
		"""Sent twice it is the same call, however many characters it has: no two are taken for one, none for two."""
		for request_id in ("x" * 140, "x" * 141, LONG):
			site.forget_calls()
			self.simulator.reset()
			first, again = (self.try_dial(**self.at_lead, request_id=request_id) for _time in range(2))
			self.assertEqual((first["status"], again["call"]), ("Requested", first["call"]))
			self.assertEqual((again["repeated"], len(self.simulator.requests)), (True, 1))

	def test_arguments_that_are_no_texts_are_refused(self):
		"""An agent who may call sends an object or a list for a text: Frappe refuses it; with texts the call is placed."""
		site.change_settings(confirmed_site_url="")
		agent = Web(token_of(AGENT))
		for wrong in ({"a": 1}, ["x"]):
			for name in self.NAMES:
				answer = agent.call("c2c_frappe.api.call.dial", **{**self.at_lead, name: wrong})
				self.assertEqual(answer.status_code, 417, (name, answer.get_data(as_text=True)[-200:]))
		self.assertEqual(self.simulator.requests, ())
		answer = agent.call("c2c_frappe.api.call.dial", **self.at_lead)
		self.assertEqual((answer.status_code, len(self.simulator.requests)), (200, 1))


def _as_header(text: str) -> str:
	return text.encode("utf-8").decode("latin-1").replace("\r", "").replace("\n", "").replace("\x00", "")
