"""What the site tests share: a simulated PBX, an agent with an extension, a Lead and a Contact to call.

Runs under `bench run-tests` on Frappe 15 and 16 and on the embedded Desk. Dialling commits on purpose, so each
test tidies up by hand what it made; nothing here asserts anything.
"""

from __future__ import annotations

import frappe

from c2c_frappe.api import call
from c2c_frappe.pbx.simulator import Simulator

try:
	from frappe.tests import IntegrationTestCase as FrappeCase
except ImportError:  # Frappe 15
	from frappe.tests.utils import FrappeTestCase as FrappeCase

AGENT = "c2c-agent@example.com"
MANAGER = "c2c-manager@example.com"
NOBODY = "c2c-nobody@example.com"
COMMPEAK, PRIMEVOX = "C2C Test CommPeak", "C2C Test Primevox"
CLIENT_ID, API_KEY = "7654321", "primevox-key-0123456789"
SETTINGS = {
	"enabled": 1,
	"default_country": "United Kingdom",
	"all_countries": 0,
	"allow_any_number": 1,
	"repeat_window": 10,
	"max_calls_per_user_per_minute": 0,
	"max_calls_per_user_per_day": 0,
	"calling_hours_start": None,
	"calling_hours_end": None,
	"confirmed_site_url": "",
}


class SiteCase(FrappeCase):
	"""A site with an agent, two accounts at a simulated PBX, a Lead (where there is one) and a Contact."""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.simulator = Simulator().start()
		cls.addClassCleanup(cls.simulator.stop)
		frappe.set_user("Administrator")
		make_user(AGENT, "PBX Agent", "Sales User")
		make_user(MANAGER, "PBX Manager")
		make_user(NOBODY)
		make_account(COMMPEAK, provider="commpeak", crm_id="12", client_id=CLIENT_ID)
		make_account(PRIMEVOX, provider="primevox", api_key=API_KEY, container_id="123456", tenant_id="001")
		frappe.db.commit()

	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")
		self.simulator.reset()
		self.point_accounts_at(self.simulator.url)
		change_settings(default_account=COMMPEAK, allowed_countries=[], **SETTINGS)
		give_extension(AGENT, "1000")
		frappe.db.delete("PBX Call Log")
		self.contact = make_contact("+44 20 7946 0018", "+44 7700 900123")
		self.lead = make_lead(mobile_no="+44 7700 900123", phone="020 7946 0018")
		frappe.db.commit()

	def tearDown(self):
		frappe.set_user("Administrator")
		frappe.db.rollback()
		frappe.db.delete("PBX Call Log")
		for doctype, name in (("Contact", self.contact), ("Lead", self.lead)):
			frappe.delete_doc(doctype, name, force=True, ignore_missing=True)
		frappe.db.commit()
		super().tearDown()

	def point_accounts_at(self, url: str, **values) -> None:
		"""Send the dials of both accounts to another address, with other values too if given."""
		for name in (COMMPEAK, PRIMEVOX):
			account = frappe.get_doc("PBX Account", name)
			account.update(
				{"base_url": url, "allow_http": 1, "connect_timeout": 1, "read_timeout": 1, **values}
			)
			account.enabled = values.get("enabled", 1)
			account.save()
		frappe.db.commit()

	def dial(self, **sent) -> dict:
		"""Dial as the agent, as the browser's POST would."""
		frappe.set_user(AGENT)
		try:
			return call.dial(**sent)
		finally:
			frappe.set_user("Administrator")

	def dial_lead(self, **sent) -> dict:
		"""Dial the Lead's mobile number as the agent."""
		place = {"reference_doctype": "Lead", "reference_name": self.lead, "fieldname": "mobile_no"}
		return self.dial(**{**place, **sent})


def make_user(email: str, *roles: str) -> None:
	"""Make a user with these roles, or give an existing one exactly these."""
	if not frappe.db.exists("User", email):
		first_name = email.partition("@")[0]
		user = {"doctype": "User", "email": email, "first_name": first_name, "send_welcome_email": 0}
		frappe.get_doc(user).insert(ignore_permissions=True)
	user = frappe.get_doc("User", email)
	user.set("roles", [])
	user.add_roles(*[role for role in roles if frappe.db.exists("Role", role)])


def make_account(name: str, **values) -> None:
	"""Make a PBX Account, or set an existing one to these values."""
	if frappe.db.exists("PBX Account", name):
		account = frappe.get_doc("PBX Account", name)
	else:
		account = frappe.new_doc("PBX Account")
		account.account_name = name
	account.update(values)
	account.save()


def make_lead(**values) -> str:
	"""Make a Lead that everyone in sales may read; return its name. On a site without the DocType make that too."""
	if not frappe.db.exists("DocType", "Lead"):
		make_lead_doctype()
	lead = frappe.get_doc({"doctype": "Lead", "first_name": "Grace", "lead_name": "Grace Hopper", **values})
	return lead.insert(ignore_permissions=True).name


def make_lead_doctype() -> None:
	"""Make a custom DocType Lead with the fields of ERPNext's that matter to a call."""
	phone = {"fieldtype": "Data", "options": "Phone"}
	fields = [
		{"fieldname": "lead_name", "fieldtype": "Data", "label": "Name"},
		{"fieldname": "first_name", "fieldtype": "Data", "label": "First name"},
		{"fieldname": "mobile_no", "label": "Mobile No", **phone},
		{"fieldname": "phone", "label": "Phone", **phone},
		{
			"fieldname": "status",
			"fieldtype": "Select",
			"label": "Status",
			"options": "Lead\nOpen\nDo Not Contact",
		},
		{"fieldname": "country", "fieldtype": "Link", "label": "Country", "options": "Country"},
		{"fieldname": "do_not_call", "fieldtype": "Check", "label": "Do not call"},
	]
	everyone = {"read": 1, "write": 1, "create": 1, "delete": 1}
	roles = [{"role": role, **everyone} for role in ("System Manager", "PBX Agent")]
	doctype = {
		"doctype": "DocType",
		"name": "Lead",
		"module": "Click To Call",
		"custom": 1,
		"autoname": "hash",
	}
	frappe.get_doc({**doctype, "fields": fields, "permissions": roles}).insert()


def make_contact(*phones: str) -> str:
	"""Make a Contact with these numbers, the first of them primary; return its name."""
	rows = [{"phone": phone, "is_primary_phone": int(not n)} for n, phone in enumerate(phones)]
	contact = {"doctype": "Contact", "first_name": "Ada", "last_name": frappe.generate_hash(length=6)}
	return frappe.get_doc({**contact, "phone_nos": rows}).insert(ignore_permissions=True).name


def give_extension(user: str, extension: str, account: str = "") -> None:
	"""Set a user's PBX fields past all checks."""
	frappe.db.set_value(
		"User", user, {"pbx_extension": extension, "pbx_account": account, "pbx_caller_id": ""}
	)


def change_settings(allowed_countries: list[str] | None = None, **values) -> None:
	"""Change PBX Settings and commit; allowed_countries are names of Country records."""
	settings = frappe.get_doc("PBX Settings")
	settings.update(values)
	if allowed_countries is not None:
		settings.set("allowed_countries", [{"country": country} for country in allowed_countries])
	settings.save()
	frappe.db.commit()


def rows(**filters) -> list[dict]:
	"""Return the call rows as they stand in the database."""
	return frappe.get_all("PBX Call Log", filters, ["*"], order_by="requested_at")
