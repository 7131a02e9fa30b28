"""Digits that are two numbers, or none: what is dialed is what they say, or nothing.

Expected values come from phonenumbers' validity (`test_expected_numbers_are_valid` asks it) and from the plans of NANPA, AGCOM,
NCC and the other regulators that national_plans.py names.
"""

import phonenumbers
import pytest

from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.numbers.meanings import LocalNumberError
from c2c_frappe.pbx.numbers.phone import DoubtfulNumberError, ServiceCodeError

# Digits that are a number abroad and, with the default country's code, none.
ABROAD = (
	("6591234567", "SG", "+6591234567"),
	("6591234567", "US", "+6591234567"),
	("971501234567", "IN", "+971501234567"),
	("12025550147", "DE", "+12025550147"),
	("12025550147", "IN", "+12025550147"),
	("12025550147", "GB", "+12025550147"),
	("12025550147", "FR", "+12025550147"),
	("1 202 555 0147", "AU", "+12025550147"),
	("447911123456", "US", "+447911123456"),
	("447911123456", "ES", "+447911123456"),
	# that France's emergency doctors have 15 is nothing to a number of New Brunswick
	("15062345678", "FR", "+15062345678"),
	("919876543210", "US", "+919876543210"),
	# 12843 is a prefix of some Chinese carrier too
	("12843001234", "CN", "+12843001234"),
	# a zero before the country's own code
	("0919812345678", "IN", "+919812345678"),
	("0905551234567", "TR", "+905551234567"),
	("0923001234567", "PK", "+923001234567"),
	("0819012345678", "JP", "+819012345678"),
	# a national number as it is written at home, though another country has such digits
	("(203) 555-0147", "US", "+12035550147"),
	("2012345678", "MX", "+522012345678"),
	("98765 43210", "IN", "+919876543210"),
	("9591234567", "IN", "+919591234567"),
	("15062345678", "CN", "+8615062345678"),
	("(495) 123-45-67", "RU", "+74951234567"),
	("8 (495) 123-45-67", "RU", "+74951234567"),
	("8 912 345-67-89", "RU", "+79123456789"),
	("0431 123456", "DE", "+49431123456"),
	("04922 123456", "DE", "+494922123456"),
	("1 800 411 7246", "US", "+18004117246"),
	("+39 43 12345678", "", "+394312345678"),
	("800 123456", "IT", "+39800123456"),
	# Mexico's mobile prefix of before 2019, after its code
	("52 1 55 1234 5678", "MX", "+525512345678"),
	("5215512345678", "MX", "+525512345678"),
)

DOUBTFUL = (
	("6591234567", "IN", {"+6591234567", "+916591234567"}),
	("6591234567", "ID", {"+6591234567", "+626591234567"}),
	("15712345678", "DE", {"+15712345678", "+4915712345678"}),
	("81312345678", "ID", {"+81312345678", "+6281312345678"}),
	("33612345678", "IT", {"+33612345678", "+3933612345678"}),
	("0491713920012", "DE", {"+491713920012", "+49491713920012"}),
	# a collect call within Brazil, or Istanbul
	("902123456789", "BR", {"+902123456789", "+552123456789"}),
	# 9 for an outside line, or Mumbai
	("912125550147", "US", {"+912125550147", "+12125550147"}),
)

LOCAL = (
	*(("4654321", "ZA"), ("5012345", "SK"), ("6123 4567", "AU"), ("6431234", "NZ"), ("3120123", "NL")),
	*(("63123456", "PH"), ("8212345", "KR"), ("9812345", "IR"), ("4312345", "AT"), ("2712345", "ZA")),
	# as many digits as a number of Niue or of the Cook Islands
	*(("683-7012", "US"), ("6822 1234", "MX"), ("2345 6789", "MX"), ("234 5678", "CO")),
)

IMPOSSIBLE = (
	*(("+39 81 1234567", ""), ("+39 51 123456", ""), ("+39 45 8012345", ""), ("+39 11 2345678", "")),
	*(("81 1234567", "IT"), ("11 2345678", "IT"), ("39 11 2345678", "IT"), ("+39 11 5612345", "")),
	*(("+1 202 055 0147", ""), ("+1 202 155 0147", ""), ("+1 202 911 0147", ""), ("202 911 0147", "US")),
	*(("+1 416 155 0147", ""), ("+1 900 155 0147", ""), ("+1 876 000 0000", ""), ("+1 242 000 1234", "")),
	# Singapore's exit codes are 000 to 039
	*(("0364741330", "SG"), ("0364 741 330", "SG")),
	*(("+1 809 000 1234", ""), ("+1 473 000 1234", ""), ("1 202 411 0147", "CA")),
)


@pytest.mark.parametrize(("text", "country", "e164"), ABROAD)
def test_digits_with_one_plain_meaning_are_dialed(text, country, e164):
	"""A number of another country without its plus is that number where the default country has no such one."""
	assert phone.read(text, country).e164 == e164


@pytest.mark.parametrize("e164", sorted({e164 for _text, _country, e164 in ABROAD}))
def test_expected_numbers_are_valid(e164):
	"""All but mobiles of Italy's 43, which the oldest metadata does not have."""
	assert phonenumbers.is_valid_number(phonenumbers.parse(e164)) or e164.startswith("+3943")


@pytest.mark.parametrize(("text", "country", "numbers"), DOUBTFUL)
def test_digits_with_two_meanings_are_refused(text, country, numbers):
	"""Both numbers are valid, and the sentence names both."""
	assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)
	with pytest.raises(DoubtfulNumberError) as caught:
		phone.read(text, country)
	assert set(caught.value.numbers) == numbers
	assert all(number in caught.value.message for number in numbers)


@pytest.mark.parametrize(("text", "country"), LOCAL)
def test_local_number_is_refused_with_the_area_code_hint(text, country):
	"""Also where its first digits are the country's code or make a number that phonenumbers calls possible."""
	with pytest.raises(LocalNumberError, match="area code"):
		phone.read(text, country)


@pytest.mark.parametrize(("text", "country"), IMPOSSIBLE)
def test_number_that_no_plan_has_is_refused_for_its_beginning(text, country):
	"""Italian landlines without their zero, North American exchanges with 0 or 1 or as N11: no emergency codes."""
	with pytest.raises(InvalidNumberError, match="first digits") as caught:
		phone.read(text, country)
	assert not isinstance(caught.value, ServiceCodeError)


def test_nigerian_number_of_before_2024_is_no_other_number():
	"""NCC put 02 before landlines on 1 January 2024: as long as the metadata has them they are read, then refused."""
	is_known = phonenumbers.is_valid_number(phonenumbers.parse("+23411234567"))
	for text in ("234 1 123 4567", "2341 1234567", "+234 1 123 4567"):
		try:
			assert (phone.read(text, "NG").e164, is_known) == ("+23411234567", True)
		except InvalidNumberError as error:
			assert not is_known
			assert "+23411234567" in error.message
	assert is_known or phone.read("0201 123 4567", "NG").e164 == "+2342011234567"


@pytest.mark.parametrize("text", ("020 7946 0018, #12", "020 7946 0018,#12", "020 7946 0018; # 12"))
def test_hash_after_a_comma_is_an_extension(text):
	"""As after a space; and such a text is one number."""
	number = phone.read(text, "GB")
	assert (number.e164, number.extension) == ("+442079460018", "12")
	assert phone.split(text) == [text]
