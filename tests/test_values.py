"""Times and durations as PBXs write them: read alike everywhere, and what is not set is none."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import events, facts, status, values
from c2c_frappe.pbx.calls.events import CallEvent

NOON = datetime(2026, 11, 23, 12, 0)
NOT_SET = [
	None,
	"",
	" ",
	0,
	"0",
	"0.0",
	"-",
	"--",
	"null",
	"None",
	"N/A",
	"0000-00-00",
	"0000-00-00 00:00:00",
	"0000-00-00T00:00:00.000Z",
	"0001-01-01T00:00:00Z",
	"0001-01-01 00:00:00",
	"1970-01-01 00:00:00",
	"1970-01-01T00:00:00+00:00",
	"1970-01-01 05:30:00",
	"1969-12-31 19:00:00",
	"9999-12-31 23:59:59",
	"Thu, 01 Jan 1970 00:00:00 GMT",
]


class TestMoment:
	@pytest.mark.parametrize(
		"text",
		[
			"2026-11-23 12:00:00",
			"2026-11-23 12:00",
			"2026-11-23T12:00:00Z",
			"2026-11-23T13:00:00+01:00",
			"2026-11-23T13:00:00.000+0100",
			"2026-11-23 13:00:00 +0100",
			"2026-11-23T13:00:00+01",
			"2026-11-23 12:00:00 UTC",
			"2026-11-23T12:00:00.0000000Z",
			"2026/11/23 12:00:00",
			"20261123120000",
			"Mon, 23 Nov 2026 12:00:00 GMT",
			"Mon, 23 Nov 2026 13:00:00 +0100",
			1795435200,
			"1795435200",
			"1795435200.0",
			1795435200000,
			"1795435200000",
			"1795435200000000",
		],
	)
	def test_every_way_to_write_noon_is_noon(self, text):
		"""A time is read alike as ISO, as an e-mail's, and as seconds, milliseconds or microseconds since 1970."""
		assert values.parse_timestamp(text) == NOON
		assert not values.is_unreadable_timestamp(text)

	def test_thirteen_digits_are_milliseconds(self):
		"""1780123000000 is a day of May 2026, not of the year 1780, as a reader of ISO dates takes it for."""
		assert values.parse_timestamp("1780123000000") == datetime(2026, 5, 30, 6, 36, 40)

	@pytest.mark.parametrize("text", NOT_SET)
	def test_a_time_not_set_is_none_in_any_zone(self, text):
		"""Zero, null, a dash, the epoch, also shifted by a zone, and the year 1 are no time, and nothing unread."""
		for zone in (timezone.utc, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York")):
			assert values.parse_timestamp(text, zone) is None
		assert not values.is_unreadable_timestamp(text)

	@pytest.mark.parametrize("text", ["yesterday", "12:00", "23.11.", "2026-13-40 00:00:00", "-1", "nan", {}])
	def test_text_that_is_no_time_is_unreadable(self, text):
		"""What stands there and cannot be read is told from what is not there."""
		assert values.parse_timestamp(text) is None
		assert values.is_unreadable_timestamp(text)

	def test_a_time_without_a_zone_is_of_the_zone_given(self):
		"""India's noon is 06:30 in UTC; a time with a zone of its own keeps it."""
		kolkata = ZoneInfo("Asia/Kolkata")
		assert values.parse_timestamp("2026-11-23 17:30:00", kolkata) == NOON
		assert values.parse_timestamp("2026-11-23T12:00:00Z", kolkata) == NOON
		assert values.parse_timestamp("1795435200", kolkata) == NOON

	@given(st.text(max_size=30) | st.integers() | st.floats() | st.none() | st.booleans())
	def test_nothing_raises_and_all_is_within_the_years(self, value):
		"""Whatever a PBX writes, the result can be stored and reckoned with."""
		found = values.parse_timestamp(value, ZoneInfo("Pacific/Auckland"))
		assert found is None or (found.year in values.YEARS and found.tzinfo is None)

	@given(st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)))
	def test_what_python_writes_is_read_back(self, moment):
		"""Any moment of the century, in any of Python's own spellings, is read as itself."""
		aware = moment.replace(tzinfo=timezone.utc)
		assert values.parse_timestamp(moment.isoformat()) == moment
		assert values.parse_timestamp(aware.isoformat(" ")) == moment
		assert values.parse_timestamp(format_datetime(aware)) == moment.replace(microsecond=0)
		assert values.parse_timestamp(int(aware.timestamp())) == moment.replace(microsecond=0)


