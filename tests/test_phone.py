"""What people type becomes one E.164 number, or a reason why not."""

import phonenumbers
import pytest

from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.numbers.phone import ServiceCodeError
from c2c_frappe.pbx.text import Text

READ = (
	# as Frappe stores it and as people type it, with a country code
	("+44-7700900123", "", "+447700900123"),
	("+44 7700 900123", "US", "+447700900123"),
	("+44 (0)20 7946 0018", "", "+442079460018"),
	("+44 020 7946 0018", "", "+442079460018"),
	("(+44) 20 7946 0018", "", "+442079460018"),
	("++44 20 7946 0018", "", "+442079460018"),
	("+0044 20 7946 0018", "", "+442079460018"),
	("+1.202.555.0147", "", "+12025550147"),
	("+91 98765 43210", "", "+919876543210"),
	("+971-50-123-4567", "", "+971501234567"),
	("+49 (0) 89 / 123 456", "", "+4989123456"),
	# the country decides
	("020 7946 0018", "GB", "+442079460018"),
	("020 7946 0018", "gb", "+442079460018"),
	("07700900123", "GB", "+447700900123"),
	("447700900123", "GB", "+447700900123"),
	("(202) 555-0147", "US", "+12025550147"),
	("202-555-0147", "CA", "+12025550147"),
	("1 (202) 555 0147", "US", "+12025550147"),
	("030/1234567", "DE", "+49301234567"),
	("089 123456", "DE", "+4989123456"),
	("01 23 45 67 89", "FR", "+33123456789"),
	("06.12.34.56.78", "FR", "+33612345678"),
	("091-2345 6789", "IN", "+919123456789"),
	("098765 43210", "IN", "+919876543210"),
	("8 (912) 345-67-89", "RU", "+79123456789"),
	("(11) 91234-5678", "BR", "+5511912345678"),
	("03-1234-5678", "JP", "+81312345678"),
	("0412 345 678", "AU", "+61412345678"),
	("050 123 4567", "AE", "+971501234567"),
	("555 1234", "IS", "+3545551234"),
	# Italy's zero belongs to the number, with and without the code
	("06 1234 5678", "IT", "+390612345678"),
	("+39 06 1234 5678", "", "+390612345678"),
	("+39 (0)6 1234 5678", "", "+390612345678"),
	("347 123 4567", "IT", "+393471234567"),
	# Spain has no trunk zero at all, yet it is written
	("+34 (0)91 123 45 67", "", "+34911234567"),
	("+34 (0)411 23 45 67", "", "+34411234567"),
	# Mexico's mobile 1, gone since 2019
	("+52 1 55 1234 5678", "", "+525512345678"),
	# exit codes
	("0044 7700 900123", "GB", "+447700900123"),
	("0044 7700 900123", "DE", "+447700900123"),
	("0044 7700 900123", "US", "+447700900123"),
	("0044 7700 900123", "", "+447700900123"),
	("00 49 30 12345", "BR", "+493012345"),
	("011 44 7700 900123", "US", "+447700900123"),
	("011 52 55 1234 5678", "CA", "+525512345678"),
	("0011 44 20 7946 0018", "AU", "+442079460018"),
	("010 44 20 7946 0018", "JP", "+442079460018"),
	("810 44 20 7946 0018", "RU", "+442079460018"),
	("00 1 202 555 0147", "KR", "+12025550147"),
	("001 1 202 555 0147", "KR", "+12025550147"),
	# signs and digits that only look different
	("٠٢٠ ٧٩٤٦ ٠٠١٨", "GB", "+442079460018"),
	("＋４４ ２０ ７９４６ ００１８", "", "+442079460018"),
	("\u202a+44\u00a020\u20117946\u20110018\u202c", "", "+442079460018"),
	("\u2066+44 20 7946 0018\u2069", "", "+442079460018"),
	("\u200b+44\u200b20\ufeff79460018", "", "+442079460018"),
	("+44\t20\t7946\t0018", "", "+442079460018"),
	("020–7946—0018", "GB", "+442079460018"),
	("020−7946‒0018", "GB", "+442079460018"),
	("０３ー１２３４ー５６７８", "JP", "+81312345678"),
	("（０３）１２３４－５６７８", "JP", "+81312345678"),
	("020·7946·0018", "GB", "+442079460018"),
	("☎ 020 7946 0018", "GB", "+442079460018"),
	# labels and URIs
	("tel:+44-20-7946-0018", "", "+442079460018"),
	("TEL:+44%2020%207946%200018", "", "+442079460018"),
	("Tel.: 020 7946 0018", "GB", "+442079460018"),
	("ｔｅｌ： 020 7946 0018", "GB", "+442079460018"),
	("Mobile: 07700 900123", "GB", "+447700900123"),
	("M: 07700 900123", "GB", "+447700900123"),
	("020 7946 0018;", "GB", "+442079460018"),
)

