"""Which line a call takes on a site: by the rules of PBX Settings, a phone there and the account's own numbers."""

from __future__ import annotations

import frappe

from c2c_frappe.accounts import extensions
from c2c_frappe.api import account as api
from c2c_frappe.api import call
from c2c_frappe.desk import boot
from c2c_frappe.patches import fill_own_numbers
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, MANAGER, OTHER_AGENT, PRIMEVOX
from c2c_frappe.tests.test_cost import Meter
from c2c_frappe.tests.test_generic_http import GENERIC, GenericCase
from c2c_frappe.transactions import committed

OWN, SECOND, FOREIGN = "+442079460018", "+442079460019", "+33123456789"
BRITISH = {"number_country": "United Kingdom"}
PHONE = "PBX User Phone"


class LineCase(GenericCase):
	"""The agent's first phone is on CommPeak, another one on the account of a form that sends a caller ID."""

	def setUp(self):
		super().setUp()
		self.make(own_numbers=f"{OWN}\n{SECOND}")
		site.give_extension(AGENT, "1000")
		self.addCleanup(frappe.db.delete, PHONE, {"parenttype": "User"})
		self.addCleanup(site.change_settings, line_rules=[])
		self.row = self.give_phone(AGENT, "1002", GENERIC)

	def give_phone(self, user: str, extension: str, account: str) -> str:
		def save() -> str:
			document = frappe.get_doc("User", user)
			document.append("pbx_phones", {"label": "Desk", "extension": extension, "account": account})
			document.save()
			return document.pbx_phones[-1].name

		return committed(save)

	def give_caller_id(self, caller_id: str) -> None:
		"""Past all checks."""
		frappe.db.set_value("User", AGENT, "pbx_caller_id", caller_id)
		frappe.db.commit()

	def rules(self, *rows: dict, **settings) -> None:
		site.change_settings(line_rules=list(rows), repeat_window=0, **settings)

	def shown(self) -> str | None:
		return self.simulator.requests[-1].headers.get("x-caller")


class TestLineOfACall(LineCase):
	def test_without_rules_the_agents_own_account_places_it(self):
		self.dial_lead()
		(row,) = site.rows()
		self.assertEqual((row.account, row.extension, row.caller_id), (COMMPEAK, "1000", ""))

	def test_rule_that_fits_gives_the_account_its_phone_and_the_caller_id(self):
		self.rules({**BRITISH, "account": GENERIC, "caller_id": SECOND})
		reply = self.dial_lead()
		self.assertEqual((reply["status"], reply["extension"]), ("Requested", "1002"))
		self.assertEqual(reply["line"], f"{GENERIC} · Caller ID {SECOND}")
		(row,) = site.rows()
		self.assertEqual((row.account, row.extension, row.caller_id), (GENERIC, "1002", SECOND))
		self.assertEqual((self.shown(), self.simulator.requests[-1].form["extension"]), (SECOND, "1002"))

	def test_first_row_that_fits_wins_and_others_keep_todays_line(self):
		self.rules(
			{**BRITISH, "begins_with": "020", "account": GENERIC},
			{"begins_with": "+44 7700", "account": COMMPEAK},
			{"account": GENERIC},
		)
		self.assertEqual(self.dial_lead()["extension"], "1000")
		self.assertEqual(self.dial(number="+44 20 7946 0999")["extension"], "1002")
		self.assertEqual(self.dial(number="+44 161 496 0999")["extension"], "1002")

	def test_account_without_a_phone_of_the_agent_is_left_out(self):
		self.rules({"account": PRIMEVOX}, {"account": GENERIC})
		self.assertEqual(self.dial_lead()["extension"], "1002")
		site.give_extension(OTHER_AGENT, "1001")
		self.dial(OTHER_AGENT, number=crm.LANDLINE)
		(row,) = site.rows(agent=OTHER_AGENT)
		self.assertEqual((row.account, row.extension), (COMMPEAK, "1001"))

	def test_account_that_is_switched_off_is_refused_and_no_other_takes_its_calls(self):
		self.rules({"account": GENERIC})
		self.make(enabled=0, own_numbers=OWN)
		reply = self.dial_lead()
		self.assertEqual(reply["failure_code"], "disabled")
		self.assertIn(GENERIC, reply["message"])
		self.assertEqual(self.simulator.requests, ())

	def test_chosen_phone_is_on_its_own_account_and_keeps_it(self):
		self.assertEqual(self.dial_lead(phone=self.row)["extension"], "1002")
		(row,) = site.rows()
		self.assertEqual(row.account, GENERIC)

	def test_a_test_call_of_an_account_keeps_to_it(self):
		self.rules({"account": GENERIC})
		site.make_user(site.CHIEF, "PBX Agent", "PBX Manager")
		site.give_extension(site.CHIEF, "1003")
		self.give_phone(site.CHIEF, "1007", GENERIC)
		with site.as_user(site.CHIEF):
			api.test_call(COMMPEAK, crm.LANDLINE)
		(row,) = site.rows(agent=site.CHIEF)
		self.assertEqual(row.account, COMMPEAK)

	def test_rule_costs_at_most_one_statement(self):
		"""The phones come with the first; only another account is looked at once more."""
		without = self.statements_of(phone=self.row)
		self.rules({**BRITISH, "account": GENERIC, "caller_id": OWN})
		with_rule = self.statements_of()
		self.assertEqual(site.rows()[-1].account, GENERIC)
		self.assertEqual(len(with_rule) - len(without), 1, "\n".join(with_rule))

	def statements_of(self, **sent) -> list[str]:
		def dial() -> None:
			site.forget_calls()
			self.assertEqual(self.dial_lead(**sent)["status"], "Requested")

		return Meter().measure(dial).statements

	def test_phone_a_rule_chooses_passes_the_policy_of_numbers(self):
		"""A row's phone may be a public number, which the PBX calls at somebody's cost."""
		frappe.db.set_value(PHONE, self.row, "extension", "09098790123")
		self.rules({"account": GENERIC})
		self.assertEqual(self.dial_lead()["failure_code"], "number_not_allowed")
		self.assertEqual(self.simulator.requests, ())


