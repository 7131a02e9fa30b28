"""The one reader of what a PBX calls a number: in a webhook, a call record, a file. Raises nothing, asks nobody.

A trunk gives national digits as a rule, another the international ones, neither with a sign that says which. So
bare digits have readings, likeliest first; which one is meant an open call or a record may know better.
What is masked, a name, an extension or a code is no number: it is never completed by guessing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote

from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import national_plans, numbering, phone
from c2c_frappe.pbx.numbers.phone_text import MAX_TEXT, clean

# A spreadsheet's text: ="0770...", '+4477...
_CELL = re.compile(r"=\s*\"(.*)\"|'(.*)")
# "Jane Doe" <+4477...>;tag=1, Jane Doe (+4477...) and +4477... (Jane Doe); (xxxx) is a mask
_NAMED = re.compile(
	r".*<([^<>]*)>(?:\s*;[^<>]*)?|[^\d+]*[^\W\d_][^\d+]*\((\+?\d[^()]*)\)"
	r"|([+(]*\d.*\d)\s*\((?=[^()]*[^\W\d_xX])[^()\d]*\)",
	re.DOTALL,
)
_SCHEME = re.compile(r"(?:sips?|tel|callto):(?://)?", re.IGNORECASE)
# Two dots or dashes in a row stand for digits that are not shown.
_NUMBER = re.compile(r"(?!.*[.\-]{2})\+?[\d\s().\-/\[\]]*\d[\d\s().\-/\[\]]*", re.ASCII)
# What is dialed before a number for a line out of the house.
_OUTSIDE = ("9", "0")

# How far the sense of a text is to be trusted, best first.
(_OF_COUNTRY, _NAMES_COUNTRY, _LIKE_COUNTRY, _OUTSIDE_LINE, _LIKE_FOREIGN, _WITHOUT_ZERO, _POSSIBLE) = range(
	7
)


def read(text: object, countries: Sequence[str] = ()) -> str:
	"""Return the likeliest of `readings`, "" when there is none."""
	return next(iter(readings(text, countries)), "")


def named(text: object, countries: Sequence[str] = ()) -> dict[str, object]:
	"""Return the fields of a CallEvent that say whose number it is."""
	number, *others = readings(text, countries) or ("",)
	return {"number": number, "other_numbers": tuple(others)}


def readings(text: object, countries: Sequence[str] = ()) -> tuple[str, ...]:
	"""Return the E.164 numbers a text may mean, likeliest first, () for none.

	`countries` are ISO codes, the one a provider documents first, then the account's, then the site's. With a plus
	there is one reading. Bare digits are a number of the first country that has such a one; else an existing foreign
	number; else one that only looks like a number of the country.
	"""
	body = _bare(text)
	if not body:
		return ()
	if body.startswith("+"):
		return tuple(number.e164 for number in _numbers(body, ""))
	ranked = sorted(_ranked(body, _known(countries)), key=lambda each: each[0])
	return tuple(dict.fromkeys(e164 for _rank, e164 in ranked))


def _bare(text: object) -> str:
	"""Return the digits of the one number in a text, with separators, "" when there is none or it is masked."""
	body = clean("" if text is None else str(text)).strip()
	if len(body) > MAX_TEXT:
		return ""
	for wrapping in (_CELL, _NAMED):
		inner = wrapping.fullmatch(body)
		body = next(part for part in inner.groups() if part is not None).strip() if inner else body
	if _SCHEME.match(body) or "@" in body:
		# Parameters follow the user of a SIP address, and the number of a tel URI.
		body = clean(unquote(re.split(r"[@;]", _SCHEME.sub("", body, count=1))[0])).strip()
	return body if _NUMBER.fullmatch(body) else ""


def _known(countries: Iterable[str]) -> list[str]:
	return list(dict.fromkeys(country.upper() for country in countries if country))


def _ranked(body: str, countries: Sequence[str]) -> Iterator[tuple[tuple[int, int], str]]:
	"""Yield ((how far to be trusted, whose country), E.164) of each reading of bare digits."""
	digits = re.sub(r"\D", "", body)
	for order, country in enumerate(countries or ("",)):
		outside = _outside(digits, country)
		for e164 in outside:
			yield (_OUTSIDE_LINE, order), e164
		for number in _numbers(body, country):
			# What names another country is trusted as such below.
			is_abroad = number.e164 == f"+{digits}" and country not in number.countries
			if not (is_abroad or number.e164 in outside):
				yield (_rank_at_home(number, digits, country), order), number.e164
	for abroad in _numbers(f"+{digits}", "") if not digits.startswith("0") else ():
		if numbering.looks_known(abroad.e164):
			is_known = abroad.kind != numbering.UNKNOWN
			yield (_NAMES_COUNTRY if is_known else _LIKE_FOREIGN, 0), abroad.e164


def _rank_at_home(number: phone.PhoneNumber, digits: str, country: str) -> int:
	if number.national == digits and national_plans.is_seldom_bare(number.e164, country):
		return _WITHOUT_ZERO
	if number.kind != numbering.UNKNOWN:
		return _OF_COUNTRY
	return _LIKE_COUNTRY if numbering.looks_known(number.e164) else _POSSIBLE


def _outside(digits: str, country: str) -> tuple[str, ...]:
	"""Return the number after a digit for an outside line, as E.164: with its trunk zero, or where none is written."""
	if not country or digits[:1] not in _OUTSIDE:
		return ()
	outside = [number for number in _numbers(digits[1:], country) if numbering.looks_known(number.e164)]
	if digits[1:2] == "0":
		return tuple(number.e164 for number in outside)
	return tuple(number.e164 for number in outside if _is_whole_without_zero(number, country))


def _is_whole_without_zero(number: phone.PhoneNumber, country: str) -> bool:
	is_known = number.kind != numbering.UNKNOWN
	return is_known and country in number.countries and national_plans.is_written_bare(number.e164, country)


def _numbers(text: str, country: str) -> tuple[phone.PhoneNumber, ...]:
	"""Return the number a text is, both where it is two, none where it is refused."""
	try:
		return (phone.read(text, country),)
	except phone.DoubtfulNumberError as doubt:
		return tuple(phone.read(number) for number in doubt.numbers)
	except InvalidNumberError:
		return ()
