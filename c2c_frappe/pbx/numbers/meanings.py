"""What digits may mean as a phone number, and which meaning is dialed. Knows no letters, labels or extensions.

Without a + the digits may be a number of the default country or one abroad with its code. Where both are valid and
neither is plainly meant, both are named and none is dialed: a wrong guess rings at a stranger's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import phonenumbers
from phonenumbers import ValidationResult

from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import national_plans, numbering
from c2c_frappe.pbx.numbers.numbering import e164
from c2c_frappe.pbx.numbers.phone_text import ServiceCodeError
from c2c_frappe.pbx.text import _

# ITU-T E.164: at most 15 digits, country code included.
MAX_DIGITS = 15

_PUNCTUATION = re.compile(r"[\s().\-/\[\]_]")
# Dialed for a line out of the house, and then kept before the number. A zero is more often a trunk prefix.
_OUTSIDE_LINE = "9"
# So many digits without a zero may well begin with a country's code; fewer are what people write of their own mobiles.
SHORTEST_WITH_CODE = 11
# Italy's voicemail boxes have nearly all the digits of Europe's numbers from 32 to 38.
_SELDOM_WRITTEN = frozenset({"voicemail", "pager", "personal_number"})
# Emergency and short codes are shorter.
_LONGER_THAN_CODES = 9


class DoubtfulNumberError(InvalidNumberError):
	"""Digits are two numbers; `numbers` are these as E.164, the one with the country's code first."""

	def __init__(self, digits: str, named: phonenumbers.PhoneNumber, at_home: phonenumbers.PhoneNumber):
		self.numbers = (e164(named), e164(at_home))
		super().__init__(
			_("{0} may be {1} or {2}. Write the one you mean, with its +.", digits, *self.numbers)
		)


class LocalNumberError(InvalidNumberError):
	"""Digits may be a number within some town, whose area code only the writer knows."""

	def __init__(self, digits: str, region: str):
		if national_plans.has_trunk_zero(region):
			message = _(
				"{0} may lack its area code. Enter the whole number, with + or its first zero.", digits
			)
		else:
			message = _("{0} lacks its area code. Enter the whole number.", digits)
		super().__init__(message)


@dataclass(frozen=True)
class Meaning:
	"""What a text may mean: its digits, the country they are read in ("" after a +), and what that gives."""

	digits: str
	region: str
	parsed: phonenumbers.PhoneNumber

	@property
	def is_bare(self) -> bool:
		"""Whether the digits are taken for a whole number of the country that has no trunk prefix before it."""
		return bool(self.region) and numbering.national_digits(self.parsed) == self.digits

	@property
	def is_valid(self) -> bool:
		"""Whether phonenumbers knows the number."""
		return phonenumbers.is_valid_number(self.parsed)

	@property
	def is_mobile(self) -> bool:
		"""Whether phonenumbers knows it as a mobile number."""
		return numbering.kind(self.parsed) == "mobile"


def decide(body: str, region: str) -> phonenumbers.PhoneNumber:
	"""Return the one number that digits with separators mean; `region` decides where they name no country.

	Raises InvalidNumberError, and of it ServiceCodeError, LocalNumberError and DoubtfulNumberError.
	"""
	digits, readings = _significant(body), _readings(body, region)
	abroad = _abroad(digits, region)
	try:
		meaning = _best(readings)
		_check_meaning(meaning, digits, region)
	except InvalidNumberError as error:
		if not (abroad and _gives_way(error, digits)):
			raise
		_refuse_outside_line(abroad, digits, region)
		return abroad.parsed
	_refuse_doubt(meaning, _named(meaning, readings), abroad)
	return meaning.parsed


def _gives_way(error: InvalidNumberError, digits: str) -> bool:
	"""Return whether digits refused at home may be a number abroad: none within a town, no code."""
	is_code = isinstance(error, ServiceCodeError) and len(digits) < _LONGER_THAN_CODES
	return not (is_code or isinstance(error, LocalNumberError))


def as_dialed(digits: str, region: str) -> phonenumbers.PhoneNumber:
	"""Return the number that a phone in the country reaches with these digits, whatever people may mean by them."""
	readings = _readings(digits, region)
	meaning = _best(readings)
	_check_possible(meaning, digits, region)
	_refuse_doubt(meaning, _named(meaning, readings), None)
	return meaning.parsed


def parse(digits: str, region: str) -> phonenumbers.PhoneNumber:
	"""Return what the digits mean, stable under reading again; raise with the reason if they mean nothing."""
	try:
		parsed = phonenumbers.parse(digits, region or None)
		if phonenumbers.parse(e164(parsed)) == parsed:
			return parsed
	except phonenumbers.NumberParseException as error:
		raise InvalidNumberError(_parse_reason(digits, error.error_type)) from None
	raise InvalidNumberError(_("{0} cannot be read as a phone number. Check its first digits.", digits))


