"""What a form makes of a webhook's payload: each fact where its row says, and never what is not there."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.generic_http import GenericHttp

JSON_VALUES = st.recursive(
	st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
	max_leaves=6,
)


def rule(reads, kind, place, value="", meaning="", hint=""):
	return {"reads": reads, "kind": kind, "place": place, "value": value, "meaning": meaning, "hint": hint}


def at(reads, place, value="", meaning="", hint=""):
	return rule(reads, "JSON path", place, value, meaning, hint)


def like(reads, place, meaning="", hint=""):
	return rule(reads, "Text pattern", place, "", meaning, hint)


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

	def test_an_end_without_a_known_word_is_an_end_that_leaves_the_status(self):
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
