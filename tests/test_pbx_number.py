"""What a PBX calls a number becomes E.164, whatever form its trunks, its SIP stack or its files give it."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.numbers import pbx_number

# A loaded machine is no failure.
UNHURRIED = settings(deadline=None)

MOBILE, LONDON, WASHINGTON = "+447700900123", "+442079460018", "+12025550147"

READ = (
	# text, countries (account's, site's), number
	("447700900123", (), MOBILE),
	("+447700900123", (), MOBILE),
	("447700900123", ("US", "GB"), MOBILE),
	("447700900123", ("IN",), MOBILE),
	("447700900123", ("DE",), MOBILE),
	("07700900123", ("GB",), MOBILE),
	("07700900123", ("US", "GB"), MOBILE),
	("+44 7700 900123", (), MOBILE),
	("(020) 7946 0018", ("GB",), LONDON),
	("tel:+447700900123", (), MOBILE),
	("tel:+44-7700-900123;phone-context=example.com", (), MOBILE),
	("sip:+447700900123@10.0.0.1", (), MOBILE),
	("sip:07700900123@10.0.0.1:5060;user=phone", ("GB",), MOBILE),
	("sips:%2B447700900123@pbx.example.com", (), MOBILE),
	("sip:+447700900123;npdi=yes@10.0.0.1", (), MOBILE),
	("447700900123@pbx.example.com", (), MOBILE),
	('"Jane Doe" <+447700900123>', (), MOBILE),
	("Jane Doe <sip:07700900123@10.0.0.1>", ("GB",), MOBILE),
	("Jane Doe (+447700900123)", (), MOBILE),
	("<07700900123>", ("GB",), MOBILE),
	("<sip:+442079460018@10.0.0.1>;tag=1", (), LONDON),
	('"Jane" <sip:+442079460018@10.0.0.1;user=phone>;tag=as1', (), LONDON),
	("sip:+442079460018;user=phone", (), LONDON),
	("+44 20 7946 0018 (Jane)", (), LONDON),
	("(020) 7946 0018 (Jane Doe)", ("GB",), LONDON),
	("+44 (0)20 7946 0018 (Jane)", (), LONDON),
	('="07700900123"', ("GB",), MOBILE),
	("'+447700900123", (), MOBILE),
	("+44(0)7700900123", (), MOBILE),
	("00447700900123", (), MOBILE),
	("00447700900123", ("GB",), MOBILE),
	("011447700900123", ("US",), MOBILE),
	("1 (202) 555-0147", ("US",), WASHINGTON),
	("1 (202) 555-0147", ("GB",), WASHINGTON),
	("12025550147", (), WASHINGTON),
	("2025550147", ("US",), WASHINGTON),
	("2025550147", ("GB", "US"), WASHINGTON),
	("8123456789", ("IN",), "+918123456789"),
	("8212345678", ("IN",), "+918212345678"),
	("8612345678", ("IN",), "+918612345678"),
	("6123456789", ("IN",), "+916123456789"),
	("09812345678", ("IN",), "+919812345678"),
	("9812345678", ("IN",), "+919812345678"),
	("13012345678", ("CN",), "+8613012345678"),
	("017139200123", ("DE",), "+4917139200123"),
	("491713920012", ("DE",), "+491713920012"),
	("2214710123", ("DE",), "+492214710123"),
	("0612345678", ("IT",), "+390612345678"),
	# a digit for an outside line
	("907700900123", ("GB",), MOBILE),
	("907400123456", ("GB",), "+447400123456"),
	("9 07700 900123", ("GB",), MOBILE),
	("905321234567", ("GB",), "+905321234567"),
	("001713920012", ("DE",), "+491713920012"),
	("900447700900123", ("GB",), MOBILE),
)

NONE = (
	*(
		"*4477009001",
		"44770090xxxx",
		"44770090XXXX",
		"4477009*****",
		"44770090....",
		"44770090----",
		"44770090 (xxxx)",
		"4477009____",
	),
	*(
		"",
		None,
		"anonymous",
		"Anonymous",
		"unknown",
		"restricted",
		"s",
		"h",
		"-",
		"+",
		"<>",
		'""',
		"0",
		"null",
	),
	*(
		"sip:alice@example.com",
		"sip:@10.0.0.1",
		"tel:",
		"Jane Doe",
		'"Jane Doe" <101>',
		"Ext.101",
		"101",
		"1000",
	),
	*("07700900123x12", "7.7009E+09", "+44770090012x", "#31#07700900123", "07700900123, 07700900124"),
)

STRANGERS = (
	("2025550147", ("US",), "+20"),
	("2025550147", (), "+20"),
	("8123456789", ("IN",), "+81"),
	("8123456789", (), "+81"),
	("447911123456", ("DE",), "+49"),
)


@pytest.mark.parametrize(("text", "countries", "number"), READ)
def test_number_of_a_pbx_is_read_in_every_form(text, countries, number):
	"""National, international, with separators, as a URI, as a caller's name and number, as a spreadsheet's cell."""
	assert pbx_number.read(text, countries) == number


@pytest.mark.parametrize("text", NONE)
@pytest.mark.parametrize("countries", ((), ("GB",), ("US", "DE")))
def test_masked_or_missing_number_is_none(text, countries):
	"""A mask, a name, an extension or two numbers are no number, wherever the PBX stands."""
	assert pbx_number.readings(text, countries) == ()


@pytest.mark.parametrize(("text", "countries", "code"), STRANGERS)
def test_bare_digits_are_never_a_strangers_number(text, countries, code):
	"""Ten digits of home that happen to begin as a foreign country code are not read as that country's."""
	assert not pbx_number.read(text, countries).startswith(code)


