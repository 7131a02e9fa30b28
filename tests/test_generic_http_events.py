"""What a form makes of a webhook's payload: each fact where its row says, and never what is not there."""

from datetime import datetime

import pytest
from generic_http_rules import JSON_VALUES, like, rule
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.generic_http import GenericHttp


def at(reads, place, value="", meaning="", hint="", only_if=""):
	return {**rule(reads, "JSON path", place, value, meaning, hint), "only_if": only_if}


class TestEvents:
	RULES = (
		at("Event", "type", "call"),
		at("Call", "custom.call"),
		at("Call ID", "sid"),
		at("Call ID", "id"),
		at("Extension", "agent"),
		at("Number", "to"),
		at("Direction", "direction"),
		at("Started at", "start"),
		at("Answered at", "answer"),
		at("Ended at", "end"),
		at("Duration", "seconds"),
		at("Recording", "urls[0]"),
		at("Status", "state", "ringing", "Ringing"),
		at("Status", "state", "up", "In Progress"),
		at("Status", "state", "done", "Completed"),
		at("Status", "state", "no-answer", "No Answer"),
		at("Status", "state", "7", "Busy"),
		at("Status", "state", "agent-missed", "Agent did not answer"),
		at("Status", "hungup", "true", "Failed"),
	)

	def event(self, payload, *rules, **values):
		made = GenericHttp(
			{"url_template": "https://pbx.example/x", "event_rules": list(rules or self.RULES), **values}
		)
		return made.parse_event(payload)

	def test_every_fact_is_found_where_its_rule_says(self):
		event = self.event(
			{
				"type": "call",
				"custom": {"call": "c0ffee"},
				"id": 42,
				"agent": "1000",
				"to": "447700900123",
				"direction": "outbound",
				"start": "2026-11-23T09:00:00Z",
				"answer": "2026-11-23T09:00:05+00:00",
				"end": "2026-11-23 09:01:05",
				"seconds": "60",
				"urls": ["https://pbx.example/1.mp3"],
				"state": "done",
			}
		)
		assert (event.source, event.status, event.failure_code) == ("end", "Completed", "")
		assert (event.call, event.pbx_call_id, event.extension) == ("c0ffee", "42", "1000")
		assert (event.number, event.direction, event.duration) == ("+447700900123", "Outgoing", 60)
		assert event.started_at == datetime(2026, 11, 23, 9) and event.answered_at.second == 5
		assert event.ended_at == datetime(2026, 11, 23, 9, 1, 5)
		assert event.recording_url == "https://pbx.example/1.mp3"

	@pytest.mark.parametrize(
		("state", "source", "meant", "code"),
		[
			("ringing", "progress", "Ringing", ""),
			("UP", "progress", "In Progress", ""),
			("Done", "end", "Completed", ""),
			("no-answer", "end", "No Answer", ""),
			(7, "end", "Busy", ""),
			("7", "end", "Busy", ""),
			("agent-missed", "end", "Failed", "agent_unreachable"),
			("something new", "progress", "", ""),
		],
	)
	def test_the_pbxs_words_mean_what_the_value_map_says(self, state, source, meant, code):
		event = self.event({"type": "call", "id": "1", "state": state})
		assert (event.source, event.status, event.failure_code) == (source, meant, code)
		assert event.evidence is None if not meant else event.evidence.status == meant

	def test_an_end_without_a_known_word_is_an_end_of_no_status(self):
		event = self.event({"type": "call", "id": "1", "end": "2026-11-23 09:01:05", "state": "odd"})
		assert (event.source, event.status) == ("end", "")

	def test_a_form_says_true_as_text(self):
		for said in (True, "true", "TRUE"):
			assert self.event({"type": "call", "id": "1", "hungup": said}).status == "Failed"
		assert self.event({"type": "call", "id": "1", "hungup": False}).status == ""

	@pytest.mark.parametrize(
		"payload", [{}, {"type": "sms", "id": "1"}, {"id": "1"}, {"type": "call"}, {"type": "call", "id": ""}]
	)
	def test_what_is_no_event_of_a_call_is_none(self, payload):
		assert self.event(payload) is None

	def test_without_rules_nothing_is_an_event(self):
		assert GenericHttp({"url_template": "https://pbx.example/x"}).parse_event({"id": "1"}) is None

	def test_masked_numbers_insecure_links_and_incoming_calls(self):
		event = self.event(
			{"type": "call", "id": "1", "to": "44770XXXX", "urls": ["http://x/1.mp3"], "direction": "Inbound"}
		)
		assert (event.number, event.recording_url, event.direction) == ("", "", "Incoming")

	@pytest.mark.parametrize(
		("text", "zone", "hour"),
		[
			("2026-11-23 09:00:00", "UTC", 9),
			("2026-11-23 14:30:00", "Asia/Kolkata", 9),
			("2026-11-23T14:30:00+05:30", "UTC", 9),
			("2026-11-23T09:00:00Z", "Asia/Kolkata", 9),
			("Mon, 23 Nov 2026 09:00:00 +0000", "Asia/Kolkata", 9),
			("1795424400", "Asia/Kolkata", 9),
			("1795424400000", "Asia/Kolkata", 9),
			("1795424400.5", "UTC", 9),
			("soon", "UTC", None),
			("9" * 40, "UTC", None),
			("", "UTC", None),
		],
	)
	def test_times_come_in_many_spellings_and_are_utc_here(self, text, zone, hour):
		event = self.event({"type": "call", "id": "1", "start": text}, event_time_zone=zone)
		found = event.started_at and event.started_at.replace(minute=0, second=0, microsecond=0)
		assert found == (hour and datetime(2026, 11, 23, hour))

	@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "Asia", "IST?"])
	def test_an_unknown_time_zone_is_refused_at_its_field(self, zone):
		with pytest.raises(ConfigurationError) as caught:
			self.event({}, event_time_zone=zone)
		assert caught.value.setting == "event_time_zone"

	@pytest.mark.parametrize(
		"row",
		[
			at("Status", "state", "x", ""),
			at("Status", "state", "x", "Unknown"),
			at("Call ID", "id", "", "Completed"),
			at("Success", "ok"),
			like("Call ID", "id (*)"),
		],
	)
	def test_rows_that_do_not_go_together_are_refused(self, row):
		with pytest.raises(ConfigurationError) as caught:
			self.event({}, at("Call ID", "id"), row)
		assert caught.value.setting == "event_rules" and "row 2" in caught.value.message

	@settings(max_examples=150, deadline=None)
	@given(
		payload=st.dictionaries(
			st.sampled_from(["type", "id", "state", "start", "seconds", "urls", "to"]),
			JSON_VALUES | st.text(max_size=30),
		)
	)
	def test_no_payload_raises(self, payload):
		self.event({"type": "call", **payload})

	def test_whoever_sets_up_the_webhook_is_told_where_each_fact_is_expected(self):
		made = GenericHttp({"url_template": "https://pbx.example/x", "event_rules": list(self.RULES)})
		assert ("urls[0]", "the recording's link") in made.event_parameters


