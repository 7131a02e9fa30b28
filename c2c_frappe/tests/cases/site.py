"""What all site tests share: a simulated PBX, users with and without roles, accounts, settings, and the calls made.

Runs under `bench run-tests` on Frappe 15 and 16 and on the embedded Desk. Dialing commits on purpose, so what
tests change is put back by hand; users, accounts and DocTypes stay for the next class. Nothing here asserts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import frappe
from frappe.handler import execute_cmd
from frappe.utils import set_request

from c2c_frappe.api import call
from c2c_frappe.pbx.simulator import Simulator
from c2c_frappe.setup import install
from c2c_frappe.site_time import to_utc
from c2c_frappe.tests.cases import crm, jobs
from c2c_frappe.transactions import committed

try:
	from frappe.tests import IntegrationTestCase as FrappeCase
except ImportError:  # Frappe 15
	from frappe.tests.utils import FrappeTestCase as FrappeCase

AGENT = "c2c-agent@example.com"
OTHER_AGENT = "c2c-other-agent@example.com"
MANAGER = "c2c-manager@example.com"
NOBODY = "c2c-nobody@example.com"
ROLES = {
	AGENT: ("PBX Agent", "Sales User"),
	OTHER_AGENT: ("PBX Agent",),
	MANAGER: ("PBX Manager",),
	NOBODY: (),
}
CHIEF = "c2c-chief@example.com"
# The calls of users like these, so that those of a person at work on the same site stay.
OURS = {"agent": ("like", "c2c-%@example.com")}
COMMPEAK, PRIMEVOX = "C2C Test CommPeak", "C2C Test Primevox"
CRM_ID, CLIENT_ID, API_KEY = "12", "7654321", "primevox-key-0123456789"
ACCOUNTS = {
	COMMPEAK: {"provider": "commpeak", "crm_id": CRM_ID, "client_id": CLIENT_ID},
	PRIMEVOX: {
		"provider": "primevox",
		"api_key": API_KEY,
		"container_id": "123456",
		"tenant_id": "001",
	},
}
# Of both accounts: the rest of what a test before, or a run that was cut short, may have changed.
USUAL = {
	"enabled": 1,
	"allow_http": 1,
	"connect_timeout": 1,
	"read_timeout": 1,
	"default_country": None,
	"max_calls_in_flight": 0,
	"allow_private": 0,
	"recording_hosts": "",
	"own_numbers": "",
}
SETTINGS = {
	"enabled": 1,
	"default_account": COMMPEAK,
	"default_country": "United Kingdom",
	"all_countries": 0,
	"allow_any_number": 1,
	"allow_device_calls": 0,
	"repeat_window": 10,
	"max_calls_per_user_per_minute": 0,
	"max_calls_per_user_per_day": 0,
	"max_calls_per_minute": 0,
	"max_calls_per_day": 0,
	"calling_hours_start": None,
	"calling_hours_end": None,
	"confirmed_site_url": "",
	"recording_days": 90,
	"wrap_up": "When Asked",
	"line_rules": [],
}
NO_EXTENSION = {"pbx_extension": "", "pbx_account": "", "pbx_caller_id": ""}
CONFIRMED_ADDRESS = "http://c2c.example.com"


class SiteCase(FrappeCase):
	"""A site with an agent, two accounts at a simulated PBX, a Lead with two numbers and a Contact with two."""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.simulator = Simulator(crm_id=CRM_ID, client_id=CLIENT_ID, api_key=API_KEY).start()
		cls.addClassCleanup(cls.simulator.stop)
		frappe.set_user("Administrator")
		jobs.pause(cls)
		_keep_cache(cls)
		cls.addClassCleanup(_restore_settings, frappe.get_doc("PBX Settings").as_dict())
		_take_extensions(cls)
		for user, roles in ROLES.items():
			make_user(user, *roles)
		for name, values in ACCOUNTS.items():
			make_account(name, **USUAL, **values)
		cls.lead, cls.contact = crm.make_lead(), crm.make_contact(crm.LANDLINE, crm.MOBILE)
		cls.addClassCleanup(crm.delete_past_checks, "Lead", cls.lead)
		cls.addClassCleanup(crm.delete_past_checks, "Contact", cls.contact)
		frappe.db.commit()

	def setUp(self):
		super().setUp()
		self.addCleanup(_leave)
		frappe.set_user("Administrator")
		frappe.db.commit()
		self.simulator.reset()
		self.point_accounts_at(self.simulator.url)
		frappe.db.set_value("Lead", self.lead, crm.LEAD)
		frappe.db.set_value("Contact", self.contact, "do_not_call", 0)
		frappe.db.delete("Dynamic Link", {"parenttype": "Contact", "parent": self.contact})
		frappe.db.set_value("User", {"name": ("in", [*ROLES])}, NO_EXTENSION)
		give_extension(AGENT, "1000")
		forget_calls()
		change_settings(allowed_countries=[], custom_data=install.CUSTOM_DATA, **SETTINGS)

	def point_accounts_at(self, url: str, **values) -> None:
		"""Send the dials of both accounts to another address, with other values too if given."""
		for name, own in ACCOUNTS.items():
			plain = {field: value for field, value in own.items() if field not in ("client_id", "api_key")}
			frappe.db.set_value("PBX Account", name, {**USUAL, **plain, "base_url": url, **values})
		frappe.db.commit()

	def dial(self, user: str = AGENT, **sent) -> dict:
		"""Dial as this user, as the browser's POST would."""
		with as_user(user):
			return call.dial(**sent)

	def dial_lead(self, **sent) -> dict:
		"""Dial the Lead's mobile number as the agent."""
		return self.dial(**{**self.at_lead, **sent})

	@property
	def at_lead(self) -> dict:
		"""Return what the browser sends for a click on the Lead's mobile number."""
		return {"reference_doctype": "Lead", "reference_name": self.lead, "fieldname": "mobile_no"}

	def set_lead(self, **values) -> None:
		"""Give the Lead other values past all checks, and commit; each test finds it as it was."""
		frappe.db.set_value("Lead", self.lead, values)
		frappe.db.commit()

	def contact_row(self, number: str) -> str:
		"""Return the name of the Contact's row with this number."""
		return frappe.db.get_value("Contact Phone", {"parent": self.contact, "phone": number})

	def use_primevox(self) -> None:
		"""Put the agent's phone on the Primevox account."""
		give_extension(AGENT, "1000", PRIMEVOX)


