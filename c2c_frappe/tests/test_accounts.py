"""PBX accounts: what "Test Connection" finds, pasted and stored secrets, mistakes named at their field."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import SkipTest

import frappe
from frappe import client
from frappe.utils.password import get_decrypted_password

from c2c_frappe.accounts import providers
from c2c_frappe.api import account as api
from c2c_frappe.pbx.simulator import Simulator
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import COMMPEAK, MANAGER, PRIMEVOX, SiteCase


class TestConnection(SiteCase):
	def probe(self, account: str) -> dict:
		with site.as_user(MANAGER):
			return api.test_connection(account)

	def assert_found(self, ok: bool | None, words: str, account: str = PRIMEVOX) -> dict:
		"""Test the connection; no phone rings, and no secret is told."""
		found = self.probe(account)
		self.assertEqual(found["ok"], ok, found)
		self.assertIn(words, found["message"])
		self.assertTrue(found["unchecked"])
		self.assertEqual(self.simulator.calls, ())
		for secret in (site.API_KEY, site.CLIENT_ID):
			self.assertNotIn(secret, frappe.as_json(found))
		return found

	def test_a_good_key_is_taken_and_what_was_not_checked_is_said(self):
		found = self.assert_found(True, "accepted the API key")
		self.assertIn("Only a real call shows this", found["unchecked"][0])
		(request,) = self.simulator.requests
		self.assertEqual(request.path, "/api/call_list.php")

	def test_the_request_is_shown_without_its_key(self):
		found = self.assert_found(True, "")
		self.assertIn("auth=***&containerID=123456", found["request"])

	def test_a_bad_key_is_named(self):
		account = frappe.get_doc("PBX Account", PRIMEVOX)
		self.addCleanup(site.make_account, PRIMEVOX, api_key=site.API_KEY)
		account.api_key = "not-the-key"
		account.save()
		found = self.assert_found(False, "refused the API key (HTTP 403)")
		self.assertEqual(found["field"], "api_key")
		self.assertNotIn("not-the-key", frappe.as_json(found))

	def test_of_commpeak_only_the_way_there_can_be_tested(self):
		found = self.assert_found(True, "network are fine. Plain http is not encrypted.", COMMPEAK)
		self.assertIn("allow-listed", found["unchecked"][0])

	def test_a_name_that_is_not_found(self):
		self.point_accounts_at("https://pbx.invalid")
		self.assert_found(False, "The name pbx.invalid was not found")

	def test_a_port_where_nobody_listens(self):
		with socket.create_server(("127.0.0.1", 0)) as closed:
			port = closed.getsockname()[1]
		self.point_accounts_at(f"http://127.0.0.1:{port}")
		self.assertEqual(self.assert_found(False, "refused the connection")["field"], "base_url")

	def test_a_pbx_that_does_not_answer_in_time(self):
		self.simulator.behave("hang")
		self.assert_found(False, "did not respond within 2 seconds")

	def test_a_certificate_that_nobody_vouches_for(self):
		with TemporaryDirectory() as folder, Simulator(**certificate(Path(folder))) as secure:
			self.point_accounts_at(secure.url)
			self.assert_found(False, "certificate of 127.0.0.1 is not trusted")

	def test_a_server_that_speaks_no_tls(self):
		self.point_accounts_at(self.simulator.url.replace("http:", "https:"))
		self.assert_found(False, "does not speak TLS")

	def test_a_page_that_is_no_answer_of_the_vendor_leaves_it_open(self):
		self.simulator.behave("html")
		self.assert_found(None, "but not with a call list")

	def test_an_account_that_cannot_work_is_told_so_and_nothing_is_sent(self):
		self.point_accounts_at(self.simulator.url, allow_http=0)
		found = self.probe(PRIMEVOX)
		self.assertEqual((found["ok"], found["request"], self.simulator.requests), (False, "", ()))
		self.assertIn("Use https", found["message"])
		self.assertEqual(found["field"], "base_url")


class TestAccounts(SiteCase):
	NAME = "C2C Test Pasted"

	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.delete_doc, "PBX Account", self.NAME, force=True, ignore_missing=True)

	def make(self, **values):
		usual = {"account_name": self.NAME, "provider": "primevox", "api_key": "k", "container_id": "123456"}
		account = frappe.get_doc({"doctype": "PBX Account", **usual, **values})
		return account.insert()

	def secret(self, fieldname: str = "api_key") -> str:
		return get_decrypted_password("PBX Account", self.NAME, fieldname)

	def test_pasted_values_lose_the_spaces_around_them_and_secrets_do_too(self):
		account = self.make(
			api_key=" \u200bkey-1\u00a0\n", container_id=" 123456\t", base_url=" https://pbx.example.com/ "
		)
		self.assertEqual(self.secret(), "key-1")
		self.assertEqual((account.container_id, account.base_url), ("123456", "https://pbx.example.com/"))

	def test_a_stored_secret_is_kept_when_the_form_sends_its_stars(self):
		self.make(api_key="key-1")
		with site.as_user(MANAGER):
			form = client.get("PBX Account", self.NAME)
			self.assertEqual(set(form["api_key"]), {"*"})
			client.save({**form, "container_id": "654321"})
		self.assertEqual(self.secret(), "key-1")
		built = providers.provider_of(frappe.get_doc("PBX Account", self.NAME))
		self.assertEqual((built.values["api_key"], built.values["container_id"]), ("key-1", "654321"))

	def test_stars_pass_for_the_stored_secret_where_its_form_is_checked(self):
		self.make(provider="commpeak", crm_id="12", client_id="7654321")
		with site.as_user(MANAGER):
			client.save({**client.get("PBX Account", self.NAME), "prefix": "9"})
		self.assertEqual(self.secret("client_id"), "7654321")

	def test_a_new_secret_replaces_the_stored_one(self):
		account = self.make(api_key="key-1")
		account.api_key = "key-2"
		account.save()
		self.assertEqual(self.secret(), "key-2")

	def test_the_stored_secret_is_what_the_pbx_gets(self):
		self.use_primevox()
		self.dial_lead()
		self.assertEqual(self.simulator.requests[0].query["auth"], site.API_KEY)

	def test_a_mistake_is_named_at_its_field(self):
		for mistake, words in (
			({"container_id": "12"}, "Container ID is not valid. Expected: 6 digits"),
			({"api_key": ""}, "API Key"),
			({"api_key": "two words"}, "API Key contains a space"),
			({"tenant_id": "1"}, "Tenant ID"),
			({"base_url": "pbx.example.com"}, "Address is not a web address"),
			({"base_url": "http://pbx.example.com"}, "Address is plain http"),
			({"base_url": "https://pbx.example.com/api?auth=1"}, "Address must end before the question mark"),
			({"connect_timeout": 0}, "Connect Timeout must be from 1 to 30"),
			({"read_timeout": 100}, "Read Timeout must be from 1 to 60"),
			({"provider": "commpeak"}, "Enter the CRM ID and the Client ID"),
			({"provider": "commpeak", "crm_id": "12"}, "Client ID is missing"),
			({"provider": "commpeak", "stats_url": "x"}, "PBX Stats Address is not a web address"),
			({"provider": "commpeak", "crm_id": "1", "client_id": "2", "prefix": "x"}, "Prefix"),
		):
			with self.subTest(**mistake):
				frappe.clear_messages()
				with self.assertRaises(frappe.ValidationError) as refused:
					self.make(**mistake)
				self.assertIn(words, str(refused.exception))

	def test_the_title_of_a_mistake_is_the_label_on_the_form(self):
		frappe.clear_messages()
		with self.assertRaises(frappe.ValidationError):
			self.make(container_id="12")
		self.assertEqual(frappe.local.message_log[-1]["title"], "Container ID")
		self.assertEqual(frappe.local.response["wrong_field"], "container_id")

	def test_saving_an_account_asks_no_pbx(self):
		self.make(base_url=self.simulator.url, allow_http=1)
		self.assertEqual(self.simulator.requests, ())

	def test_an_agent_sees_no_account(self):
		with site.as_user(site.AGENT), self.assertRaises(frappe.PermissionError):
			client.get("PBX Account", COMMPEAK)


def certificate(folder: Path) -> dict[str, str]:
	"""Make a certificate for 127.0.0.1 that nobody signed; return the simulator's arguments for it."""
	if not shutil.which("openssl"):
		raise SkipTest("openssl is not installed here, so there is no certificate to distrust.")
	files = {"certfile": str(folder / "certificate.pem"), "keyfile": str(folder / "key.pem")}
	argv = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
	argv += ["-keyout", files["keyfile"], "-out", files["certfile"], "-days", "2", "-subj", "/CN=127.0.0.1"]
	argv += ["-addext", "subjectAltName=IP:127.0.0.1"]
	subprocess.run(argv, check=True, capture_output=True)
	return files