def _parse_reason(digits: str, error_type: int) -> str:
	if error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
		return _("No country has the code that {0} begins with. Check the digits after the +.", digits)
	if error_type == phonenumbers.NumberParseException.TOO_LONG:
		return _("{0} is too long for a phone number. Check it, or enter one number only.", digits)
	return _("{0} is too short for a phone number. Enter all its digits.", digits)


# --- What a text may mean ----------------------------------------------------------------------------------


def _readings(body: str, region: str) -> list[tuple[str, str]]:
	"""Return the (digits, country) pairs the text names, or means at home, likeliest first."""
	bodies = dict.fromkeys([body, re.sub(r"\(\s*0\s*\)", "", body)])
	return [reading for each in bodies for reading in _readings_of(_significant(each), region)]


def _significant(body: str) -> str:
	"""Return digits with at most a + in front; raise for anything else."""
	digits = _PUNCTUATION.sub("", body)
	digits = re.sub(r"^\++(?:00)?", "+", digits)
	if re.fullmatch(r"\+?\d+", digits):
		return digits
	if "+" in digits:
		raise InvalidNumberError(
			_("The + in {0} is misplaced. Write it in front, before the country code.", body)
		)
	raise InvalidNumberError(
		_("{0} contains characters that are not allowed in a phone number. Enter digits only.", body)
	)


def _readings_of(digits: str, region: str) -> list[tuple[str, str]]:
	if digits.startswith("+"):
		return _with_plus(digits)
	abroad = _with_plus("+" + digits[2:]) if digits.startswith("00") else []
	if not region:
		if abroad:
			return abroad
		raise InvalidNumberError(
			_(
				"{0} has no country code. Write it with + and the country code, or set a default country.",
				digits,
			)
		)
	own = [(national_plans.without_former_prefix(digits, region), region)]
	if digits.startswith(_code_of(region)):
		own = _with_plus("+" + digits) + own
	return own + abroad if numbering.has_exit_code(digits, region) else abroad + own


def _with_plus(digits: str) -> list[tuple[str, str]]:
	return [(each, "") for each in (digits, *national_plans.former_spellings(digits))]


def _code_of(region: str) -> str:
	return str(phonenumbers.country_code_for_region(region))


def _meant(readings: Sequence[tuple[str, str]]) -> list[Meaning]:
	"""Return the readings that mean something; raise the reason of the first if none does."""
	meant, errors = [], []
	for digits, region in readings:
		try:
			meant.append(Meaning(digits, region, parse(digits, region)))
		except InvalidNumberError as error:
			errors.append(error)
	if not meant:
		raise errors[0]
	return meant


def _best(readings: Sequence[tuple[str, str]]) -> Meaning:
	"""Return the first valid meaning, else the first of a possible length, else the first; raise if none."""
	meant = _meant(readings)
	tests = (attrgetter("is_valid"), _has_possible_length)
	return next((meaning for test in tests for meaning in meant if test(meaning)), meant[0])


def _has_possible_length(meaning: Meaning) -> bool:
	return numbering.length_verdict(meaning.parsed) == ValidationResult.IS_POSSIBLE


def _named(meaning: Meaning, readings: Sequence[tuple[str, str]]) -> Meaning | None:
	"""Return what the digits of a national number are with a + before them, if its own country has such numbers."""
	named = [each for each in readings if each[0] == "+" + meaning.digits]
	try:
		other = _best(named) if named and meaning.is_bare else None
	except InvalidNumberError:
		return None
	return other if other and national_plans.has_ordinary_length(other.parsed) else None


def _abroad(digits: str, region: str) -> Meaning | None:
	"""Return the valid number that digits name: another country's, or the country's own with its code after a zero."""
	if not region or digits.startswith(("+", _code_of(region), numbering.exit_code(region))):
		return None
	if digits.startswith("0"):
		is_own = national_plans.has_trunk_zero(region) and digits.startswith("0" + _code_of(region))
		if not is_own:
			return None
	try:
		meaning = _best(_with_plus("+" + digits.removeprefix("0")))
		_check(meaning)
	except InvalidNumberError:
		return None
	return meaning if meaning.is_valid and meaning.digits == e164(meaning.parsed) else None


# --- What is refused ---------------------------------------------------------------------------------------


def _check_meaning(meaning: Meaning, digits: str, region: str) -> None:
	"""Raise for what cannot be dialed; without a + or the usual exit code also for what no known number is like."""
	_check_possible(meaning, digits, region)
	usual = ("+", "00", *([numbering.exit_code(region)] if region else []))
	is_explicit = _names_country(meaning, digits) and digits.startswith(usual)
	if not (is_explicit or meaning.is_valid or _is_like_known(meaning.parsed)):
		if meaning.is_bare and digits.startswith(_code_of(region)):
			_check(_best(_with_plus("+" + digits)))
		raise InvalidNumberError(
			_("No number in that country starts like {0}. Check the first digits.", e164(meaning.parsed))
		)


def _check_possible(meaning: Meaning, digits: str, region: str) -> None:
	if not _names_country(meaning, digits):
		_refuse_local(meaning, region)
	_check(meaning)