class ChiefCase(SiteCase):
	"""The same with a chief: an agent, with a phone, who is a manager too."""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_user(CHIEF, "PBX Agent", "PBX Manager", "Sales User")
		frappe.db.commit()

	def setUp(self):
		super().setUp()
		give_extension(CHIEF, "1001")


def _leave() -> None:
	frappe.set_user("Administrator")
	# What other cleanups did is kept; and on SQLite a transaction that lost a lock ends here.
	frappe.db.commit()
	forget_calls()


def _keep_cache(cls) -> None:
	"""Let a user be saved without emptying the whole site's cache, as Frappe does where it looks for mailboxes' passwords.

	All forms are built anew after it, on a site with ERPNext for seconds, and no test here is about mailboxes.
	"""
	mailboxes = patch("frappe.core.doctype.user.user.ask_pass_update")
	mailboxes.start()
	cls.addClassCleanup(mailboxes.stop)


def _take_extensions(cls) -> None:
	"""Take every user's extension away; people who work on this site get theirs back when the class is done."""
	holders = frappe.get_all("User", {"pbx_extension": ("is", "set")}, ["name", *NO_EXTENSION])
	for holder in holders:
		name = holder.pop("name")
		frappe.db.set_value("User", name, NO_EXTENSION)
		if not name.startswith("c2c-"):
			cls.addClassCleanup(frappe.db.set_value, "User", name, holder)
	cls.addClassCleanup(frappe.db.set_value, "User", {"name": OURS["agent"]}, NO_EXTENSION)


