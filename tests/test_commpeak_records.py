"""CommPeak's call records: what PBX Stats is asked, every envelope and row it is known to send, and a click's two legs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import pytest

from c2c_frappe.pbx.calls import events, facts, status
from c2c_frappe.pbx.calls.facts import CallState
from c2c_frappe.pbx.calls.records import Window
from c2c_frappe.pbx.errors import RejectedError, UnavailableError
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.wire.http import HttpResponse

NOON = datetime(2026, 11, 23, 12, 0)
KEY = "stats-key-0123456789"
STATS = "https://acme.stats.pbx.commpeak.com"
COMMPEAK = registry.build("commpeak", {"stats_url": STATS, "stats_api_key": KEY})
ROW = {
	"id": "5698",
	"uniqueid": "1757292737.3",
	"call_start": "2026-11-23 12:00:00",
	"type": "Outbound",
	"agent_pbxExtension": "102",
	"destination": "447700900123",
}
# As public code quotes it from a live account; the number is one set aside for fiction.
OTHER_ROW = {
	"start_at": "2026-11-23 12:00:00",
	"end_at": "2026-11-23 12:00:34",
	"src": "447700900123@did.commpeak.com",
	"dst": "0007281",
	"call_uuid": "e9a46b6f-4711-4225-a731-bf338712817d",
	"agent_callerid_number": None,
	"client_callerid_number": "447700900123",
	"call_duration": 35,
	"status": "NORMAL_CLEARING",
	"call_id": 113332,
	"public_recording_url": "https://acme.td.commpeak.com/record/public/113332/as/mp3",
}


def page(body, http_status=200):
	text = body if isinstance(body, str) else json.dumps(body)
	return COMMPEAK.read_records(HttpResponse(http_status, text))


def event(row):
	[record] = page({"cdrs": [row]}).records
	return record.event


def of_row(**values):
	return event({**ROW, **values})


class TestRequest:
	def test_the_key_goes_in_both_headers_and_rows_come_sorted(self):
		"""X-API-KEY is what a live PBX Stats looked up, Authorization what its page says."""
		request = COMMPEAK.records_request(Window(NOON - timedelta(hours=1), NOON), 3)
		assert request.headers["X-API-KEY"] == request.headers["Authorization"] == KEY
		form = parse_qs(request.body.decode())
		assert (form["sort_by"], form["sort_direction"]) == (["call_start"], ["asc"])
		assert KEY not in repr(request) + request.masked()


class TestEnvelopes:
	@pytest.mark.parametrize(
		"body",
		[
			[ROW],
			{"cdrs": [ROW]},
			{"cdrs": {"5698": ROW}},
			{"data": [ROW]},
			{"items": [ROW]},
			{"results": [ROW]},
			{"records": [ROW]},
			{"data": {"cdrs": [ROW]}},
		],
	)
	def test_the_rows_are_found_in_every_envelope(self, body):
		"""Public code tolerates all of these."""
		found = page(body)
		assert [record.record_id for record in found.records] == ["5698"]
		assert found.has_more

	@pytest.mark.parametrize("body", [[], {}, {"cdrs": {}}, {"cdrs": []}, {"cdrs": None}, {"data": []}])
	def test_an_empty_page_is_the_last_in_every_spelling(self, body):
		"""PHP writes nothing as a list or as an object."""
		found = page(body)
		assert (found.records, found.has_more, found.unread) == ((), False, 0)

	@pytest.mark.parametrize(
		("body", "words"),
		[
			({"error": "No user found for given API key."}, "API key"),
			({"error": "No valid API key was given.", "cdrs": []}, "API key"),
			({"error": {"message": "Too many requests"}}, "Too many requests"),
			({"success": False, "message": "Not allowed"}, "Not allowed"),
		],
	)
	def test_an_error_with_status_200_is_a_refusal(self, body, words):
		"""A page that says no is no empty page, whatever its status."""
		with pytest.raises(RejectedError) as caught:
			page(body)
		assert words in str(caught.value.message)

	@pytest.mark.parametrize(
		"body", ["", "<h1>Sign in</h1>", '"text"', {"status": "ok"}, {"cdrs": "none"}, 7]
	)
	def test_what_holds_no_rows_is_no_empty_page(self, body):
		"""Another page than the one asked for is said."""
		with pytest.raises(UnavailableError):
			page(body)


class TestRows:
	@pytest.mark.parametrize(
		("said", "seconds"),
		[("34", 34), (34, 34), ("0:30", 30), ("0:00:30", 30), ("15:05", 905), ("1:00:30", 3630)],
	)
	def test_talk_is_seconds_or_a_clock(self, said, seconds):
		"""Clients have seen all of these in bill_duration."""
		row = of_row(hangup_cause="ANSWERED", call_end="2026-11-23 13:30:00", bill_duration=said)
		assert (row.duration, row.status) == (seconds, status.COMPLETED)

	@pytest.mark.parametrize(
		("kind", "direction"),
		[
			("Outbound", "Outgoing"),
			("Inbound", "Incoming"),
			("Queue Inbound", "Incoming"),
			("", ""),
			("odd", ""),
		],
	)
	def test_the_direction_is_by_the_word_and_unknown_is_unknown(self, kind, direction):
		"""A type that is empty or unknown is never an outgoing call."""
		assert of_row(type=kind).direction == direction

	@pytest.mark.parametrize("kind", ["Internal", "local"])
	def test_a_call_between_two_phones_is_left_out(self, kind):
		"""It is understood, and none of the log."""
		found = page({"cdrs": [{**ROW, "type": kind, "destination": "103"}]})
		assert (found.records, found.unread, found.has_more) == ((), 0, True)

	def test_the_other_shape_of_rows_is_read(self):
		"""Its ids, times, sides and recording are kept; NORMAL_CLEARING says no more than that it ended."""
		[record] = page({"items": [OTHER_ROW]}).records
		read = record.event
		assert (record.record_id, read.pbx_call_id) == ("113332", OTHER_ROW["call_uuid"])
		assert (read.started_at, read.ended_at) == (NOON, NOON + timedelta(seconds=34))
		assert (read.number, read.extension, read.direction) == ("+447700900123", "0007281", "Incoming")
		assert (read.source, read.status, read.duration) == ("record", "", None)
		assert read.recording_url == OTHER_ROW["public_recording_url"] and read.unread == ""

	def test_a_normal_clearing_with_talk_is_a_completed_call(self):
		"""Who talked for a minute had a call."""
		row = of_row(hangup_cause="NORMAL_CLEARING", call_end="2026-11-23 12:02:00", bill_duration="60")
		assert (row.status, row.duration) == (status.COMPLETED, 60)

	@pytest.mark.parametrize("unique", ["1757292737.10", 1757292737.25, 1757292737])
	def test_a_call_id_may_be_a_number(self, unique):
		"""A JSON number is the id as it is written, its last zero included."""
		body = json.dumps({"cdrs": [{**ROW, "uniqueid": unique}]}).replace('"1757292737.10"', "1757292737.10")
		assert page(body).records[0].event.pbx_call_id == str(unique)

	def test_what_cannot_be_read_is_listed_and_not_dropped(self):
		"""The row is kept, and says which of its texts nobody could read."""
		row = of_row(call_end="soon", hangup_cause="WENT_HOME", bill_duration="a while", type="sideways")
		for name, text in (("call_end", "soon"), ("hangup_cause", "WENT_HOME"), ("bill_duration", "a while")):
			assert f"{name}: {text}" in row.unread
		assert "type: sideways" in row.unread and row.ended_at is None
		assert of_row(call_end="", hangup_cause="", bill_duration="0", type="").unread == ""

	def test_a_page_of_which_no_row_can_be_read_says_so(self):
		"""Rows of a shape nobody knows are counted, with the names of their fields."""
		found = page({"cdrs": [{"foo": 1, "bar": 2}, "text", {**ROW}]})
		assert (len(found.records), found.unread) == (1, 2)
		assert found.unread_fields == ("bar", "foo")


SIDES = {"call_uuid": "e9a46b6f", "start_at": "2026-11-23 12:00:00", "status": "NORMAL_CLEARING"}


class TestSidesOfTheOtherShape:
	@pytest.mark.parametrize(
		("said", "read"),
		[
			({"src": "101", "dst": "447700900123"}, ("Outgoing", "101", "+447700900123")),
			({"src": "447700900123", "dst": "101"}, ("Incoming", "101", "+447700900123")),
			(
				{"src": "447700900123@did.commpeak.com", "dst": "101@pbx"},
				("Incoming", "101", "+447700900123"),
			),
			(
				{"src": "442079460018", "dst": "447700900123", "direction": "out"},
				("Outgoing", "", "+447700900123"),
			),
			(
				{"src": "447700900123", "dst": "442079460018", "direction": "inbound"},
				("Incoming", "", "+447700900123"),
			),
			(
				{"src": "442079460018", "dst": "447700900123", "client_callerid_number": "447700900123"},
				("Outgoing", "", "+447700900123"),
			),
			({"src": "anonymous", "dst": "101", "direction": "in"}, ("Incoming", "101", "")),
		],
	)
	def test_the_customer_is_the_other_side(self, said, read):
		"""The one side with a number is the customer's; of two numbers the direction says which."""
		found = page([{**SIDES, **said}])
		one = found.records[0].event
		assert (one.direction, one.extension, one.number) == read
		assert (found.unread, one.unread) == (0, "")

	@pytest.mark.parametrize(
		("said", "shown"),
		[
			({"src": "442079460018", "dst": "447700900123"}, "src: 442079460018; dst: 447700900123"),
			({"src": "s", "dst": "sales"}, "src: s; dst: sales"),
			({"src": "101", "dst": "sales", "direction": "out"}, "dst: sales"),
			({"foo": "447700900123"}, ""),
		],
	)
	def test_a_row_without_a_readable_number_is_counted(self, said, shown):
		"""It is kept, for the PBX's id may be that of a call here, and the admin is told that rows name nobody."""
		found = page([{**SIDES, **said}])
		assert [record.event.number for record in found.records] == [""]
		assert (found.unread, found.records[0].event.unread) == (1, shown)
		assert "call_uuid" in found.unread_fields

	def test_two_phones_of_one_s_own_are_an_internal_call(self):
		"""They are understood, and none of the log."""
		found = page([{**SIDES, "src": "101", "dst": "102"}])
		assert (found.records, found.unread) == ((), 0)

	@pytest.mark.parametrize("number", ["44770090xxxx", "*447700900", "", "anonymous"])
	def test_a_number_that_is_not_shown_is_nothing_unread(self, number):
		"""A masked or withheld number is known to be one, in either shape."""
		assert page([{**ROW, "destination": number}]).unread == 0
		assert page([{**SIDES, "src": number, "dst": "101", "direction": "in"}]).unread == 0

	def test_a_first_shape_s_unreadable_number_is_counted_too(self):
		"""Text that is there and no number is not the same as none."""
		found = page([{**ROW, "destination": "conference"}])
		assert (len(found.records), found.unread) == (1, 1)
		assert found.records[0].event.unread == "destination: conference"


