"""Who reaches what: every whitelisted method for every kind of user over HTTP, and every DocType's rights.

Both tables are written by hand, on purpose: what is not in them fails, until somebody has thought about it.
"""

from __future__ import annotations

import importlib
import pkgutil

import frappe
from frappe.utils.password import update_password

import c2c_frappe
from c2c_frappe.accounts import providers
from c2c_frappe.tests.cases import crm, lists, site
from c2c_frappe.tests.cases.site import AGENT, CHIEF, COMMPEAK, MANAGER, NOBODY, OTHER_AGENT, ChiefCase
from c2c_frappe.tests.processes import token_of
from c2c_frappe.tests.web import Web

API = "c2c_frappe.api."
GUEST, ADMIN = "Guest", "c2c-admin@example.com"
# Of whom no user of the other tests is: agent and manager in one, and System Manager alone.
EVERYBODY = {GUEST, NOBODY, AGENT, MANAGER, CHIEF, ADMIN}
AGENTS, MANAGERS = {AGENT, CHIEF}, {MANAGER, CHIEF, ADMIN}
POST, ANY = ("POST",), ("GET", "POST", "PUT", "DELETE")
# method -> who is let in, by which HTTP methods.
METHODS = {
	"call.dial": (AGENTS, POST),
	"call.dial_from_device": (AGENTS, POST),
	"call.numbers": (AGENTS, ANY),
	"call.owners": (AGENTS, ANY),
	"call.recent_numbers": (AGENTS, ANY),
	"call.state": (AGENTS | MANAGERS, ANY),
	"call.hang_up": (AGENTS | MANAGERS, POST),
	"call.wrap_up_form": (AGENTS, ANY),
	"call.wrap_up": (AGENTS, POST),
	"call.save_notes": (AGENTS, POST),
	"call.people": (AGENTS | MANAGERS, ANY),
	"call.agents": (AGENTS | MANAGERS, ANY),
	"board.today": (AGENTS | MANAGERS, ANY),
	"call_list.make": (AGENTS, POST),
	"call_list.next_entry": (AGENTS, POST),
	"call_list.current_entry": (AGENTS, POST),
	"call_list.progress": (AGENTS | MANAGERS, ANY),
	"call_list.move": (MANAGERS, POST),
	"call_list.skip": (AGENTS, POST),
	"call_list.pause": (AGENTS, POST),
	"call_list.set_state": (AGENTS | MANAGERS, POST),
	"home.follow_ups_due": (AGENTS | MANAGERS, ANY),
	"home.missed_calls": (AGENTS | MANAGERS, ANY),
	"home.calls_without_outcome": (AGENTS | MANAGERS, ANY),
	"home.my_calls_today": (AGENTS | MANAGERS, ANY),
	"account.test_connection": (MANAGERS, POST),
	"account.set_extension": (MANAGERS, POST),
	"account.extensions_of": (MANAGERS, ANY),
	"account.set_extensions": (MANAGERS, POST),
	"account.test_call": ({CHIEF}, POST),
	"account.last_day": (MANAGERS, ANY),
	"account.confirm_site_address": (MANAGERS, POST),
	"account.new_webhook_token": (MANAGERS, POST),
	"account.fetch_records": (MANAGERS, POST),
	"account.webhook_help": (MANAGERS, ANY),
	"account.phones": (MANAGERS, ANY),
	"account.read_numbers": (MANAGERS, POST),
	"account.profiles_to_load": (MANAGERS, ANY),
	"account.load_profile": (MANAGERS, POST),
	"account.preview_requests": (MANAGERS, POST),
	"account.preview_answer": (MANAGERS, POST),
	"event.retry": (MANAGERS, POST),
	"call_import.preview": (MANAGERS, ANY),
	"call_import.start": (MANAGERS, POST),
	"recording.play": (AGENTS | MANAGERS, ANY),
	"recording.delete": (MANAGERS, POST),
	"personal_data.export": (MANAGERS, POST),
	"personal_data.erase": (MANAGERS, POST),
	# Whether it is for the user is what it says.
	"frappe_crm.offers_calls": (EVERYBODY - {GUEST}, ANY),
	"webhook.receive": (EVERYBODY, ("GET", "POST")),
}
# What Frappe CRM's pages ask in place of its own methods: without it, nobody is let in.
OF_CRM = {
	"crm.integrations.api.is_call_integration_enabled": "frappe_crm.is_call_integration_enabled",
	"crm.integrations.exotel.handler.make_a_call": "frappe_crm.make_a_call",
	"crm.integrations.api.get_recording_url": "frappe_crm.get_recording_url",
	"crm.integrations.api.get_contact_by_phone_number": "frappe_crm.get_contact_by_phone_number",
}
OF_ACCOUNT = {"account": COMMPEAK}
ARGUMENTS = {
	"call.people": {"calls": "[]"},
	"call.agents": {"calls": "[]"},
	"call.owners": {"number": "+44 7700 900999"},
	"account.test_connection": OF_ACCOUNT,
	"account.set_extension": {"user": OTHER_AGENT, "extension": "1002"},
	"account.extensions_of": OF_ACCOUNT,
	"account.set_extensions": {**OF_ACCOUNT, "rows": "[]"},
	"account.test_call": {**OF_ACCOUNT, "number": crm.LANDLINE},
	"account.last_day": OF_ACCOUNT,
	"account.new_webhook_token": OF_ACCOUNT,
	"account.fetch_records": OF_ACCOUNT,
	"account.webhook_help": OF_ACCOUNT,
	"account.phones": OF_ACCOUNT,
	"personal_data.export": {"number": "+44 7700 900999"},
	"personal_data.erase": {"number": "+44 7700 900999"},
	"account.load_profile": {"profile": "exotel", "blanks": "{}"},
	"account.preview_requests": {**OF_ACCOUNT, "user": AGENT, "number": crm.LANDLINE},
	"account.preview_answer": {**OF_ACCOUNT, "http_status": 200, "body": "{}"},
	"event.retry": {"names": "[]"},
	"call_import.preview": {"name": "none"},
	"call_import.start": {"name": "none"},
	"frappe_crm.get_contact_by_phone_number": {"phone_number": "1"},
	"frappe_crm.get_recording_url": {"call_log_name": "none"},
}
# What those who may are told: this account gives no call records, there is no such file, the call has no recording.
TOLD_OFF = {
	"account.fetch_records": 417,
	"call_import.preview": 404,
	"call_import.start": 404,
	"recording.play": 417,
}
FULL = "create delete export read write"
# DocType -> what each role may do with it; who is not named may do nothing.
RIGHTS = {
	"PBX Account": {MANAGER: FULL, ADMIN: FULL},
	"PBX Settings": {MANAGER: "create read write", ADMIN: "create read write"},
	"PBX Disposition": {AGENT: "read", MANAGER: FULL, ADMIN: FULL},
	"PBX Do Not Call": {AGENT: "create read", MANAGER: f"{FULL} import", ADMIN: f"{FULL} import"},
	"PBX Call Log": {AGENT: "read write", MANAGER: "export read write", ADMIN: "delete export read write"},
	"PBX Call List": {
		AGENT: "read write",
		MANAGER: "delete export read write",
		ADMIN: "delete export read write",
	},
	"PBX Call List Entry": {AGENT: "read", MANAGER: "export read", ADMIN: "delete export read"},
	"PBX Event": {MANAGER: "read", ADMIN: "delete export read"},
	"PBX Call Change": {MANAGER: "read"},
	"PBX Caller Lead": {MANAGER: "read", ADMIN: "delete read"},
	"PBX Call Import": {MANAGER: "create delete read write", ADMIN: "create delete read write"},
	# Nobody's: whose number it is is asked of the records themselves.
	"PBX Phone Number": {},
	"PBX Answer Rule": {},
	"PBX Call Import Column": {},
	"PBX Event Rule": {},
	"PBX Indexed DocType": {},
	"PBX Request Pair": {},
	"PBX Allowed Country": {},
	"PBX User Phone": {},
	"PBX Line Rule": {},
	"PBX Custom Data Field": {},
}
# Above level 0, where all fields of the log but notes and disposition are: nobody writes them by hand.
READ_LEVELS = {AGENT: {0, 1}, MANAGER: {0, 1, 2}, ADMIN: {0, 1, 2}}
OF_MANAGERS_ALONE = {"dialed_number", "failure_reason"}
OF_NOBODY = {
	"recording_url", "recording_deleted", "requested_utc", "dial_key", "origin_key", "slot", "site_slot", "reply_due",
	"repeat_until", "evidence_rank", "change_count", "missed_call_task", "follow_up_task", "follow_up_at",
	"call_list_entry", "in_crm", "crm_popup",
}  # fmt: skip
PASSWORD = "Quiet-Harbour-41-lamp"


