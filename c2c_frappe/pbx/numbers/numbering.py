"""What numbering plans know of a number: its countries, its kind, its neighbours, its time zones.

Metadata ages and Frappe pins an old copy, so a number it does not know is judged by its nearest known
neighbours in the plan. Nothing here reads text from people, and nothing decides what may be dialed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers
from phonenumbers import (
	PhoneMetadata,
	PhoneNumberFormat,
	PhoneNumberType,
	ValidationResult,
	shortnumberinfo,
	timezone,
)

KINDS = {
	value: name.lower()
	for name, value in vars(PhoneNumberType).items()
	if name.isupper() and value is not None
}
UNKNOWN = KINDS[PhoneNumberType.UNKNOWN]
NETWORK_REGION = phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY
NANP = 1

# Ranges priced as premium whatever else metadata says or misses. Kinds such as "pager" and "personal" are not
# refused as such: Japan's, Hong Kong's and New Zealand's have become mobiles since 2023.
PREMIUM_ALWAYS = {
	# 976 as area code and as exchange (freephone and some islands have an ordinary 976), follow-me codes 5XX.
	1: re.compile(
		r"976|(?!8(?:00|33|44|55|66|77|88|09|29|49|68|69|76))\d{3}976|5(?:00|2[1-9]|33|44|66|77|88)"
	),
	34: re.compile(r"70"),
	39: re.compile(r"178|199"),
	44: re.compile(r"70|76(?!24)"),  # follow-me numbers and pagers; 7624 is the Isle of Man's mobiles
	57: re.compile(r"901\d{7}"),
	248: re.compile(r"85"),
	**dict.fromkeys((508, 590, 594, 596), re.compile(r"8[129]\d{7}")),
	597: re.compile(r"90"),
}
# Lengths that countries took into use after Frappe 15's copy of the metadata, phonenumbers 8.13.13.
LATER_LENGTHS = {220: {9}, 229: {10}, 243: {8, 10}, 383: {10, 11, 12}}
# Where callers choose among carriers' exit codes: the incumbent's.
EXIT_CODES = dict.fromkeys(("HK", "KH", "KR", "SG", "TH"), "001") | {
	"PW": "011",
	"TW": "002",
	"TZ": "000",
	"UG": "000",
}
# Calling codes whose countries are charged apart; the others' share one plan, as Mayotte and Reunion do.
CHARGED_APART = frozenset({1, 7, 44})
# Answered wherever their owner sits, so the country's zones say nothing about them.
PLACELESS = frozenset({"toll_free", "uan", "voip"})


def e164(parsed: phonenumbers.PhoneNumber) -> str:
	"""Return + and all digits, the country's code first."""
	return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def national_digits(parsed: phonenumbers.PhoneNumber) -> str:
	"""Return the digits after the country's code, leading zeros included where the country has them."""
	return phonenumbers.national_significant_number(parsed)


def is_network(parsed: phonenumbers.PhoneNumber) -> bool:
	"""Whether the code belongs to no country: satellites, +800 freephone, international networks."""
	return phonenumbers.region_code_for_country_code(parsed.country_code) == NETWORK_REGION


def kind(parsed: phonenumbers.PhoneNumber) -> str:
	"""Return a name in KINDS; "unknown" for a number the metadata does not know."""
	always = PREMIUM_ALWAYS.get(parsed.country_code)
	if always and always.match(national_digits(parsed)):
		return KINDS[PhoneNumberType.PREMIUM_RATE]
	return KINDS[phonenumbers.number_type(parsed)]


def likely_kinds(parsed: phonenumbers.PhoneNumber) -> frozenset[str]:
	"""Return the number's kind, or for an unknown one the kinds of its nearest known neighbours."""
	own = kind(parsed)
	if own != UNKNOWN:
		return frozenset({own})
	return frozenset(kind(neighbour) for neighbour in neighbours(parsed))


