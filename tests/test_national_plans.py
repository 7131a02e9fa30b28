"""National conventions: country codes without a plus, local numbers, trunk prefixes, extensions, reasons.

Expected values come from the national numbering plans (Bundesnetzagentur, RTR, ACMA, Anatel, DoT, NANPA, AGCOM, CRC, IFT),
and `test_expected_numbers_are_valid` asks phonenumbers about them.
"""

import phonenumbers
import pytest

from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import phone, policy
from c2c_frappe.pbx.numbers.phone import ServiceCodeError
from c2c_frappe.pbx.numbers.policy import Rules

GERMAN_PREFIXES = (
	*("151", "152", "157", "160", *map(str, range(170, 180))),
	*("221", "211", "711", "341", "345"),
)
# Long enough to be a number under each prefix, and such that +49 49... is one of Leer's or Borkum's too.
GERMAN_REST = {"15": "12345678", "16": "1234567", "17": "3920012"}

# What names its country without a plus is of that country.
BARE_COUNTRY_CODES = (
	("49 171 3920012", "DE", "+491713920012"),
	("491713920012", "DE", "+491713920012"),
	("49 221 4710123", "DE", "+492214710123"),
	("46 8 123456", "SE", "+468123456"),
	("62 21 8350123", "ID", "+62218350123"),
	("383 44 123456", "XK", "+38344123456"),
	("43 1 7120000", "AT", "+4317120000"),
	("39 06 1234 5678", "IT", "+390612345678"),
	("44 20 7946 0018", "GB", "+442079460018"),
	("1 202 555 0147", "US", "+12025550147"),
	# a national number whose first digits happen to be the country's code
	("9123456789", "IN", "+919123456789"),
	("55 91234-5678", "BR", "+5555912345678"),
	("391 234 5678", "IT", "+393912345678"),
	("47 12 34 56", "NO", "+4747123456"),
	("041 234 56 78", "CH", "+41412345678"),
	("04917 912345", "DE", "+494917912345"),
)

# A whole number that lost its trunk zero, or never has one.
WHOLE = (
	("7700 900123", "GB", "+447700900123"),
	("7400 123456", "GB", "+447400123456"),
	("20 7946 0018", "GB", "+442079460018"),
	("171 3920012", "DE", "+491713920012"),
	("664 1234567", "AT", "+436641234567"),
	("664 123456", "AT", "+43664123456"),
	("412 345 678", "AU", "+61412345678"),
	("98765 43210", "IN", "+919876543210"),
	("11 91234-5678", "BR", "+5511912345678"),
	("6 12 34 56 78", "FR", "+33612345678"),
	("44 668 18 00", "CH", "+41446681800"),
	("1800 975 707", "AU", "+611800975707"),
	("21 123 456", "NZ", "+6421123456"),
	("916 123 45 67", "RU", "+79161234567"),
)

# May be a local number, whose area code only the writer knows.
LOCAL = (
	("4711223", "DE"),
	("471122", "DE"),
	("12345678", "DE"),
	("1234567", "AT"),
	("91234-5678", "BR"),
	("1234-5678", "BR"),
	("12345678", "AU"),
	("23456789", "IN"),
	("8123 4567", "CN"),
	("8350123", "ID"),
	("8123456", "SE"),
	("7123 456", "IE"),
	("2345 6789", "EG"),
	("234 5678", "NL"),
)

IMPOSSIBLE = (
	("1234567890", "US", "first digits"),
	("+1 123 456 7890", "", "first digits"),
	("+1 023 456 7890", "", "first digits"),
	("+1 611 555 0147", "", "first digits"),
	("+39 6 1234 5678", "", "first digits"),
	("39 6 1234 5678", "IT", "first digits"),
	("+44 4412 345678", "", "first digits"),
)

MEXICAN = (
	("044 55 1234 5678", "+525512345678"),
	("045 55 1234 5678", "+525512345678"),
	("01 55 1234 5678", "+525512345678"),
	("045 (222) 123-4567", "+522221234567"),
	("55 1234 5678", "+525512345678"),
	("+52 1 55 1234 5678", "+525512345678"),
	("+52 044 55 1234 5678", "+525512345678"),
)

EXTENSIONS = (
	("212-555-0147, ext. 5", "US", "+12125550147", "5"),
	("212-555-0147; ext 5", "US", "+12125550147", "5"),
	("212-555-0147, x5", "US", "+12125550147", "5"),
	("030 1234567 DW 12", "DE", "+49301234567", "12"),
	("030 1234567 Dw. 12", "DE", "+49301234567", "12"),
	("(11) 3123-4567 ramal 12", "BR", "+551131234567", "12"),
	("(11) 3123-4567 r. 12", "BR", "+551131234567", "12"),
	("(11) 3123-4567 R.12", "BR", "+551131234567", "12"),
	("020 7946 0018 #12", "GB", "+442079460018", "12"),
	("020 7946 0018#12", "GB", "+442079460018", "12"),
	("+1 212 555 0147 # 5", "", "+12125550147", "5"),
	("(020) 7946 0018#1234", "GB", "+442079460018", "1234"),
)


