"""What somebody with an agent's login may try with lists: filters that are SQL, markup for a manager, others' calls."""

from __future__ import annotations

import frappe

from c2c_frappe.api import account, call, call_list
from c2c_frappe.tests.cases import lists, site
from c2c_frappe.tests.cases.lists import ENTRY, LIST, ListCase, entries_of
from c2c_frappe.tests.cases.site import AGENT, CHIEF, MANAGER, OTHER_AGENT

MARKUP = '<img src=x onerror="alert(1)">'
# The first is one condition that is always true; a line break keeps the second from Frappe's own look for SQL.
SQL = (
	{"name` or 1=1 -- ": "x"},
	{"name`\n = '' or (1=1) -- ": "x"},
	[["name` or 1=1 -- ", "=", "x"]],
	[["Lead", "name", "= 'x' or 1=1 -- ", "x"]],
	[["User", "name", "=", "Administrator"]],
	[["Lead", "name"]],
	"5",
	{"no_such_field": "x"},
	{"name": ["like"]},
	{"name": {"a": 1}},
	[["Lead", "name", "=", ["like"]]],
	[["Lead", "name", "in", [["a"]]]],
	[["Lead", "creation", "between", ["2026-01-01"]]],
	[["Lead", "name", "descendants of", "x"]],
	[["Lead", "name", "between", "x"]],
	[["Lead", "mobile_no", "is", "bogus"]],
)