class TestBeforeTheCall(LineCase):
	def lines(self, **more) -> list[str]:
		with site.as_user(AGENT):
			return [entry["line"] for entry in call.numbers("Lead", self.lead, **more)["numbers"]]

	def test_chooser_says_the_line_of_each_number(self):
		self.assertEqual(set(self.lines()), {""})
		self.rules({"begins_with": "+447", "account": GENERIC, "caller_id": OWN})
		other = f"{COMMPEAK} · Phone 1000"
		self.assertEqual(self.lines(), [f"{GENERIC} · Caller ID {OWN} · Phone 1002", other])

	def test_what_it_says_is_what_the_call_takes(self):
		self.rules({"begins_with": "+447", "account": GENERIC, "caller_id": OWN})
		said = self.lines()[0]
		reply = self.dial_lead()
		self.assertEqual(said, f"{reply['line']} · Phone {reply['extension']}")

	def test_typed_number_says_it_too(self):
		self.rules({"begins_with": "+447", "account": GENERIC})
		with site.as_user(AGENT):
			self.assertEqual(call.owners("+44 7700 900999")["line"], f"{GENERIC} · Phone 1002")
			self.assertEqual(call.owners("12")["line"], "")

	def test_boot_says_that_there_are_rules(self):
		for rules, expected in (([], None), ([{"account": GENERIC}], True)):
			self.rules(*rules)
			info = frappe._dict()
			with site.as_user(AGENT):
				boot.extend(info)
			self.assertEqual(info.c2c.get("lines"), expected)