class TestConditions:
	NUMBERS = (
		at("Call ID", "id"),
		at("Direction", "way"),
		at("Number", "to", only_if="way=outbound"),
		at("Number", "from", only_if="way = inbound"),
		at("Ended at", "time", only_if="state=hangup"),
		at("Status", "state", "hangup", "Completed", only_if="answered"),
		at("Status", "state", "hangup", "No Answer"),
		at("Status", "state", "gone", "Ended"),
	)

	def event(self, *rules, **payload):
		made = GenericHttp(
			{"url_template": "https://pbx.example/x", "event_rules": list(rules or self.NUMBERS)}
		)
		return made.parse_event({"id": "1", **payload})

	@pytest.mark.parametrize(
		("way", "number"),
		[("outbound", "+447700900123"), ("Inbound", "+442079460018"), ("internal", ""), ("", "")],
	)
	def test_number_is_that_of_the_other_side(self, way, number):
		"""Of an outgoing call the customer is called, of an incoming one calling."""
		event = self.event(way=way, to="447700900123", **{"from": "442079460018"})
		assert event.number == number

	def test_time_under_condition_counts_for_its_event_only(self):
		assert self.event(state="up", time="2026-11-23 09:00:00").ended_at is None
		assert self.event(state="hangup", time="2026-11-23 09:00:00").ended_at == datetime(2026, 11, 23, 9)

	@pytest.mark.parametrize(
		("answered", "meant"), [("1795424400", "Completed"), (None, "No Answer"), ("", "No Answer")]
	)
	def test_status_depends_on_another_place(self, answered, meant):
		assert self.event(state="hangup", answered=answered).status == meant

	def test_end_whose_cause_is_not_told_is_an_end_of_unknown(self):
		event = self.event(state="gone")
		assert (event.source, event.status) == ("end", "Unknown") and event.evidence

	@pytest.mark.parametrize("condition", ["=x", "a b=1", "a..b", "a["])
	def test_condition_that_is_no_place_is_named_by_its_row(self, condition):
		with pytest.raises(ConfigurationError) as caught:
			self.event(at("Call ID", "id"), at("Number", "to", only_if=condition))
		assert caught.value.setting == "event_rules" and "row 2" in caught.value.message