REFUSED = (
	("", "GB", "no phone number"),
	("   ", "GB", "no phone number"),
	("\u200b-", "GB", "no phone number"),
	("+", "", "no phone number"),
	("N/A", "GB", "letters"),
	("1-800-FLOWERS", "US", "letters"),
	("call Bob 020 7946 0018", "GB", "letters"),
	("020 7946 0018 home", "GB", "letters"),
	("020 7946 0018²", "GB", "characters"),
	("020 7946 0018!", "GB", "characters"),
	("020 7946 0018\x00", "GB", "characters"),
	("44+2079460018", "GB", "several"),
	("+44 20 7946 0018 +44 7700 900123", "", "several"),
	("020 7946 0018 / 07700 900123", "GB", "several"),
	("020 7946 0018/19", "GB", "several"),
	("0-+44 20 7946 0018", "", "misplaced"),
	("020 7946 0018", "", "no country code"),
	("020 7946 0018", "ZZ", "no country code"),
	("011 44 7700 900123", "", "no country code"),
	("+999 1234567", "", "No country"),
	("+0 20 7946 0018", "", "No country"),
	("555-0147", "US", "area code"),
	("+44 20 7946", "", "area code"),
	("+44 20", "", "too short"),
	("01 23 45", "FR", "too short"),
	("+1 202 555 01477", "", "too long"),
	("02079460018 07700900123", "GB", "too long"),
	("+49 1234567890123456", "", "too long"),
	("+979 1234567890123", "", "too long"),
	# dialed within the country these would leave it
	("+39 00 44 20794600", "", "first digits"),
	("+1 011 442 0794", "", "first digits"),
	("+1 023 456 7890", "", "first digits"),
	("+33 00 1234567", "", "first digits"),
	("1" * 251, "GB", "too long"),
	("1" * 250, "GB", "too long"),
	("020 7946 0018" + " " * 250, "GB", "too long"),
	("+65 612345678", "", "wrong number of digits"),
)

SERVICE_CODES = (
	("911", "US"),
	("9-1-1", "US"),
	("112", ""),
	("112", "DE"),
	("999", "GB"),
	("000", "AU"),
	("110", "JP"),
	("101", "GB"),
	("116 123", "DE"),
	("118118", "GB"),
	("+44 999", ""),
	("+1 911", ""),
	("+49 112", ""),
	("+49 116 123", ""),
	("00 44 999", "US"),
	# a phone exchange hears 911 and stops listening
	("+1 911 555 0147", ""),
	("9115550147", "US"),
	("*21*07700900123#", "GB"),
	("**21*07700900123*11#", "GB"),
	("#31#07700900123", "GB"),
	("＊21＊07700900123＃", "GB"),
	("*67 202 555 0147", "US"),
	("07700 900123#", "GB"),
	("020 7946 0018 / *100#", "GB"),
	("tel:%2A21%2A07700900123%23", "GB"),
)

EXTENSIONS = (
	("020 7946 0018 x123", "123"),
	("020 7946 0018x123", "123"),
	("020 7946 0018 X 12", "12"),
	("020 7946 0018 ext. 123", "123"),
	("020 7946 0018 ext: 123", "123"),
	("020 7946 0018 Extension 00456", "00456"),
	("020 7946 0018,,123", "123"),
	("tel:+44-20-7946-0018;ext=12", "12"),
	("020 7946 0018 доб. 12", "12"),
	("020 7946 0018 ext ٤٥", "45"),
	("020 7946 0018", ""),
)

SPLIT = (
	("020 7946 0018 / 07700 900123", ["020 7946 0018", "07700 900123"]),
	("020 7946 0018; 07700 900123", ["020 7946 0018", "07700 900123"]),
	("020 7946 0018,07700 900123", ["020 7946 0018", "07700 900123"]),
	("020 7946 0018\n07700 900123\r\n", ["020 7946 0018", "07700 900123"]),
	("020 7946 0018 or 07700 900123", ["020 7946 0018", "07700 900123"]),
	("020 7946 0018 oder 07700 900123", ["020 7946 0018", "07700 900123"]),
	("020 7946 0018 & 07700 900123 | 030 123456", ["020 7946 0018", "07700 900123", "030 123456"]),
	("+44 20 7946 0018+44 7700 900123", ["+44 20 7946 0018", "+44 7700 900123"]),
	("+44 20 7946 0018 (+44) 7700 900123", ["+44 20 7946 0018 (+44) 7700 900123"]),
	("020 7946 0018 x12, 07700 900123", ["020 7946 0018 x12", "07700 900123"]),
	("020 7946 0018,,12; 07700 900123", ["020 7946 0018,,12", "07700 900123"]),
	("tel:+442079460018;ext=12;tel:+447700900123", ["tel:+442079460018;ext=12", "tel:+447700900123"]),
	("T: 020 7946 0018\nM: 07700 900123", ["T: 020 7946 0018", "M: 07700 900123"]),
	# one number, however many signs
	("(202) 555-0147", ["(202) 555-0147"]),
	("+44-7700900123", ["+44-7700900123"]),
	("030/1234567", ["030/1234567"]),
	("0211 / 123 456", ["0211 / 123 456"]),
	("+49 89/123456", ["+49 89/123456"]),
	("+49 35797/12345", ["+49 35797/12345"]),
	("0049 35797/12345", ["0049 35797/12345"]),
	# two German numbers, each with its own slash
	("030/1234567, 0211/123456", ["030/1234567", "0211/123456"]),
	("030/1234567/0211/1234567", ["030/1234567", "0211/1234567"]),
	# a fragment stays what it is
	("020 7946 0018/19", ["020 7946 0018", "19"]),
	("020 7946 0018, Bob", ["020 7946 0018"]),
	("", []),
	("N/A", []),
	("none", []),
)