class TestOwnNumbers(LineCase):
	"""No number is shown that no admin said is the account's."""

	def assert_refused(self, save, *words: str) -> None:
		with self.assertRaises(frappe.ValidationError) as refused:
			save()
		for word in words:
			self.assertIn(word, str(refused.exception))
		frappe.db.rollback()
		frappe.clear_messages()

	def test_table_takes_only_the_accounts_own(self):
		for row, words in (
			({"account": GENERIC, "caller_id": FOREIGN}, ("Row 1", FOREIGN, GENERIC)),
			({"account": COMMPEAK, "caller_id": OWN}, ("Row 1", OWN)),
			({"caller_id": OWN}, ("Row 1", "Choose the account")),
			({"begins_with": "020", "account": GENERIC}, ("Row 1", "020")),
			({"begins_with": "abc", "account": GENERIC}, ("Row 1", "abc")),
		):
			with self.subTest(row=row):
				self.assert_refused(lambda row=row: self.rules(row), *words)
		self.rules({"account": GENERIC, "caller_id": "44 20 7946 0018"})

	def test_a_row_that_is_posted_by_itself_is_checked_as_well(self):
		place = {"parenttype": "PBX Settings", "parent": "PBX Settings", "parentfield": "line_rules"}
		row = {"doctype": "PBX Line Rule", **place, "account": GENERIC, "caller_id": FOREIGN}
		self.assert_refused(frappe.get_doc(row).insert, FOREIGN, GENERIC)

	def test_account_whose_pbx_takes_no_caller_id_is_refused_one(self):
		self.point_accounts_at(self.simulator.url, own_numbers=OWN)
		self.assert_refused(
			lambda: self.rules({"account": COMMPEAK, "caller_id": OWN}), "cannot set a caller ID"
		)

	def test_user_takes_only_the_accounts_own(self):
		user = frappe.get_doc("User", AGENT)
		user.update({"pbx_account": GENERIC, "pbx_extension": "1000", "pbx_caller_id": FOREIGN})
		self.assert_refused(user.save, FOREIGN, GENERIC)
		with site.as_user(MANAGER):
			(refused,) = api.set_extensions(
				GENERIC, [{"user": AGENT, "extension": "1000", "caller_id": FOREIGN}], move=1
			)
		self.assertIn(FOREIGN, refused["message"])
		with site.as_user(MANAGER):
			row = {"user": AGENT, "extension": "1000", "caller_id": OWN}
			self.assertEqual(api.set_extensions(GENERIC, [row], move=1), [])
		self.assertEqual(extensions.phone_of(AGENT).caller_id, OWN)

	def test_user_with_an_old_caller_id_is_saved_with_other_changes(self):
		self.give_caller_id(FOREIGN)
		user = frappe.get_doc("User", AGENT)
		user.bio = "Calls people."
		committed(user.save)

	def test_what_is_own_no_more_is_not_shown(self):
		self.rules({"account": GENERIC, "caller_id": SECOND})
		self.give_caller_id(OWN)
		for own, shown in ((f"{OWN}\n{SECOND}", SECOND), (OWN, None), ("", None)):
			with self.subTest(own=own):
				self.make(own_numbers=own)
				self.dial_lead()
				# A rule that cannot be kept leaves the call to the agent's own account, which is sent no caller ID.
				self.assertEqual(self.shown(), shown)
				self.assertEqual(site.rows()[-1].caller_id, shown or "")

	def test_users_own_is_shown_only_where_it_is_the_accounts(self):
		for caller_id, shown in ((OWN, OWN), (FOREIGN, None)):
			self.give_caller_id(caller_id)
			self.dial_lead(phone=self.row, fieldname="mobile_no")
			self.assertEqual(self.shown(), shown)
			site.forget_calls()

	def test_account_keeps_numbers_a_line_each(self):
		self.assertEqual(self.make(own_numbers=f" {OWN} \n\n{OWN}\n").own_numbers, OWN)
		self.assert_refused(lambda: self.make(own_numbers="Sales <+44>"), "not a valid caller ID")

	def test_upgrade_makes_own_what_is_in_use(self):
		self.make(own_numbers="")
		site.give_extension(OTHER_AGENT, "1001", GENERIC)
		frappe.db.set_value("User", OTHER_AGENT, "pbx_caller_id", SECOND)
		site.give_extension(site.NOBODY, "1003", GENERIC)
		frappe.db.set_value("User", site.NOBODY, "pbx_caller_id", "Acme <1>")
		site.give_extension(AGENT, "1000", GENERIC)
		self.give_caller_id(OWN)
		for _run in range(2):
			fill_own_numbers.execute()
			self.assertEqual(frappe.db.get_value("PBX Account", GENERIC, "own_numbers"), f"{OWN}\n{SECOND}")
		self.dial_lead()
		self.assertEqual(self.shown(), OWN)


class TestPhonesOnAccounts(LineCase):
	def test_a_rows_phone_is_its_users_on_its_account(self):
		self.assertEqual(extensions.user_with(GENERIC, "1002"), AGENT)
		self.assertEqual(extensions.user_with(COMMPEAK, "1002"), "")
		self.assertIn("1002", extensions.extensions_on(GENERIC))

	def test_same_extension_is_taken_on_one_account_and_free_on_another(self):
		site.give_extension(OTHER_AGENT, "1001")
		self.give_phone(OTHER_AGENT, "1002", PRIMEVOX)
		with self.assertRaises(frappe.ValidationError):
			self.give_phone(OTHER_AGENT, "1002", GENERIC)
		frappe.db.rollback()
		place = {"parenttype": "User", "parent": OTHER_AGENT, "parentfield": "pbx_phones"}
		row = {"doctype": PHONE, **place, "label": "Alone", "extension": "1002", "account": GENERIC}
		with self.assertRaises(frappe.ValidationError):
			frappe.get_doc(row).insert()
		frappe.db.rollback()