class TestValuesOfVendors:
	RULES = (
		at("Call ID", "id"),
		at("Extension", "agent"),
		at("Direction", "way"),
		at("Answered at", "answered"),
		at("Ended at", "ended"),
		at("Duration", "seconds"),
		at("Duration (ms)", "ms"),
		at("Status", "state", "ringing", "Ringing"),
		at("Status", "state", "up", "In Progress"),
	)
	NOT_SET = (
		"0",
		0,
		"-",
		"null",
		None,
		"0000-00-00 00:00:00",
		"0001-01-01T00:00:00Z",
		"1970-01-01 05:30:00",
		"1970-01-01T00:00:00Z",
	)

	def event(self, zone="UTC", **payload):
		values = {"url_template": "https://pbx.example/x", "event_rules": list(self.RULES)}
		return GenericHttp({**values, "event_time_zone": zone}).parse_event({"id": "1", **payload})

	@pytest.mark.parametrize("ended", NOT_SET)
	@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/Los_Angeles"])
	@pytest.mark.parametrize(("state", "meant"), [("up", "In Progress"), ("ringing", "Ringing"), ("odd", "")])
	def test_time_that_is_not_set_is_no_end(self, ended, zone, state, meant):
		"""Exotel sends the epoch's zero in India's time while the call goes on; others send other zeros."""
		event = self.event(zone, ended=ended, answered=ended, state=state)
		assert (event.source, event.status) == ("progress", meant)
		assert (event.ended_at, event.answered_at) == (None, None)
		assert event.evidence is None if not meant else event.evidence.status == meant

	@pytest.mark.parametrize("state", ["up", "ringing"])
	def test_call_that_goes_on_has_no_end(self, state):
		event = self.event(state=state, ended="2026-11-23 09:00:00")
		assert (event.source, event.ended_at) == ("progress", None) and event.evidence

	@pytest.mark.parametrize(
		("text", "seconds"),
		[
			("61", 61),
			(61, 61),
			("61.4", 61),
			(0, 0),
			("0", 0),
			("1:01", 61),
			("15:05", 905),
			("0:00:30", 30),
			("1:00:30", 3630),
			("1:2:3:4", None),
			("soon", None),
			("-1", None),
			("nan", None),
			("inf", None),
			("1e300", None),
		],
	)
	def test_duration_is_seconds_however_written(self, text, seconds):
		assert self.event(seconds=text).duration == seconds

	@pytest.mark.parametrize(("ms", "seconds"), [(61400.5, 61), ("1600", 2), (0, 0), ("x", None)])
	def test_duration_in_milliseconds_becomes_seconds(self, ms, seconds):
		"""Dialpad's durations are milliseconds with a fraction (dialpad_api_spec.json)."""
		assert self.event(ms=ms).duration == seconds

	@pytest.mark.parametrize(
		("way", "direction", "extension"),
		[
			("in", "Incoming", "1000"),
			("Inbound", "Incoming", "1000"),
			("INCOMING", "Incoming", "1000"),
			("out", "Outgoing", "1000"),
			("outbound-api", "Outgoing", "1000"),
			("", "Outgoing", "1000"),
			("internal", "", ""),
			("Local", "", ""),
			("3", "", ""),
		],
	)
	def test_word_of_no_direction_places_nobodys_call(self, way, direction, extension):
		"""What is neither in nor out is no outgoing call of an agent: only the PBX's id may find its row."""
		event = self.event(way=way, agent="1000")
		assert (event.direction, event.extension, event.pbx_call_id) == (direction, extension, "1")
