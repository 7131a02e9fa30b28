"""A colleague's extension is called where the account lets extensions be called: which, by whom, and what the row says.

The Asterisk of the account is away: what it is asked is tests/asterisk/test_internal_calls.py's.
"""

from __future__ import annotations

from contextlib import nullcontext
from unittest.mock import patch

import frappe

from c2c_frappe.api import call as api
from c2c_frappe.dialing import internal_calls
from c2c_frappe.pbx.errors import UnavailableError
from c2c_frappe.pbx.providers.base import Phone
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, OTHER_AGENT, SiteCase
from c2c_frappe.tests.test_asterisk_account import ASTERISK, make_account

PHONES = "c2c_frappe.pbx.exchange.fetch_phones"


class TestInternalCalls(SiteCase):
	def setUp(self):
		super().setUp()
		make_account()
		self.allow("c2c-internal")
		self.addCleanup(self.allow, "")
		site.give_extension(AGENT, "1201", ASTERISK)
		site.give_extension(OTHER_AGENT, "1202", ASTERISK)
		self.addCleanup(site.give_extension, OTHER_AGENT, "", "")

	def allow(self, context: str, country: str = "") -> None:
		frappe.db.set_value(
			"PBX Account", ASTERISK, {"ari_internal_context": context, "default_country": country}
		)
		frappe.db.commit()

	def forget_phones(self) -> None:
		"""Let the PBX be asked for its phones again."""
		frappe.cache.delete_value(f"c2c_phones_of:{ASTERISK}")

	def row_of(self, number: str) -> dict:
		self.forget_phones()
		reply = self.dial(AGENT, number=number)
		columns = ["direction", "number", "number_extension", "extension", "failure_code", "dialed_number"]
		return frappe.db.get_value("PBX Call Log", reply["call"], columns, as_dict=True)

	def test_extension_of_a_user_of_the_account_is_called_and_is_no_number(self):
		row = self.row_of("1202")
		self.assertEqual((row.direction, row.number or "", row.dialed_number or ""), ("Internal", "", ""))
		self.assertEqual(
			(row.number_extension, row.extension, row.failure_code), ("1202", "1201", "not_sent")
		)

	def test_dial_pad_takes_it_and_the_reply_shows_it(self):
		self.assertEqual(self.dial(AGENT, number="1202")["number"], "1202")
		with site.as_user(AGENT):
			self.assertEqual(api.owners("1202"), {"records": [], "message": "", "line": ""})

	def test_phone_that_only_the_pbx_lists_is_called(self):
		with patch(PHONES, lambda _provider: (Phone("1250"),)):
			self.assertEqual(self.row_of("1250").direction, "Internal")

	def test_pbx_is_asked_once_for_the_phones_of_many_dials(self):
		self.forget_phones()
		with patch(PHONES, return_value=(Phone("1250"), Phone("1251"))) as fetch_phones:
			codes = [self.dial(AGENT, number=number)["failure_code"] for number in ("1250", "1251")]
		self.assertEqual((codes, fetch_phones.call_count), (["not_sent", "not_sent"], 1))

	def test_a_pbx_that_was_away_is_asked_again(self):
		self.forget_phones()
		with patch(PHONES, side_effect=UnavailableError("away")):
			self.assertEqual(self.dial(AGENT, number="1299")["failure_code"], "invalid_number")
		with patch(PHONES, return_value=(Phone("1299"),)):
			self.assertEqual(self.dial(AGENT, number="1299")["failure_code"], "not_sent")

	def test_while_the_pbx_is_asked_by_another_its_phone_is_not_taken_for_a_short_code(self):
		self.forget_phones()
		with patch.object(internal_calls.locks, "semaphore", lambda *_: nullcontext(False)):
			self.assertEqual(self.dial(AGENT, number="1250")["failure_code"], "pbx_busy")

	def test_extension_nobody_has_is_no_extension(self):
		for outcome in ({"return_value": ()}, {"side_effect": UnavailableError("away")}):
			with patch(PHONES, **outcome):
				row = self.row_of("1299")
				self.assertEqual((row.direction, row.failure_code), ("Outgoing", "invalid_number"))

	def test_short_code_of_the_country_is_none_whoever_has_it(self):
		for code, country in (("112", ""), ("911", ""), ("101", "United Kingdom"), ("1103", "Germany")):
			with self.subTest(code=code):
				self.allow("c2c-internal", country)
				site.give_extension(OTHER_AGENT, code, ASTERISK)
				self.assertEqual(self.row_of(code).direction, "Outgoing")

	def test_account_without_a_context_calls_no_extension(self):
		self.allow("")
		self.assertEqual(self.row_of("1202").failure_code, "invalid_number")

	def test_own_extension_is_refused(self):
		self.assertEqual(self.row_of("1201").failure_code, "number_not_allowed")

	def test_extension_of_another_account_is_none(self):
		site.give_extension(OTHER_AGENT, "1202", site.COMMPEAK)
		with patch(PHONES, lambda _provider: ()):
			self.assertEqual(self.row_of("1202").failure_code, "invalid_number")
