"""Several phones of one user: which rings, whose rows count, who may write them."""

from __future__ import annotations

import frappe
from frappe import client

from c2c_frappe.accounts import extensions
from c2c_frappe.desk import boot
from c2c_frappe.setup import install
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, OTHER_AGENT, PRIMEVOX, SiteCase
from c2c_frappe.tests.processes import token_of
from c2c_frappe.tests.web import Web
from c2c_frappe.transactions import committed

PHONE = "PBX User Phone"


def give_phones(user: str, **phones: str) -> list[str]:
	"""Give a user these phones, {label: extension}, as an administrator does on the form; return the rows' names."""

	def save() -> list[str]:
		document = frappe.get_doc("User", user)
		document.set("pbx_phones", [{"label": label, "extension": phones[label]} for label in phones])
		document.save()
		return [row.name for row in document.pbx_phones]

	# A save of a User writes its Contact in a job that may be about it at the same moment.
	return committed(save)


class PhoneCase(SiteCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.db.delete, PHONE, {"parenttype": "User"})
		site.give_extension(OTHER_AGENT, "1002")
		(self.mobile,) = give_phones(AGENT, Mobile="1001")

	def rung(self) -> list[str]:
		return [call.extension for call in self.simulator.calls]


class TestWhichPhoneRings(PhoneCase):
	def test_the_row_that_was_chosen_rings_and_the_first_phone_without_one(self):
		reply = self.dial_lead(phone=self.mobile)
		self.assertEqual((reply["status"], reply["extension"]), ("Requested", "1001"))
		self.dial_lead(fieldname="phone")
		self.assertEqual(self.rung(), ["1001", "1000"])

	def test_row_of_somebody_else_rings_nothing_and_is_refused_in_its_own_words(self):
		(others,) = give_phones(OTHER_AGENT, Desk="1003")
		for row in (others, "no such row", self.mobile[:-1], "1003"):
			with self.subTest(row=row):
				reply = self.dial_lead(phone=row)
				self.assertEqual((reply["status"], reply["failure_code"]), ("Failed", "no_extension"))
				self.assertIn("no longer one of yours", reply["message"])
				self.assertEqual(reply["extension"], "")
		self.assertEqual(self.simulator.requests, ())
		self.assertEqual(self.dial(OTHER_AGENT, number="+44 7700 900124", phone=others)["extension"], "1003")

	def test_row_that_was_taken_away_is_refused(self):
		give_phones(AGENT)
		self.assertEqual(self.dial_lead(phone=self.mobile)["failure_code"], "no_extension")
		self.assertEqual(self.simulator.requests, ())

	def test_same_number_from_another_phone_is_the_same_call(self):
		first = self.dial_lead(phone=self.mobile)
		again = self.dial_lead()
		self.assertEqual((again["call"], again["repeated"]), (first["call"], True))
		self.assertEqual(self.rung(), ["1001"])

	def test_boot_lists_phones_only_where_there_is_a_choice(self):
		for user, expected in (
			(AGENT, [("", "1000"), (self.mobile, "1001")]),
			(OTHER_AGENT, None),
		):
			info = frappe._dict()
			with site.as_user(user):
				boot.extend(info)
			listed = info.c2c.get("phones")
			self.assertEqual(listed and [(each["row"], each["extension"]) for each in listed], expected)

	def test_migrate_brings_the_table_back(self):
		frappe.db.delete("Custom Field", {"dt": "User", "fieldname": "pbx_phones"})
		frappe.clear_cache(doctype="User")
		self.assertFalse(frappe.get_meta("User").has_field("pbx_phones"))
		install.after_migrate()
		self.assertEqual(frappe.get_meta("User").get_field("pbx_phones").permlevel, 1)


class TestPublicNumbers(PhoneCase):
	"""A phone that anybody can call is called by the PBX at somebody's cost, as the customer is."""

	def test_phone_that_may_not_be_called_is_refused_before_anything_is_sent(self):
		for extension in ("09098790123", "0033123456789", "+44 909 879 0123"):
			with self.subTest(extension=extension):
				(row,) = give_phones(AGENT, Mobile=extension)
				reply = self.dial_lead(phone=row)
				self.assertEqual(reply["failure_code"], "number_not_allowed")
				self.assertIn(extension, reply["message"])
		self.assertEqual(self.simulator.requests, ())

	def test_one_that_may_and_an_extension_are_rung(self):
		site.change_settings(repeat_window=0, allowed_countries=["France", "United Kingdom"])
		for extension in ("07700900125", "0033123456789", "909879"):
			(row,) = give_phones(AGENT, Mobile=extension)
			reply = self.dial_lead(phone=row)
			self.assertEqual((reply["extension"], reply["failure_code"]), (extension, "unknown_extension"))
		self.assertEqual(len(self.simulator.requests), 3)

	def test_it_is_read_as_at_home_and_not_as_where_the_customer_is(self):
		site.change_settings(allowed_countries=["France", "United Kingdom"])
		self.set_lead(country="France", mobile_no="01 23 45 67 89")
		(row,) = give_phones(AGENT, Mobile="09098790123")
		self.assertEqual(self.dial_lead(phone=row)["failure_code"], "number_not_allowed")


