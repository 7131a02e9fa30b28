"""User Permissions on Company: what they keep from agents and managers, of accounts, calls and what is told of them.

Only where there is ERPNext, whose companies they are.
"""

from __future__ import annotations

import unittest
from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe import client
from frappe.utils import now_datetime

from c2c_frappe.api import account as account_api
from c2c_frappe.api import board, call, event, personal_data, recording
from c2c_frappe.call_log import call_backs, rows
from c2c_frappe.call_log import company as of_calls
from c2c_frappe.dialing import alerts
from c2c_frappe.setup import custom_fields
from c2c_frappe.site_time import utc_now
from c2c_frappe.tests.cases import crm, pbx_events, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, MANAGER, OTHER_AGENT, PRIMEVOX, SiteCase

ONE, OTHER = "C2C Test One", "C2C Test Other"
FIELD = "pbx_company"


def has_companies() -> bool:
	return bool(frappe.db.exists("DocType", "Company"))


def make_company(name: str) -> None:
	"""Past ERPNext's controller, which would make a chart of accounts."""
	if not frappe.db.exists("Company", name):
		abbr = "".join(word[0] for word in name.split())
		company = {"company_name": name, "abbr": abbr, "default_currency": "EUR", "country": "Germany"}
		frappe.get_doc({"doctype": "Company", "name": name, **company}).db_insert()


def limit(user: str, *companies: str) -> None:
	"""Limit a user to these companies, as an administrator does, and commit."""
	for name in frappe.get_all("User Permission", {"user": user}, pluck="name"):
		frappe.delete_doc("User Permission", name, force=True)
	for company in companies:
		values = {"user": user, "allow": "Company", "for_value": company}
		frappe.get_doc({"doctype": "User Permission", **values}).insert()
	frappe.db.commit()


class CompanyCase(SiteCase):
	"""Commpeak is of one company and Primevox of another; each agent has a phone on one of them."""

	@classmethod
	def setUpClass(cls):
		if not has_companies():
			raise unittest.SkipTest("There is no Company here: ERPNext is not installed.")
		super().setUpClass()
		for name in (ONE, OTHER):
			make_company(name)
		frappe.db.commit()

	def setUp(self):
		super().setUp()
		self.addCleanup(pbx_events.forget)
		self.addCleanup(self.forget)
		self.set_company(COMMPEAK, ONE)
		self.set_company(PRIMEVOX, OTHER)
		site.give_extension(OTHER_AGENT, "1001", PRIMEVOX)

	def forget(self) -> None:
		for user in (AGENT, OTHER_AGENT, MANAGER):
			limit(user)
		for account in (COMMPEAK, PRIMEVOX):
			self.set_company(account, "")
		self.set_strict(0)

	def set_company(self, account: str, company: str) -> None:
		frappe.db.set_value("PBX Account", account, FIELD, company)
		frappe.db.commit()

	def set_strict(self, is_strict: int) -> None:
		frappe.db.set_single_value("System Settings", "apply_strict_user_permissions", is_strict)
		frappe.db.commit()
		frappe.clear_cache()

	def both_calls(self) -> tuple[str, str]:
		"""Place a call of each company; return their names."""
		return self.dial_lead()["call"], self.dial(OTHER_AGENT, number=crm.LANDLINE)["call"]

	def assert_kept(self, act) -> None:
		with self.assertRaises(frappe.PermissionError):
			act()
		frappe.clear_messages()


