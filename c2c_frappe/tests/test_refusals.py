"""Calls that are refused before anything is sent: one row, a code, a sentence with the next step, and for those
who may change what is wrong a link to it.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from unittest.mock import patch

import frappe
from frappe.utils import get_url_to_form
from frappe.utils.password import remove_encrypted_password, set_encrypted_password

from c2c_frappe.call_log import rows
from c2c_frappe.pbx.calls.in_flight import slots_of_site
from c2c_frappe.replies import fixes
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import COMMPEAK, SiteCase

SETTINGS = ("PBX Settings", "PBX Settings")


class TestRefusals(SiteCase):
	def assert_refused(
		self, code: str, words: str, cure: tuple[str, str] | None = None, /, **sent
	) -> frappe._dict:
		"""Dial, and check reply and row; the agent gets no link, an administrator one to `cure`. Return the row."""
		before = {row.name for row in site.rows()}
		reply = self.dial(**(sent or self.at_lead))
		(row,) = (row for row in site.rows() if row.name not in before)
		self.assertEqual((row.status, row.failure_code), ("Failed", code), row.message)
		self.assertEqual(
			(reply["call"], reply["status"], reply["failure_code"], reply["message"]),
			(row.name, "Failed", code, row.message),
		)
		self.assertIn(words, row.message)
		self.assertFalse(row.slot or row.site_slot or row.dial_key or row.reply_due)
		self.assertIsNone(reply["fix"])
		self.assert_cure(row.name, cure)
		return row

	def assert_cure(self, call: str, cure: tuple[str, str] | None) -> None:
		fix = site.send("Administrator", "GET", "c2c_frappe.api.call.state", call=call)["fix"]
		if not cure:
			self.assertIsNone(fix)
			return
		self.assertEqual(fix["url"].rpartition("/")[2], get_url_to_form(*cure).rpartition("/")[2])

	def tearDown(self):
		self.assertEqual(self.simulator.requests, ())
		super().tearDown()

	def test_without_an_extension(self):
		site.give_extension(site.AGENT, "")
		row = self.assert_refused("no_extension", "Ask your administrator", ("User", site.AGENT))
		self.assertEqual((row.reference_name, row.extension), (self.lead, ""))

	def test_with_an_extension_of_nothing_but_spaces(self):
		site.give_extension(site.AGENT, "  ")
		self.assert_refused("no_extension", "Ask your administrator", ("User", site.AGENT))

	def test_while_click_to_call_is_switched_off(self):
		site.change_settings(enabled=0)
		self.assert_refused("disabled", "A PBX Manager can switch it on", SETTINGS)

	def test_while_the_account_is_switched_off(self):
		self.point_accounts_at(self.simulator.url, enabled=0)
		self.assert_refused("disabled", "A PBX Manager can switch it on", ("PBX Account", COMMPEAK))

	def test_without_an_account(self):
		site.change_settings(default_account=None)
		self.assert_refused("misconfigured", "Ask a PBX Manager", SETTINGS)

	def test_when_the_users_account_is_gone(self):
		site.give_extension(site.AGENT, "1000", "No such account")
		self.assert_refused("misconfigured", "Ask a PBX Manager", SETTINGS)

	def test_when_the_account_lacks_a_setting(self):
		self.point_accounts_at(self.simulator.url, crm_id="", stats_url="")
		self.assert_refused("misconfigured", "CRM ID", ("PBX Account", COMMPEAK))

	def test_when_plain_http_is_no_longer_allowed(self):
		self.point_accounts_at(self.simulator.url, allow_http=0)
		self.assert_refused("misconfigured", "Use https", ("PBX Account", COMMPEAK))

	def test_when_the_stored_secret_was_encrypted_by_another_site(self):
		with patch.dict(frappe.local.conf, encryption_key="1" * 43 + "="):
			self.assert_refused("misconfigured", "Enter it again", ("PBX Account", COMMPEAK))
		self.assertEqual(frappe.local.message_log, [])

	def test_when_the_stored_secret_is_gone(self):
		self.addCleanup(set_encrypted_password, "PBX Account", COMMPEAK, site.CLIENT_ID, "client_id")
		remove_encrypted_password("PBX Account", COMMPEAK, "client_id")
		self.assert_refused("misconfigured", "Enter it again", ("PBX Account", COMMPEAK))

	def test_a_record_without_a_number(self):
		self.set_lead(mobile_no="", phone=None)
		at_lead = {"reference_doctype": "Lead", "reference_name": self.lead}
		reply = self.dial(**at_lead)
		self.assertEqual(reply["failure_code"], "no_number")
		self.assertIn("Add one", reply["message"])
		self.assertIn(self.lead, reply["fix"]["url"])

	def test_nothing_typed(self):
		self.assert_refused("no_number", "Enter a number", None, number="")

	def test_a_text_that_is_no_number(self):
		self.assert_refused("invalid_number", "too short", None, number="+44 12")

	def test_letters(self):
		self.assert_refused("invalid_number", "digits only", None, number="call me")

	def test_a_country_that_is_not_allowed(self):
		row = self.assert_refused("number_not_allowed", "Ask a PBX Manager", SETTINGS, number="+49 30 901820")
		self.assertEqual(row.number, "+4930901820")

	def test_every_country_when_none_is_set_anywhere(self):
		site.change_settings(default_country=None)
		country = frappe.db.get_single_value("System Settings", "country")
		self.addCleanup(frappe.db.set_single_value, "System Settings", "country", country)
		frappe.db.set_single_value("System Settings", "country", None)
		self.assert_refused("number_not_allowed", "Ask a PBX Manager", SETTINGS, number="+44 20 7946 0018")

	def test_premium_shared_cost_and_satellite_numbers_even_where_every_country_is_allowed(self):
		site.change_settings(all_countries=1)
		for number in ("+44 909 879 0018", "+44 871 200 0018", "+881 6 1234 5678", "+979 1 2345 6789"):
			with self.subTest(number=number):
				self.assert_refused("number_not_allowed", "not dialed", SETTINGS, number=number)

	def test_short_emergency_and_star_codes(self):
		for number in ("999", "112", "101", "*72", "*21*02079460018#"):
			with self.subTest(number=number):
				self.assert_refused("number_not_allowed", "", SETTINGS, number=number)

	def test_a_record_flagged_do_not_call(self):
		self.set_lead(do_not_call=1)
		reply = self.dial_lead()
		self.assertEqual((reply["failure_code"], reply["status"]), ("do_not_call", "Failed"))
		self.assertIn("correct it on the record", reply["message"])

	def test_a_lead_whose_status_is_do_not_contact(self):
		self.set_lead(status="Do Not Contact")
		self.assertEqual(self.dial_lead()["failure_code"], "do_not_call")

	def test_a_contact_flagged_do_not_call(self):
		frappe.db.set_value("Contact", self.contact, "do_not_call", 1)
		reply = self.dial(reference_doctype="Contact", reference_name=self.contact)
		self.assertEqual(reply["failure_code"], "do_not_call")

	def test_outside_the_calling_hours_where_the_number_is(self):
		opens = datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(hours=3)
		start, end = f"{opens:%H:%M:00}", f"{opens + timedelta(hours=2):%H:%M:00}"
		site.change_settings(calling_hours_start=start, calling_hours_end=end)
		self.assert_refused("outside_hours", f"from {start[:5]} to {end[:5]}", SETTINGS)

	def test_calling_hours_may_begin_at_midnight(self):
		minute = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(minutes=1)
		site.change_settings(calling_hours_start="00:00:00", calling_hours_end=f"{minute:%H:%M:00}")
		self.assert_refused("outside_hours", "from 00:00", SETTINGS)

	def test_too_many_calls_within_a_minute_and_a_day(self):
		for limit, words in (
			("max_calls_per_user_per_minute", "Wait a moment"),
			("max_calls_per_user_per_day", "A PBX Manager can raise it"),
		):
			with self.subTest(limit=limit):
				site.forget_calls()
				site.change_settings(**{**site.SETTINGS, limit: 2})
				pretend_calls(2)
				self.assert_refused("rate_limited", words, SETTINGS)

	def test_while_all_lines_to_the_pbx_are_taken(self):
		pretend_calls(slots_of_site(frappe.conf.gunicorn_workers or 0), holding=True)
		self.assert_refused("pbx_busy", "Try again in a moment", ("PBX Account", COMMPEAK))

	def test_while_all_lines_of_the_account_are_taken(self):
		self.point_accounts_at(self.simulator.url, max_calls_in_flight=1)
		pretend_calls(1, holding=True)
		with patch.dict(frappe.local.conf, gunicorn_workers=40):
			self.assert_refused("pbx_busy", "Try again in a moment", ("PBX Account", COMMPEAK))

	def test_a_copy_of_the_site_under_another_address(self):
		site.change_settings(confirmed_site_url="https://crm.example.com")
		with site.web_request("http://copy.example.com"):
			self.assert_refused("disabled", "A PBX Manager must confirm it", SETTINGS)

	def test_a_copy_that_kept_the_originals_host_name(self):
		site.change_settings(confirmed_site_url="https://crm.example.com")
		with (
			site.web_request("http://copy.example.com"),
			patch.dict(frappe.local.conf, host_name="https://crm.example.com"),
		):
			self.assert_refused("disabled", "A PBX Manager must confirm it", SETTINGS)


class TestCaps(SiteCase):
	"""What does not count against a user's caps."""

	def test_refused_calls_and_those_of_others(self):
		site.change_settings(max_calls_per_user_per_minute=2, max_calls_per_user_per_day=2)
		pretend_calls(2, agent=site.OTHER_AGENT)
		pretend_calls(2, failure_code="no_number", status="Failed")
		self.assertEqual(self.dial_lead()["status"], "Requested")

	def test_calls_of_before(self):
		site.change_settings(max_calls_per_user_per_minute=2, max_calls_per_user_per_day=2)
		pretend_calls(2, requested_at=frappe.utils.add_days(None, -1))
		self.assertEqual(self.dial_lead()["status"], "Requested")


