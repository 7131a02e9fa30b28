"""Extensions: one phone has one holder, a PBX Manager gives them out, a test call goes through one account."""

from __future__ import annotations

import frappe

from c2c_frappe.accounts import extensions
from c2c_frappe.api import account as api
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import COMMPEAK, PRIMEVOX, SiteCase


class TestExtensions(SiteCase):
	def setUp(self):
		super().setUp()
		self.point_accounts_at(self.simulator.url, own_numbers="+442079460000\n+442079460001")
		site.give_extension(site.MANAGER, "")
		site.give_extension(site.NOBODY, "")
		self.addCleanup(site.give_extension, site.MANAGER, "")
		self.addCleanup(frappe.set_user, "Administrator")

	def test_a_manager_gives_out_many_extensions_and_is_told_of_the_taken_one(self):
		frappe.set_user(site.MANAGER)
		rows = [
			{"user": site.MANAGER, "extension": "1001", "caller_id": "+442079460000"},
			{"user": site.NOBODY, "extension": "1000"},
		]
		(refused,) = api.set_extensions(COMMPEAK, frappe.as_json(rows))
		self.assertEqual(refused["user"], site.NOBODY)
		self.assertIn(site.AGENT, refused["message"])
		self.assertEqual(extensions.phone_of(site.MANAGER), ("1001", COMMPEAK, "+442079460000"))
		self.assertEqual(extensions.phone_of(site.NOBODY).extension, "")

	def test_the_same_extension_on_another_account_is_another_phone(self):
		frappe.set_user(site.MANAGER)
		self.assertEqual(api.set_extensions(PRIMEVOX, [{"user": site.MANAGER, "extension": "1000"}]), [])

	def test_the_list_of_an_account_has_its_people_and_agents_without_an_extension(self):
		site.give_extension(site.MANAGER, "1001", PRIMEVOX)
		frappe.set_user(site.MANAGER)
		listed = {row["user"]: row["extension"] for row in api.extensions_of(COMMPEAK)}
		self.assertEqual(listed.get(site.AGENT), "1000")
		self.assertNotIn(site.MANAGER, listed)

	def test_administrator_is_listed_with_an_extension_only(self):
		"""Whoever set the account up as Administrator finds the phone again, which lacks no role."""
		self.addCleanup(site.give_extension, "Administrator", "")
		for extension, expected in (("", []), ("1009", [True])):
			site.give_extension("Administrator", extension)
			listed = [row for row in api.extensions_of(COMMPEAK) if row["user"] == "Administrator"]
			self.assertEqual([row["is_agent"] for row in listed], expected)

	def test_row_without_a_caller_id_leaves_the_one_there_is(self):
		"""Who pastes users and extensions says nothing about caller IDs; an empty one takes it away."""
		row = {"user": site.AGENT, "extension": "1007"}
		frappe.set_user(site.MANAGER)
		for more, expected in (
			({"caller_id": "+442079460001"}, "+442079460001"),
			({}, "+442079460001"),
			({"caller_id": ""}, ""),
		):
			self.assertEqual(api.set_extensions(COMMPEAK, [{**row, **more}]), [])
			self.assertEqual(extensions.phone_of(site.AGENT), ("1007", COMMPEAK, expected))

	def test_phone_on_another_account_is_moved_only_when_asked_to(self):
		"""Nobody's phone changes its PBX because a list was pasted into the wrong account."""
		site.give_extension(site.NOBODY, "1005", PRIMEVOX)
		rows = [{"user": site.NOBODY, "extension": "1006"}, {"user": site.MANAGER, "extension": "1001"}]
		frappe.set_user(site.MANAGER)
		(refused,) = api.set_extensions(COMMPEAK, rows)
		self.assertEqual((refused["user"], refused["is_elsewhere"]), (site.NOBODY, True))
		self.assertIn(PRIMEVOX, refused["message"])
		self.assertEqual(extensions.phone_of(site.NOBODY), ("1005", PRIMEVOX, ""))
		self.assertEqual(extensions.phone_of(site.MANAGER).extension, "1001")
		self.assertEqual(api.set_extensions(COMMPEAK, rows[:1], move=1), [])
		self.assertEqual(extensions.phone_of(site.NOBODY), ("1006", COMMPEAK, ""))

	def test_phone_of_the_default_account_is_elsewhere_on_another(self):
		frappe.set_user(site.MANAGER)
		(refused,) = api.set_extensions(PRIMEVOX, [{"user": site.AGENT, "extension": "1006"}])
		self.assertTrue(refused["is_elsewhere"])
		self.assertEqual(extensions.phone_of(site.AGENT).extension, "1000")

	def test_list_says_who_may_not_call(self):
		site.give_extension(site.MANAGER, "1005")
		frappe.set_user(site.MANAGER)
		listed = {row["user"]: row["is_agent"] for row in api.extensions_of(COMMPEAK)}
		self.assertEqual((listed[site.AGENT], listed[site.MANAGER]), (True, False))

	def test_an_agent_gives_out_no_extension(self):
		frappe.set_user(site.AGENT)
		rows = [{"user": site.AGENT, "extension": "1002"}]
		self.assertRaises(frappe.PermissionError, api.set_extensions, COMMPEAK, rows)
		self.assertRaises(frappe.PermissionError, api.set_extension, site.AGENT, "1002")

	def test_a_test_call_goes_through_the_account_asked_for_and_shows_the_request_without_its_secret(self):
		self.make_manager_an_agent()
		reply = api.test_call(PRIMEVOX, "+44 7700 900123")
		self.assertEqual(reply["status"], "Unconfirmed")
		self.assertEqual(self.simulator.requests[0].query["extension"], "1001")
		self.assertIn("phoneNumber=011447700900123", reply["request"])
		self.assertNotIn(site.API_KEY, frappe.as_json(reply))

	def test_a_test_call_that_is_a_repeat_shows_no_request(self):
		"""The call that was placed before may be another account's: nothing left for this one, and it says so."""
		self.make_manager_an_agent()
		api.test_call(PRIMEVOX, "+44 7700 900123")
		reply = api.test_call(COMMPEAK, "+44 7700 900123")
		self.assertEqual((reply["request"], reply["repeated"]), ("", True))
		self.assertIn("Not dialed again", reply["message"])
		self.assertEqual(len(self.simulator.requests), 1)

	def make_manager_an_agent(self) -> None:
		frappe.get_doc("User", site.MANAGER).add_roles("PBX Agent")
		# As Administrator: nobody takes a role from themselves, and Frappe does not say so.
		self.addCleanup(lambda: frappe.get_doc("User", site.MANAGER).remove_roles("PBX Agent"))
		self.addCleanup(frappe.set_user, "Administrator")
		site.give_extension(site.MANAGER, "1001", COMMPEAK)
		frappe.set_user(site.MANAGER)

	def test_the_last_day_of_an_account_is_counted_by_status(self):
		self.dial_lead()
		frappe.set_user(site.MANAGER)
		self.assertEqual(api.last_day(COMMPEAK), [{"status": "Requested", "calls": 1}])
		self.assertEqual(api.last_day(PRIMEVOX), [])