class MethodCase(ChiefCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.make_user(ADMIN, "System Manager")
		cls.clients = {user: Web(token_of(user)) for user in sorted(EVERYBODY - {GUEST})}
		cls.clients[GUEST] = Web()

	def setUp(self):
		super().setUp()
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.webhook_token = "webhook-token-0123456789"
		account.save()
		frappe.db.commit()


class TestMethods(MethodCase):
	def arguments(self, method: str, user: str) -> dict:
		"""Return what lets the method do its work for those who may call it."""
		if method == "webhook.receive":
			return {**OF_ACCOUNT, "token": providers.webhook_token(frappe.get_doc("PBX Account", COMMPEAK))}
		own = {
			"call.dial": self.at_lead,
			"call.dial_from_device": self.at_lead,
			"call.numbers": {"doctype": "Lead", "name": self.lead},
			"call.state": {"call": self.placed.get(user, self.placed[AGENT])},
			"call.save_notes": {"call": self.placed.get(user, self.placed[AGENT]), "notes": "words"},
			"call.hang_up": {"call": self.placed.get(user, self.placed[AGENT])},
			"recording.play": {"call": self.placed.get(user, self.placed[AGENT])},
			"recording.delete": {"call": self.placed.get(user, self.placed[AGENT])},
			"call.wrap_up_form": {"call": self.placed.get(user, self.placed[AGENT])},
			"call_list.make": {
				"title": "Offer",
				"purpose": "Renewals",
				"doctype": "Lead",
				"names": frappe.as_json([self.lead]),
			},
			"call_list.next_entry": {"call_list": self.lists.get(user, self.lists[AGENT])},
			"call_list.current_entry": {"call_list": self.lists.get(user, self.lists[AGENT])},
			"call_list.progress": {"call_list": self.lists.get(user, self.lists[AGENT])},
			"call_list.move": {"entries": "[]", "agent": CHIEF},
			"call_list.pause": {"call_list": self.lists.get(user, self.lists[AGENT])},
			"call_list.set_state": {"call_list": self.lists.get(user, self.lists[AGENT]), "state": "Open"},
			"call_list.skip": {"entry": self.claimed(user), "reason": "On holiday"},
			"call.wrap_up": {"call": self.placed.get(user, self.placed[AGENT]), "notes": "Wants a quote"},
		}
		return {**ARGUMENTS, **own}.get(method, {})

	def setUp(self):
		super().setUp()
		self.placed = {user: self.dial(user, **self.at_lead)["call"] for user in (AGENT, CHIEF)}
		self.addCleanup(lists.forget_lists)
		self.lists = {user: lists.make_list([self.lead], user) for user in (AGENT, CHIEF)}

	def claimed(self, user: str) -> str:
		"""Return the entry of a user's list, claimed for them; for who has none the agent's."""
		owner = user if user in self.lists else AGENT
		entry = f"{self.lists[owner]}-0000"
		lists.move_entry(entry, state="Claimed", claimed_by=owner)
		return entry

	def answer(self, user: str, http_method: str, method: str) -> int:
		"""Return the HTTP status of the user's request."""
		sent = self.arguments(method, user)
		options = {} if http_method == "GET" or method != "webhook.receive" else {"query_string": sent}
		client, path = self.clients[user], f"/api/method/{API}{method}"
		if options:
			return client.ask(path, http_method, json={"event": "start"}, **options).status_code
		return client.call(API + method, http_method, **sent).status_code

	def test_the_table_names_every_whitelisted_method_of_the_app(self):
		self.assertEqual(set(whitelisted()), {API + method for method in (*METHODS, *OF_CRM.values())})
		overridden = {theirs: [API + ours] for theirs, ours in OF_CRM.items()}
		self.assertEqual(frappe.get_hooks("override_whitelisted_methods", {}, "c2c_frappe"), overridden)

	def test_methods_for_frappe_crm_let_nobody_in_without_it(self):
		if "crm" in frappe.get_installed_apps():
			self.skipTest("Frappe CRM is installed here")
		for method in OF_CRM.values():
			for user in sorted(EVERYBODY):
				with self.subTest(method=method, user=user):
					self.assertEqual(self.answer(user, "POST", method), 403)

	def test_each_method_lets_in_those_it_is_for_and_nobody_else(self):
		for method, (users, _http_methods) in METHODS.items():
			for user in sorted(EVERYBODY):
				wanted = TOLD_OFF.get(method, 200) if user in users else 403
				with self.subTest(method=method, user=user):
					self.assertEqual(self.answer(user, "POST", method), wanted)

	def test_what_changes_anything_is_done_by_post_alone(self):
		for method, (users, http_methods) in METHODS.items():
			user = min(users - {GUEST})
			for http_method in ANY:
				wanted = TOLD_OFF.get(method, 200) if http_method in http_methods else 403
				with self.subTest(method=method, http_method=http_method):
					self.assertEqual(self.answer(user, http_method, method), wanted)

	def test_guests_reach_the_webhook_alone(self):
		guests = {name for name, method in whitelisted().items() if method in frappe.guest_methods}
		self.assertEqual(guests, {API + "webhook.receive"})


class TestForgedRequests(MethodCase):
	"""A page of somebody else's, opened in the browser of an agent who is logged in."""

	def setUp(self):
		super().setUp()
		update_password(AGENT, PASSWORD)
		self.browser = Web()
		self.csrf_token = self.browser.log_in(AGENT, PASSWORD)

	def test_it_cannot_call_and_the_desk_itself_can(self):
		if not self.csrf_token:
			self.skipTest("This build of Frappe forgets the CSRF token of a new session.")
		forged = self.browser.ask(f"/api/method/{API}call.dial", data=self.at_lead)
		self.assertEqual((forged.status_code, self.simulator.requests), (400, ()))
		sent = {"X-Frappe-CSRF-Token": self.csrf_token}
		own = self.browser.ask(f"/api/method/{API}call.dial", data=self.at_lead, headers=sent)
		self.assertEqual((own.status_code, len(self.simulator.requests)), (200, 1))

	def test_a_link_or_a_picture_cannot_call_either(self):
		answer = self.browser.call(f"{API}call.dial", "GET", **self.at_lead)
		self.assertEqual((answer.status_code, self.simulator.requests), (403, ()))


class TestRights(MethodCase):
	def test_each_doctype_gives_each_role_the_rights_of_the_table_and_no_more(self):
		ours = frappe.get_all("DocType", {"module": "Click To Call", "custom": 0}, pluck="name")
		self.assertEqual(set(ours), set(RIGHTS))
		for doctype, rights in RIGHTS.items():
			for user in (GUEST, NOBODY, AGENT, MANAGER, ADMIN):
				found = [each for each in (*FULL.split(), "import") if may(each, doctype, user)]
				with self.subTest(doctype=doctype, user=user):
					self.assertEqual(" ".join(found), rights.get(user, ""))

	def test_rest_answers_as_the_table_says(self):
		for doctype, rights in RIGHTS.items():
			for user in (GUEST, NOBODY, AGENT, MANAGER, ADMIN):
				is_reader = "read" in rights.get(user, "")
				with self.subTest(doctype=doctype, user=user):
					self.assertEqual(self.rest(user, "GET", doctype) == 200, is_reader)
					may_create = "create" in rights.get(user, "")
					self.assertEqual(self.rest(user, "POST", doctype) != 403, may_create)

	def rest(self, user: str, http_method: str, doctype: str) -> int:
		"""Ask for the records of a DocType, or make one; return the HTTP status."""
		single = f"/{doctype}" if frappe.get_meta(doctype).issingle else ""
		# What is single is there: to change it is what making one is elsewhere.
		http_method = "PUT" if single and http_method == "POST" else http_method
		options = {} if http_method == "GET" else {"json": {}}
		return self.clients[user].ask(f"/api/resource/{doctype}{single}", http_method, **options).status_code

	def test_of_the_log_everybody_writes_level_0_and_agents_do_not_read_what_holds_the_number(self):
		meta = frappe.get_meta("PBX Call Log")
		for user, levels in READ_LEVELS.items():
			with self.subTest(user=user), site.as_user(user):
				self.assertEqual(set(meta.get_permlevel_access("read")), levels)
				self.assertEqual(set(meta.get_permlevel_access("write")), {0})
		by_level = {level: {f.fieldname for f in meta.fields if f.permlevel == level} for level in (0, 2, 3)}
		self.assertEqual((by_level[2], by_level[3]), (OF_MANAGERS_ALONE, OF_NOBODY))
		written = {f.fieldname for f in meta.fields if not f.permlevel and f.fieldtype not in LAYOUT}
		self.assertEqual(written, {"notes", "disposition"})


LAYOUT = ("Section Break", "Column Break", "Tab Break")


def may(right: str, doctype: str, user: str) -> bool:
	"""Whether the user has a right on a DocType, by its roles alone."""
	if frappe.get_meta(doctype).istable:
		return False
	return bool(frappe.has_permission(doctype, right, user=user))


def whitelisted() -> dict:
	"""Return all whitelisted functions and methods of the app by name; every module of it is imported first."""
	for module in pkgutil.walk_packages(c2c_frappe.__path__, "c2c_frappe."):
		# The commands are bench's, and the embedded Desk has no bench to import them with.
		if not module.name.startswith(("c2c_frappe.tests.", "c2c_frappe.commands")):
			importlib.import_module(module.name)
	ours = [method for method in frappe.whitelisted if method.__module__.startswith("c2c_frappe.")]
	return {f"{method.__module__}.{method.__qualname__}": method for method in ours}
