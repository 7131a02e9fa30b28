"""Reads what people type as a phone number, and writes it as providers and people want it.

Whether the number may be dialed is policy's business; what is here never guesses: letters are not turned
into digits, and a text that is not exactly one number is refused with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat

from c2c_frappe.pbx.errors import ConfigurationError, InvalidNumberError
from c2c_frappe.pbx.numbers import meanings, numbering
from c2c_frappe.pbx.numbers.meanings import DoubtfulNumberError
from c2c_frappe.pbx.numbers.numbering import e164 as _e164
from c2c_frappe.pbx.numbers.phone_text import ServiceCodeError, split, take_apart
from c2c_frappe.pbx.text import _

__all__ = [
	"DoubtfulNumberError",
	"PhoneNumber",
	"ServiceCodeError",
	"dial_format",
	"display",
	"find",
	"public_number",
	"read",
	"split",
	"tel_url",
	"time_zones",
]

# Without its + and its country a number this short is a service code wherever it is dialed.
MAX_BARE_CODE = 3
# Shorter ones are extensions of a PBX, whatever the numbering plan would make of them.
MIN_PUBLIC_DIGITS = 7


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


def public_number(extension: str, countries: Sequence[str]) -> PhoneNumber | None:
	"""Return the number that a phone is reached by from anywhere, None for one that only its PBX knows."""
	if len(re.sub(r"\D", "", extension)) < MIN_PUBLIC_DIGITS:
		return None
	try:
		return find(extension, countries)
	except InvalidNumberError:
		return None


def read(text: str, country: str = "") -> PhoneNumber:
	"""Read exactly one number; `country` (ISO alpha-2) decides when the text does not name one.

	Letters are refused ("1-800-FLOWERS" too: they are more often notes than keypad letters) except a label
	before and an extension after the number. A length the country does not use is refused; a number that is
	merely unknown to the metadata is read, without a + only if known ones are like it. Raises InvalidNumberError, and
	of it ServiceCodeError for star, hash, short and emergency codes, and DoubtfulNumberError for digits that are
	two numbers.
	"""
	body, extension = take_apart(str(text or ""))
	_refuse_bare_code(body)
	return _number(meanings.decide(body, _region(country)), extension)


def _region(country: str | None) -> str:
	"""Return the ISO code in capitals, "" for one that no country has."""
	code = (country or "").strip().upper()
	return code if code in phonenumbers.SUPPORTED_REGIONS else ""


def _refuse_bare_code(body: str) -> None:
	"""Raise ServiceCodeError for 911, 112 and the like; `_check` finds the longer ones."""
	digits = re.sub(r"\D", "", body)
	if len(digits) <= MAX_BARE_CODE and not body.startswith("+"):
		raise ServiceCodeError(_("{0} is a short or emergency code. Such codes are not dialed.", digits))


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
		styles = ", ".join(STYLES)  # not within _(), where a literal is taken for a translation's context
		raise ConfigurationError(_("{0} is not a valid number format. Choose one of: {1}.", style, styles))
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
		return _e164(meanings.as_dialed(text, region)) == e164
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


def tel_url(e164: str, extension: str = "") -> str:
	"""Return the link by which a device dials a number (RFC 3966), with the digits to dial after the connect."""
	return f"tel:{e164};ext={extension}" if extension else f"tel:{e164}"


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
	return meanings.parse(e164, "")
