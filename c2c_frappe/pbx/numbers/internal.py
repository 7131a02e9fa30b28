"""Whether a text may be an extension of the PBX that somebody calls. Asks no PBX; which ones there are the shell knows.

A short code of the country, 112 above all, is none, whatever a PBX has under it: who dials it means the service.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import phonenumbers
from phonenumbers import shortnumberinfo

from c2c_frappe.pbx.numbers.phone import MIN_PUBLIC_DIGITS

MIN_DIGITS = 2
# Emergency calls of any mobile phone, wherever it is.
_EVERYWHERE = frozenset(("112", "911"))


def read_extension(text: str) -> str:
	"""Return the digits of what may be an extension, "" for anything else."""
	digits = text.strip()
	return digits if re.fullmatch(rf"[0-9]{{{MIN_DIGITS},{MIN_PUBLIC_DIGITS - 1}}}", digits, re.ASCII) else ""


def is_service_code(digits: str, countries: Sequence[str]) -> bool:
	"""Whether these digits are a short code in one of these countries (ISO alpha-2), or reach its emergency services."""
	return digits in _EVERYWHERE or any(_is_code_in(digits, country.upper()) for country in countries)


def _is_code_in(digits: str, region: str) -> bool:
	if region not in phonenumbers.SUPPORTED_REGIONS:
		return False
	if shortnumberinfo.connects_to_emergency_number(digits, region):
		return True
	code = phonenumbers.country_code_for_region(region)
	zeros = len(digits) - len(digits.lstrip("0"))
	number = phonenumbers.PhoneNumber(
		country_code=code,
		national_number=int(digits),
		italian_leading_zero=bool(zeros),
		number_of_leading_zeros=zeros or None,
	)
	# Those of one carrier take texts, as all of 2000 to 9999 do in the United States; the shorter ones are services.
	is_for_texts = len(digits) > 3 and shortnumberinfo.is_carrier_specific_for_region(number, region)
	return not is_for_texts and shortnumberinfo.is_valid_short_number_for_region(number, region)
