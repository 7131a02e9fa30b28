"""Which line a call takes: loads what pbx/calls/lines.py decides by, and says it in words. Dials nothing."""

from __future__ import annotations

import frappe

from c2c_frappe import current_settings
from c2c_frappe.accounts import extensions, own_numbers, providers
from c2c_frappe.accounts.extensions import Phones
from c2c_frappe.companies import FIELD
from c2c_frappe.pbx.calls import lines
from c2c_frappe.pbx.calls.lines import Line, Rule
from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.pbx.numbers.phone import PhoneNumber
from c2c_frappe.pbx.providers.base import Provider
from c2c_frappe.phone_book.countries import country_code
from c2c_frappe.replies import line_words

ACCOUNT = "PBX Account"


def line_of(settings, phones: Phones, chosen: lines.Phone, company: str, number: PhoneNumber) -> Line:
	"""Return the line of a call to this number, of a record of this company, by the rules of PBX Settings."""
	rules = [_rule(row) for row in settings.line_rules]
	if not rules:
		return Line(chosen)
	own = phones.listed(settings.default_account or "")
	chosen = next((each for each in own if each.row == chosen.row), chosen)
	numbers = {each.account: own_numbers.of_account(_cached(each.account)) for each in own if each.account}
	return lines.choose(rules, company, number, own, chosen, numbers)


def shown_number(line: Line, of_user: str, account, provider: Provider) -> str:
	"""Return the caller ID that the PBX of an account is sent: the rule's, the user's or the account's, if it is its own."""
	if not provider.sets_caller_id:
		return ""
	of_account = account.ari_caller_id if account.provider == "asterisk" else ""
	return lines.shown_number((line.caller_id, of_user, of_account or ""), own_numbers.of_account(account))


def describe(user: str, phone_row: str, company: str, number: PhoneNumber) -> str:
	"""Return in words which line a call of this user would take, "" where there are no rules or none could be placed."""
	settings = current_settings.settings()
	phones = extensions.read_phones(user)
	own = phones.chosen(phone_row)
	account = own.account or settings.default_account
	if not (settings.line_rules and own.extension and account):
		return ""
	chosen = lines.Phone(own.extension, account, phone_row)
	line = line_of(settings, phones, chosen, company, number)
	document = _cached(line.phone.account)
	try:
		shown = shown_number(line, own.caller_id, document, providers.provider_of(document))
	except PbxError:
		return ""
	return line_words.of_line(line.phone.account, shown, line.phone.extension)


def _rule(row) -> Rule:
	digits = row.begins_with or ""
	return Rule(
		row.get(FIELD) or "", country_code(row.number_country), digits, row.account or "", row.caller_id or ""
	)


def _cached(account: str):
	return frappe.get_cached_doc(ACCOUNT, account)
