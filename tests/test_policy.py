"""What may be dialled, where and when; and what never is, however it is spelt."""

import contextlib
import json
import time as time_module
from datetime import datetime, time, timedelta, timezone

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.errors import ConfigurationError, InvalidNumberError
from c2c_frappe.pbx.numbers import numbering, phone, policy
from c2c_frappe.pbx.numbers.policy import Rules, judge
from c2c_frappe.pbx.text import Text

# A loaded machine is no failure.
UNHURRIED = settings(deadline=None)

UTC = timezone.utc


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
	("+12021550147", ("US",)),
	("+14161550147", ("CA",)),
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
	("+11386590708", ("US",)),
)

REFUSED = (
	# premium
	("+19005550147", "premium"),
	("+19001550147", "premium"),
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
	("+18760000000", ("US", "CA")),
	("+18769001234", ("US", "CA")),
	("+12420001234", ("US", "CA")),
	("+18090001234", ("US", "CA")),
	("+14730001234", ("US", "CA")),
	("+12025550147", ("CA",)),
	("+12021550147", ("CA", "JM")),
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
def test_an_ordinary_number_of_an_allowed_country_is_dialled(e164, countries):
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
def test_no_country_s_premium_or_shared_cost_example_is_dialled(region, kind):
	number = phonenumbers.example_number_for_type(region, getattr(phonenumbers.PhoneNumberType, kind))
	if number:
		e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
		for text, country in spellings(e164):
			assert not policy.describe(text, country, only(region))["allowed"], (text, country)


@UNHURRIED
@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.sampled_from(("FIXED_LINE", "MOBILE")))
def test_every_country_s_ordinary_example_is_dialled_when_that_country_is_allowed(region, kind):
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
def test_nothing_under_900_is_dialled_in_north_america(rest):
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


# --- calling hours ---

NINE, SIX = time(9), time(18)


def utc(*parts):
	return datetime(*parts, tzinfo=UTC)


HOURS = (
	# now, start, end, zones, open?
	(utc(2026, 1, 15, 9, 0), NINE, SIX, ["Europe/London"], True),
	(utc(2026, 1, 15, 8, 59, 59), NINE, SIX, ["Europe/London"], False),
	(utc(2026, 1, 15, 17, 59, 59), NINE, SIX, ["Europe/London"], True),
	(utc(2026, 1, 15, 18, 0), NINE, SIX, ["Europe/London"], False),
	# summer time moves the hours
	(utc(2026, 7, 15, 8, 0), NINE, SIX, ["Europe/London"], True),
	(utc(2026, 7, 15, 17, 0), NINE, SIX, ["Europe/London"], False),
	# in spring 01:30 does not exist: 01:00 UTC is 02:00
	(utc(2026, 3, 29, 0, 59), time(1, 30), time(2, 30), ["Europe/London"], False),
	(utc(2026, 3, 29, 1, 0), time(1, 30), time(2, 30), ["Europe/London"], True),
	(utc(2026, 3, 29, 1, 30), time(1, 30), time(2, 30), ["Europe/London"], False),
	# in autumn 01:30 comes twice, and both are in
	(utc(2026, 10, 25, 0, 30), time(1, 15), time(1, 45), ["Europe/London"], True),
	(utc(2026, 10, 25, 1, 30), time(1, 15), time(1, 45), ["Europe/London"], True),
	(utc(2026, 10, 25, 2, 0), time(1, 15), time(1, 45), ["Europe/London"], False),
	# the day another continent has
	(utc(2026, 1, 15, 0, 0), NINE, SIX, ["Asia/Tokyo"], True),
	(utc(2026, 1, 15, 23, 59), NINE, SIX, ["Asia/Tokyo"], False),
	(utc(2026, 1, 15, 3, 29), NINE, SIX, ["Asia/Kolkata"], False),
	(utc(2026, 1, 15, 3, 30), NINE, SIX, ["Asia/Kolkata"], True),
	# all zones must agree
	(utc(2026, 1, 15, 14, 30), NINE, SIX, ["America/New_York", "America/Chicago"], False),
	(utc(2026, 1, 15, 15, 0), NINE, SIX, ["America/New_York", "America/Chicago"], True),
	(utc(2026, 1, 15, 23, 30), NINE, SIX, ["America/New_York", "America/Chicago"], False),
	# hours over midnight
	(utc(2026, 1, 15, 23, 0), time(22), time(6), ["Europe/London"], True),
	(utc(2026, 1, 15, 5, 59), time(22), time(6), ["Europe/London"], True),
	(utc(2026, 1, 15, 6, 0), time(22), time(6), ["Europe/London"], False),
	(utc(2026, 1, 15, 21, 59), time(22), time(6), ["Europe/London"], False),
	# one bound, none, equal ones
	(utc(2026, 1, 15, 23, 59), NINE, None, ["Europe/London"], True),
	(utc(2026, 1, 15, 8, 59), NINE, None, ["Europe/London"], False),
	(utc(2026, 1, 15, 0, 0), None, SIX, ["Europe/London"], True),
	(utc(2026, 1, 15, 18, 0), None, SIX, ["Europe/London"], False),
	(utc(2026, 1, 15, 3, 0), None, None, ["Europe/London"], True),
	(utc(2026, 1, 15, 3, 0), NINE, NINE, ["Europe/London"], True),
	# none known, or none that exists: the site's, which is in Berlin
	(utc(2026, 1, 15, 8, 0), NINE, SIX, [], True),
	(utc(2026, 1, 15, 7, 59), NINE, SIX, [], False),
	(utc(2026, 1, 15, 8, 0), NINE, SIX, ["Etc/Unknown", "", "../etc/passwd"], True),
	# a moment without a zone is UTC
	(datetime(2026, 1, 15, 8, 0), NINE, SIX, [], True),
	# a Russian mobile's zones never agree from nine to six: the site's decides
	(utc(2026, 1, 15, 8, 0), NINE, SIX, ["Europe/Kaliningrad", "Asia/Kamchatka"], True),
	(utc(2026, 1, 15, 7, 0), NINE, SIX, ["Europe/Kaliningrad", "Asia/Kamchatka"], False),
	# 12 hours do: ten hours apart leaves two
	(utc(2026, 1, 15, 8, 0), time(8), time(20), ["Europe/Kaliningrad", "Asia/Kamchatka"], False),
	(utc(2026, 1, 15, 7, 0), time(8), time(20), ["Europe/Kaliningrad", "Asia/Kamchatka"], True),
)


