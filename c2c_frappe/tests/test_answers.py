"""What a dial's row and reply say after each thing a PBX can answer or fail to answer, for both providers."""

from __future__ import annotations

import socket

from c2c_frappe.pbx.calls import failure_codes
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import COMMPEAK, PRIMEVOX, SiteCase

MAY_RING = "The phone may still ring."
NOTHING_SENT = "Nothing was sent."


class TestAnswers(SiteCase):
	behaviour, extension = "", "1000"

	def assert_outcome(self, account: str, status: str, code: str, words: str, requests: int = 1) -> None:
		"""Dial through this account and check what reply and row say, and how often the PBX was asked."""
		with self.subTest(account=account):
			self.prepare(account)
			reply = self.dial_lead()
			(row,) = site.rows()
			self.assertEqual((row.status, row.failure_code or ""), (status, code), row.message)
			# What the PBX said is for managers where an agent can do nothing about it.
			is_refused = code in failure_codes.OF_ADMINISTRATORS
			is_of_managers = is_refused or code in failure_codes.FOR_AGENTS
			self.assertIn(words, row.failure_reason if is_of_managers else row.message)
			self.assertEqual(f"({code})" in row.message, is_refused)
			self.assertEqual(
				(reply["call"], reply["status"], reply["failure_code"], reply["message"], reply["repeated"]),
				(row.name, row.status, row.failure_code or "", row.message, False),
			)
			self.assertEqual(len(self.simulator.requests), requests)
			self.assertFalse(row.slot or row.site_slot or row.reply_due)

	def prepare(self, account: str) -> None:
		"""Forget earlier dials, put the agent's phone on the account, and make the PBX behave as it is to."""
		self.simulator.reset()
		site.forget_calls()
		site.give_extension(site.AGENT, self.extension, account)
		if self.behaviour:
			self.simulator.behave(self.behaviour)

	def assert_both(self, behaviour: str, status: str, code: str, words: str) -> None:
		"""Check one outcome for both providers while the PBX behaves like this."""
		self.behaviour = behaviour
		for account in (COMMPEAK, PRIMEVOX):
			self.assert_outcome(account, status, code, words)

	def assert_each(self, behaviour: str, commpeak: tuple, primevox: tuple) -> None:
		"""Check the outcomes of both providers, which differ, while the PBX behaves like this."""
		self.behaviour = behaviour
		self.assert_outcome(COMMPEAK, *commpeak)
		self.assert_outcome(PRIMEVOX, *primevox)

	def test_a_pbx_that_refuses_makes_a_failed_call_with_its_reason_or_an_unconfirmed_one(self):
		self.assert_each(
			"refuse",
			("Failed", "pbx_rejected", "Call refused."),
			("Unconfirmed", "", "Error: Call refused."),
		)

	def test_an_extension_the_pbx_does_not_know_is_named_as_the_reason(self):
		self.extension = "1999"
		self.assert_each(
			"",
			("Failed", "unknown_extension", "Extension does not exist."),
			("Unconfirmed", "", "Error: Extension does not exist."),
		)

	def test_a_pbx_that_is_not_there_was_sent_nothing(self):
		with socket.create_server(("127.0.0.1", 0)) as closed:
			port = closed.getsockname()[1]
		self.point_accounts_at(f"http://127.0.0.1:{port}")
		for account in (COMMPEAK, PRIMEVOX):
			self.assert_outcome(account, "Failed", "not_sent", NOTHING_SENT, requests=0)

	def test_a_host_without_a_name_was_sent_nothing(self):
		self.point_accounts_at("http://pbx.invalid")
		for account in (COMMPEAK, PRIMEVOX):
			self.assert_outcome(
				account, "Failed", "not_sent", "The name pbx.invalid was not found", requests=0
			)

	def test_a_pbx_that_hangs_leaves_an_unknown_call(self):
		self.assert_both("hang", "Unknown", "timeout", MAY_RING)

	def test_a_pbx_that_drips_headers_for_ever_leaves_an_unknown_call(self):
		self.assert_both("drip", "Unknown", "timeout", MAY_RING)

	def test_a_pbx_that_drips_a_body_for_ever_leaves_an_unknown_call(self):
		self.assert_both("drip_body", "Unknown", "timeout", MAY_RING)

	def test_a_connection_dropped_after_the_request_leaves_an_unknown_call(self):
		self.assert_both("drop", "Unknown", "bad_reply", MAY_RING)

	def test_an_answer_cut_in_half_leaves_an_unknown_call(self):
		self.assert_both("cut", "Unknown", "bad_reply", MAY_RING)

	def test_a_fault_of_the_pbx_leaves_an_unknown_call(self):
		self.assert_both("5xx", "Unknown", "bad_reply", "HTTP 500")

	def test_what_a_faulty_pbx_wrote_is_for_managers(self):
		self.behaviour = "html"
		self.assert_outcome(COMMPEAK, "Unknown", "bad_reply", "Sign in to continue")
		self.assertEqual(
			site.rows()[0].message,
			"Your phone system's response was lost or cannot be read. Your phone may still ring.",
		)
		self.behaviour, self.extension = "", "1999"
		self.assert_outcome(COMMPEAK, "Failed", "unknown_extension", "Extension does not exist.")
		self.assertEqual(
			site.rows()[0].message,
			"Your phone system does not know your extension. Tell your administrator.",
		)

	def test_a_page_of_html_is_not_a_call(self):
		self.assert_each(
			"html",
			("Unknown", "bad_reply", "Sign in to continue"),
			("Unconfirmed", "", "Sign in to continue"),
		)

	def test_a_huge_answer_is_neither_read_whole_nor_believed(self):
		self.assert_each("huge", ("Unknown", "bad_reply", MAY_RING), ("Unconfirmed", "", "did not say"))

	def test_a_redirect_is_not_followed(self):
		self.assert_both("redirect", "Failed", "pbx_rejected", "HTTP 302")

	def test_a_refused_key_says_which_credentials_to_check(self):
		self.assert_both("401", "Failed", "bad_credentials", "Check the")

	def test_a_404_from_commpeak_means_that_this_server_is_not_allow_listed(self):
		self.assert_each(
			"404",
			("Failed", "not_allowlisted", "Ask CommPeak to allow-list"),
			("Failed", "pbx_rejected", "HTTP 404"),
		)

	def test_wrong_ids_and_a_wrong_key_are_refused_by_the_pbx_itself(self):
		self.point_accounts_at(self.simulator.url, crm_id="99")
		self.assert_outcome(COMMPEAK, "Failed", "not_allowlisted", "CRM ID")