class TestFixes(SiteCase):
	"""Whom a refusal shows the link to what cures it."""

	def fix_of(self, user: str) -> dict | None:
		with site.as_user(user):
			return fixes.fix_for(rows.get(self.call))

	def test_a_manager_who_may_not_change_users_gives_out_extensions_on_the_account(self):
		site.give_extension(site.AGENT, "")
		self.call = self.dial_lead()["call"]
		self.assertEqual(self.fix_of(site.MANAGER)["url"], get_url_to_form("PBX Account", COMMPEAK))
		self.assertEqual(self.fix_of("Administrator")["url"], get_url_to_form("User", site.AGENT))
		self.assertIsNone(self.fix_of(site.AGENT))

	def test_who_may_change_the_record_is_led_to_it(self):
		self.set_lead(do_not_call=1)
		self.call = self.dial_lead()["call"]
		self.assertEqual(self.fix_of(site.AGENT)["url"], get_url_to_form("Lead", self.lead))
		self.assertIsNone(self.fix_of(site.NOBODY))

	def test_a_record_that_is_gone_is_no_cure(self):
		self.set_lead(mobile_no="", phone="")
		self.call = self.dial_lead()["call"]
		site.move(self.call, reference_name="gone")
		self.assertIsNone(self.fix_of("Administrator"))