class TestHostileLists(ListCase):
	def refused(self, **given):
		with site.as_user(AGENT), self.assertRaises(frappe.ValidationError):
			call_list.make("Spring offer", "Renewals", "Lead", **given)
		frappe.db.rollback()

	def test_filters_are_fields_of_the_doctype_and_nothing_else(self):
		for filters in SQL:
			with self.subTest(filters=filters):
				self.refused(filters=filters)

	def test_filters_of_a_list_view_are_taken(self):
		named = ["in", self.leads[:2]]
		for filters in ({"name": named}, [["Lead", "name", *named]], [["name", *named]]):
			with self.subTest(filters=filters), site.as_user(AGENT):
				made = call_list.make("Spring offer", "Renewals", "Lead", filters=filters)
			self.assertEqual(made["entries"], 2)
		frappe.db.commit()

	def test_no_records_are_not_all_records(self):
		for names in ([], "[]", "5"):
			with self.subTest(names=names):
				self.refused(names=names)

	def test_nothing_chosen_is_not_all_records(self):
		for given in ({}, {"filters": ""}):
			with self.subTest(given=given):
				self.refused(**given)

	def test_a_limit_that_is_no_number_is_refused(self):
		for value in ("abc", {"a": 1}, [3], -1, True, "²"):
			with self.subTest(value=value):
				self.refused(names=self.leads, options={"max_attempts": value})
		for value in ({"a": 1}, ["Hello"]):
			with self.subTest(script=value):
				self.refused(names=self.leads, options={"script": value})

	def test_consent_field_the_records_lack_is_not_saved(self):
		name = self.make()
		for field in ("no_such", "country) or (1=1"):
			with self.subTest(field=field), site.as_user(MANAGER), self.assertRaises(frappe.ValidationError):
				frappe.get_doc(LIST, name).update({"consent_field": field}).save()
		with site.as_user(MANAGER):
			frappe.get_doc(LIST, name).update({"consent_field": "country"}).save()

	def test_consent_that_was_withdrawn_meanwhile_stops_the_call(self):
		name = self.make()
		frappe.db.set_value("Lead", self.leads[0], "country", "United Kingdom")
		frappe.db.set_value(LIST, name, "consent_field", "country")
		taken = self.next(name)
		frappe.db.set_value("Lead", self.leads[0], "country", None)
		self.assertEqual(self.call(taken)["failure_code"], "no_consent")
		self.assertEqual(self.simulator.requests, ())

	def test_an_entry_of_a_list_one_lost_is_not_called(self):
		name = self.make()
		taken = self.next(name)
		frappe.db.set_value(LIST, name, "agent", OTHER_AGENT)
		self.assertEqual(self.call(taken)["failure_code"], "not_claimed")
		self.assertEqual(self.simulator.requests, ())

	def test_an_entry_of_a_list_paused_meanwhile_says_so(self):
		name = self.make()
		taken = self.next(name)
		frappe.db.set_value(LIST, name, "state", "Paused")
		reply = self.call(taken)
		self.assertEqual((reply["failure_code"], "Paused" in reply["message"]), ("not_claimed", True))

	def test_what_is_no_json_is_refused(self):
		name = self.make()
		before = [row.name for row in entries_of(name)]
		for text in ("{", "[", "[" * 5000, "no", "{'a': 1}", "5", "null", '"x"'):
			for field in ("names", "filters", "options"):
				with self.subTest(text=text, field=field):
					self.refused(**{"names": self.leads, field: text})
			with self.subTest(text=text), site.as_user(MANAGER), self.assertRaises(frappe.ValidationError):
				call_list.move(text, AGENT)
		self.assertEqual([row.name for row in entries_of(name)], before)

	def test_consent_field_the_doctype_lacks_is_refused(self):
		with site.as_user(CHIEF), self.assertRaises(frappe.ValidationError):
			call_list.make(
				"Spring offer", "Renewals", "Lead", self.leads, options={"consent_field": "no_such"}
			)

	def test_reason_and_notes_hold_no_markup(self):
		name = self.make()
		taken = self.next(name)
		with site.as_user(AGENT):
			call_list.skip(taken["entry"], f"Not now {MARKUP}")
		self.assertNotIn("<", frappe.db.get_value(ENTRY, taken["entry"], "reason"))
		placed = self.call(self.next(name))["call"]
		for text in (MARKUP, f'"{MARKUP}"'):
			with self.subTest(text=text), site.as_user(AGENT):
				call.save_notes(placed, text, "")
				self.assertNotIn("<", frappe.db.get_value("PBX Call Log", placed, "notes"))
				call.wrap_up(placed, "Interested", text)
				self.assertNotIn("<", frappe.db.get_value("PBX Call Log", placed, "notes"))

	def test_an_entry_leads_to_no_call_of_others(self):
		"""Frappe asks of a link's target whether its DocType may be read, never whether that row may."""
		links = frappe.get_meta(ENTRY).get("fields", {"fieldtype": "Link"})
		self.assertNotIn("PBX Call Log", [field.options for field in links])

	def test_a_list_is_given_to_own_teams_and_to_who_may_call(self):
		name = self.make()
		group = frappe.get_doc({"doctype": "User Group", "__newname": frappe.generate_hash(length=8)})
		group.append("user_group_members", {"user": OTHER_AGENT})
		group.insert()
		self.addCleanup(frappe.delete_doc, "User Group", group.name, force=True)
		for change, error in (
			({"team": group.name}, frappe.PermissionError),
			({"agent": "Guest"}, frappe.ValidationError),
		):
			with self.subTest(change=change), site.as_user(AGENT), self.assertRaises(error):
				frappe.get_doc(LIST, name).update(change).save()

	def test_refused_call_names_no_entry_of_somebody_else(self):
		taken = self.next(self.make())
		reply = (
			self.call(taken, OTHER_AGENT)
			if self.may_read(OTHER_AGENT)
			else self.dial(OTHER_AGENT, number="+44 7700 900999", entry=taken["entry"])
		)
		self.assertFalse(frappe.db.get_value("PBX Call Log", reply["call"], "call_list_entry"))

	def may_read(self, user: str) -> bool:
		return frappe.has_permission("Lead", "read", user=user)

	def test_who_may_read_nothing_locks_no_entry(self):
		name = self.make()
		lists.hide_leads_from(self, OTHER_AGENT)
		frappe.db.set_value(LIST, name, "agent", OTHER_AGENT)
		self.assertIsNone(self.next(name, OTHER_AGENT)["entry"])
		self.assertEqual({row.state for row in entries_of(name)}, {"Waiting"})

	def test_manager_gives_no_phone_on_an_account_that_is_not_there(self):
		with site.as_user(MANAGER), self.assertRaises(frappe.DoesNotExistError):
			account.set_extension(OTHER_AGENT, "1009", "No such account")

	def tearDown(self):
		lists.forget_lists()
		super().tearDown()
