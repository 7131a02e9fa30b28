"""Generic HTTP on a site: profiles fill the form in, a preview sends nothing, calls go out with what the form says."""

from __future__ import annotations

import json
import socket
from unittest.mock import patch

import frappe
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from c2c_frappe.accounts import providers
from c2c_frappe.api import account as api
from c2c_frappe.dialing import preview
from c2c_frappe.events import webhook
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.generic_http import profiles
from c2c_frappe.pbx.simulator.vendors import generic
from c2c_frappe.pbx.wire.redaction import MASK
from c2c_frappe.tests.cases import crm, pbx_events, site
from c2c_frappe.tests.cases.site import AGENT, MANAGER, SiteCase
from c2c_frappe.tests.secret_search import Search

GENERIC = "C2C Test Generic"
SECRET = "generic-s3cret-0123456789"
# Letters only, so that a search finds it however it is written.
TOKEN_CORE = "genericT0kenCore"
PAIRS = (
	("Body", "extension", "{extension}"),
	("Body", "number", "{number.e164}"),
	("Body", "lead", "{custom.leadid}"),
	("Body", "call", "{call}"),
	("Body", "by", "{user}"),
	("Header", "X-Caller", "{caller_id}"),
)
ANSWER_RULES = (
	("Success", "success", "true", ""),
	("Refusal", "success", "false", ""),
	("Call ID", "call.id", "", ""),
	("Error text", "message", "", ""),
	("Hint", "message", "Extension does not exist.", "Unknown extension"),
)
EVENT_RULES = (
	("Event", "type", "call", ""),
	("Call", "call", "", ""),
	("Answered at", "answered", "", ""),
	("Ended at", "ended", "", ""),
	("Duration", "seconds", "", ""),
	("Status", "state", "talking", "In Progress"),
	("Status", "state", "done", "Completed"),
)


class GenericCase(SiteCase):
	"""The agent's phone is on an account that is described by a form, at the simulated PBX."""

	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.delete_doc, "PBX Account", GENERIC, force=True, ignore_missing=True)
		# Users who are still on it would keep it.
		self.addCleanup(site.give_extension, AGENT, "1000")
		self.make()
		site.give_extension(AGENT, "1000", GENERIC)

	def make(self, shape: str = "json", **values):
		"""Make or change the account, and commit; its calls are answered in this shape of the simulated PBX."""
		exists = frappe.db.exists("PBX Account", GENERIC)
		account = frappe.get_doc("PBX Account", GENERIC) if exists else frappe.new_doc("PBX Account")
		account.account_name = GENERIC
		account.update(
			{
				**site.USUAL,
				"provider": "generic_http",
				"url_template": f"{self.simulator.url}/generic/{shape}/call",
				"http_method": "POST",
				"body_kind": "JSON",
				"allow_private": 1,
				"secret_1": SECRET,
				**values,
			}
		)
		account.set("request_pairs", [{"part": p, "key": k, "value": v} for p, k, v in PAIRS])
		account.set("answer_rules", rules(ANSWER_RULES))
		account.set("event_rules", rules(EVENT_RULES))
		account.save()
		frappe.db.commit()
		return account

	def use_token(self):
		"""Let the account ask for a token before its calls."""
		account = self.make(
			"signed",
			auth_kind="Bearer",
			token_url=f"{self.simulator.url}/generic/token",
			token_body_kind="Form",
		)
		account.set("token_pairs", [{"part": "Body", "key": "client_secret", "value": "{secret.1}"}])
		account.save()
		frappe.db.commit()
		self.addCleanup(setattr, self.simulator._switchboard, "setup", self.simulator._switchboard.setup)
		self.simulator._switchboard.setup = type(self.simulator._switchboard.setup)(api_key=SECRET)
		return account

	@property
	def paths(self) -> list[str]:
		return [request.path for request in self.simulator.requests]


def rules(rows) -> list[dict]:
	columns = ("reads", "place", "value", "meaning")
	return [dict(zip(columns, row, strict=True)) for row in rows]


