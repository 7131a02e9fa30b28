"""A secret planted in each Password field is found nowhere else, whatever goes wrong."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
import sys
import time
from html import escape
from pathlib import Path
from unittest import SkipTest, skip
from unittest.mock import patch
from urllib.parse import quote

import frappe
from frappe.boot import get_bootinfo
from frappe.deferred_insert import save_to_db

from c2c_frappe.accounts import providers
from c2c_frappe.call_log import dial_guard
from c2c_frappe.events import intake, reconcile
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.commpeak.provider import CommPeak
from c2c_frappe.pbx.providers.generic_http import GenericHttp
from c2c_frappe.pbx.providers.primevox.provider import Primevox
from c2c_frappe.pbx.simulator.behaviour import KINDS
from c2c_frappe.pbx.simulator.vendors import generic
from c2c_frappe.pbx.wire import transport
from c2c_frappe.phone_book import record_numbers
from c2c_frappe.replies import call_state
from c2c_frappe.tests import parrot as parrot_pbx
from c2c_frappe.tests import processes
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, MANAGER, PRIMEVOX, SiteCase
from c2c_frappe.tests.secret_search import Realtime, Search
from c2c_frappe.tests.web import Web

MODULE = "Click To Call"
GENERIC = "C2C Test Secrets"
ACCOUNTS = (COMMPEAK, PRIMEVOX, GENERIC)
ACCOUNTS_OF = {CommPeak: [COMMPEAK], Primevox: [PRIMEVOX], GenericHttp: [GENERIC]}
# A secret in every place of a request where one can be put.
GENERIC_ROWS = {
	"request_pairs": [
		{"part": "Query", "key": "a", "value": "{secret.1}"},
		{"part": "Header", "key": "X-B", "value": "t {secret.2}"},
		{"part": "Body", "key": "c", "value": "{secret.3}"},
		{"part": "Body", "key": "extension", "value": "{extension}"},
		{"part": "Body", "key": "number", "value": "{number.e164}"},
	],
	"token_pairs": [{"part": "Body", "key": "client_secret", "value": "{secret.1}"}],
	"answer_rules": [
		{"reads": "Success", "place": "success", "value": "true"},
		{"reads": "Refusal", "place": "success", "value": "false"},
		{"reads": "Call ID", "place": "unique_id"},
		{"reads": "Error text", "place": "message"},
	],
}
# Characters that quoting for a URL, HTML or JSON changes, where the field takes them.
AWKWARD = "%2F/+&<\"'\\="
# Fields whose values may only be letters, digits and dashes, because they stand in a URL's path.
PLAIN_ONLY = {"client_id"}
HTTP_KINDS = ("401", "403", "503")
PROVIDER_METHODS = (
	"__init__",
	"dial_request",
	"read_dial_answer",
	"probe_request",
	"read_probe_answer",
	"records_request",
	"read_records",
)
METHOD = "/api/method/c2c_frappe.api."


def secret_fields() -> list[tuple[str, str]]:
	"""Return (DocType, field) of every Password field of ours."""
	doctypes = frappe.get_all("DocType", {"module": MODULE}, pluck="name")
	return [
		(doctype, field.fieldname)
		for doctype in doctypes
		for field in frappe.get_meta(doctype).fields
		if field.fieldtype == "Password"
	]


class SecretCase(SiteCase):
	"""Two accounts whose secrets are all planted, and everything the site says or writes from then on."""

	@classmethod
	def setUpClass(cls):
		try:
			processes.leave_to_richer_twin()
		except SkipTest as reason:
			skip(str(reason))(cls)
			return
		super().setUpClass()
		cls.tokens = {user: processes.token_of(user) for user in (AGENT, MANAGER)}

	def setUp(self):
		super().setUp()
		self.began = time.time() - 1
		self.cores: list[str] = []
		self.said: list[str] = []
		self.make_generic()
		for name in ACCOUNTS:
			self.plant(name)
		self.plant_token()
		self.simulator._switchboard.setup = type(self.simulator._switchboard.setup)()
		self.realtime = Realtime()
		self.addCleanup(self.realtime.close)
		self.addCleanup(plant_usual)
		site.give_extension(MANAGER, "1001")
		# Every click is a new call, and the rows of all of them stay to be searched.
		site.change_settings(repeat_window=0)

	def make_generic(self) -> None:
		"""Make an account described by a form, with secrets all over it."""
		usual = {"provider": "generic_http", "body_kind": "JSON", "auth_kind": "Bearer"}
		site.make_account(
			GENERIC,
			**{**site.USUAL, "allow_private": 1},
			**usual,
			secret_1="planted-soon",
			token_body_kind="Form",
			**GENERIC_ROWS,
			**generic_addresses(self.simulator.url),
		)
		self.addCleanup(frappe.delete_doc, "PBX Account", GENERIC, force=True)

	def plant_token(self) -> None:
		"""Let the simulated PBX give a token that is a secret too."""
		self.cores.append(f"k4n4ry{secrets.token_hex(10)}")
		patched = patch.object(generic, "TOKEN", self.cores[-1])
		patched.start()
		self.addCleanup(patched.stop)

	def point_accounts_at(self, url: str, **values) -> None:
		"""Send the dials of all accounts to another address; a PBX that gives no token is asked for none."""
		super().point_accounts_at(url, **values)
		if frappe.db.exists("PBX Account", GENERIC):
			addresses = generic_addresses(url, has_token=url == self.simulator.url)
			frappe.db.set_value("PBX Account", GENERIC, {**addresses, "read_timeout": 1, **values})
			frappe.db.commit()

	def plant(self, account: str) -> None:
		"""Give every Password field of an account a secret of its own."""
		document = frappe.get_doc("PBX Account", account)
		for doctype, field in secret_fields():
			self.assertEqual(doctype, "PBX Account", "plant the secrets of this DocType too")
			core = f"k4n4ry{secrets.token_hex(10)}"
			self.cores.append(core)
			document.set(field, core if field in PLAIN_ONLY else f"{core}{AWKWARD}{core}")
		document.save()
		frappe.db.commit()

	def secret(self, account: str, field: str) -> str:
		"""Return a planted secret."""
		return frappe.get_doc("PBX Account", account).get_password(field)

	def web(self, user: str, path: str, values: dict | None = None, method: str = "POST", **headers) -> None:
		"""Send a request to the site's own web application; keep the answer."""
		options = {"json": values} if values is not None else {}
		answer = Web(self.tokens.get(user, "")).ask(path, method, headers, **options)
		self.said.append(f"{answer.status}\n{answer.headers}\n{answer.get_data(as_text=True)}")

	def click(self, user: str = AGENT) -> str:
		"""Dial the Lead over the web; return the answer."""
		self.web(user, f"{METHOD}call.dial", self.at_lead)
		return self.said[-1]

	def use_everything(self, *accounts: str) -> None:
		"""Dial through these accounts or all, test and preview them, and do what the scheduler does."""
		for account in accounts or ACCOUNTS:
			site.give_extension(AGENT, "1000", account)
			self.click()
			for method in ("test_connection", "fetch_records"):
				self.web(MANAGER, f"{METHOD}account.{method}", {"account": account})
			called = {"account": account, "number": crm.MOBILE}
			self.web(MANAGER, f"{METHOD}account.test_call", called)
			self.web(MANAGER, f"{METHOD}account.preview_requests", {**called, "user": AGENT})
			self.said.append(str(reconcile.fetch(account)))

	def findings(self) -> list[str]:
		"""Return every place a planted secret stands in, other than where it was planted."""
		save_to_db()
		frappe.db.commit()
		search = Search(self.cores)
		folders = [Path(frappe.get_site_path()).resolve(), Path("../logs").resolve()]
		found = [*search.tables(), *search.files(self.began, *folders), *search.cache(), *search.processes()]
		for text in self.said:
			found += search.text(f"an answer ({text[:600]})", text)
		for text in self.realtime.heard():
			found += search.text(f"realtime ({text[:300]})", text)
		return found

	def assert_nothing_leaked(self) -> None:
		"""No planted secret stands anywhere it should not."""
		found = self.findings()
		self.assertFalse(found, "\n".join(found[:20]))


