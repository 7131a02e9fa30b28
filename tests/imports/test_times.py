"""Times and lengths as people, spreadsheets and PBXs write them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from c2c_frappe.pbx.imports import times
from c2c_frappe.pbx.imports.rows import DAY_FIRST, MONTH_FIRST, BrokenRowError

NOON = datetime(2026, 11, 23, 12, 0)


@pytest.mark.parametrize(
	("text", "order", "expected"),
	[
		("2026-11-23 12:00:00", DAY_FIRST, NOON),
		("2026-11-23T13:00:00+01:00", DAY_FIRST, NOON),
		("2026/11/23 12:00", DAY_FIRST, NOON),
		("03/04/2026 12:00", DAY_FIRST, datetime(2026, 4, 3, 12, 0)),
		("03/04/2026 12:00", MONTH_FIRST, datetime(2026, 3, 4, 12, 0)),
		("3.4.26 9:05:06", DAY_FIRST, datetime(2026, 4, 3, 9, 5, 6)),
		("3.4.26 9:05 Uhr", DAY_FIRST, datetime(2026, 4, 3, 9, 5)),
		("4/3/2026 1:30 PM", MONTH_FIRST, datetime(2026, 4, 3, 13, 30)),
		("4/3/2026 1:30 p. m.", MONTH_FIRST, datetime(2026, 4, 3, 13, 30)),
		("1795435200", DAY_FIRST, NOON),
		("1795435200000", DAY_FIRST, NOON),
		("1780123000000", DAY_FIRST, datetime(2026, 5, 30, 6, 36, 40)),
		(NOON, DAY_FIRST, NOON),
	],
)
def test_a_start_is_read_as_people_and_spreadsheets_write_it(row, text, order, expected):
	assert row(started_at=text, order=order).started_at == expected


@pytest.mark.parametrize(
	("day", "clock", "expected"),
	[
		("23/11/2026", "12:00", NOON),
		("23.11.2026", "12:00:30 Uhr", datetime(2026, 11, 23, 12, 0, 30)),
		("2026-11-23", "12:00 PM", NOON),
		(date(2026, 11, 23), time(12, 0), NOON),
		(datetime(2026, 11, 23), time(12, 0), NOON),
		("2026-11-23 00:00:00", timedelta(hours=12), NOON),
		# One of the two says all of it; the other is something else.
		("23/11/2026 12:00", "00:01:15", NOON),
		("23/11/2026", "2026-11-23 12:00:00", NOON),
	],
)
def test_day_and_time_of_day_in_two_columns_are_one_start(row, day, clock, expected):
	assert row(started_at=None, start_date=day, start_time=clock).started_at == expected


@pytest.mark.parametrize(
	"cells",
	[
		{"started_at": "23/11/2026"},
		{"started_at": date(2026, 11, 23)},
		{"started_at": None, "start_date": "23/11/2026"},
		{"started_at": None, "start_date": "23/11/2026", "start_time": ""},
	],
)
def test_a_day_without_a_time_of_day_is_no_start(row, cells):
	with pytest.raises(BrokenRowError, match=r"2026.* has no time of day"):
		row(**cells)


@pytest.mark.parametrize(
	("text", "words"),
	[
		("", "The start time is missing"),
		("yesterday", "yesterday is not a valid start time"),
		("31/02/2026 10:00", "31/02/2026 10:00 is not a valid start time"),
		("12:00", "12:00 is not a valid start time"),
		("0000-00-00 00:00:00", "0000-00-00 00:00:00 is not a valid start time"),
		(datetime(9999, 12, 31), "is not a valid start time"),
	],
)
def test_a_start_nobody_can_read_breaks_the_row_and_is_shown(row, text, words):
	with pytest.raises(BrokenRowError, match=words):
		row(started_at=text)


@pytest.mark.parametrize(
	("text", "hour"), [("2026-07-01 12:00", 10), ("2026-12-01 12:00", 11), ("2026-12-01 12:00+00:00", 12)]
)
def test_times_that_name_no_zone_are_of_the_files(row, text, hour):
	assert row(started_at=text, zone="Europe/Berlin").started_at.hour == hour


def test_an_end_without_a_day_is_the_next_after_the_start(row):
	berlin = {"zone": "Europe/Berlin", "started_at": "2026-11-23 23:59:00"}
	assert row(**berlin, ended_at="23:59:30").ended_at == datetime(2026, 11, 23, 22, 59, 30)
	assert row(**berlin, ended_at="0:01").ended_at == datetime(2026, 11, 23, 23, 1)


@pytest.mark.parametrize(
	("said", "seconds"),
	[
		("75", 75),
		(75.0, 75),
		("75,0", 75),
		("1:15", 75),
		("0:01:15", 75),
		("01:00:00", 3600),
		(time(0, 1, 15), 75),
		(timedelta(seconds=75), 75),
		("1m 15s", 75),
		("PT1M15S", 75),
		("75 sec", 75),
		("75 Sek.", 75),
		("1 Min. 15 Sek.", 75),
		("1 Minute und 15 Sekunden", 75),
		("1 minuto y 15 segundos", 75),
		("1 heure 1 minute", 3660),
		("1 Std. 1 Min.", 3660),
		("", None),
		("-", None),
		("long", None),
	],
)
def test_a_talk_time_is_read_as_it_is_written(row, said, seconds):
	assert row(duration=said).duration == seconds


def test_hours_and_minutes_are_read_only_where_a_file_has_them():
	assert times.seconds("1:15") == 75
	assert times.seconds("1:15", has_hours_and_minutes=True) == 4500


def test_a_time_of_day_alone_is_no_moment():
	assert times.read("9:05", ZoneInfo("UTC"), DAY_FIRST) == time(9, 5)