class TestCalls(GenericCase):
	def test_a_call_goes_out_as_the_form_says_and_its_answer_is_read(self):
		self.make(own_numbers="+442079460018")
		frappe.db.set_value("User", AGENT, "pbx_caller_id", "+442079460018")
		reply = self.dial_lead()
		self.assertEqual(reply["status"], "Requested", reply)
		(request,) = self.simulator.requests
		self.assertEqual(request.method, "POST")
		self.assertEqual(
			dict(request.form),
			{
				"extension": "1000",
				"number": "+447700900123",
				"lead": self.lead,
				"call": reply["call"],
				"by": AGENT,
			},
		)
		self.assertEqual(request.headers["x-caller"], "+442079460018")
		(row,) = site.rows()
		self.assertEqual(row.pbx_call_id, self.simulator.calls[0].unique_id)

	def test_a_refusal_means_what_the_hint_says_and_managers_read_it_in_the_pbxs_words(self):
		site.give_extension(AGENT, "77", GENERIC)
		reply = self.dial_lead()
		self.assertEqual((reply["status"], reply["failure_code"]), ("Failed", "unknown_extension"))
		self.assertNotIn("does not exist", reply["message"])
		self.assertIn("Extension does not exist.", site.rows()[0].failure_reason)

	def test_an_address_in_a_private_network_is_refused_without_the_tick_and_nothing_is_sent(self):
		host = self.simulator.url.replace("127.0.0.1", "localhost")
		self.make(url_template=f"{host}/generic/json/call", allow_private=0)
		reply = self.dial_lead()
		self.assertEqual((reply["status"], reply["failure_code"]), ("Failed", "misconfigured"))
		self.assertIn("On-Premises PBX", site.rows()[0].failure_reason)
		self.assertEqual(self.simulator.requests, ())
		with self.assertRaisesRegex(frappe.ValidationError, "private address"):
			self.make(allow_private=0)
		frappe.db.rollback()

	def test_events_are_read_by_the_form(self):
		call = self.dial_lead()["call"]
		account = frappe.get_doc("PBX Account", GENERIC)
		account.update({"webhook_token": "t0ken-of-the-webhook"})
		account.save()
		pbx_events.forget()
		self.addCleanup(pbx_events.forget)
		frappe.db.commit()
		end = {"type": "call", "call": call, "state": "DONE", "seconds": 60, "ended": "2026-11-23 12:01:09"}
		for told in ({"type": "sms", "call": call, "state": "done"}, end):
			query = {"account": GENERIC, "token": "t0ken-of-the-webhook"}
			built = EnvironBuilder(method="POST", query_string=query, json=told)
			frappe.local.request_ip = "203.0.113.9"
			outcome = webhook.receive(Request(built.get_environ()))["outcome"]
			self.assertEqual(outcome, "Applied" if told is end else "Ignored")
		(row,) = site.rows()
		self.assertEqual((row.status, row.duration), ("Completed", 60))
		with site.as_user(MANAGER):
			named = {each["name"] for each in api.webhook_help(GENERIC)["parameters"]}
		self.assertLessEqual({"call", "state", "seconds"}, named)

	def test_the_connection_test_rings_nobody(self):
		self.use_token()
		with site.as_user(MANAGER):
			found = api.test_connection(GENERIC)
		self.assertIs(found["ok"], True, found)
		self.assertEqual((self.paths, self.simulator.calls), (["/generic/token"], ()))
		self.assertNotIn(SECRET, frappe.as_json(found))


class TestTokens(GenericCase):
	def setUp(self):
		super().setUp()
		site.change_settings(repeat_window=0)
		self.use_token()

	def test_one_is_asked_for_and_used_for_the_next_call_too(self):
		replies = [self.dial_lead(request_id=f"generic-{n}") for n in range(2)]
		self.assertEqual([reply["status"] for reply in replies], ["Requested"] * 2, replies)
		self.assertEqual(self.paths, ["/generic/token", *["/generic/signed/call"] * 2])

	def test_a_call_refused_for_its_token_is_not_sent_again_and_the_next_asks_for_another(self):
		self.dial_lead()
		self.simulator.behave("401", number="447700900123", times=1)
		reply = self.dial_lead()
		self.assertEqual((reply["status"], reply["failure_code"]), ("Failed", "bad_credentials"))
		self.assertEqual(self.dial_lead()["status"], "Requested")
		call, token = "/generic/signed/call", "/generic/token"
		self.assertEqual(self.paths, [token, call, call, token, call])

	def test_other_settings_never_meet_an_old_token(self):
		self.dial_lead()
		account = frappe.get_doc("PBX Account", GENERIC)
		account.read_timeout = 2
		account.save()
		frappe.db.commit()
		self.dial_lead()
		self.assertEqual(self.paths.count("/generic/token"), 2)

	def test_it_is_kept_encrypted_and_stands_nowhere_else(self):
		with patch.object(generic, "TOKEN", TOKEN_CORE):
			self.assertEqual(self.dial_lead()["status"], "Requested")
		search = Search([TOKEN_CORE])
		frappe.db.commit()
		self.assertEqual([*search.tables(), *search.cache()], [])
		kept = providers.provider_of(frappe.get_doc("PBX Account", GENERIC)).token_cache
		self.assertEqual(kept.get(), TOKEN_CORE)
		kept.drop()
		self.assertEqual(kept.get(), "")

	def test_a_key_that_no_longer_decrypts_it_costs_one_more_request(self):
		self.dial_lead()
		kept = providers.provider_of(frappe.get_doc("PBX Account", GENERIC)).token_cache
		frappe.cache.set_value(kept._key, "not what was stored", expires_in_sec=60)
		self.assertEqual(self.dial_lead()["status"], "Requested")
		self.assertEqual(self.paths.count("/generic/token"), 2)


