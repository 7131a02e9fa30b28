"""E.164 becomes what a provider wants, what people want to see, and the time zones where it may be."""

import phonenumbers
import pytest

from c2c_frappe.pbx.errors import ConfigurationError, InvalidNumberError
from c2c_frappe.pbx.numbers import numbering, phone

DIALLED = (
	("+442079460018", "digits", "", "442079460018"),
	("+442079460018", "e164", "", "+442079460018"),
	("+442079460018", "00", "", "00442079460018"),
	("+442079460018", "011", "", "011442079460018"),
	("+12025550147", "00", "US", "0012025550147"),
	("+12025550147", "011", "US", "01112025550147"),
	("+12025550147", "nanp", "", "12025550147"),
	("+18765550147", "nanp", "", "18765550147"),
	("+442079460018", "nanp", "", "011442079460018"),
	("+390612345678", "nanp", "", "011390612345678"),
	("+442079460018", "national", "GB", "02079460018"),
	("+447700900123", "national", "GB", "07700900123"),
	("+390612345678", "national", "IT", "0612345678"),
	("+12025550147", "national", "US", "2025550147"),
	("+79161234567", "national", "RU", "89161234567"),
	("+5511912345678", "national", "BR", "11912345678"),
	# within Australia this one would mean another, so it is dialed as from abroad
	("+6162985", "national", "CC", "00116162985"),
	# no known pattern, and the trunk prefix all the same
	("+6190190215", "national", "AU", "090190215"),
	("+442079460018", "national", "US", "011442079460018"),
	("+18765550147", "national", "US", "18765550147"),
	("+12025550147", "national", "GB", "0012025550147"),
	("+12025550147", "national", "AU", "001112025550147"),
	("+12025550147", "national", "JP", "01012025550147"),
	("+442079460018", "national", "RU", "810442079460018"),
	# the caller chooses a carrier by its exit code
	("+442079460018", "national", "SG", "001442079460018"),
	("+442079460018", "national", "TW", "002442079460018"),
	# Brazil has only carriers' codes, and no country has none: 00
	("+442079460018", "national", "BR", "00442079460018"),
	("+442079460018", "national", "", "00442079460018"),
)


@pytest.mark.parametrize(("number", "style", "country", "dialed"), DIALLED)
def test_every_dial_format_a_provider_wants(number, style, country, dialed):
	assert phone.dial_format(number, style, country) == dialed
	assert phone.dial_format(phone.read(number), style, country) == dialed


def test_every_style_is_in_the_table_above():
	assert {style for _number, style, _country, _dialed in DIALLED} == set(phone.STYLES)


def test_an_unknown_style_names_the_ones_there_are():
	with pytest.raises(ConfigurationError, match="digits, e164"):
		phone.dial_format("+442079460018", "roman")


def test_a_number_that_would_leave_the_country_is_not_written_as_dialed_within_it():
	# 8 before a national number, 810 before a foreign one
	assert phone.read("+71044207946").country == "RU"
	assert phone.dial_format("+71044207946", "national", "RU") == "81071044207946"


def test_a_national_form_that_would_dial_something_else_is_not_written():
	# Indonesia's 008 is a carrier: 0081 20 2555 0147 would ring in Washington.
	with pytest.raises(ConfigurationError, match="another number format"):
		phone.dial_format("+812025550147", "national", "ID")


@pytest.mark.parametrize("text", ("", "442079460018", "020 7946 0018", "+44 20 7946 0018", "*21#", "+1", "x"))
def test_only_e164_is_dialed(text):
	with pytest.raises(InvalidNumberError):
		phone.dial_format(text, "digits")


@pytest.mark.parametrize(
	("number", "country", "shown"),
	(
		("+442079460018", "GB", "020 7946 0018"),
		("+442079460018", "US", "+44 20 7946 0018"),
		("+447700900123", "", "+44 7700 900123"),
		("+12025550147", "US", "(202) 555-0147"),
		("+18765550147", "US", "+1 876-555-0147"),
		("+18005550147", "CA", "(800) 555-0147"),
	),
)
def test_people_see_the_national_form_at_home_and_the_plus_abroad(number, country, shown):
	assert phone.display(number, country) == shown


def test_whole_number_is_shown_with_its_extension():
	"""What is shown with an extension is read as the same number and extension again."""
	number = phone.read("020 7946 0018 ext. 12", "GB")
	shown = phone.display_whole(number, "GB")
	assert (shown, phone.read(shown, "GB")) == ("020 7946 0018 x12", number)
	assert phone.display_whole(phone.read("+442079460018")) == "+44 20 7946 0018"


@pytest.mark.parametrize(
	("number", "zones"),
	(
		("+12025550147", {"America/New_York"}),
		("+18765550147", {"America/Jamaica"}),
		("+33123456789", {"Europe/Paris"}),
		("+919876543210", {"Asia/Calcutta"}),
		("+18005550147", set()),
		("+80012345678", set()),
		("+881612345678", set()),
	),
)
def test_the_time_zones_of_a_number(number, zones):
	assert set(phone.time_zones(number)) == zones


def test_a_number_tied_to_no_place_may_be_in_any_zone_of_its_country():
	assert {"Australia/Perth", "Australia/Sydney"} <= set(phone.time_zones("+61412345678"))


@pytest.mark.parametrize("e164", ("+820079912345678", "+390390000000", "+447700900123", "+4990012345678"))
def test_the_neighbours_of_a_number_are_known_and_begin_as_it_does(e164):
	parsed = phonenumbers.parse(e164)
	near = numbering.neighbours(parsed)
	assert near and all(map(phonenumbers.is_valid_number, near))
	assert {numbering.national_digits(n)[:3] for n in near} == {numbering.national_digits(parsed)[:3]}


def test_an_unknown_number_has_the_zones_of_its_neighbours():
	assert "Europe/London" in phone.time_zones("+447700900123")
