"""Every region's numbers, as phonenumbers gives them, in every form: never another number than the one meant."""

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import numbering, phone
from c2c_frappe.pbx.numbers.meanings import LocalNumberError
from c2c_frappe.pbx.numbers.phone import DoubtfulNumberError

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS = sorted(value for name, value in vars(PhoneNumberType).items() if name.isupper() and value is not None)
# Plans of each make: with a zero and without, open and closed, with long mobiles, with a prefix that is no zero.
HOMES = ("US", "MX", "DE", "IN", "IT", "BR", "ID", "RU", "SG")


def examples(region, kinds=KINDS):
	"""Yield the region's example numbers."""
	for kind in kinds:
		example = phonenumbers.example_number_for_type(region, kind)
		if example:
			yield example


def e164_of(parsed):
	return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def dialed(text, region):
	"""Return the number as E.164, "" for a refusal."""
	try:
		return phone.read(text, region).e164
	except InvalidNumberError:
		return ""


def forms_of(parsed, region):
	"""Yield the number in national form, E.164, without its plus, after 00 and after the country's exit code."""
	e164 = e164_of(parsed)
	yield phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
	yield from (e164, e164[1:], "00" + e164[1:], numbering.exit_code(region) + e164[1:])


def is_written_so(digits, e164, region):
	"""Whether digits are how people write this number at home: as phonenumbers does, a mobile, or no zero is due."""
	parsed = phonenumbers.parse(e164)
	national = phonenumbers.normalize_digits_only(
		phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
	)
	is_mobile = phonenumbers.number_type(parsed) == PhoneNumberType.MOBILE
	is_bare = PhoneMetadata.metadata_for_region(region).national_prefix != "0"
	is_whole = is_bare or digits == national or (is_mobile and len(digits) <= 10)
	return phonenumbers.is_valid_number(parsed) and is_whole


def test_number_is_never_read_as_another_in_its_country():
	"""E.164, national, without a plus, after 00 and the exit code: that number, or a refusal for three special kinds."""
	refused = []
	for region in REGIONS:
		for parsed in examples(region):
			for text in forms_of(parsed, region):
				try:
					assert (region, text, phone.read(text, region).e164) == (region, text, e164_of(parsed))
				except InvalidNumberError:
					refused.append((region, text))
	# Canada's 310, numbers for whole companies as short as local ones, and a voicemail box.
	assert {region for region, _text in refused} <= {"CA", "IR", "NL", "IT", "VA", "NO", "SJ"}


@pytest.mark.parametrize("home", HOMES)
def test_number_without_plus_is_no_strangers_elsewhere(home):
	"""Landlines and mobiles of all others: that number, a refusal that names it, or a number as written at home."""
	code = phonenumbers.country_code_for_region(home)
	abroad = [each for region in REGIONS for each in examples(region, (0, 1)) if each.country_code != code]
	for e164 in map(e164_of, abroad):
		try:
			dialed = phone.read(e164[1:], home).e164
			assert dialed == e164 or is_written_so(e164[1:], dialed, home), (e164, dialed)
		except DoubtfulNumberError as doubt:
			assert e164 in doubt.numbers
		except LocalNumberError:
			assert len(e164) <= 10


def test_number_without_its_area_code_is_refused_everywhere():
	"""Whatever it begins with, unless the country has one area code, which phonenumbers then puts before it."""
	tried = 0
	for region in REGIONS:
		plan = PhoneMetadata.metadata_for_region(region)
		for parsed in examples(region, (PhoneNumberType.FIXED_LINE,)):
			area = phonenumbers.length_of_geographical_area_code(parsed)
			local = numbering.national_digits(parsed)[area:]
			if not area or plan.national_prefix_transform_rule:
				continue
			code = str(plan.country_code)
			for text in (local, code + local[len(code) :]):
				tried += 1
				assert (region, text, dialed(text, region)) == (region, text, "")
	assert tried > 100
