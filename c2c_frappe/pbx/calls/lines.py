"""Which account and caller ID a call gets: the first rule that fits the company, the country and the first digits.

Only an account on which the agent has a phone, only a caller ID that is one of the account's own numbers. Dials nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.numbers.phone import PhoneNumber

# What providers take for a caller ID: a number, or the name of one at the PBX.
CALLER_ID = r"[A-Za-z0-9+ ._@()/-]{2,64}"
_NUMBER = re.compile(r"\+?[0-9 ()./-]+", re.ASCII)
_SIGNS = re.compile(r"[ ()./-]")


@dataclass(frozen=True)
class Rule:
	"""A row of the table: what is "" fits any company, country or number, and changes no account or caller ID.

	`country` is an ISO code; `begins_with` has a + and the country's code, or is as dialed within `country`.
	"""

	company: str = ""
	country: str = ""
	begins_with: str = ""
	account: str = ""
	caller_id: str = ""


@dataclass(frozen=True)
class Phone:
	"""A phone of the agent: the account it is on, and the name and label of its row, "" for the first."""

	extension: str
	account: str
	row: str = ""
	label: str = ""


@dataclass(frozen=True)
class Line:
	"""The phone that rings, on its account, and the caller ID a rule names, "" for none."""

	phone: Phone
	caller_id: str = ""


def choose(
	rules: Iterable[Rule],
	company: str,
	number: PhoneNumber,
	phones: Sequence[Phone],
	chosen: Phone,
	own_numbers: Mapping[str, Sequence[str]],
) -> Line:
	"""Return the line of the first rule that fits and can be kept, else the phone that was chosen.

	`own_numbers` are those of each account.
	"""
	for rule in rules:
		ringing = _phone_on(rule.account, phones, chosen) if _fits(rule, company, number) else None
		if ringing and (not rule.caller_id or is_own(rule.caller_id, own_numbers.get(ringing.account, ()))):
			return Line(ringing, rule.caller_id)
	return Line(chosen)


def shown_number(wanted: Iterable[str], own: Sequence[str]) -> str:
	"""Return the first of these caller IDs that is one of an account's own numbers, "" for none."""
	return next((each for each in wanted if each and is_own(each, own)), "")


def is_own(caller_id: str, own: Sequence[str]) -> bool:
	"""Whether a caller ID is among these numbers, written in whichever way."""
	return _plain(caller_id) in {_plain(each) for each in own}


def listed(text: str) -> tuple[str, ...]:
	"""Return the numbers of a text that has one a line, each once."""
	return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def is_caller_id(text: str) -> bool:
	"""Whether a text is what a provider may take for a caller ID."""
	return bool(re.fullmatch(CALLER_ID, text, re.ASCII))


def prefix(text: str) -> str:
	"""Return the first digits as they are compared: without signs, but for a + before them."""
	return ("+" if text.strip().startswith("+") else "") + re.sub(r"[^0-9]", "", text)


def _fits(rule: Rule, company: str, number: PhoneNumber) -> bool:
	if rule.company and rule.company != company:
		return False
	if rule.country and rule.country not in number.countries:
		return False
	digits = prefix(rule.begins_with)
	if not digits or digits.startswith("+"):
		return number.e164.startswith(digits)
	# With the trunk code, as people write it, or without.
	written = re.sub(r"[^0-9]", "", phone.display(number, rule.country))
	return written.startswith(digits) or number.national.startswith(digits)


def _phone_on(account: str, phones: Sequence[Phone], chosen: Phone) -> Phone | None:
	"""Return the phone that rings on an account: the chosen one, else one that is labeled alike, else the first."""
	if not account or chosen.account == account:
		return chosen
	there = [each for each in phones if each.account == account]
	alike = [each for each in there if each.label == chosen.label]
	return next(iter([*alike, *there]), None)


def _plain(text: str) -> str:
	text = text.strip()
	if not _NUMBER.fullmatch(text):
		return text.casefold()
	digits = _SIGNS.sub("", text)
	return digits.removeprefix("+") if digits.startswith("+") else digits.removeprefix("00")