@pytest.mark.parametrize(("now", "start", "end", "zones", "is_open"), HOURS)
def test_calling_hours_hold_where_the_number_is(now, start, end, zones, is_open):
	assert policy.within_hours(now, start, end, zones, "Europe/Berlin") is is_open


def test_a_moment_without_a_zone_is_utc_whatever_the_machine_s_zone(monkeypatch):
	monkeypatch.setenv("TZ", "Asia/Tokyo")
	with contextlib.ExitStack() as stack:
		stack.callback(time_module.tzset)
		stack.callback(monkeypatch.undo)
		time_module.tzset()
		assert policy.within_hours(datetime(2026, 1, 15, 9, 0), NINE, SIX, ["Europe/London"], "UTC")
		assert not policy.within_hours(datetime(2026, 1, 15, 18, 0), NINE, SIX, ["Europe/London"], "UTC")


def test_without_hours_no_zone_is_asked_for():
	assert policy.within_hours(utc(2026, 1, 15, 3), None, None, [], "Nowhere/Land")


def test_a_site_zone_that_does_not_exist_is_the_admin_s_mistake():
	with pytest.raises(ConfigurationError, match="no time zone"):
		policy.within_hours(utc(2026, 1, 15, 8), NINE, SIX, [], "Nowhere/Land")


ZONES = st.lists(
	st.sampled_from(
		("Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Kathmandu", "Asia/Tokyo")
	),
	min_size=1,
	unique=True,
)


@UNHURRIED
@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.times(), st.times(), ZONES)
def test_one_more_zone_never_opens_what_another_closes_while_they_can_agree(now, start, end, zones):
	def is_open(places):
		return policy.within_hours(now, start, end, places, "UTC")

	minutes = [now + timedelta(minutes=m) for m in range(-24 * 60, 24 * 60, 15)]
	agree = any(
		all(policy.within_hours(minute, start, end, [zone], "UTC") for zone in zones) for minute in minutes
	)
	if agree:
		assert is_open(zones) == all(is_open([zone]) for zone in zones)


# --- caps and do-not-call ---


@pytest.mark.parametrize(
	("counts", "limits", "reached"),
	(
		({"minute": 4, "day": 99}, {"minute": 5, "day": 100}, ""),
		({"minute": 5, "day": 99}, {"minute": 5, "day": 100}, "minute"),
		({"minute": 4, "day": 100}, {"minute": 5, "day": 100}, "day"),
		({"minute": 5, "day": 100}, {"minute": 5, "day": 100}, "minute"),
		({"minute": 1000}, {"minute": 0, "day": None}, ""),
		({}, {"minute": 1}, ""),
		({"hour": 9}, {}, ""),
	),
)
def test_a_cap_that_is_reached_is_named(counts, limits, reached):
	assert policy.over_cap(counts, limits) == reached


@pytest.mark.parametrize(
	("flag", "status", "is_refused"),
	(
		(0, "Open", False),
		(None, None, False),
		(1, "", True),
		(True, "Open", True),
		(0, "Do Not Contact", True),
	),
)
def test_do_not_call_is_our_flag_or_the_lead_s_status(flag, status, is_refused):
	assert policy.is_do_not_call(flag, status) is is_refused