class TestSeconds:
	@pytest.mark.parametrize(
		("text", "seconds"),
		[
			(75, 75),
			("75", 75),
			("75.4", 75),
			("1:15", 75),
			("15:05", 905),
			("0:30", 30),
			("0:00:30", 30),
			("1:00:30", 3630),
			("00:01:15.6", 76),
			("75 sec", 75),
			("1m 15s", 75),
			("1h 2 min", 3720),
			("PT1M15S", 75),
			("0", 0),
		],
	)
	def test_a_duration_is_read_in_every_spelling(self, text, seconds):
		"""Seconds, mm:ss and h:mm:ss as CommPeak writes them, and units."""
		assert values.parse_duration(text) == seconds
		assert not values.is_unreadable_duration(text)

	@pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf", "1e99", "1:75", "75ms", "999999999", {}])
	def test_text_that_is_no_duration_is_unreadable(self, text):
		"""It is none, and told from an empty one."""
		assert values.parse_duration(text) is None
		assert values.is_unreadable_duration(text)

	@pytest.mark.parametrize("text", ["", None, "-", "null"])
	def test_an_empty_duration_is_none_and_nothing_unread(self, text):
		"""What is not set is not zero seconds."""
		assert values.parse_duration(text) is None
		assert not values.is_unreadable_duration(text)

	@given(st.text(max_size=20) | st.floats() | st.integers())
	def test_nothing_raises(self, value):
		"""A duration is a whole number of seconds within a week, or none."""
		found = values.parse_duration(value)
		assert found is None or 0 <= found < 7 * 86400


class TestDirection:
	@pytest.mark.parametrize(
		("word", "direction"),
		[
			("in", "Incoming"),
			("Inbound", "Incoming"),
			("Queue Inbound", "Incoming"),
			("InBound", "Incoming"),
			("call_in", "Incoming"),
			("incoming", "Incoming"),
			("out", "Outgoing"),
			("Outbound", "Outgoing"),
			("Queue Outbound", "Outgoing"),
			("OUTGOING", "Outgoing"),
			("outbound-dial", "Outgoing"),
			("Internal", "Internal"),
			("local", "Internal"),
		],
	)
	def test_a_direction_is_read_by_what_the_word_holds(self, word, direction):
		"""CommPeak writes Inbound, Outbound, Queue Inbound and local; others much the same."""
		assert values.direction(word) == direction

	@pytest.mark.parametrize(
		"word", ["", None, "sideways", "click2call", "ringing", "missing", "3", "Manual"]
	)
	def test_any_other_word_is_no_direction(self, word):
		"""A word nobody knows is never taken for an outgoing call, though "ringing" holds "in"."""
		assert values.direction(word) == ""


TIMES = st.none() | st.datetimes()
STATUSES = st.sampled_from(["", *status.ALL])


class TestWhatAnEventCanSay:
	@given(st.sampled_from(["progress", "end", "record"]), STATUSES, TIMES, TIMES)
	def test_any_event_that_can_be_made_can_be_folded(self, source, call_status, answered_at, ended_at):
		"""An event is ranked when it is read: folding, ranking and storing it later raise nothing."""
		event = CallEvent(source, call_status, answered_at=answered_at, ended_at=ended_at)
		# An end without a cause is worth that the call is over.
		assert event.evidence is None or event.evidence.status == (event.status or status.UNKNOWN)
		assert events.from_stored(json.loads(json.dumps(event.as_stored()))) == event
		for moment in facts.fold([event]).values():
			assert not isinstance(moment, datetime) or moment.year in values.YEARS

	def test_a_call_that_goes_on_has_no_end_whatever_stands_there(self):
		"""A status of a call under way outweighs an end's time beside it, which some PBXs fill in at the start."""
		event = CallEvent("end", status.IN_PROGRESS, ended_at=NOON)
		assert (event.source, event.status, event.ended_at) == ("progress", status.IN_PROGRESS, None)

	def test_a_final_status_is_an_end(self):
		"""Progress cannot say Completed."""
		assert CallEvent("progress", status.COMPLETED).source == "end"


@pytest.mark.parametrize(
	("text", "number", "is_unreadable"),
	[
		("%2B447700900123", "", True),
		("+44-7700.900/123 office", "", True),
		("+447700900123", "+447700900123", False),
		("1001", "", False),
		("anonymous", "", False),
		("+4477009xxxxx", "", False),
		(None, "", False),
	],
)
def test_digits_of_a_number_that_is_not_read_are_unreadable(text, number, is_unreadable):
	"""What stands there and is read as nothing is said; an extension or a withheld number is not."""
	assert values.is_unreadable_number(text, number) == is_unreadable
