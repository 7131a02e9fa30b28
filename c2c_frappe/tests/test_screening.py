"""What stands between a number and its dial, who may override it, and what a manager is told."""

from __future__ import annotations

import json

import frappe
from frappe.utils import add_to_date, now_datetime

from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, CHIEF, COMMPEAK, MANAGER, ChiefCase

TYPED = "07700 900123"
E164, ANOTHER = "+447700900123", "+447700900777"
REASON = "She asked to be called back today."


class ScreeningCase(ChiefCase):
	def assert_refused(self, reply: dict, failure_code: str) -> None:
		"""The reply is a refusal for this reason, and the PBX saw nothing."""
		self.assertEqual((reply["status"], reply["failure_code"]), ("Failed", failure_code))
		self.assertEqual(self.simulator.requests, ())


class TestDoNotCall(ScreeningCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(self.forget)
		frappe.get_doc({"doctype": "PBX Do Not Call", "number": TYPED}).insert()
		frappe.db.commit()

	def forget(self) -> None:
		"""Delete the numbers the tests put on the list, whoever is logged in and however far a test came."""
		frappe.set_user("Administrator")
		frappe.db.delete("PBX Do Not Call", {"name": ("in", (E164, ANOTHER))})
		frappe.db.commit()

	def test_a_number_on_the_list_is_called_neither_from_a_record_nor_typed(self):
		self.assert_refused(self.dial_lead(), "do_not_call")
		for typed in (TYPED, "+44 7700 900123", "0044 (0) 7700-900123"):
			self.assert_refused(self.dial(number=typed), "do_not_call")

	def test_a_number_is_kept_once_however_it_is_typed(self):
		again = frappe.get_doc({"doctype": "PBX Do Not Call", "number": "+44 (7700) 900 123"})
		self.assertRaises((frappe.DuplicateEntryError, frappe.UniqueValidationError), again.insert)
		nonsense = frappe.get_doc({"doctype": "PBX Do Not Call", "number": "nobody"})
		self.assertRaises(frappe.ValidationError, nonsense.insert)

	def test_an_agent_may_add_a_number_and_not_take_one_off(self):
		frappe.set_user(AGENT)
		added = frappe.get_doc({"doctype": "PBX Do Not Call", "number": "+44 7700 900777"}).insert()
		self.assertEqual(added.name, ANOTHER)
		self.assertRaises(frappe.PermissionError, frappe.delete_doc, "PBX Do Not Call", E164)
		added.reason = "Asked twice"
		added.save()
		others = frappe.get_doc("PBX Do Not Call", E164)
		self.assertRaises(frappe.PermissionError, others.save)

	def test_who_is_a_manager_may_call_all_the_same_and_the_reason_is_logged(self):
		refused = self.dial(CHIEF, **self.at_lead)
		self.assertEqual(refused["override"], "reason")
		self.assertEqual(self.dial(CHIEF, **self.at_lead, override=REASON)["status"], "Requested")
		(row,) = site.rows(status="Requested")
		self.assertEqual((row.overridden, row.override_reason), ("do_not_call", REASON))

	def test_an_agent_may_not_and_neither_may_a_manager_without_a_reason(self):
		refused = self.dial_lead(override=REASON)
		self.assertEqual(refused["override"], "")
		self.assert_refused(refused, "do_not_call")
		self.assert_refused(self.dial(CHIEF, **self.at_lead, override="  "), "do_not_call")

	def test_the_record_s_own_wish_may_be_overridden_too(self):
		frappe.delete_doc("PBX Do Not Call", E164)
		self.set_lead(do_not_call=1)
		self.assert_refused(self.dial(CHIEF, **self.at_lead), "do_not_call")
		self.assertEqual(self.dial(CHIEF, **self.at_lead, override=REASON)["status"], "Requested")

	def test_nobody_overrides_what_a_number_is(self):
		self.set_lead(mobile_no="0909 879 0123")
		self.assert_refused(self.dial(CHIEF, **self.at_lead, override=REASON), "number_not_allowed")


class TestPause(ScreeningCase):
	def silence(self, *codes: str, seconds_ago: int = 20) -> None:
		"""Insert dials of another agent that ended so, the last of them some seconds ago."""
		frappe.db.set_value(
			"PBX Account", COMMPEAK, "modified", add_to_date(None, hours=-1), update_modified=False
		)
		for n, code in enumerate(reversed(codes)):
			row = {
				"agent": MANAGER,
				"account": COMMPEAK,
				"status": "Unknown" if code else "Requested",
				"failure_code": code,
				"custom_data": json.dumps({}),
				"requested_at": add_to_date(now_datetime(), seconds=-seconds_ago - n),
			}
			frappe.get_doc({"doctype": "PBX Call Log", **row}).insert(ignore_permissions=True)
		frappe.db.commit()
		frappe.clear_document_cache("PBX Account", COMMPEAK)

	def test_after_three_dials_without_an_answer_nobody_waits_for_that_pbx(self):
		self.silence("timeout", "timeout", "interrupted")
		reply = self.dial_lead()
		self.assert_refused(reply, "circuit_open")
		self.assertIn(f"{COMMPEAK} has not responded for", reply["message"])
		self.assertRegex(reply["message"], r"paused until \d\d:\d\d:\d\d")

	def test_whoever_wants_to_try_now_may(self):
		self.silence("timeout", "timeout", "timeout")
		self.assertEqual(self.dial_lead()["override"], "now")
		self.assertEqual(self.dial_lead(override="Try Now")["status"], "Requested")
		self.assertEqual(site.rows(status="Requested", agent=AGENT)[0].overridden, "circuit_open")
		self.assertEqual(self.dial(CHIEF, **self.at_lead)["status"], "Requested", "the PBX answered")

	def test_an_answer_in_between_or_a_minute_s_peace_lets_calls_through(self):
		for codes, seconds_ago in ((("timeout", "", "timeout"), 20), (("timeout",) * 3, 61)):
			site.forget_calls()
			self.silence(*codes, seconds_ago=seconds_ago)
			self.assertEqual(self.dial_lead()["status"], "Requested")

	def test_another_account_is_not_paused(self):
		self.silence("timeout", "timeout", "timeout")
		self.use_primevox()
		self.assertEqual(self.dial_lead()["status"], "Unconfirmed")

	def test_an_account_that_was_changed_is_tried_at_once(self):
		self.silence("timeout", "timeout", "timeout")
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.read_timeout = 2
		account.save()
		frappe.db.commit()
		self.assertEqual(self.dial_lead()["status"], "Requested")


class TestCaps(ScreeningCase):
	def test_the_site_s_caps_count_everybody_s_calls(self):
		for cap in ("max_calls_per_minute", "max_calls_per_day"):
			site.forget_calls()
			self.simulator.reset()
			site.change_settings(**{cap: 1})
			self.assertEqual(self.dial_lead()["status"], "Requested")
			reply = self.dial(CHIEF, **self.at_lead)
			self.assertEqual((reply["failure_code"], reply["override"]), ("rate_limited", ""))
			self.assertEqual(len(self.simulator.requests), 1)
			site.change_settings(**{cap: 0})

	def test_managers_are_told_once_a_day_that_an_agent_hit_a_cap(self):
		told = {"for_user": MANAGER}
		frappe.db.delete("Notification Log", told)
		self.addCleanup(frappe.db.delete, "Notification Log", told)
		site.change_settings(max_calls_per_user_per_day=1)
		self.dial_lead()
		for last in (124, 125):
			self.assertEqual(self.dial(number=f"+44 7700 900{last}")["failure_code"], "rate_limited")
		told = frappe.get_all("Notification Log", {"for_user": MANAGER}, ["subject", "from_user"])
		self.assertEqual(len(told), 1)
		self.assertIn("has reached the call limit of 1 per day", told[0].subject)
		self.assertEqual(told[0].from_user, AGENT)