class TestProfiles(GenericCase):
	def load(self, profile: str, user: str = MANAGER, **blanks) -> dict:
		with site.as_user(user):
			return api.load_profile(profile, json.dumps(blanks))

	def test_each_fills_in_a_form_that_can_be_saved(self):
		with site.as_user(MANAGER):
			offered = {each["profile"]: each for each in api.profiles_to_load()}
		self.assertEqual(offered.keys(), profiles.every().keys())
		for slug, about in offered.items():
			self.assertTrue(about["page"].startswith("https://") and about["support"] == "Documented")
			blanks = {name: "42" if "NUMBER" in name else "pbx.example" for name in about["blanks"]}
			account = frappe.get_doc("PBX Account", GENERIC)
			account.update({**self.load(slug, **blanks), "secret_2": "two", "secret_3": "three"})
			account.save()
			self.assertEqual(account.profile, about["label"])
			kept = frappe.get_doc("PBX Account", GENERIC)
			self.assertEqual(len(kept.request_pairs), len(profiles.get(slug).values.get("request_pairs", [])))

	def test_every_profile_saved_previews_the_core_s_request(self):
		"""What is stored is what was loaded: TwiML too, which Frappe's filter took apart."""
		number, extensions = (
			"+447700900123",
			{"Digits": "1000", "Phone number": "+447700900456", "Name": "ada"},
		)
		for slug, profile in profiles.every().items():
			with self.subTest(slug):
				blanks = {name: "42" if "NUMBER" in name else "pbx.example" for name in profile.blanks}
				secrets = {f"secret_{n}": f"secret-number-{n}" for n in (1, 2, 3)}
				account = frappe.get_doc("PBX Account", GENERIC)
				account.update({**self.load(slug, **blanks), **secrets})
				account.save()
				frappe.db.commit()
				agent_form = profile.values.get("agent_form", "Digits")
				site.give_extension(AGENT, extensions[agent_form], GENERIC)
				frappe.clear_cache(doctype="PBX Account")
				with site.as_user(MANAGER):
					found = api.preview_requests(GENERIC, user=AGENT, number=number)
				self.assertEqual(found["problem"], "")
				self.assertEqual(
					found["requests"], self.of_core(profile, blanks, extensions[agent_form], number)
				)

	def of_core(self, profile, blanks, extension, number) -> list[dict]:
		"""Return what the core would show for the profile, with a mask in place of each secret."""
		account = frappe.get_doc("PBX Account", GENERIC)
		masks = dict.fromkeys(("secret_1", "secret_2", "secret_3"), MASK)
		country = providers.provider_without_secrets(account).values["default_country"]
		values = {**profile.filled(blanks), **masks, "default_country": country, "allow_http": 1}
		provider = registry.build("generic_http", values)
		dial = DialRequest(extension, number, user=AGENT, call=preview.CALL)
		return exchange.preview(provider, dial)

	def test_markup_a_browser_would_run_is_not_stored(self):
		"""Also in the rows of a provider the account does not use."""
		for provider in ("generic_http", "asterisk"):
			for text in ("<img src=x onerror=alert(1)>", "<Number onclick=alert(1)>", "<script>1</script>"):
				account = frappe.get_doc("PBX Account", GENERIC)
				account.provider = provider
				account.append("request_pairs", {"part": "Body", "key": "x", "value": text})
				with self.assertRaisesRegex(frappe.ValidationError, "markup that a browser would run"):
					account.save()

	def test_what_a_form_held_before_is_gone_and_its_secrets_stay(self):
		self.use_token()
		values = self.load("knowlarity", YOUR_SR_NUMBER="+918012345678")
		self.assertEqual((values["token_url"], values["token_pairs"], values["event_rules"]), ("", [], []))
		self.assertFalse({"secret_1", "secret_2", "secret_3", "default_country"} & values.keys())

	def test_a_blank_that_was_left_is_named_when_the_form_is_saved(self):
		account = frappe.get_doc("PBX Account", GENERIC)
		account.update(self.load("exotel", YOUR_SID="acme1", YOUR_CALLER_ID="+918000000001"))
		with self.assertRaisesRegex(frappe.ValidationError, "Dial URL still contains YOUR_HOST"):
			account.save()

	def test_they_are_for_managers_and_there_are_no_others(self):
		with self.assertRaises(frappe.PermissionError):
			self.load("exotel", AGENT)
		with site.as_user(AGENT), self.assertRaises(frappe.PermissionError):
			api.profiles_to_load()
		with self.assertRaisesRegex(frappe.ValidationError, "no profile called"):
			self.load("../exotel")

	def test_a_mistake_names_its_table_and_row(self):
		account = frappe.get_doc("PBX Account", GENERIC)
		account.append("request_pairs", {"part": "Body", "key": "x", "value": "{nobody}"})
		row = len(account.request_pairs)
		with self.assertRaisesRegex(
			frappe.ValidationError, f"Request Parameters, row {row} has an unknown variable"
		):
			account.save()


