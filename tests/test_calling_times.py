"""When a number may be dialed: calling hours where it is, caps, and who asks not to be called."""

import contextlib
import time as time_module
from datetime import datetime, time, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.numbers import policy

# A loaded machine is no failure.
UNHURRIED = settings(deadline=None)

UTC = timezone.utc
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
	with pytest.raises(ConfigurationError, match="not a valid time zone"):
		policy.within_hours(utc(2026, 1, 15, 8), NINE, SIX, [], "Nowhere/Land")


ZONES = st.lists(
	st.sampled_from(
		("Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Kathmandu", "Asia/Tokyo")
	),
	min_size=1,
	unique=True,
)


@UNHURRIED
# The day after summer time ended in America, but not before, they do not agree.
@example(
	datetime(2024, 11, 4, 8), time(0, 0, 0, 1), time(8, 0, 0, 1), ["Europe/London", "America/Los_Angeles"]
)
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
