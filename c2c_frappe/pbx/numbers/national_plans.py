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
	**dict.fromkeys(("AT", "BD", "CN", "DE", "EG", "ID", "JP", "KR", "MY", "PH", "SE", "TW", "VN"), 8),
	**dict.fromkeys(("AX", "BG", "CU", "FI", "IE", "KE", "MM", "NL", "RS", "TR"), 7),
}
# How no number of a plan begins: North America's area codes with 0, 1 or as N11; Italian numbers without their zero;
# Ofcom's 04 and 06.
IMPOSSIBLE = {
	1: re.compile(r"[01]|[2-9]11"),
	39: re.compile(r"[269]"),
	44: re.compile(r"[46]"),
}
# Bogota's 1 2345678 became 601 2345678 in September 2021.
FORMER_LENGTHS = {57: {8}}
# Ways people still write numbers that newer metadata no longer takes apart: Mexico's went in August 2019.
FORMER_PREFIXES = {"MX": re.compile(r"(?:044|045|01)(?=\d{10}$)")}
FORMER_SPELLINGS = ((re.compile(r"\+52(?:1|01|044|045)(?=\d{10}$)"), "+52"),)
# A plan with so many lengths of landlines is an open one.
_MANY_LENGTHS = 4
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
	plan = PhoneMetadata.metadata_for_region(region)
	if not plan.national_prefix or len(numbering.national_digits(parsed)) > _longest_local(region, plan):
		return False
	if not numbering.is_known(parsed):
		return True
	is_mobile = numbering.kind(parsed) == numbering.KINDS[PhoneNumberType.MOBILE]
	return numbering.has_trunk_prefix(parsed) and not (is_mobile and region not in LONGEST_LOCAL)


def is_seldom_bare(e164: str, region: str) -> bool:
	"""Return whether a landline's digits without their trunk prefix are as likely another country's with its code.

	So it is in open plans, whose numbers have almost any length: 447911123456 is a British mobile in Germany too.
	"""
	plan, parsed = PhoneMetadata.metadata_for_region(region), phonenumbers.parse(e164)
	is_open = (
		bool(plan) and bool(plan.national_prefix) and len(plan.fixed_line.possible_length) >= _MANY_LENGTHS
	)
	return is_open and numbering.kind(parsed) != numbering.KINDS[PhoneNumberType.MOBILE]


def _longest_local(region: str, plan: PhoneMetadata) -> int:
	known = (*plan.general_desc.possible_length_local_only, *plan.fixed_line.possible_length_local_only)
	return LONGEST_LOCAL.get(region) or max(known, default=0)
