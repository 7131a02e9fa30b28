"""What the columns and rows of a file of call records mean."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.pbx.imports import columns
from c2c_frappe.pbx.imports.columns import MEANINGS, guess, missing
from c2c_frappe.pbx.imports.rows import (
	DAY_FIRST,
	MONTH_FIRST,
	BrokenRowError,
	InternalCallError,
	Reading,
	read,
)

COLUMN = "c2c_frappe/click_to_call/doctype/pbx_call_import_column/pbx_call_import_column.json"
MEANT = (
	"started_at",
	"caller",
	"called",
	"duration",
	"result",
	"direction",
	"extension",
	"number",
	"record_id",
)


def reading(*meanings, zone="UTC", order=DAY_FIRST):
	return Reading(meanings or MEANT, zone, order, ("GB",), lambda url: str(url or ""))


def row(**cells):
	known = {"started_at": "2026-11-23 12:00:00", "caller": "1000", "called": "447700900123", **cells}
	return read(list(known.values()), reading(*known)).event


class TestColumns:
	@pytest.mark.parametrize(
		("headings", "expected"),
		[
			(
				["Call Start", "Caller ID", "Destination", "Bill Duration", "Hangup Cause", "UniqueID"],
				["started_at", "caller", "called", "duration", "result", "record_id"],
			),
			(
				["calldate", "src", "dst", "duration", "billsec", "disposition", "uniqueid"],
				["started_at", "caller", "called", "", "duration", "result", "record_id"],
			),
			(
				["Datum", "Nebenstelle", "Rufnummer", "Dauer"],
				["started_at", "extension", "number", "duration"],
			),
			(["Début", "Numéro", "Durée"], ["started_at", "number", "duration"]),
			(["colour", "", "weather"], ["", "", ""]),
			(["Start", "Start"], ["started_at", ""]),
			([], []),
		],
	)
	def test_headings_of_many_pbxs_are_understood(self, headings, expected):
		assert guess(headings) == expected

	@given(st.lists(st.text(max_size=12), max_size=8))
	def test_no_meaning_is_guessed_twice(self, headings):
		found = [meaning for meaning in guess(headings) if meaning]
		assert len(guess(headings)) == len(headings) and len(set(found)) == len(found)

	def test_what_no_call_can_be_read_without_is_asked_for(self):
		assert "started" in missing(["number"])
		assert "numbers" in missing(["started_at", "extension"])
		assert "Two columns mean Start" in missing(["started_at", "started_at", "number"])
		assert missing(["", "started_at", "caller"]) == ""

	def test_the_choice_offers_every_meaning(self):
		fields = json.loads((Path(__file__).parent.parent / COLUMN).read_text())["fields"]
		[field] = [field for field in fields if field["fieldname"] == "meaning"]
		assert field["options"].split("\n") == ["", *MEANINGS.values()]
		assert set(columns.BY_LABEL.values()) == set(MEANINGS)


class TestWho:
	@pytest.mark.parametrize(
		("cells", "expected"),
		[
			({}, ("Outgoing", "1000", "+447700900123")),
			({"caller": "07700 900123", "called": "1000"}, ("Incoming", "1000", "+447700900123")),
			({"caller": "1000", "called": "447700900123", "direction": "in"}, None),
			(
				{"caller": "447700900123", "called": "442079460018", "direction": "inbound"},
				("Incoming", "", "+447700900123"),
			),
			(
				{"caller": "442079460018", "called": "447700900123", "extension": "1000"},
				("Outgoing", "1000", "+447700900123"),
			),
			({"number": "+44 7700 900123", "extension": "1001"}, ("Outgoing", "1001", "+447700900123")),
			({"called": 447700900123.0, "caller": 1000}, ("Outgoing", "1000", "+447700900123")),
			({"called": "*4477009XXX"}, ("Outgoing", "1000", "")),
		],
	)
	def test_which_side_is_the_customers_the_numbers_show(self, cells, expected):
		if expected is None:
			with pytest.raises(PbxError):
				row(**cells)
		else:
			event = row(**cells)
			assert (event.direction, event.extension, event.number) == expected

	@pytest.mark.parametrize("cells", [{"called": "1001"}, {"direction": "internal"}])
	def test_a_call_between_two_own_phones_is_none_of_the_log(self, cells):
		with pytest.raises(InternalCallError):
			row(**cells)

	@pytest.mark.parametrize(
		("cells", "words"),
		[
			({"started_at": ""}, "start time"),
			({"started_at": "yesterday"}, "start time"),
			({"started_at": "31/02/2026 10:00"}, "start time"),
			({"caller": "", "called": "not a number"}, "Neither"),
			({"direction": "sideways"}, "sideways"),
		],
	)
	def test_a_row_no_call_can_be_read_from_says_why(self, cells, words):
		with pytest.raises(BrokenRowError, match=words):
			row(**cells)


class TestTimes:
	@pytest.mark.parametrize(
		("text", "order", "expected"),
		[
			("2026-11-23 12:00:00", DAY_FIRST, datetime(2026, 11, 23, 12, 0)),
			("2026-11-23T13:00:00+01:00", DAY_FIRST, datetime(2026, 11, 23, 12, 0)),
			("2026/11/23 12:00", DAY_FIRST, datetime(2026, 11, 23, 12, 0)),
			("03/04/2026 12:00", DAY_FIRST, datetime(2026, 4, 3, 12, 0)),
			("03/04/2026 12:00", MONTH_FIRST, datetime(2026, 3, 4, 12, 0)),
			("3.4.26 9:05:06", DAY_FIRST, datetime(2026, 4, 3, 9, 5, 6)),
			("4/3/2026 1:30 PM", MONTH_FIRST, datetime(2026, 4, 3, 13, 30)),
			("1795435200", DAY_FIRST, datetime(2026, 11, 23, 12, 0)),
			("1795435200000", DAY_FIRST, datetime(2026, 11, 23, 12, 0)),
			("1780123000000", DAY_FIRST, datetime(2026, 5, 30, 6, 36, 40)),
			(datetime(2026, 11, 23, 12, 0), DAY_FIRST, datetime(2026, 11, 23, 12, 0)),
		],
	)
	def test_times_are_read_as_people_and_spreadsheets_write_them(self, text, order, expected):
		cells = [text, "1000", "447700900123"]
		found = read(cells, reading("started_at", "caller", "called", order=order))
		assert found.event.started_at == expected

	@pytest.mark.parametrize(
		("text", "hour"), [("2026-07-01 12:00", 10), ("2026-12-01 12:00", 11), ("2026-12-01 12:00+00:00", 12)]
	)
	def test_times_that_name_no_zone_are_of_the_files(self, text, hour):
		cells = [text, "1000", "447700900123"]
		found = read(cells, reading("started_at", "caller", "called", zone="Europe/Berlin"))
		assert found.event.started_at.hour == hour

	@pytest.mark.parametrize(
		("said", "seconds"),
		[
			("75", 75),
			(75.0, 75),
			("1:15", 75),
			("0:01:15", 75),
			("01:00:00", 3600),
			(time(0, 1, 15), 75),
			(timedelta(seconds=75), 75),
			("", None),
			("long", None),
		],
	)
	def test_a_talk_time_is_read_as_seconds_or_as_a_clock_shows_it(self, said, seconds):
		assert row(duration=said).duration == seconds


class TestResult:
	@pytest.mark.parametrize(
		("cells", "expected"),
		[
			({"result": "ANSWERED"}, status.COMPLETED),
			({"result": "NO ANSWER"}, status.NO_ANSWER),
			({"result": "No-Answer"}, status.NO_ANSWER),
			({"result": "Busy"}, status.BUSY),
			({"result": "CANCEL"}, status.CANCELED),
			({"result": "CONGESTION"}, status.FAILED),
			({"result": "16", "duration": "60"}, status.COMPLETED),
			({"result": "something else", "duration": "60"}, ""),
			({"duration": "60"}, status.COMPLETED),
			({"duration": "0"}, ""),
			({}, ""),
		],
	)
	def test_the_result_is_what_is_said_plainly_and_no_more(self, cells, expected):
		assert row(**cells).status == expected

	def test_the_row_is_kept_and_named_by_its_id_or_by_what_it_says(self):
		named = read(
			["x.1", "2026-11-23 12:00", "1000", "447700900123"],
			reading("record_id", "started_at", "caller", "called"),
		)
		assert named.record_id == "x.1" and named.row["called"] == "447700900123"
		assert named.with_id().event.pbx_call_id == "x.1" and named.event.pbx_call_id == ""
		cells = ["2026-11-23 12:00", "1000", "447700900123"]
		twice = [read(cells, reading("started_at", "caller", "called")) for _n in range(2)]
		other = read(["2026-11-23 12:01", *cells[1:]], reading("started_at", "caller", "called"))
		assert twice[0].record_id == twice[1].record_id != other.record_id


CELLS = (
	st.none()
	| st.text(max_size=20)
	| st.integers()
	| st.floats()
	| st.datetimes()
	| st.times()
	| st.booleans()
)


@given(st.lists(CELLS, max_size=10))
def test_any_row_is_a_record_or_a_reason(cells):
	try:
		found = read(cells, reading())
	except PbxError as error:
		assert error.message
	else:
		assert found.record_id and found.event.started_at and json.dumps(found.row)