class TestConfirmedAddress(SiteCase):
	"""Under which addresses calls are placed."""

	def test_the_first_address_a_site_calls_from_is_its_own(self):
		own = f"https://{frappe.local.site}"
		with site.web_request(own):
			self.assertEqual(self.dial_lead()["status"], "Requested")
		confirmed = frappe.db.get_single_value("PBX Settings", "confirmed_site_url")
		self.assertEqual(confirmed, own)

	def test_a_manager_confirms_a_new_address_and_the_old_one_stays(self):
		site.change_settings(confirmed_site_url="https://crm.example.com")
		with site.as_user(site.MANAGER), site.web_request("http://new.example.com:8000"):
			frappe.call("c2c_frappe.api.account.confirm_site_address")
		for address in ("http://new.example.com:8000", "https://crm.example.com"):
			with self.subTest(address=address), site.web_request(address):
				site.change_settings(repeat_window=0)
				self.assertEqual(self.dial_lead()["status"], "Requested")

	def test_saving_the_settings_under_a_new_address_does_not_confirm_it(self):
		site.change_settings(confirmed_site_url="https://crm.example.com")
		with site.web_request("http://copy.example.com"):
			site.change_settings(repeat_window=0)
			self.assertEqual(self.dial_lead()["failure_code"], "disabled")


def pretend_calls(count: int, holding: bool = False, **values) -> None:
	"""Insert rows of calls placed just now; holding ones are still waiting for the PBX's answer."""
	due = datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(minutes=1)
	usual = {"agent": site.AGENT, "status": "Dialing", "custom_data": "{}"}
	for n in range(1, count + 1):
		slots = {"slot": f"{COMMPEAK}#{n}", "site_slot": str(n), "reply_due": due} if holding else {}
		row = {**usual, "requested_at": frappe.utils.now_datetime(), **slots, **values}
		frappe.get_doc({"doctype": rows.DOCTYPE, **row}).insert(ignore_permissions=True)
	frappe.db.commit()
