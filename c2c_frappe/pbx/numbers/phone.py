"""Reads what people type as a phone number, and writes it as providers and people want it.

Whether the number may be dialed is policy's business; what is here never guesses: letters are not turned
into digits, and a text that is not exactly one number is refused with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from c2c_frappe.pbx.errors import ConfigurationError, InvalidNumberError
from c2c_frappe.pbx.numbers import national_plans, numbering
from c2c_frappe.pbx.numbers.phone_text import ServiceCodeError, split, take_apart
from c2c_frappe.pbx.text import _

__all__ = ["PhoneNumber", "ServiceCodeError", "dial_format", "display", "find", "read", "split", "time_zones"]

# ITU-T E.164: at most 15 digits, country code included.
MAX_DIGITS = 15
# Without its + and its country a number this short is a service code wherever it is dialed.
MAX_BARE_CODE = 3

_PUNCTUATION = re.compile(r"[\s().\-/\[\]_]")


@dataclass(frozen=True)
class PhoneNumber:
	"""A number in E.164, and what the numbering plan says of it.

	`country` is the likeliest ISO alpha-2 code, "" for a network of no country; `countries` all it may belong
	to; `national` the digits after the country's code; `extension` digits to dial after the connect, or "";
	`kind` a name of numbering.KINDS, `likely_kinds` the same or the kinds of its nearest known neighbours.
	"""

	e164: str
	country: str = ""
	national: str = ""
	extension: str = ""
	kind: str = numbering.UNKNOWN
	countries: tuple[str, ...] = ()
	likely_kinds: frozenset[str] = frozenset()


def find(text: str, countries: Sequence[str]) -> PhoneNumber:
	"""Read text; without a + the first country known in `countries` (record's, account's, site's) decides."""
	regions = (_region(country) for country in countries)
	return read(text, next((region for region in regions if region), ""))


def read(text: str, country: str = "") -> PhoneNumber:
	"""Read exactly one number; `country` (ISO alpha-2) decides when the text does not name one.

	Letters are refused ("1-800-FLOWERS" too: they are more often notes than keypad letters) except a label
	before and an extension after the number. A length the country does not use is refused; a number that is
	merely unknown to the metadata is read. Raises InvalidNumberError, and its ServiceCodeError for star, hash,
	short and emergency codes.
	"""
	body, extension = take_apart(str(text or ""))
	region = _region(country)
	_refuse_bare_code(body)
	readings = [_Reading(digits, where, _parse(digits, where)) for digits, where in _readings(body, region)]
	reading = _best(readings)
	_check(reading.parsed, reading.is_national)
	_refuse_doubt(reading, readings)
	return _number(reading.parsed, extension)


@dataclass(frozen=True)
class _Reading:
	"""What a text may mean: its digits, the country they are read in ("" after a +), and what that gives."""

	digits: str
	region: str
	parsed: phonenumbers.PhoneNumber | InvalidNumberError

	@property
	def is_national(self) -> bool:
		"""Return whether the digits are taken for a whole number of the country that has no trunk prefix before it."""
		return bool(self.region) and numbering.national_digits(self.parsed) == self.digits


def _region(country: str | None) -> str:
	"""Return the ISO code in capitals, "" for one that no country has."""
	code = (country or "").strip().upper()
	return code if code in phonenumbers.SUPPORTED_REGIONS else ""


def _refuse_bare_code(body: str) -> None:
	"""Raise ServiceCodeError for 911, 112 and the like; `_check` finds the longer ones."""
	digits = re.sub(r"\D", "", body)
	if len(digits) <= MAX_BARE_CODE and not body.startswith("+"):
		raise ServiceCodeError(_("{0} is a short or emergency code. Such codes are not dialed.", digits))


def _readings(body: str, region: str) -> list[tuple[str, str]]:
	"""Return the (digits, country) pairs the text may mean, likeliest first."""
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
	raise InvalidNumberError(_("{0} has signs that no phone number has. Enter digits only.", body))


def _readings_of(digits: str, region: str) -> list[tuple[str, str]]:
	if digits.startswith("+"):
		return [(each, "") for each in (digits, *national_plans.former_spellings(digits))]
	abroad = [("+" + digits[2:], "")] if digits.startswith("00") else []
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
	if digits.startswith(str(phonenumbers.country_code_for_region(region))):
		own.insert(0, ("+" + digits, ""))
	return own + abroad if numbering.has_exit_code(digits, region) else abroad + own


def _parse(digits: str, region: str) -> phonenumbers.PhoneNumber | InvalidNumberError:
	"""Return what the digits mean, stable under reading again; or the error that says why they mean nothing."""
	try:
		parsed = phonenumbers.parse(digits, region or None)
		if phonenumbers.parse(_e164(parsed)) == parsed:
			return parsed
	except phonenumbers.NumberParseException as error:
		return InvalidNumberError(_parse_reason(digits, error.error_type))
	return InvalidNumberError(_("{0} cannot be read as a phone number. Check its first digits.", digits))


def _parse_reason(digits: str, error_type: int) -> str:
	if error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
		return _("No country has the code that {0} begins with. Check the digits after the +.", digits)
	if error_type == phonenumbers.NumberParseException.TOO_LONG:
		return _("{0} is too long for a phone number. Check it, or enter one number only.", digits)
	return _("{0} is too short for a phone number. Enter all its digits.", digits)


def _best(readings: list[_Reading]) -> _Reading:
	"""Return the first valid reading, else the first of a possible length, else the first; raise if none."""
	meant = [reading for reading in readings if not isinstance(reading.parsed, InvalidNumberError)]
	if not meant:
		raise readings[0].parsed
	return next(
		(
			reading
			for test in (phonenumbers.is_valid_number, _has_possible_length)
			for reading in meant
			if test(reading.parsed)
		),
		meant[0],
	)


# Digits without a trunk zero: shorter ones are what people in a country write of their own numbers.
SHORTEST_WITH_CODE = 11


def _refuse_doubt(reading: _Reading, readings: list[_Reading]) -> None:
	"""Raise for a national reading that may be a local number, or where the text may name the country."""
	if not reading.is_national:
		return
	if national_plans.may_lack_area_code(reading.parsed, reading.region):
		raise InvalidNumberError(
			_("{0} may lack its area code. Enter the whole number, with + or its first zero.", reading.digits)
		)
	named = next((each for each in readings if each.digits == "+" + reading.digits), None)
	is_mobile = numbering.kind(reading.parsed) == "mobile"
	stranger = named.parsed if named and _is_likely(named.parsed) else _mobile_abroad(reading)
	if stranger and not is_mobile:
		raise InvalidNumberError(
			_(
				"{0} may be {1} or {2}. Write the one you mean, with its +.",
				reading.digits,
				_e164(stranger),
				_e164(reading.parsed),
			)
		)


def _mobile_abroad(reading: _Reading) -> phonenumbers.PhoneNumber | None:
	"""Return the mobile number abroad that so many digits are with a + before them, None when they are none."""
	if len(reading.digits) < SHORTEST_WITH_CODE:
		return None
	try:
		parsed = phonenumbers.parse("+" + reading.digits)
	except phonenumbers.NumberParseException:
		return None
	is_mobile = phonenumbers.is_valid_number(parsed) and numbering.kind(parsed) == "mobile"
	return parsed if is_mobile else None


def _is_likely(parsed: phonenumbers.PhoneNumber | InvalidNumberError) -> bool:
	return not isinstance(parsed, InvalidNumberError) and national_plans.has_ordinary_length(parsed)


def _has_possible_length(parsed: phonenumbers.PhoneNumber) -> bool:
	return numbering.length_verdict(parsed) == ValidationResult.IS_POSSIBLE


def _check(parsed: phonenumbers.PhoneNumber, is_bare: bool) -> None:
	e164, national = _e164(parsed), numbering.national_digits(parsed)
	regions = phonenumbers.region_codes_for_country_code(parsed.country_code)
	may_be_code = not phonenumbers.is_valid_number(parsed) and not national_plans.has_former_length(parsed)
	if may_be_code and numbering.is_service_code(national, regions, is_bare):
		raise ServiceCodeError(_("{0} is a short or emergency code. Such codes are not dialed.", e164))
	reason = numbering.length_verdict(parsed)
	is_network = numbering.is_network(parsed)
	if len(e164) > MAX_DIGITS + 1 or (reason == ValidationResult.TOO_LONG and not is_network):
		raise InvalidNumberError(
			_("{0} is too long for a phone number. Check it, or enter one number only.", e164)
		)
	if is_network:
		return
	if reason == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
		raise InvalidNumberError(_("{0} lacks its area code. Enter the whole number.", national))
	if reason == ValidationResult.TOO_SHORT:
		raise InvalidNumberError(_("{0} is too short for a phone number. Enter all its digits.", e164))
	if reason != ValidationResult.IS_POSSIBLE or national_plans.has_former_length(parsed):
		raise InvalidNumberError(_("{0} has a length its country does not use. Check its digits.", e164))
	if numbering.begins_impossibly(parsed) or national_plans.is_impossible(parsed):
		raise InvalidNumberError(
			_("{0} begins as no number of its country does. Check its first digits.", e164)
		)


def _number(parsed: phonenumbers.PhoneNumber, extension: str = "") -> PhoneNumber:
	countries = numbering.countries(parsed)
	return PhoneNumber(
		e164=_e164(parsed),
		country=countries[0] if countries else "",
		national=numbering.national_digits(parsed),
		extension=extension,
		kind=numbering.kind(parsed),
		countries=countries,
		likely_kinds=numbering.likely_kinds(parsed),
	)


def _e164(parsed: phonenumbers.PhoneNumber) -> str:
	return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


# --- To providers and people -----------------------------------------------------------------------------


@dataclass(frozen=True)
class DialStyle:
	"""How a provider wants numbers: `abroad` goes before the country's code.

	`home` names what replaces that for the account's own country: "" nothing does, "code" the bare country code
	and number, "national" the form dialed within the country (and its own exit code before foreign numbers).
	"""

	abroad: str
	home: str = ""
	home_code: int = 0


STYLES = {
	"digits": DialStyle(""),
	"e164": DialStyle("+"),
	"00": DialStyle("00"),
	"011": DialStyle("011"),
	# 11 digits within North America, 011 and the digits for the rest of the world.
	"nanp": DialStyle("011", home="code", home_code=numbering.NANP),
	"national": DialStyle("00", home="national"),
}


def dial_format(number: str | PhoneNumber, style: str, country: str = "") -> str:
	"""Write an E.164 number as a provider wants it: digits, after a + only in the style "e164".

	`style` is a key of STYLES; `country` is the account's, and only "national" asks for it. Raises
	ConfigurationError for an unknown style and InvalidNumberError for a text that is not E.164.
	"""
	if style not in STYLES:
		known = ", ".join(STYLES)  # not within _(), where a literal is taken for a translation's context
		raise ConfigurationError(_("{0} is no number format. Choose one of: {1}.", style, known))
	rule, parsed = STYLES[style], _parsed(number)
	digits = _e164(parsed).removeprefix("+")
	if rule.home == "code" and parsed.country_code == rule.home_code:
		return digits
	if rule.home == "national" and _region(country):
		return _dialed_from(parsed, _region(country))
	return rule.abroad + digits


def _dialed_from(parsed: phonenumbers.PhoneNumber, region: str) -> str:
	"""Return the digits a phone in that country dials, and only such as mean this number when dialed there."""
	e164 = _e164(parsed)
	if region in numbering.countries(parsed):
		written = numbering.national_form(parsed, region)
	else:
		written = phonenumbers.format_out_of_country_calling_number(parsed, region)
	abroad = numbering.exit_code(region) + e164[1:]
	forms = [abroad] if written.startswith("+") else [phonenumbers.normalize_digits_only(written), abroad]
	for form in forms:
		if _reads_as(form, region, e164):
			return form
	raise ConfigurationError(
		_(
			"{0} cannot be written as dialed in {1}. Choose another number format for the account.",
			e164,
			region,
		)
	)


def _reads_as(text: str, region: str, e164: str) -> bool:
	try:
		return read(text, region).e164 == e164
	except InvalidNumberError:
		return False


def display(number: str | PhoneNumber, country: str = "") -> str:
	"""Write a number for people: as written within `country` when it is one of its numbers, else with its +."""
	parsed = _parsed(number)
	at_home = _region(country) in numbering.countries(parsed)
	form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
	return phonenumbers.format_number(parsed, form)


def display_whole(number: PhoneNumber, country: str = "") -> str:
	"""Write a number for people with the extension behind it, so that it can be read again."""
	extension = f" x{number.extension}" if number.extension else ""
	return display(number, country) + extension


def national(number: str) -> str:
	"""Return the digits of an E.164 number after its country's code, whatever may be dialed today."""
	return numbering.national_digits(_parsed(number))


def time_zones(number: str | PhoneNumber) -> tuple[str, ...]:
	"""Return the IANA names of all time zones the number may be in; () when none is known."""
	return numbering.time_zones(_parsed(number))


def _parsed(number: str | PhoneNumber) -> phonenumbers.PhoneNumber:
	e164 = number.e164 if isinstance(number, PhoneNumber) else str(number)
	if not re.fullmatch(r"\+[0-9]{1,15}", e164):
		raise InvalidNumberError(_("{0} is not a number with + and its country code.", e164))
	parsed = _parse(e164, "")
	if isinstance(parsed, InvalidNumberError):
		raise parsed
	return parsed