def countries(parsed: phonenumbers.PhoneNumber) -> tuple[str, ...]:
	"""Return the ISO codes of the countries the number may belong to, likeliest first; () for networks."""
	if is_network(parsed):
		return ()
	regions = phonenumbers.region_codes_for_country_code(parsed.country_code)
	if parsed.country_code not in CHARGED_APART and not is_known(parsed):
		return regions
	first = phonenumbers.region_code_for_number(parsed)
	if first:
		shared = (r for r in regions if r != first and phonenumbers.is_valid_number_for_region(parsed, r))
		return (first, *shared)
	return _countries_of_unknown(parsed, regions)


def countries_of_code(e164: str) -> tuple[str, ...]:
	"""Return the ISO codes of all countries that share a number's calling code."""
	return phonenumbers.region_codes_for_country_code(phonenumbers.parse(e164).country_code)


def _countries_of_unknown(parsed: phonenumbers.PhoneNumber, regions: tuple[str, ...]) -> tuple[str, ...]:
	"""Return the countries of the nearest neighbours, the calling code's main country if there are none."""
	near = neighbours(parsed)
	if parsed.country_code == NANP and not _share_area_code(parsed, near):
		# New area codes appear in the United States and Canada; the islands' few are all in the metadata.
		return ("US", "CA")
	found = {phonenumbers.region_code_for_number(neighbour) for neighbour in near}
	return tuple(region for region in regions if region in found) or regions[:1]


def _share_area_code(parsed: phonenumbers.PhoneNumber, near: tuple[phonenumbers.PhoneNumber, ...]) -> bool:
	area = national_digits(parsed)[:3]
	return bool(near) and all(national_digits(neighbour).startswith(area) for neighbour in near)


def neighbours(parsed: phonenumbers.PhoneNumber) -> tuple[phonenumbers.PhoneNumber, ...]:
	"""Return known numbers that share the longest beginning with this one; () when none shares a digit.

	A known number that this one merely continues counts too: an exchange stops listening after its last digit.
	"""
	return _neighbours(parsed.country_code, national_digits(parsed))


@lru_cache(maxsize=1024)
def _neighbours(code: int, digits: str) -> tuple[phonenumbers.PhoneNumber, ...]:
	for length in range(len(digits) - 1, 0, -1):
		near = tuple(number for number in _with_head(code, digits, length) if is_known(number))
		if near:
			return near
	return ()


def _with_head(code: int, digits: str, length: int) -> Iterator[phonenumbers.PhoneNumber]:
	"""Yield numbers that begin with the first `length` digits: cut there, or refilled with one digit.

	Refilled to the same length and to two more: the number may lack its last digits.
	"""
	head, rest = digits[:length], len(digits) - length
	yield _number(code, head)
	for digit in "0123456789":
		for longer in range(3):
			yield _number(code, head + digit * (rest + longer))


def looks_known(e164: str) -> bool:
	"""Return whether the metadata knows the number, or numbers as long that begin alike."""
	parsed = phonenumbers.parse(e164)
	length = len(national_digits(parsed))
	return is_known(parsed) or any(len(national_digits(near)) == length for near in neighbours(parsed))


def is_alike(parsed: phonenumbers.PhoneNumber) -> bool:
	"""Return whether known numbers as long begin with the same three digits; two where area codes have three."""
	digits = national_digits(parsed)
	shared = digits[: 2 if parsed.country_code == NANP else 3]
	near = [national_digits(each) for each in neighbours(parsed)]
	return any(len(each) == len(digits) and each.startswith(shared) for each in near)


def is_known(parsed: phonenumbers.PhoneNumber) -> bool:
	"""Return whether the metadata has a kind for this number."""
	return phonenumbers.number_type(parsed) != PhoneNumberType.UNKNOWN


def _number(code: int, national: str) -> phonenumbers.PhoneNumber:
	zeros = len(national) - len(national.lstrip("0"))
	return phonenumbers.PhoneNumber(
		country_code=code,
		national_number=int(national),
		italian_leading_zero=True if zeros else None,
		number_of_leading_zeros=zeros if zeros > 1 else None,
	)