class TestEndWithoutItsTime:
	@pytest.mark.parametrize("row", [{**ROW, "call_end": ""}, {**SIDES, "src": "101", "dst": "447700900123"}])
	@pytest.mark.parametrize(
		("lasted", "ended_at"),
		[({"duration": "34", "call_duration": 34}, NOON + timedelta(seconds=34)), ({}, None)],
	)
	def test_a_cause_ends_the_call_though_no_end_is_named(self, row, lasted, ended_at):
		"""It ended after its duration, or else before the record was read."""
		named = "status" if "status" in row else "hangup_cause"
		read = event({**row, named: "NORMAL_CLEARING", **lasted})
		assert read.is_end and read.ended_at == ended_at
		found = facts.changes(DIALED, [events.heard(read, NOON + timedelta(minutes=5))])
		assert (found.evidence.status, found.is_over) == (status.UNKNOWN, True)
		assert found.facts["ended_at"] == (ended_at or NOON + timedelta(minutes=5))

	def test_talk_without_any_time_of_the_end_is_kept(self):
		"""Billed seconds make it a completed call, and are its talk, though nobody says when it ended."""
		read = of_row(hangup_cause="NORMAL_CLEARING", bill_duration="60")
		assert (read.status, read.duration, read.ended_at) == (status.COMPLETED, 60, None)