class TestWhoseCompany(CompanyCase):
	def company_of(self, name: str) -> str:
		return frappe.db.get_value("PBX Call Log", name, FIELD) or ""

	def test_call_is_of_its_accounts_company(self):
		one, other = self.both_calls()
		self.assertEqual((self.company_of(one), self.company_of(other)), (ONE, OTHER))

	def test_sites_default_company_is_filled_in_nowhere(self):
		self.set_company(COMMPEAK, "")
		before = frappe.db.get_default("company")
		self.addCleanup(frappe.db.set_default, "company", before)
		frappe.db.set_default("company", ONE)
		frappe.clear_cache()
		self.assertEqual(frappe.defaults.get_defaults().get("company"), ONE)
		self.assertEqual(self.company_of(self.dial_lead()["call"]), "")
		site.change_settings(line_rules=[{"account": COMMPEAK}])
		self.addCleanup(site.change_settings, line_rules=[])
		(rule,) = frappe.get_doc("PBX Settings").line_rules
		self.assertEqual((rule.get(FIELD) or "", rule.number_country or ""), ("", ""))
		account = frappe.get_doc(
			{"doctype": "PBX Account", "account_name": "C2C Test New", "provider": "commpeak"}
		)
		account.update({"crm_id": "1", "client_id": "1"})
		account.insert()
		self.addCleanup(frappe.delete_doc, "PBX Account", account.name, force=True)
		self.assertEqual(account.get(FIELD) or "", "")

	def test_agent_who_is_limited_sees_own_calls_of_a_shared_account(self):
		self.set_company(COMMPEAK, "")
		self.set_lead(company=ONE)
		self.addCleanup(self.set_lead, company=None)
		limit(AGENT, ONE)
		for is_strict in (0, 1):
			with self.subTest(is_strict=is_strict):
				self.set_strict(is_strict)
				reply = self.dial_lead()
				self.assertEqual((reply["status"], self.company_of(reply["call"])), ("Requested", ONE))
				with site.as_user(AGENT):
					self.assertEqual(call.state(reply["call"])["status"], "Requested")
				site.forget_calls()

	def test_phone_on_an_account_of_another_company_rings_nothing(self):
		limit(AGENT, OTHER)
		self.set_lead(company=OTHER)
		self.addCleanup(self.set_lead, company=None)
		reply = self.dial_lead()
		self.assertEqual((reply["status"], reply["failure_code"]), ("Failed", "no_extension"))
		self.assertIn(ONE, reply["message"])
		self.assertEqual(self.simulator.requests, ())

	def test_record_of_another_company_is_not_called(self):
		limit(AGENT, ONE)
		self.set_lead(company=OTHER)
		self.addCleanup(self.set_lead, company=None)
		self.assert_kept(self.dial_lead)
		self.assertEqual(self.simulator.requests, ())

	def test_rule_goes_by_the_records_company(self):
		document = frappe.get_doc("User", AGENT)
		document.append("pbx_phones", {"label": "Other", "extension": "2000", "account": PRIMEVOX})
		document.save()
		self.addCleanup(frappe.db.delete, "PBX User Phone", {"parenttype": "User"})
		site.change_settings(line_rules=[{FIELD: OTHER, "account": PRIMEVOX}], repeat_window=0)
		self.addCleanup(site.change_settings, line_rules=[])
		self.addCleanup(self.set_lead, company=None)
		for company, account in ((OTHER, PRIMEVOX), (ONE, COMMPEAK)):
			self.set_lead(company=company)
			self.dial_lead()
			self.assertEqual((site.rows()[-1].account, site.rows()[-1][FIELD]), (account, company))

	def test_account_that_is_given_a_company_gives_it_to_calls_without_one(self):
		self.set_company(COMMPEAK, "")
		without = self.dial_lead()["call"]
		rows.update({FIELD: OTHER}, frappe.qb.DocType("PBX Call Log").name == without)
		kept = self.dial_lead(fieldname="phone")["call"]
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.set(FIELD, ONE)
		account.save()
		of_calls.fill(COMMPEAK)
		self.assertEqual((self.company_of(without), self.company_of(kept)), (OTHER, ONE))


