"""What may be dialed and where; and what never is, however it is spelt."""

import json

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import numbering, phone, policy
from c2c_frappe.pbx.numbers.policy import Rules, judge
from c2c_frappe.pbx.text import Text

# A loaded machine is no failure.
UNHURRIED = settings(deadline=None)


def only(*countries):
	return Rules(frozenset(countries))


ALLOWED = (
	# number, countries allowed (none: any)
	("+442079460018", ()),
	("+442079460018", ("GB",)),
	("+442079460018", ("US", "gb")),
	("+12025550147", ("US",)),
	("+14165550147", ("CA",)),
	("+18765550147", ("JM",)),
	("+18765550147", ()),
	("+390612345678", ("IT",)),
	("+79161234567", ("RU",)),
	("+77011234567", ("KZ",)),
	("+38344123456", ("XK",)),
	("+24762345", ("AC",)),
	# freephone, one number for a company, internet telephony
	("+448001234567", ("GB",)),
	("+18005550147", ("US",)),
	("+18005550147", ("CA",)),
	("+443301234567", ("GB",)),
	("+445612345678", ("GB",)),
	# exchanges that only look like 976
	("+18009765555", ("US",)),
	("+18769765555", ("JM",)),
	# unknown to the metadata, of a possible length
	("+447700900123", ("GB",)),
	("+447700900123", ()),
	("+393001234567", ("IT",)),
	("+18762000000", ("JM",)),
	("+12422001234", ("BS",)),
	# an area code that is newer than the metadata
	("+12982345678", ("US",)),
	("+12982345678", ("CA",)),
	# pagers and personal numbers of 2023 that are mobiles today
	("+85271023750", ("HK",)),
	("+816026678922", ("JP",)),
	("+6426007301", ("NZ",)),
	# France's islands share a plan with tiny neighbours
	("+590709000448", ("MF",)),
	("+262268901858", ("YT",)),
	("+262269999999", ("YT",)),
	# nothing near it is known
	("+6521234567", ("SG",)),
)

REFUSED = (
	# premium
	("+19005550147", "premium"),
	("+19002550147", "premium"),
	("+19765550147", "premium"),
	("+12129765555", "premium"),
	("+15005550147", "premium"),
	("+18029765555", "premium"),
	("+12469765555", "premium"),
	("+449098790000", "premium"),
	("+449851234567", "premium"),
	("+447012345678", "premium"),
	("+447640123456", "premium"),
	("+448712345678", "premium"),
	# fewer digits than they have
	("+49900123456", "premium"),
	("+499001234567", "premium"),
	# more digits than Germany's premium numbers have: the exchange stops listening after the last one
	("+499001234567890", "premium"),
	("+33899123456", "premium"),
	("+39899123456", "premium"),
	("+391991234567", "premium"),
	("+34803123456", "premium"),
	("+34700123456", "premium"),
	("+41900123456", "premium"),
	("+43900123456", "premium"),
	("+31900123456", "premium"),
	("+611900123456", "premium"),
	("+46900123456", "premium"),
	("+4590123456", "premium"),
	("+48700123456", "premium"),
	("+3531520123456", "premium"),
	("+590810492370", "premium"),
	("+5979001354", "premium"),
	("+2488503867", "premium"),
	("+579010467784", "premium"),
	# shared cost
	("+491801234567", "Shared-cost"),
	("+33820123456", "Shared-cost"),
	("+611300123456", "Shared-cost"),
	("+34901123456", "Shared-cost"),
	("+41848123456", "Shared-cost"),
	("+39848123456", "Shared-cost"),
	("+48801123456", "Shared-cost"),
	# of no country
	("+881612345678", "Satellite"),
	("+88161234", "Satellite"),
	("+88216612345", "Satellite"),
	("+8835100123456", "Satellite"),
	("+870773123456", "Satellite"),
	("+878101234567890", "Satellite"),
	("+979123456789", "Satellite"),
	("+80812345678", "Satellite"),
	("+88812345678", "Satellite"),
	("+80012345678", "Satellite"),
)

ELSEWHERE = (
	("+18765550147", ("US", "CA", "GB")),
	# Jamaica's code, whatever follows it, is not the United States'
	("+18762000000", ("US", "CA")),
	("+18769001234", ("US", "CA")),
	("+12422001234", ("US", "CA")),
	("+18092001234", ("US", "CA")),
	("+14732001234", ("US", "CA")),
	("+12025550147", ("CA",)),
	("+12022220147", ("CA", "JM")),
	("+14165550147", ("US",)),
	("+441534999999", ("GB",)),
	("+441481960194", ("GB",)),
	("+447624123456", ("GB",)),
	("+77011234567", ("RU",)),
	("+390669812345", ("IT",)),
	("+447700900123", ("US", "DE")),
	("+38344123456", ("RS",)),
)


