"""Lists of Leads for the tests of working them. Asserts nothing."""

from __future__ import annotations

import frappe
from frappe import permissions
from frappe.utils import add_to_date, get_datetime

from c2c_frappe.api import call_list
from c2c_frappe.phone_book import index
from c2c_frappe.site_time import utc_now
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import AGENT

LIST, ENTRY = "PBX Call List", "PBX Call List Entry"
NUMBER = "+4477009007{:02}"


class ListCase(site.ChiefCase):
	"""A site with Leads of a number each, and lists of them."""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_leads(cls)

	def setUp(self):
		super().setUp()
		self.addCleanup(forget_lists)
		prepare_leads(self.leads)
		site.change_settings(
			max_list_calls_per_number_per_day=3, max_list_calls_per_number_per_week=7, repeat_window=0
		)

	def make(self, names: list[str] | None = None, user: str = AGENT, **options) -> str:
		"""Make a list of these Leads, or of all, and return its name."""
		return make_list(self.leads if names is None else names, user, **options)

	def next(self, name: str, user: str = AGENT) -> dict:
		"""Take the next entry as this user."""
		with site.as_user(user):
			return call_list.next_entry(name)

	def call(self, taken: dict, user: str = AGENT, **sent) -> dict:
		"""Call an entry that was taken."""
		place = {name: taken[name] for name in ("reference_doctype", "reference_name", "entry")}
		return self.dial(user, **place, **sent)


def make_leads(cls, count: int = 4) -> None:
	"""Give a test class `leads` with a number each; they go with it."""
	cls.leads = [crm.make_lead() for _n in range(count)]
	for lead in cls.leads:
		cls.addClassCleanup(crm.delete_past_checks, "Lead", lead)
	prepare_leads(cls.leads)


def prepare_leads(leads: list[str]) -> None:
	"""Make the Leads what they were, each with a number of its own, and commit."""
	for n, lead in enumerate(leads):
		numbers = {"mobile_no": NUMBER.format(n), "phone": ""}
		frappe.db.set_value("Lead", lead, {**crm.LEAD, **numbers})
	index.refresh("Lead", leads)
	frappe.db.commit()


def hide_leads_from(case, user: str) -> None:
	"""Let a user, who on sites without ERPNext reads all Leads, read none of the test's; commit."""
	permissions.add_user_permission("Lead", case.lead, user, ignore_permissions=True)
	case.addCleanup(permissions.remove_user_permission, "Lead", case.lead, user)
	frappe.db.commit()


def make_list(names: list[str], user: str = AGENT, **options) -> str:
	"""Make a list of Leads as this user and commit; return its name."""
	with site.as_user(user):
		made = call_list.make("Spring offer", "Renewals", "Lead", names, options=options)
	frappe.db.commit()
	return made["list"]


def entries_of(name: str) -> list[dict]:
	"""Return a list's entries in the order they were chosen in."""
	return frappe.get_all(ENTRY, {"call_list": name}, ["*"], order_by="name")


def move_entry(name: str, **values) -> None:
	"""Set columns of an entry, and commit: for moments that have passed."""
	frappe.db.set_value(ENTRY, name, values, update_modified=False)
	frappe.db.commit()


def let_due(name: str) -> None:
	"""Make an entry due, as when its time has come."""
	move_entry(name, due_utc=add_to_date(utc_now(), minutes=-1))


def minutes_until(moment) -> int:
	"""Return how many minutes a moment in UTC is ahead."""
	return round((get_datetime(moment) - utc_now()).total_seconds() / 60)


def forget_lists() -> None:
	"""Delete all lists of the tests' users with their entries, and commit."""
	# What other processes changed meanwhile is seen.
	frappe.db.commit()
	names = frappe.get_all(LIST, {"agent": ("like", "c2c-%@example.com")}, pluck="name")
	frappe.db.delete(ENTRY, {"call_list": ("in", names)})
	frappe.db.delete(LIST, {"name": ("in", names)})
	frappe.db.commit()