def begins_impossibly(parsed: phonenumbers.PhoneNumber) -> bool:
	"""Whether an unknown number begins with a zero where no known number does: one trunk zero too many."""
	if is_known(parsed) or has_later_length(parsed):
		return False
	return national_digits(parsed).startswith("0") and not neighbours(parsed)


def national_form(parsed: phonenumbers.PhoneNumber, region: str) -> str:
	"""Return the number as written in its country, with the trunk prefix its known numbers are written with."""
	if has_trunk_prefix(parsed):
		return _national(parsed)
	written = national_digits(parsed)
	example = phonenumbers.example_number(region)
	return _national(example).removesuffix(national_digits(example)) + written


def has_trunk_prefix(parsed: phonenumbers.PhoneNumber) -> bool:
	"""Return whether the number is written with a trunk prefix in its country; an unknown one seems not to be."""
	return _national(parsed) != national_digits(parsed)


def _national(parsed: phonenumbers.PhoneNumber) -> str:
	written = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
	return phonenumbers.normalize_digits_only(written)


def has_exit_code(digits: str, region: str) -> bool:
	"""Whether digits begin with what the country dials before a foreign number."""
	exit_code = PhoneMetadata.metadata_for_region(region).international_prefix
	return bool(exit_code and re.match(exit_code, digits))


def exit_code(region: str) -> str:
	"""Return the digits dialed before a foreign number, the first of a country's choice."""
	plan = PhoneMetadata.metadata_for_region(region)
	code = (plan.preferred_international_prefix or plan.international_prefix or "").replace("~", "")
	return EXIT_CODES.get(region) or (code if code.isdigit() else "00")


def length_verdict(parsed: phonenumbers.PhoneNumber) -> int:
	"""Return a ValidationResult: whether the country uses numbers of this length."""
	if has_later_length(parsed):
		return ValidationResult.IS_POSSIBLE
	return phonenumbers.is_possible_number_with_reason(parsed)


def has_later_length(parsed: phonenumbers.PhoneNumber) -> bool:
	"""Return whether the country took this length into use after the oldest metadata."""
	return len(national_digits(parsed)) in LATER_LENGTHS.get(parsed.country_code, ())


def is_service_code(national: str, regions: tuple[str, ...], is_bare: bool) -> bool:
	"""Whether a phone in one of the regions would reach an emergency service or a short code with these.

	An exchange hears 911 and stops listening, but only where the digits may be dialed without a trunk prefix; `is_bare`
	when they were written without one.
	"""
	return any(
		shortnumberinfo.is_emergency_number(national, region)
		or _is_short_code(national, region)
		or (
			(is_bare or _is_dialed_bare(region))
			and shortnumberinfo.connects_to_emergency_number(national, region)
		)
		for region in regions
	)


def _is_dialed_bare(region: str) -> bool:
	plan = PhoneMetadata.metadata_for_region(region)
	return bool(plan) and (plan.country_code == NANP or not plan.national_prefix)


def _is_short_code(digits: str, region: str) -> bool:
	number = _number(phonenumbers.country_code_for_region(region), digits)
	return shortnumberinfo.is_valid_short_number_for_region(number, region)


def time_zones(parsed: phonenumbers.PhoneNumber) -> tuple[str, ...]:
	"""Return the IANA names of every zone the number may be in, sorted; () when nothing is known.

	A number that is tied to no place within its country, as a mobile in Australia, may be in any of its zones.
	"""
	valid = [parsed] if is_known(parsed) else neighbours(parsed)
	zones = {zone for number in valid if kind(number) not in PLACELESS for zone in _zones_of_known(number)}
	return tuple(sorted(zones - {timezone.UNKNOWN_TIMEZONE}))


def _zones_of_known(parsed: phonenumbers.PhoneNumber) -> tuple[str, ...]:
	# North American mobiles carry an area code too, which the general lookup overlooks outside US and CA.
	if parsed.country_code == NANP:
		return timezone.time_zones_for_geographical_number(parsed)
	return timezone.time_zones_for_number(parsed)