def _names_country(meaning: Meaning, digits: str) -> bool:
	"""Return whether a + or an exit code stands before the number's country."""
	if not meaning.region:
		return digits.startswith(("+", "0"))
	return str(meaning.parsed.country_code) != _code_of(meaning.region)


def _is_like_known(parsed: phonenumbers.PhoneNumber) -> bool:
	return numbering.has_later_length(parsed) or (
		numbering.is_alike(parsed) and national_plans.has_ordinary_length(parsed)
	)


def _refuse_local(meaning: Meaning, region: str) -> None:
	"""Raise for what was written without a trunk prefix and may be a number within some town."""
	_refuse_code(meaning)
	if meaning.region:
		is_local = meaning.is_bare and national_plans.may_lack_area_code(meaning.parsed, region)
	else:
		is_local = national_plans.is_as_short_as_local(meaning.digits.removeprefix("+"), region)
	if is_local:
		raise LocalNumberError(meaning.digits.removeprefix("+"), region)


def _refuse_doubt(meaning: Meaning, named: Meaning | None, abroad: Meaning | None) -> None:
	"""Raise where a number read at home is another one with a + before it, and people do not plainly write it so."""
	if not meaning.region or _names_country(meaning, meaning.digits):
		return
	other = None
	if named and not meaning.is_mobile:
		other = named
	elif abroad and abroad.parsed != meaning.parsed and not _is_plainly_home(meaning, abroad):
		other = abroad
	if other:
		raise DoubtfulNumberError(meaning.digits, other.parsed, meaning.parsed)


def _is_plainly_home(meaning: Meaning, abroad: Meaning) -> bool:
	"""Return whether the home reading of digits that are a number abroad too is how people write such a number.

	So they write whole numbers where no zero is dialed, and mobiles without their zero if not longer than mobiles
	are. With its zero it is in doubt only if a mobile number follows the zero, code and all.
	"""
	if not meaning.is_valid or numbering.kind(meaning.parsed) in _SELDOM_WRITTEN:
		return False
	if not meaning.is_bare:
		is_zero_in_doubt = meaning.digits.startswith("0") and abroad.is_mobile and not meaning.is_mobile
		return national_plans.begins_with_prefix(meaning.digits, meaning.region) and not is_zero_in_doubt
	if national_plans.is_written_bare(e164(meaning.parsed), meaning.region):
		return True
	return meaning.is_mobile and len(meaning.digits) < SHORTEST_WITH_CODE


def _refuse_outside_line(abroad: Meaning, digits: str, region: str) -> None:
	"""Raise for a number abroad whose first digit may have been dialed for a line out of the house."""
	if not digits.startswith(_OUTSIDE_LINE):
		return
	try:
		at_home = _best(_readings_of(digits[1:], region))
		_check(at_home)
	except InvalidNumberError:
		return
	if at_home.is_valid and not national_plans.may_lack_area_code(at_home.parsed, region):
		raise DoubtfulNumberError(digits, abroad.parsed, at_home.parsed)


def _check(meaning: Meaning) -> None:
	"""Raise for codes, and for lengths and beginnings that no number of the country has."""
	parsed = meaning.parsed
	_refuse_code(meaning)
	_refuse_length(parsed)
	if not numbering.is_network(parsed) and (
		numbering.begins_impossibly(parsed) or national_plans.is_impossible(parsed)
	):
		raise InvalidNumberError(
			_("No number in that country starts like {0}. Check the first digits.", e164(parsed))
		)


def _refuse_code(meaning: Meaning) -> None:
	parsed = meaning.parsed
	national = numbering.national_digits(parsed)
	regions = phonenumbers.region_codes_for_country_code(parsed.country_code)
	is_other = national_plans.has_former_length(parsed) or national_plans.lacks_zero(parsed)
	if not (meaning.is_valid or is_other) and numbering.is_service_code(national, regions, meaning.is_bare):
		raise ServiceCodeError(
			_("{0} is a short or emergency code. Such codes are not dialed.", e164(parsed))
		)


def _refuse_length(parsed: phonenumbers.PhoneNumber) -> None:
	written, reason = e164(parsed), numbering.length_verdict(parsed)
	is_network = numbering.is_network(parsed)
	if len(written) > MAX_DIGITS + 1 or (reason == ValidationResult.TOO_LONG and not is_network):
		raise InvalidNumberError(
			_("{0} is too long for a phone number. Check it, or enter one number only.", written)
		)
	if is_network:
		return
	if reason == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
		raise InvalidNumberError(
			_("{0} lacks its area code. Enter the whole number.", numbering.national_digits(parsed))
		)
	if reason == ValidationResult.TOO_SHORT:
		raise InvalidNumberError(_("{0} is too short for a phone number. Enter all its digits.", written))
	if reason != ValidationResult.IS_POSSIBLE or national_plans.has_former_length(parsed):
		raise InvalidNumberError(
			_("{0} has the wrong number of digits for its country. Check the number.", written)
		)
