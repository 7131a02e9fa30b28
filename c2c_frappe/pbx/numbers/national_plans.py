"""Conventions of national numbering plans that phonenumbers does not know, as tables. Reads no text from people.

Written from the plans of the regulators (Bundesnetzagentur, RTR, PTS, Ofcom, ACMA, Anatel, DoT, NANPA, AGCOM, CRC, IFT) as
the ITU lists them, itu.int/oth/T0202.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType

from c2c_frappe.pbx.numbers import numbering

# The most digits a number has that is dialed within its own area, in plans with a trunk prefix whose metadata names
# no such lengths or too short ones. In all others the metadata's are taken.
LONGEST_LOCAL = {
	"BR": 9,
	**dict.fromkeys(
		("AT", "BD", "CN", "DE", "EG", "ID", "IR", "JP", "KR", "MY", "PH", "SE", "SK", "TW", "VN"), 8
	),
	**dict.fromkeys(("AX", "BG", "CU", "FI", "IE", "KE", "MM", "NG", "NL", "PY", "RS", "TR"), 7),
}
# North American codes of no area, whose exchanges may be N11: freephone, personal and premium numbers.
_NO_AREA = r"8(?:00|33|44|55|66|77|88)|[5-9]00|5(?:2\d|33|44|66|77|88)"
# How no number of a plan begins: North America's area codes and exchanges with 0, 1 or as N11 (NANPA: NXX-NXX-XXXX, N is 2
# to 9); Italian landlines without their zero (AGCOM: 0 areas, 3 and 43 mobiles, 55 nomadic, 1, 7 and 8 services);
# Ofcom's 04 and 06.
IMPOSSIBLE = {
	1: re.compile(rf"[01]|[2-9]11|\d{{3}}[01]|(?!{_NO_AREA})\d{{3}}[2-9]11"),
	39: re.compile(
		r"[269]|1(?!44|6[346]|78|99)|4(?!3\d{8}$)|5(?!5\d{8}$)|7(?!0)|8(?!00\d{6}$|03\d{3}$|4[0178]|9)"
	),
	44: re.compile(r"[46]"),
}
# Bogota's 1 2345678 became 601 2345678 in September 2021.
FORMER_LENGTHS = {57: {8}}
# Ways people still write numbers that newer metadata no longer takes apart: Mexico's went in August 2019.
FORMER_PREFIXES = {"MX": re.compile(r"(?:044|045|01)(?=\d{10}$)")}
FORMER_SPELLINGS = ((re.compile(r"\+52(?:1|01|044|045)(?=\d{10}$)"), "+52"),)
# A plan with so many lengths of landlines is an open one.
_MANY_LENGTHS = 4
_ITALY = 39
_LONGEST_ITALIAN_CODE = 6
_ORDINARY = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)


def without_former_prefix(digits: str, region: str) -> str:
	"""Return digits as they are dialed today within the country."""
	former = FORMER_PREFIXES.get(region)
	return former.sub("", digits) if former else digits


def former_spellings(digits: str) -> list[str]:
	"""Return what digits after a + are today, [] where nothing has changed."""
	return [old.sub(new, digits) for old, new in FORMER_SPELLINGS if old.match(digits)]


def is_impossible(parsed: phonenumbers.PhoneNumber) -> bool:
	"""Return whether no number of the plan begins so."""
	impossible = IMPOSSIBLE.get(parsed.country_code)
	return bool(impossible and impossible.match(numbering.national_digits(parsed)))


def lacks_zero(parsed: phonenumbers.PhoneNumber) -> bool:
	"""Return whether it is an Italian landline without its first digit: Turin's 11 2... reaches no 112."""
	is_long = len(numbering.national_digits(parsed)) > _LONGEST_ITALIAN_CODE
	return parsed.country_code == _ITALY and is_long and is_impossible(parsed)


def has_former_length(parsed: phonenumbers.PhoneNumber) -> bool:
	"""Return whether the country gave up numbers of this length."""
	return len(numbering.national_digits(parsed)) in FORMER_LENGTHS.get(parsed.country_code, ())


def has_ordinary_length(parsed: phonenumbers.PhoneNumber) -> bool:
	"""Return whether the country's landlines or mobiles have this length."""
	return any(phonenumbers.is_possible_number_for_type(parsed, kind) for kind in _ORDINARY)


def may_lack_area_code(parsed: phonenumbers.PhoneNumber, region: str) -> bool:
	"""Return whether a number that was written without the country's trunk prefix may be a local one.

	It is none when no local number is so long, when it is a mobile, or when it never has the prefix (Australia's
	1300). Where an open plan's local numbers are as long as its mobiles, those are no exception.
	"""
	if not is_as_short_as_local(numbering.national_digits(parsed), region):
		return False
	if not numbering.is_known(parsed):
		return True
	is_mobile = numbering.kind(parsed) == numbering.KINDS[PhoneNumberType.MOBILE]
	return numbering.has_trunk_prefix(parsed) and not (is_mobile and region not in LONGEST_LOCAL)


def is_as_short_as_local(digits: str, region: str) -> bool:
	"""Return whether digits without a trunk prefix are no more than are dialed within some area of the country."""
	return not digits.startswith("0") and len(digits) <= _longest_local(region)


def has_trunk_zero(region: str) -> bool:
	"""Return whether numbers of the country are dialed with a zero before their area code."""
	return PhoneMetadata.metadata_for_region(region).national_prefix == "0"


def is_written_bare(e164: str, region: str) -> bool:
	"""Return whether people write a number of the country whole without a prefix: it has none, or one that is no zero.

	Russia's 8 and Hungary's 06 are left out as often as not.
	"""
	return not (has_trunk_zero(region) and numbering.has_trunk_prefix(phonenumbers.parse(e164)))


def begins_with_prefix(digits: str, region: str) -> bool:
	"""Return whether digits begin as the country's trunk prefix does; Brazil's 90 for collect calls is none."""
	prefix = PhoneMetadata.metadata_for_region(region).national_prefix
	return bool(prefix) and digits.startswith(prefix)


def is_seldom_bare(e164: str, region: str) -> bool:
	"""Return whether a landline's digits without their trunk prefix are as likely another country's with its code.

	So it is in open plans, whose numbers have almost any length: 447911123456 is a British mobile in Germany too.
	"""
	plan, parsed = PhoneMetadata.metadata_for_region(region), phonenumbers.parse(e164)
	is_open = (
		bool(plan) and bool(plan.national_prefix) and len(plan.fixed_line.possible_length) >= _MANY_LENGTHS
	)
	return is_open and numbering.kind(parsed) != numbering.KINDS[PhoneNumberType.MOBILE]


def _longest_local(region: str) -> int:
	"""Return the most digits of a local number, 0 where none is known: in a closed plan fewer than a landline has."""
	plan = PhoneMetadata.metadata_for_region(region)
	lengths = plan.fixed_line.possible_length
	known = (*plan.general_desc.possible_length_local_only, *plan.fixed_line.possible_length_local_only)
	closed = lengths[0] - 1 if plan.national_prefix and len(lengths) == 1 else 0
	return LONGEST_LOCAL.get(region) or max(known, default=closed)