class TestWhoseRow(PhoneCase):
	def assert_taken(self, holder: str, user: str, **phones: str) -> None:
		with self.assertRaises(frappe.ValidationError) as refused:
			give_phones(user, **phones)
		self.assertIn(holder, str(refused.exception))
		frappe.clear_messages()

	def test_one_phone_has_one_holder_rows_included(self):
		self.assert_taken(AGENT, OTHER_AGENT, Desk="1000")
		self.assert_taken(AGENT, OTHER_AGENT, Desk=" 1001 ")
		self.assert_taken(OTHER_AGENT, OTHER_AGENT, Desk="1002")
		self.assert_taken(OTHER_AGENT, OTHER_AGENT, Desk="1004", Home="1004")
		user = frappe.get_doc("User", OTHER_AGENT)
		user.pbx_extension = "1001"
		self.assertRaises(frappe.ValidationError, user.save)

	def test_the_same_extension_on_another_account_is_another_phone(self):
		site.give_extension(OTHER_AGENT, "1000", PRIMEVOX)
		give_phones(OTHER_AGENT, Desk="1001")
		self.assertEqual(extensions.user_with(COMMPEAK, "1001"), AGENT)
		self.assertEqual(extensions.user_with(PRIMEVOX, "1001"), OTHER_AGENT)
		self.assertEqual(extensions.clashes(COMMPEAK), [])
		self.assertIn(("1001", *sorted((AGENT, OTHER_AGENT))), extensions.clashes(PRIMEVOX))

	def test_a_call_of_a_rows_phone_is_its_users(self):
		self.assertEqual(extensions.user_with(COMMPEAK, "1001"), AGENT)
		self.assertEqual(extensions.user_with(COMMPEAK, "1000"), AGENT)
		self.assertEqual(extensions.user_with(PRIMEVOX, "1001"), "")
		self.assertEqual(extensions.extensions_on(COMMPEAK), ["1000", "1001", "1002"])
		# Past all checks, as a script would: then it is nobody's.
		frappe.db.set_value("User", OTHER_AGENT, "pbx_extension", "1001")
		self.assertEqual(extensions.user_with(COMMPEAK, "1001"), "")
		frappe.db.set_value("User", OTHER_AGENT, "enabled", 0)
		self.addCleanup(frappe.db.set_value, "User", OTHER_AGENT, "enabled", 1)
		self.assertEqual(extensions.user_with(COMMPEAK, "1001"), AGENT)

	def test_a_user_is_saved_with_the_phones_there_are(self):
		user = frappe.get_doc("User", AGENT)
		user.bio = "Calls people."
		user.save()
		self.assertEqual([row.extension for row in user.pbx_phones], ["1001"])


class TestDoors(PhoneCase):
	"""No door lets an agent write a phone, their own or another's."""

	def kept(self) -> list[tuple]:
		rows = frappe.get_all(PHONE, {"parenttype": "User"}, ["parent", "extension"], order_by="extension")
		return [(row.parent, row.extension) for row in rows]

	def try_each_door(self, user: str, row: str) -> None:
		own = {"parenttype": "User", "parentfield": "pbx_phones", "parent": user}
		new = {"doctype": PHONE, "label": "Mine", "extension": "1009", **own}
		with site.as_user(user):
			for attempt in (
				lambda: frappe.get_doc("User", user).update({"pbx_phones": [new]}).save(),
				lambda: frappe.get_doc("User", user).update({"pbx_phones": []}).save(),
				lambda: client.insert(new),
				lambda: client.set_value(PHONE, row, "extension", "1009"),
				lambda: client.set_value(PHONE, row, "parent", user),
				lambda: client.delete(PHONE, row),
				lambda: frappe.get_doc(new).insert(),
			):
				try:
					committed(attempt)
				except (frappe.PermissionError, frappe.ValidationError):
					frappe.db.rollback()
					frappe.clear_messages()
		web, path = Web(token_of(user)), f"/api/resource/{PHONE}"
		web.ask(path, "POST", json=new)
		web.ask(f"{path}/{row}", "PUT", json={"extension": "1009", "parent": user})
		web.ask(f"{path}/{row}", "DELETE")
		web.ask(f"/api/resource/User/{user}", "PUT", json={"pbx_phones": [new]})

	def test_an_agent_writes_no_phone(self):
		(others,) = give_phones(OTHER_AGENT, Desk="1003")
		before = self.kept()
		self.assertEqual(before, [(AGENT, "1001"), (OTHER_AGENT, "1003")])
		for row in (self.mobile, others):
			self.try_each_door(AGENT, row)
			frappe.db.commit()
			self.assertEqual(self.kept(), before)