@pytest.mark.parametrize(("e164", "countries"), ALLOWED)
def test_an_ordinary_number_of_an_allowed_country_is_dialed(e164, countries):
	verdict = judge(phone.read(e164), only(*countries))
	assert (verdict.allowed, verdict.failure_code, verdict.message) == (True, "", "")


@pytest.mark.parametrize(("e164", "reason"), REFUSED)
def test_costly_numbers_are_refused_though_every_country_is_allowed(e164, reason):
	verdict = judge(phone.read(e164))
	assert (verdict.allowed, verdict.failure_code) == (False, "number_not_allowed")
	assert reason.lower() in verdict.message.lower()
	assert isinstance(verdict.message, Text)


@pytest.mark.parametrize(("e164", "countries"), ELSEWHERE)
def test_a_number_of_a_country_that_is_not_allowed_is_refused(e164, countries):
	number = phone.read(e164)
	verdict = judge(number, only(*countries))
	assert (verdict.allowed, verdict.failure_code) == (False, "number_not_allowed")
	assert number.country in verdict.message


def spellings(e164):
	"""Return the ways people write a number, each with the country whose habit it is."""
	parsed = phonenumbers.parse(e164)
	region = phonenumbers.region_code_for_country_code(parsed.country_code)
	international = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
	digits = e164[1:]
	written = [
		(e164, ""),
		(international, "US"),
		(f"tel:{e164}", ""),
		(f"00{digits}", "GB"),
		(f"011{digits}", "US"),
	]
	written += [(" ".join(e164), ""), (".".join(digits).join(("00", "")), ""), (f"\u202a{e164}\u202c", "DE")]
	written += [(e164.translate({48 + n: 0x660 + n for n in range(10)}), ""), (f"{e164} x123", "")]
	if region != numbering.NETWORK_REGION:
		national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
		written += [(national, region), (national.replace(" ", ""), region)]
	return written


@pytest.mark.parametrize("e164", [e164 for e164, _reason in REFUSED])
def test_a_refused_number_stays_refused_in_every_spelling(e164):
	for text, country in spellings(e164):
		assert not policy.describe(text, country)["allowed"], (text, country)


@UNHURRIED
@given(
	st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.sampled_from(("PREMIUM_RATE", "SHARED_COST"))
)
def test_no_country_s_premium_or_shared_cost_example_is_dialed(region, kind):
	number = phonenumbers.example_number_for_type(region, getattr(phonenumbers.PhoneNumberType, kind))
	if number:
		e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
		for text, country in spellings(e164):
			assert not policy.describe(text, country, only(region))["allowed"], (text, country)


@UNHURRIED
@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.sampled_from(("FIXED_LINE", "MOBILE")))
def test_every_country_s_ordinary_example_is_dialed_when_that_country_is_allowed(region, kind):
	number = phonenumbers.example_number_for_type(region, getattr(phonenumbers.PhoneNumberType, kind))
	if number:
		e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
		assert judge(phone.read(e164), only(region)).allowed


@UNHURRIED
@given(
	st.integers(0, 9_999_999),
	st.sampled_from(("242", "246", "284", "441", "473", "649", "767", "809", "876")),
)
def test_no_number_with_an_island_s_area_code_passes_as_the_united_states(rest, area):
	try:
		number = phone.read(f"+1{area}{rest:07}")
	except InvalidNumberError:
		return
	assert not judge(number, only("US", "CA")).allowed


@UNHURRIED
@given(st.integers(0, 9_999_999))
def test_nothing_under_900_is_dialed_in_north_america(rest):
	assert not policy.describe(f"+1900{rest:07}")["allowed"]


# --- describe ---


def test_a_number_is_described_as_json_under_the_same_keys_as_a_refusal():
	read, refused = policy.describe("020 7946 0018 x12", "GB"), policy.describe("N/A", "GB")
	assert list(read) == list(refused) == list(json.loads(json.dumps(read)))
	assert read == {
		"input": "020 7946 0018 x12",
		"number": "+442079460018",
		"country": "GB",
		"national": "2079460018",
		"display": "020 7946 0018",
		"type": "fixed_line",
		"extension": "12",
		"time_zones": ["Europe/London"],
		"allowed": True,
		"failure_code": "",
		"message": "",
	}
	assert (refused["number"], refused["allowed"], refused["failure_code"]) == (None, False, "invalid_number")
	assert "letters" in refused["message"]


def test_a_refused_number_is_described_all_the_same():
	described = policy.describe("+1 876 555 0147", "US", only("US"))
	assert (described["number"], described["allowed"]) == ("+18765550147", False)
	assert policy.describe("911", "US")["failure_code"] == "number_not_allowed"