class TestPreview(GenericCase):
	def preview(self, by: str = MANAGER, **asked) -> dict:
		with site.as_user(by):
			return api.preview_requests(GENERIC, **{"user": AGENT, **asked})

	@property
	def of_lead(self) -> dict:
		return {"reference_doctype": "Lead", "reference_name": self.lead}

	def test_it_shows_the_exact_request_of_a_user_and_a_record_and_no_secret(self):
		self.use_token()
		with patch.object(
			providers, "get_decrypted_password", side_effect=AssertionError("a secret was read")
		):
			found = self.preview("Administrator", **self.of_lead)
		self.assertEqual(found["problem"], "")
		question, call = found["requests"]
		self.assertEqual((question["is_question"], call["is_question"]), (True, False))
		self.assertEqual(question["body"], "client_secret=***")
		self.assertEqual((call["method"], call["url"]), ("POST", f"{self.simulator.url}/generic/signed/call"))
		self.assertEqual(call["headers"]["Authorization"], "Bearer ***")
		body = json.loads(call["body"])
		self.assertEqual(
			(body["extension"], body["number"], body["lead"]), ("1000", "+447700900123", self.lead)
		)
		self.assertNotIn(SECRET, frappe.as_json(found))

	def test_it_sends_nothing(self):
		with socket.create_server(("127.0.0.1", 0)) as listener:
			listener.settimeout(0.3)
			url = f"http://127.0.0.1:{listener.getsockname()[1]}"
			self.make(url_template=f"{url}/call", token_url=f"{url}/token", test_url=f"{url}/test")
			for kind in ("Bearer", "Digest"):
				self.make(auth_kind=kind, auth_name="ada", url_template=f"{url}/call")
				self.assertEqual(self.preview("Administrator", **self.of_lead)["problem"], "")
				with site.as_user(MANAGER):
					api.preview_answer(GENERIC, 200, '{"success": true}')
			with self.assertRaises(TimeoutError):
				listener.accept()
		self.assertEqual(site.rows(), [])

	def test_a_record_the_manager_may_not_read_is_not_shown(self):
		visitor = crm.make_visitor(AGENT, phone="+447700900123")
		with self.assertRaises(frappe.PermissionError):
			self.preview(reference_doctype=crm.VISITOR, reference_name=visitor)

	def test_it_is_for_managers(self):
		for method, arguments in (
			(api.preview_requests, {"user": AGENT}),
			(api.preview_answer, {"http_status": 200}),
		):
			with site.as_user(AGENT), self.assertRaises(frappe.PermissionError):
				method(GENERIC, **arguments)

	def test_a_number_will_do_and_what_is_missing_is_said(self):
		body = json.loads(self.preview(number="020 7946 0018")["requests"][0]["body"])
		self.assertEqual((body["number"], "lead" in body), ("+442079460018", False))
		self.assertIn("no phone number", self.preview()["problem"])
		self.assertIn(
			"cannot have an agent", self.preview(user=site.NOBODY, number="020 7946 0018")["problem"]
		)

	def test_a_pasted_answer_is_read_as_one_of_the_pbx_would_be(self):
		with site.as_user(MANAGER):
			yes = api.preview_answer(GENERIC, 200, '{"success": true, "call": {"id": "7f4c"}}')
			no = api.preview_answer(
				GENERIC, 200, '{"success": false, "message": "Extension does not exist."}'
			)
			page = api.preview_answer(GENERIC, "200", "<h1>Sign in</h1>")
		self.assertEqual((yes["status"], yes["pbx_call_id"]), ("Requested", "7f4c"))
		self.assertEqual((no["status"], no["failure_code"]), ("Failed", "unknown_extension"))
		self.assertEqual((page["status"], page["failure_code"]), ("Unknown", "bad_reply"))
