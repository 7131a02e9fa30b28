"""Which account and caller ID a call gets: the first rule that fits and can be kept."""

from __future__ import annotations

import pytest

from c2c_frappe.pbx.calls.lines import Line, Phone, Rule, choose, is_caller_id, is_own, listed, shown_number
from c2c_frappe.pbx.numbers import phone

DESK = Phone("1000", "London")
MOBILE = Phone("1009", "London", "row-1", "Mobile")
BERLIN_DESK = Phone("2000", "Berlin", "row-2", "Desk")
BERLIN_MOBILE = Phone("2009", "Berlin", "row-3", "Mobile")
PHONES = (DESK, MOBILE, BERLIN_DESK, BERLIN_MOBILE)
OWN = {"London": ("+44 20 7946 0000",), "Berlin": ("+49301234567", "+49 40 1234567")}
LONDON, BERLIN, NEW_YORK, TORONTO = "+442079460018", "+4930901820", "+12125550147", "+14165550147"


def line(*rules: Rule, number: str = BERLIN, company: str = "", phones=PHONES, chosen=DESK) -> Line:
	return choose(rules, company, phone.read(number), phones, chosen, OWN)


class TestWhichRuleFits:
	@pytest.mark.parametrize(
		("rule", "number", "company", "fits"),
		[
			(Rule(), LONDON, "", True),
			(Rule(company="Acme GmbH"), BERLIN, "Acme GmbH", True),
			(Rule(company="Acme GmbH"), BERLIN, "Acme Ltd", False),
			(Rule(company="Acme GmbH"), BERLIN, "", False),
			(Rule(country="DE"), BERLIN, "", True),
			(Rule(country="DE"), LONDON, "", False),
			(Rule(country="US"), NEW_YORK, "", True),
			(Rule(country="US"), TORONTO, "", False),
			(Rule(begins_with="+49"), BERLIN, "", True),
			(Rule(begins_with="+49 (30)"), BERLIN, "", True),
			(Rule(begins_with="+4940"), BERLIN, "", False),
			(Rule(country="DE", begins_with="030"), BERLIN, "", True),
			(Rule(country="DE", begins_with="30"), BERLIN, "", True),
			(Rule(country="DE", begins_with="40"), BERLIN, "", False),
			(Rule(country="US", begins_with="212"), NEW_YORK, "", True),
			(Rule(country="US", begins_with="718"), NEW_YORK, "", False),
			(Rule(company="Acme GmbH", country="DE", begins_with="+4930"), BERLIN, "Acme GmbH", True),
			(Rule(company="Acme GmbH", country="GB", begins_with="+4930"), BERLIN, "Acme GmbH", False),
		],
	)
	def test_all_that_a_row_names_must_fit(self, rule, number, company, fits):
		sent = Rule(rule.company, rule.country, rule.begins_with, "Berlin")
		assert (line(sent, number=number, company=company).phone.account == "Berlin") is fits

	def test_the_first_that_fits_wins(self):
		rules = (Rule(country="DE", account="Berlin"), Rule(account="London", caller_id="+442079460000"))
		assert line(*rules) == Line(BERLIN_DESK)
		assert line(*reversed(rules)) == Line(DESK, "+442079460000")
		assert line(*rules, number=LONDON) == Line(DESK, "+442079460000")

	def test_a_row_that_changes_nothing_ends_the_search(self):
		assert line(Rule(country="DE"), Rule(account="Berlin")) == Line(DESK)

	def test_without_a_rule_the_chosen_phone_stays(self):
		assert line() == Line(DESK)
		assert line(Rule(country="FR", account="Berlin"), chosen=MOBILE) == Line(MOBILE)


class TestOnlyWhatCanBeKept:
	def test_account_without_a_phone_of_the_agent_is_left_out(self):
		rules = (Rule(account="Paris"), Rule(account="Berlin"))
		assert line(*rules) == Line(BERLIN_DESK)
		assert line(*rules, phones=(DESK, MOBILE)) == Line(DESK)

	def test_caller_id_that_is_no_own_number_of_the_account_is_left_out(self):
		rules = (Rule(account="Berlin", caller_id="+442079460000"), Rule(caller_id="+44 2079 460000"))
		assert line(*rules) == Line(DESK, "+44 2079 460000")
		assert line(rules[0]) == Line(DESK)
		assert line(Rule(account="Berlin", caller_id="+49-40-1234567")) == Line(BERLIN_DESK, "+49-40-1234567")

	@pytest.mark.parametrize(
		("chosen", "rings"),
		[
			(DESK, BERLIN_DESK),
			(MOBILE, BERLIN_MOBILE),
			(BERLIN_MOBILE, BERLIN_MOBILE),
			(BERLIN_DESK, BERLIN_DESK),
		],
	)
	def test_phone_on_the_account_is_the_chosen_one_or_its_like(self, chosen, rings):
		assert line(Rule(account="Berlin"), chosen=chosen).phone == rings


class TestOwnNumbers:
	@pytest.mark.parametrize(
		("caller_id", "is_there"),
		[
			("+442079460000", True),
			("442079460000", True),
			("0044 20 7946 0000", True),
			("02079460000", False),
			("+442079460001", False),
			("44207946000", False),
			("", False),
			("support-line", True),
			("Support-Line", True),
			("supportline", False),
		],
	)
	def test_a_number_is_the_same_in_whichever_way_it_is_written(self, caller_id, is_there):
		assert is_own(caller_id, ("+44 (20) 7946-0000", "support-line")) is is_there

	def test_first_that_is_own_is_shown_as_it_was_written(self):
		own = ("+442079460000", "+442079460001")
		assert shown_number(("", "+33123456789", "44 20 7946 0001"), own) == "44 20 7946 0001"
		assert shown_number(("+33123456789", ""), own) == ""
		assert shown_number(("+442079460000",), ()) == ""

	@pytest.mark.parametrize(
		("text", "is_one"),
		[
			("+44 (20) 7946-0000", True),
			("support.line", True),
			("1", False),
			("Acme <+44>", False),
			("\u0661\u0662", False),
		],
	)
	def test_caller_id_holds_nothing_that_means_something_elsewhere(self, text, is_one):
		assert is_caller_id(text) is is_one

	def test_list_has_each_line_once(self):
		assert listed(" +1 \n\n+2\n+1\r\n") == ("+1", "+2")