AGENT_LEG = {
	**ROW,
	"id": "1",
	"uniqueid": "1.1",
	"destination": "102",
	"call_end": "2026-11-23 12:00:40",
	"bill_duration": "35",
	"hangup_cause": "ANSWERED",
	"custom_fields": '{"call":"a1b2c3"}',
}
CUSTOMER_LEG = {
	**AGENT_LEG,
	"id": "2",
	"uniqueid": "1.2",
	"destination": "447700900123",
	"bill_duration": "0",
}
DIALED = CallState(status.dial_evidence("accepted"))


class TestTwoLegsOfOneClick:
	@pytest.mark.parametrize(
		("cause", "expected"),
		[("NO_ANSWER", status.NO_ANSWER), ("BUSY", status.BUSY), ("ANSWERED", status.COMPLETED)],
	)
	@pytest.mark.parametrize("kind", ["Outbound", "Internal", "local", ""])
	def test_the_customers_leg_says_how_it_went_in_any_order(self, kind, cause, expected):
		"""The agent picked up and waited: that is no answer of the customer, and no talk."""
		legs = [{**AGENT_LEG, "type": kind}, {**CUSTOMER_LEG, "hangup_cause": cause}]
		for rows in (legs, legs[::-1]):
			read = [record.event for record in page({"cdrs": rows}).records]
			assert [each.call for each in read] == ["a1b2c3"] * 2
			changes = facts.changes(DIALED, read)
			assert (changes.evidence.status, changes.facts.get("duration") or 0) == (expected, 0)

	def test_an_agents_leg_alone_is_no_answer_of_the_customer(self):
		"""The record of the other leg may come later."""
		leg = event(AGENT_LEG)
		assert (leg.status, leg.duration, leg.answered_at) == ("", None, None)
		assert leg.extension == "102"

	@pytest.mark.parametrize("cause", ["NO_ANSWER", "BUSY", "CANCEL"])
	def test_an_agent_who_does_not_pick_up_is_the_agents_failure(self, cause):
		"""No Answer and Busy are the customer's."""
		leg = event({**AGENT_LEG, "hangup_cause": cause, "bill_duration": "0"})
		assert (leg.status, leg.failure_code) == (status.FAILED, "agent_unreachable")

	def test_an_incoming_call_to_the_extension_is_no_agents_leg(self):
		"""There the destination is the phone that was rung."""
		row = event({**AGENT_LEG, "type": "Inbound", "caller_id": "447700900123"})
		assert (row.status, row.duration, row.number) == (status.COMPLETED, 35, "+447700900123")

	def test_a_webhook_about_the_agents_leg_is_no_answer_either(self):
		"""Call Answer and Call End of that leg name the extension as the number."""
		told = {"event": "answer", "call": "a1b2c3", "extension": "102", "number": "102", "direction": "out"}
		answered = COMMPEAK.parse_event(told)
		assert (answered.status, answered.ringing) == (status.RINGING, status.CUSTOMER)
		started = COMMPEAK.parse_event({**told, "event": "start"})
		assert (started.status, started.ringing) == (status.RINGING, status.AGENT)
		# Of the call as a whole nothing says whose phone it is.
		assert COMMPEAK.parse_event({**told, "event": "start", "number": "447700900123"}).ringing == ""
		ended = COMMPEAK.parse_event({**told, "event": "end", "hangup_cause": "ANSWERED", "duration": "35"})
		assert (ended.status, ended.duration) == ("", None)