def _restore_settings(before: dict) -> None:
	def restore() -> None:
		settings = frappe.get_doc("PBX Settings")
		settings.update({**before, "modified": settings.modified})
		settings.save()

	# A job of the site's own worker may write them at the same moment.
	committed(restore)


@contextmanager
def as_user(user: str, **session_data) -> Iterator[None]:
	"""Act as this user, with this in the session's data."""
	before = frappe.session.user
	frappe.set_user(user)
	frappe.session.data.update(session_data)
	try:
		yield
	finally:
		frappe.set_user(before)


def send(user: str, http_method: str, command: str, /, **arguments):
	"""Call a method by its dotted name as Frappe's request handler does, with its checks; return its answer."""
	with as_user(user), web_request(method=http_method):
		frappe.local.form_dict = frappe._dict(arguments)
		for hook in frappe.get_hooks("before_request", app_name="c2c_frappe"):
			frappe.call(hook)
		return execute_cmd(command)


@contextmanager
def web_request(address: str = CONFIRMED_ADDRESS, method: str = "POST") -> Iterator[None]:
	"""Act as within a web request that came to this address."""
	before = {name: getattr(frappe.local, name, None) for name in ("request", "form_dict")}
	set_request(method=method, base_url=address, path="/")
	try:
		yield
	finally:
		for name, value in before.items():
			setattr(frappe.local, name, value)


def make_user(email: str, *roles: str) -> None:
	"""Make a user with these roles, or give an existing one exactly these."""
	wanted = {role for role in roles if frappe.db.exists("Role", role)}
	rows = [{"role": role} for role in sorted(wanted)]
	if not frappe.db.exists("User", email):
		user = frappe.new_doc("User")
		user.update({"email": email, "first_name": email.partition("@")[0], "send_welcome_email": 0})
		user.update({"roles": rows}).insert(ignore_permissions=True)
		return
	user = frappe.get_doc("User", email)
	if {row.role for row in user.roles} != wanted:
		user.update({"roles": rows}).save(ignore_permissions=True)


def make_account(name: str, **values) -> None:
	"""Make a PBX Account, or set an existing one to these values."""
	if frappe.db.exists("PBX Account", name):
		account = frappe.get_doc("PBX Account", name)
	else:
		account = frappe.new_doc("PBX Account")
		account.account_name = name
	account.update(values)
	account.save()


def give_extension(user: str, extension: str, account: str = "") -> None:
	"""Set a user's PBX fields past all checks, and commit."""
	values = {**NO_EXTENSION, "pbx_extension": extension, "pbx_account": account}
	frappe.db.set_value("User", user, values)
	frappe.db.commit()


def change_settings(
	allowed_countries: list[str] | None = None, custom_data: dict[str, str] | None = None, **values
) -> None:
	"""Change PBX Settings and commit; allowed_countries are names of Country records."""
	settings = frappe.get_doc("PBX Settings")
	settings.update(values)
	if allowed_countries is not None:
		settings.set("allowed_countries", [{"country": country} for country in allowed_countries])
	if custom_data is not None:
		pairs = [{"key": key, "value": value} for key, value in custom_data.items()]
		settings.set("custom_data_fields", pairs)
	settings.save()
	frappe.db.commit()


def rows(**filters) -> list[dict]:
	"""Return the call rows of the tests' users as they stand in the database, oldest first."""
	return frappe.get_all("PBX Call Log", {**OURS, **filters}, ["*"], order_by="creation")


def forget_calls() -> None:
	"""Delete the call rows of the tests' users and accounts, and commit."""
	frappe.db.delete("PBX Call Log", OURS)
	frappe.db.delete("PBX Call Log", {"account": ("in", list(ACCOUNTS))})
	frappe.db.commit()


def move(call_name: str, **values) -> None:
	"""Set columns of a call's row in the database, and commit: for deadlines that have passed."""
	if "requested_at" in values:
		values["requested_utc"] = to_utc(frappe.utils.get_datetime(values["requested_at"]))
	frappe.db.set_value("PBX Call Log", call_name, values, update_modified=False)
	frappe.db.commit()