class TestWhatIsKept(CompanyCase):
	"""A manager who is limited to a company is told of no other's calls, whichever door they knock at."""

	def setUp(self):
		super().setUp()
		self.own, self.others = self.both_calls()
		limit(MANAGER, ONE)

	def test_lists_forms_and_counts(self):
		both = {"name": ("in", (self.own, self.others))}
		with site.as_user(MANAGER):
			self.assertEqual(frappe.get_list("PBX Call Log", both, pluck="name"), [self.own])
			accounts = frappe.get_list("PBX Account", {"name": ("in", (COMMPEAK, PRIMEVOX))}, pluck="name")
			self.assertEqual(accounts, [COMMPEAK])
			self.assertEqual(client.get("PBX Call Log", self.own)["name"], self.own)
			self.assert_kept(lambda: client.get("PBX Call Log", self.others))
			self.assert_kept(lambda: client.get("PBX Account", PRIMEVOX))
			self.assert_kept(lambda: call.state(self.others))
			self.assert_kept(lambda: call.hang_up(self.others))
			self.assert_kept(lambda: recording.delete(self.others))

	def test_board_and_reports(self):
		names = {AGENT: frappe.utils.get_fullname(AGENT), OTHER_AGENT: frappe.utils.get_fullname(OTHER_AGENT)}
		for companies, seen in (((ONE,), {AGENT}), ((), {AGENT, OTHER_AGENT})):
			limit(MANAGER, *companies)
			with self.subTest(companies=companies), site.as_user(MANAGER):
				agents = {row["agent"] for row in board.today()["agents"]}
				self.assertEqual(agents & set(names.values()), {names[user] for user in seen})
			self.assertEqual(self.agents_in_report() & set(names), seen)

	def test_call_back_of_another_company_is_not_told(self):
		caller = {"dialed_number": "+447700900666", "requested_at": now_datetime()}
		missed = {"direction": "Incoming", "status": "No Answer", "agent": AGENT, FIELD: ONE}
		answer = {"direction": "Outgoing", "status": "Completed", "agent": OTHER_AGENT, FIELD: OTHER}
		for back, values in enumerate((missed, answer)):
			moment = utc_now() + timedelta(seconds=back)
			call_of = {"doctype": "PBX Call Log", **caller, "requested_utc": moment, **values}
			frappe.get_doc(call_of).insert(ignore_permissions=True)
		frappe.db.commit()

		def answers() -> list:
			with site.as_user(MANAGER):
				rows = call_backs.missed_calls({})
			return [
				row.call_back.agent for row in rows if row.dialed_number == "+447700900666" and row.call_back
			]

		self.assertEqual(answers(), [])
		limit(MANAGER)
		self.assertEqual(answers(), [OTHER_AGENT])

	def test_leads_of_another_companys_callers(self):
		claims = [
			{"number": f"+44770090066{n}", "call": name} for n, name in enumerate((self.own, self.others))
		]
		for claim in claims:
			frappe.get_doc({"doctype": "PBX Caller Lead", "name": claim["number"], **claim}).db_insert()
		self.addCleanup(frappe.db.delete, "PBX Caller Lead", {"call": ("in", (self.own, self.others))})
		frappe.db.commit()
		with site.as_user(MANAGER):
			ours = {"call": ("in", (self.own, self.others))}
			self.assertEqual(frappe.get_list("PBX Caller Lead", ours, pluck="call"), [self.own])
			self.assert_kept(lambda: client.get("PBX Caller Lead", claims[1]["number"]))

	def agents_in_report(self) -> set[str]:
		today = frappe.utils.today()
		asked = {
			"report_name": "Call Activity",
			"filters": frappe.as_json({"from_date": today, "to_date": today}),
		}
		answer = site.send(MANAGER, "POST", "frappe.desk.query_report.run", **asked)
		return {row["agent"] for row in answer["result"] if isinstance(row, dict) and row.get("agent")}

	def test_methods_of_an_account(self):
		asked = (
			lambda name: account_api.extensions_of(name),
			lambda name: account_api.last_day(name),
			lambda name: account_api.webhook_help(name),
			lambda name: account_api.phones(name),
			lambda name: account_api.preview_requests(name, OTHER_AGENT),
			lambda name: account_api.set_extensions(name, []),
		)
		with site.as_user(MANAGER):
			for ask in asked:
				ask(COMMPEAK)
				self.assert_kept(lambda ask=ask: ask(PRIMEVOX))
			(refused,) = account_api.set_extensions(
				COMMPEAK, [{"user": OTHER_AGENT, "extension": "1009"}], move=1
			)
		self.assertIn("User Permissions", refused["message"])

	def test_events_of_another_company(self):
		made = {}
		for account in (COMMPEAK, PRIMEVOX):
			values = {
				"account": account,
				"event_key": frappe.generate_hash(),
				"payload": "{}",
				"outcome": "Ignored",
			}
			made[account] = frappe.get_doc({"doctype": "PBX Event", **values}).insert().name
		frappe.db.commit()
		with site.as_user(MANAGER):
			listed = frappe.get_list("PBX Event", {"name": ("in", [*made.values()])}, pluck="name")
			self.assertEqual(listed, [made[COMMPEAK]])
			self.assert_kept(lambda: client.get("PBX Event", made[PRIMEVOX]))
			self.assertEqual(event.retry([made[PRIMEVOX]]), {})

	def test_timeline_of_a_record_both_companies_call(self):
		rows.update(
			{"reference_doctype": "Lead", "reference_name": self.lead},
			frappe.qb.DocType("PBX Call Log").name == self.others,
		)
		for companies, seen in (((ONE,), {self.own}), ((), {self.own, self.others})):
			limit(MANAGER, *companies)
			with site.as_user(MANAGER):
				self.assertEqual({row["name"] for row in rows.list_for_record("Lead", self.lead, 20)}, seen)

	def test_personal_data_need_who_sees_all(self):
		with site.as_user(MANAGER):
			self.assert_kept(lambda: personal_data.export(number=crm.LANDLINE))
		limit(MANAGER)
		with site.as_user(MANAGER):
			self.assertIn(
				self.others, [row["name"] for row in personal_data.export(number=crm.LANDLINE)["calls"]]
			)

	def test_alert_goes_to_managers_of_the_company(self):
		for company, is_told in ((ONE, True), (OTHER, False), ("", True)):
			with patch.object(alerts, "enqueue_create_notification") as told:
				alerts.cap_reached(AGENT, company, "user_day", 5)
			((managers, _notice), _kwargs) = told.call_args
			self.assertEqual(MANAGER in managers, is_told)


class TestWithoutErpNext(SiteCase):
	def test_fields_for_companies_are_there_exactly_with_companies(self):
		expected = has_companies()
		for doctype, fields in custom_fields.OF_COMPANIES.items():
			for field in fields:
				name = field["fieldname"]
				self.assertEqual(frappe.get_meta(doctype).has_field(name), expected)
				self.assertEqual(name in frappe.db.get_table_columns(doctype), expected)
		custom_fields.forget_companies()
		self.assertEqual(frappe.get_meta("PBX Account").has_field(FIELD), expected)