def test_second_reading_is_kept_for_the_call_that_has_it():
	"""A number of Singapore at an Indian trunk is an Indian mobile too: an open call or a record may know better."""
	assert pbx_number.readings("6591234567", ("IN",)) == ("+916591234567", "+6591234567")


@pytest.mark.parametrize(
	("text", "country", "number"),
	(
		("912125550147", "US", WASHINGTON.replace("202", "212")),
		("92025550147", "US", WASHINGTON),
		("0347 123 4567", "IT", "+393471234567"),
		("99161234567", "RU", "+79161234567"),
	),
)
def test_digit_for_an_outside_line_is_left_out_of_one_reading(text, country, number):
	"""Also where no zero shows where the number begins: a call that was dialed so is found by its number."""
	assert number in pbx_number.readings(text, (country,))


@pytest.mark.parametrize(
	"text", ("447700900123", "07700900123", "+44 7700 900123", "sip:07700900123@10.0.0.1")
)
def test_number_may_be_any_kind_of_value(text):
	"""JSON gives numbers too."""
	assert pbx_number.read(text, ("GB",)) == MOBILE
	assert pbx_number.read(447700900123, ("GB",)) == MOBILE


@UNHURRIED
@given(st.one_of(st.text(max_size=60), st.text("0123456789+ ()-<>@:;*x\"'=", max_size=30)))
def test_any_text_is_read_or_none(text):
	"""Nothing is raised, and what comes out is a number."""
	for number in pbx_number.readings(text, ("GB", "DE")):
		assert phonenumbers.is_possible_number(phonenumbers.parse(number))


@UNHURRIED
@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.sampled_from(("FIXED_LINE", "MOBILE")))
def test_every_countrys_number_is_read_in_its_forms(region, kind):
	"""phonenumbers' own examples, as the country writes them and with its code, are the number they are."""
	example = phonenumbers.example_number_for_type(region, getattr(phonenumbers.PhoneNumberType, kind))
	if example:
		e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
		national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
		assert pbx_number.read(e164) == e164
		assert e164 in pbx_number.readings(national, (region,))
		assert e164 in pbx_number.readings(e164[1:], (region,))
