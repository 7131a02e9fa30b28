"""Whatever people type is read or refused, and what was read can be written, shown and read again."""

import re

import phonenumbers
from hypothesis import example, given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.errors import ConfigurationError, InvalidNumberError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.numbers.phone_text import clean

# A loaded machine is no failure.
UNHURRIED = settings(deadline=None)

COUNTRIES = ("", "GB", "US", "DE", "IT", "BR", "RU", "JP", "FR", "IN", "AU", "MX")


def e164_or_error(text, country):
	try:
		return phone.read(text, country).e164
	except InvalidNumberError as error:
		assert error.message and error.failure_code in ("invalid_number", "number_not_allowed")
		return None


def read_or_meanings(text, country):
	"""The number a text is read as, or the sentence that names all it may be."""
	try:
		return [phone.read(text, country).e164]
	except InvalidNumberError as error:
		return error.message


NEAR_NUMBERS = st.text(
	st.one_of(st.sampled_from("0123456789" * 4 + "++ -()./,;x*#\u202a\u00a0٣８\n"), st.characters()),
	max_size=30,
)


@UNHURRIED
@given(st.one_of(st.text(max_size=300), NEAR_NUMBERS), st.sampled_from(COUNTRIES))
@example("tel:%", "GB")
@example("\ud800", "GB")
def test_any_text_is_read_or_refused_and_nothing_else_is_raised(text, country):
	e164 = e164_or_error(text, country)
	assert e164 is None or re.fullmatch(r"\+[1-9][0-9]{1,14}", e164) or e164.startswith("+8")


@UNHURRIED
@given(st.one_of(st.text(max_size=300), NEAR_NUMBERS))
def test_any_text_can_be_split_and_no_digit_is_lost(text):
	digits = re.sub(r"\D", "", clean(text))
	assert re.sub(r"\D", "", "".join(phone.split(text))) == digits


@UNHURRIED
@given(NEAR_NUMBERS, st.sampled_from(COUNTRIES))
@example("+44 00909 879 0000", "")
@example("+49 00900 1234567", "")
@example("00800 12345678", "GB")
def test_reading_the_result_again_gives_the_same_number(text, country):
	e164 = e164_or_error(text, country)
	for other in COUNTRIES if e164 else ():
		assert phone.read(e164, other).e164 == e164


@UNHURRIED
@given(st.integers(10**5, 10**13), st.sampled_from(COUNTRIES[1:]))
def test_what_was_read_can_be_written_in_every_style(digits, country):
	e164 = e164_or_error(str(digits), country)
	for style in phone.STYLES.keys() - {"national"} if e164 else ():
		written = phone.dial_format(e164, style, country)
		assert re.fullmatch(r"\+?[0-9]+", written)
		assert phone.dial_format(e164, "digits") == e164[1:]


@UNHURRIED
@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.data())
def test_example_numbers_of_all_countries_survive_being_shown_and_read(region, data):
	kinds = sorted(phonenumbers.supported_types_for_region(region))
	example_number = phonenumbers.example_number_for_type(region, data.draw(st.sampled_from(kinds)))
	e164 = phonenumbers.format_number(example_number, phonenumbers.PhoneNumberFormat.E164)
	if e164_or_error(e164, "") is None:
		return
	assert phone.read(phone.display(e164, ""), "").e164 == e164
	assert region in phone.read(e164).countries


@UNHURRIED
@given(
	st.integers(10**6, 10**11),
	st.sampled_from(COUNTRIES[1:]),
	st.sampled_from(("SG", "IT", "US", "RU", "JP")),
)
@example(16857237996, "US", "US")
def test_what_is_written_as_dialed_in_a_country_is_read_as_no_other_number_there(digits, country, dialed_in):
	e164 = e164_or_error(str(digits), country)
	try:
		written = phone.dial_format(e164, "national", dialed_in) if e164 else ""
	except ConfigurationError:
		written = ""
	if written:
		assert e164 in read_or_meanings(written, dialed_in)