class TestSecrets(SecretCase):
	def test_the_search_finds_a_secret_in_each_place_it_looks_at(self):
		(core, *_others) = self.cores
		as_json = json.dumps({"key": f"{core}{AWKWARD}"})
		frappe.log_error("planted", f"url={quote(core + AWKWARD)}")
		path = Path(frappe.get_site_path("private", "files", "c2c-planted.txt"))
		path.write_text(escape(core))
		self.addCleanup(path.unlink)
		frappe.cache.set_value("c2c_planted", f"!{core}")
		self.addCleanup(frappe.cache.delete_value, "c2c_planted")
		frappe.publish_realtime("c2c_planted", {"key": as_json}, user=AGENT)
		self.said.append("Basic " + base64.b64encode(f"user:{core}".encode()).decode())
		sleeper = subprocess.Popen([sys.executable, "-c", "input()", core], stdin=subprocess.PIPE)
		found = "\n".join(self.findings())
		sleeper.communicate(b"\n")
		frappe.db.delete("Error Log", {"method": "planted"})
		frappe.db.commit()
		places = ("tabError Log", "c2c-planted.txt", "Redis b'", "realtime", "an answer", "/cmdline")
		self.assertEqual([place for place in places if place not in found], [])

	def test_not_when_the_pbx_does_as_it_should(self):
		self.use_everything()
		self.assertIn("Requested", "".join(self.said))
		self.assert_nothing_leaked()

	def test_not_when_the_pbx_misbehaves_in_every_way_it_can(self):
		for kind in (*KINDS, *HTTP_KINDS):
			self.simulator.behave(kind, seconds=4 if kind in ("slow", "hang") else None)
			for account in ACCOUNTS:
				site.give_extension(AGENT, "1000", account)
				self.click()
		self.assertTrue(self.simulator.requests)
		self.assert_nothing_leaked()

	def test_not_when_the_pbx_repeats_what_it_was_sent(self):
		with parrot_pbx.Parrot() as parrot:
			self.point_accounts_at(parrot.url)
			for parrot.status in (200, 403, 404, 422, 500):
				for parrot.shape in parrot_pbx.SHAPES:
					self.use_everything()
		self.assert_nothing_leaked()

	def test_not_when_the_pbx_cannot_be_reached(self):
		plain = self.simulator.url
		self.simulator.stop()
		for url in (plain, "https://pbx.invalid", "http://pbx.invalid", plain.replace("http:", "https:")):
			self.point_accounts_at(url)
			self.use_everything()
		self.simulator.start()
		self.point_accounts_at(self.simulator.url.replace("http:", "https:"))
		self.use_everything()
		self.assert_nothing_leaked()

	def test_not_when_the_settings_are_wrong(self):
		wrong = ({"base_url": "no address"}, {"container_id": "x", "crm_id": "a/b"}, {"ca_file": "/nowhere"})
		for values in (
			*wrong,
			{"provider": "nobody"},
			{"read_timeout": 999},
			{"stats_url": "::", "crm_id": ""},
			{"url_template": "https://{secret.1}.example"},
			{"auth_kind": "Digest", "test_url": ""},
		):
			self.point_accounts_at(self.simulator.url, **values)
			self.use_everything()
			usual = {"provider": "commpeak", "ca_file": "", "stats_url": ""}
			frappe.db.set_value("PBX Account", COMMPEAK, usual)
			frappe.db.set_value("PBX Account", PRIMEVOX, {**usual, "provider": "primevox"})
			frappe.db.set_value("PBX Account", GENERIC, {**usual, "provider": "generic_http"})
		self.assert_nothing_leaked()

	def test_not_when_there_is_a_fault_where_secrets_are_handled(self):
		faults = [
			(provider, method) for provider in registry.PROVIDERS.values() for method in PROVIDER_METHODS
		]
		inside = ((transport, "send"), (transport, "_read"), (registry, "build"), (providers, "_values"))
		for place, function in (*faults, *inside):
			with patch.object(place, function, fail_with_everything):
				self.use_everything(*ACCOUNTS_OF.get(place, ()))
		self.assert_nothing_leaked()

	def test_not_when_there_is_a_fault_anywhere_else_on_the_way(self):
		places = (
			(exchange, "place"),
			(exchange, "probe"),
			(exchange, "fetch_records"),
			(dial_guard, "reserve"),
		)
		for place, function in (
			*places,
			(dial_guard, "record_result"),
			(call_state, "reply"),
			(record_numbers, "of_record"),
		):
			with patch.object(place, function, fail):
				self.use_quietly()
		self.assertIn("Fault", "".join(self.said))
		self.assert_nothing_leaked()

	def use_quietly(self) -> None:
		"""As `use_everything`, for faults that reach this process too."""
		try:
			self.use_everything()
		except Fault:
			frappe.db.rollback()

	def test_not_when_an_account_is_saved_wrongly(self):
		for account in ACCOUNTS:
			for field in ("client_id", "api_key", "stats_api_key", "webhook_token", "secret_1"):
				secret = self.secret(account, field)
				for wrong in ({field: f"{secret} x"}, {field: secret, "base_url": "x"}, {field: secret * 9}):
					self.save(account, **wrong)
				with patch.object(registry, "build", fail_with_everything):
					self.save(account, **{field: secret})
		self.assert_nothing_leaked()

	def save(self, account: str, **values) -> None:
		"""Save an account as its form does, and over REST."""
		document = {**frappe.get_doc("PBX Account", account).as_dict(convert_dates_to_str=True), **values}
		form = {"doc": json.dumps(document, default=str), "action": "Save"}
		self.web(MANAGER, "/api/method/frappe.desk.form.save.savedocs", form)
		self.web(MANAGER, f"/api/resource/PBX Account/{account}", values, "PUT")

	def test_not_when_events_come_in(self):
		for token in (self.secret(COMMPEAK, "webhook_token"), "wrong"):
			query = f"?account={quote(COMMPEAK)}&token={quote(token, safe='')}"
			headers = {"X-PBX-Token": token.encode().decode("latin-1")}
			for path, sent in ((query, {}), (f"?account={quote(COMMPEAK)}", headers)):
				self.web("", f"{METHOD}webhook.receive{path}", {"a": 1}, **sent)
				with patch.object(intake, "receive", fail_with_everything):
					self.web("", f"{METHOD}webhook.receive{path}", {"a": 1}, **sent)
		statuses = {said.partition(" ")[0] for said in self.said}
		self.assertEqual(statuses, {"200", "403", "500"})
		self.assert_nothing_leaked()

	def test_not_in_what_the_desk_loads(self):
		for user in (AGENT, MANAGER):
			with site.as_user(user):
				self.said.append(frappe.as_json(get_bootinfo()))
			for account in ACCOUNTS:
				for path in (
					f"/api/resource/PBX Account/{account}",
					'/api/resource/PBX Account?fields=["*"]',
				):
					self.web(user, path, method="GET")
				form = f"/api/method/frappe.desk.form.load.getdoc?doctype=PBX Account&name={account}"
				self.web(user, form, method="GET")
		self.assert_nothing_leaked()


def generic_addresses(url: str, has_token: bool = True) -> dict:
	"""Return the addresses of a PBX that is described by a form."""
	token_url = f"{url}/generic/token" if has_token else ""
	return {"url_template": f"{url}/generic/json/call", "token_url": token_url}


class Fault(Exception):
	"""Something nobody foresaw."""


def fail(*args, **kwargs):
	"""Raise an exception whose frame holds what the function was called with."""
	raise Fault("A fault on purpose.")


def fail_with_everything(*args, **kwargs):
	"""Raise an exception whose text and whose frame hold all secrets of the tests' accounts."""
	stored = [frappe.get_doc("PBX Account", name) for name in ACCOUNTS]
	everything = [
		account.get_password(f, raise_exception=False) for account in stored for _, f in secret_fields()
	]
	raise Fault(f"{everything} {[quote(each or '') for each in everything]} {args} {kwargs}")


def plant_usual() -> None:
	"""Give the accounts the secrets other tests expect."""
	frappe.db.rollback()  # where web workers changed them since, 16 does not save from an older snapshot
	for name, values in site.ACCOUNTS.items():
		account = frappe.get_doc("PBX Account", name)
		account.update({field: "" for _doctype, field in secret_fields()} | values)
		account.save()
	frappe.db.commit()