@pytest.mark.parametrize(("text", "country", "e164"), (*BARE_COUNTRY_CODES, *WHOLE))
def test_number_without_plus_names_its_country(text, country, e164):
	"""A number without a plus that names its country, or is whole without it, is read as what it is."""
	assert phone.read(text, country).e164 == e164


@pytest.mark.parametrize("prefix", GERMAN_PREFIXES)
def test_german_code_without_plus_is_no_landline_in_leer(prefix):
	"""49 171 ... is a mobile, not +49 49171 ..., though phonenumbers calls both valid."""
	rest = GERMAN_REST.get(prefix[:2], "4710123")
	for text in (f"49 {prefix} {rest}", f"49{prefix}{rest}"):
		assert phone.read(text, "DE").e164 == f"+49{prefix}{rest}"


@pytest.mark.parametrize(("_text", "_country", "e164"), (*BARE_COUNTRY_CODES, *WHOLE))
def test_expected_numbers_are_valid(_text, _country, e164):
	"""The expected values are numbers of their plans, but for those set aside for fiction."""
	parsed = phonenumbers.parse(e164)
	assert phonenumbers.is_valid_number(parsed) or e164 in ("+447700900123", "+4747123456")


def test_two_readings_are_refused_with_both_named():
	"""One digit short, 49 171 ... is no mobile but a number in Leer: neither is dialed unasked."""
	with pytest.raises(InvalidNumberError) as caught:
		phone.read("49 171 392001", "DE")
	assert "+49171392001" in caught.value.message and "+4949171392001" in caught.value.message


@pytest.mark.parametrize(("text", "country"), LOCAL)
def test_number_that_may_be_local_is_refused(text, country):
	"""Without its area code nobody knows which town's number it is."""
	with pytest.raises(InvalidNumberError) as caught:
		phone.read(text, country)
	assert not isinstance(caught.value, ServiceCodeError)
	assert "area code" in caught.value.message


@pytest.mark.parametrize(("text", "country", "reason"), IMPOSSIBLE)
def test_number_no_plan_can_have_is_refused(text, country, reason):
	"""An area code that begins with 1, an Italian landline without its zero: nobody has such a number."""
	with pytest.raises(InvalidNumberError) as caught:
		phone.read(text, country)
	assert reason in caught.value.message


@pytest.mark.parametrize(("text", "e164"), MEXICAN)
def test_mexican_prefixes_of_before_2019_are_left_out(text, e164):
	"""044, 045 and 01 went in August 2019, and are still on business cards."""
	assert phone.read(text, "MX").e164 == e164


@pytest.mark.parametrize(("text", "country", "e164", "extension"), EXTENSIONS)
def test_extension_is_read_in_every_spelling(text, country, e164, extension):
	"""The words for an extension in German and Portuguese, a comma before it, and the # that Frappe lets through."""
	number = phone.read(text, country)
	assert (number.e164, number.extension) == (e164, extension)
	assert phone.split(text) == [text]


@pytest.mark.parametrize("text", ("#31#07700900123", "*21*07700900123#12", "07700 900123#", "#12", "*#06#12"))
def test_hash_elsewhere_is_still_a_code(text):
	"""Only digits after the # of a whole number are an extension."""
	with pytest.raises(ServiceCodeError):
		phone.read(text, "GB")


def test_old_number_of_bogota_is_no_emergency_code():
	"""+57 1 2345678 lacks digits since 2021; that 123 is Colombia's emergency number has nothing to do with it."""
	with pytest.raises(InvalidNumberError) as caught:
		phone.read("+57 1 2345678")
	assert not isinstance(caught.value, ServiceCodeError)
	assert "number of digits" in caught.value.message or "short" in caught.value.message


def test_austrian_extension_after_a_hyphen_is_no_emergency_code():
	"""Vienna's 1 123... is dialed after a zero or +43, so nobody's exchange hears 112."""
	number = phone.read("+43 (0)1 1234567-12", "AT")
	assert (number.e164, policy.judge(number).allowed) == ("+431123456712", True)


@pytest.mark.parametrize(
	("number", "allowed"), (("+441534234567", "GB"), ("+441481234567", "GB"), ("+447624123456", "GB"))
)
def test_refused_island_is_said_to_be_a_country_of_its_own(number, allowed):
	"""A number of Jersey, Guernsey or Man looks British."""
	verdict = policy.judge(phone.read(number), Rules(frozenset({allowed})))
	assert verdict.failure_code == "number_not_allowed"
	assert "separate country" in verdict.message and allowed in verdict.message


def test_refused_foreign_number_gets_no_such_hint():
	"""France shares nothing with Britain."""
	verdict = policy.judge(phone.read("+33 1 23 45 67 89"), Rules(frozenset({"GB"})))
	assert "separate country" not in verdict.message


@pytest.mark.parametrize(
	("text", "country"),
	[
		("447911123456", "DE"),
		("33612345678", "DE"),
		("41791234567", "DE"),
		("436641234567", "DE"),
		("36201234567", "AT"),
	],
)
def test_mobile_abroad_without_plus_is_no_landline_at_home(text, country):
	"""A foreign mobile number whose + was lost is refused, and both readings are named; never a stranger."""
	with pytest.raises(InvalidNumberError) as refusal:
		phone.find(text, (country,))
	assert f"+{text}" in str(refusal.value.message)