@pytest.mark.parametrize(("text", "country", "e164"), READ)
def test_what_people_type_becomes_e164(text, country, e164):
	assert phone.read(text, country).e164 == e164


@pytest.mark.parametrize(("text", "country", "reason"), REFUSED)
def test_a_text_that_is_no_number_is_refused_with_its_own_reason(text, country, reason):
	with pytest.raises(InvalidNumberError) as caught:
		phone.read(text, country)
	assert caught.value.failure_code == "invalid_number"
	assert reason in caught.value.message
	assert isinstance(caught.value.message, Text), "a sentence that can be translated"
	assert caught.value.message.count(". ") >= 1, "says what is wrong, and the next step"


@pytest.mark.parametrize(("text", "country"), SERVICE_CODES)
def test_service_codes_are_refused_as_not_allowed(text, country):
	with pytest.raises(ServiceCodeError) as caught:
		phone.read(text, country)
	assert caught.value.failure_code == "number_not_allowed"


@pytest.mark.parametrize(("text", "extension"), EXTENSIONS)
def test_digits_dialed_after_the_connect_are_kept_apart(text, extension):
	number = phone.read(text, "GB")
	assert (number.e164, number.extension) == ("+442079460018", extension)


@pytest.mark.parametrize(("text", "pieces"), SPLIT)
def test_a_field_with_several_numbers_is_split(text, pieces):
	assert phone.split(text) == pieces


def test_a_fragment_of_a_number_is_not_completed_by_guessing():
	whole, fragment = phone.split("020 7946 0018/19")
	assert phone.read(whole, "GB").e164 == "+442079460018"
	with pytest.raises(InvalidNumberError):
		phone.read(fragment, "GB")


def test_the_first_country_known_decides():
	assert phone.find("020 7946 0018", ["GB", "US", "IN"]).e164 == "+442079460018"
	assert phone.find("202 555 0147", ["", None, "ZZ", " us ", "GB"]).e164 == "+12025550147"
	with pytest.raises(InvalidNumberError, match="no country code"):
		phone.find("020 7946 0018", [])


def test_a_plus_outweighs_every_country():
	assert phone.find("+44 20 7946 0018", ["US", "DE"]).country == "GB"


@pytest.mark.parametrize(
	("text", "country", "national", "kind"),
	(
		("+442079460018", "GB", "2079460018", "fixed_line"),
		("+447700900123", "GB", "7700900123", "unknown"),
		("+447400123456", "GB", "7400123456", "mobile"),
		("+447911123456", "GG", "7911123456", "mobile"),
		("+12025550147", "US", "2025550147", "fixed_line_or_mobile"),
		("+14165550147", "CA", "4165550147", "fixed_line_or_mobile"),
		("+18765550147", "JM", "8765550147", "mobile"),
		("+390612345678", "IT", "0612345678", "fixed_line"),
		("+441534234567", "JE", "1534234567", "fixed_line"),
		("+77011234567", "KZ", "7011234567", "mobile"),
		("+79161234567", "RU", "9161234567", "mobile"),
		("+38344123456", "XK", "44123456", "mobile"),
		("+80012345678", "", "12345678", "toll_free"),
	),
)
def test_a_number_knows_its_country_and_kind(text, country, national, kind):
	number = phone.read(text)
	assert (number.country, number.national, number.kind) == (country, national, kind)


def test_a_number_unknown_to_the_metadata_is_read_when_its_length_is_possible():
	number = phone.read("+447700900123")
	assert not phonenumbers.is_valid_number(phonenumbers.parse(number.e164))
	assert "mobile" in number.likely_kinds and "premium_rate" not in number.likely_kinds


@pytest.mark.parametrize("text", ("+2290120006499", "+220445607819", "+2435730320289"))
def test_countries_that_lengthened_their_numbers_are_read_with_metadata_of_2023(text):
	assert phone.read(text).e164 == text


def test_benins_new_numbers_are_read_as_written_at_home():
	assert phone.read("01 20 00 64 99", "BJ").e164 == "+2290120006499"
