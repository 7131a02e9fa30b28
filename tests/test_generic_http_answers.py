"""How a form reads answers and events: where things stand, what a value must be, and what it all means."""

import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.generic_http import GenericHttp
from c2c_frappe.pbx.providers.generic_http.places import find, is_value, match
from c2c_frappe.pbx.wire.http import HttpAnswer

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


def provider(*rules, **values):
	return GenericHttp({"url_template": "https://pbx.example/x", "answer_rules": list(rules), **values})


def read(made, body, http_status=200):
	text = body if isinstance(body, str) else json.dumps(body)
	return made.read_dial_answer(HttpAnswer(http_status, text))


class TestPlaces:
	BODY = {"a": {"b": [{"id": 7}, "x"], "0": "zero"}, "": "none", "ok": False}

	@pytest.mark.parametrize(
		("path", "found"),
		[
			("a.b[0].id", 7),
			("a.b.0.id", 7),
			("a.b[1]", "x"),
			("a.0", "zero"),
			("ok", False),
			("a.b[2]", None),
			("a.b.id", None),
			("a.c", None),
			("ok.x", None),
			("b", None),
		],
	)
	def test_a_path_leads_through_keys_and_indexes(self, path, found):
		assert find(self.BODY, path) == found
		assert find([self.BODY], f"[0].{path}") == found

	@settings(max_examples=100, deadline=None)
	@given(value=JSON_VALUES, path=st.text(max_size=20))
	def test_no_path_and_no_body_raise(self, value, path):
		find(value, path)

	@pytest.mark.parametrize(
		("expected", "yes", "no"),
		[
			("true", (True,), (1, "true", "True", False, None)),
			("false", (False,), (0, "", "false", None)),
			("0", (0, 0.0), ("0", False, None, "")),
			("200", (200,), ("200", 201)),
			('"200"', ("200",), (200,)),
			("success", ("success",), ("Success", "successful", True)),
			("queued successfully", ("queued successfully",), ("queued",)),
			("null", (None,), (0, "", False)),
			("[1]", ("[1]",), ([1],)),
			("", ("x", 0, 1, True, ["x"]), (None, "", False, [], {})),
		],
	)
	def test_a_value_is_compared_with_its_type(self, expected, yes, no):
		assert all(is_value(found, expected) for found in yes)
		assert not any(is_value(found, expected) for found in no)

	@pytest.mark.parametrize(
		("pattern", "line", "found"),
		[
			("+OK*", "+OK 7f4c", "+OK 7f4c"),
			("+OK (*)", "+OK 7f4c", "7f4c"),
			("+OK (*)", "-ERR 7f4c", None),
			("-ERR (*)", "-ERR USER_BUSY", "USER_BUSY"),
			("*id=(*);*", "x; id=42; y", "42"),
			("*queued*", "call is queued now", "call is queued now"),
			("*queued*", "Queued", None),
			("OK", "OK", "OK"),
			("OK", "OK!", None),
			("a*a", "a", None),
			("a*b", "abc", None),
			("a*b*c", "axbxd", None),
			("a(*)a", "aa", ""),
			("(*).*", "a.b.c", "a"),
			("[x]*", "[x] y", "[x] y"),
			("^OK", "OK", None),
		],
	)
	def test_a_pattern_is_compared_with_the_whole_line(self, pattern, line, found):
		assert match(pattern, line) == found

	@settings(max_examples=150, deadline=None)
	@given(
		parts=st.lists(st.text("ab-", max_size=3), min_size=2, max_size=4),
		gaps=st.lists(st.text("ab-", max_size=3), min_size=3, max_size=3),
	)
	def test_a_line_made_of_the_pattern_fits_it(self, parts, gaps):
		line = parts[0] + "".join(gap + part for gap, part in zip(gaps, parts[1:], strict=False))
		assert match("*".join(parts), line) == line

	@pytest.mark.parametrize("pattern", ["*a*a*a*a*a*a*a*a*b", "(*)" + "a*" * 30 + "!", "*" * 60 + "x"])
	def test_no_pattern_takes_long(self, pattern, within):
		made = provider(like("Success", pattern), like("Error text", pattern))
		with within(0.5):
			read(made, "a" * 65536)
			read(made, "aaaaaaa \n" * 7000)

	@pytest.mark.parametrize(
		("kind", "place"),
		[
			("JSON path", ""),
			("JSON path", "a..b"),
			("JSON path", ".a"),
			("JSON path", "a[b]"),
			("JSON path", "a b"),
			("JSON path", "a["),
			("Text pattern", ""),
			("Text pattern", "*"),
			("Text pattern", "(*)"),
			("Text pattern", "(*) x (*)"),
			("HTTP status", "40"),
			("HTTP status", "4x0"),
			("XPath", "/a"),
		],
	)
	def test_what_is_no_place_is_named_by_its_row(self, kind, place):
		reads = "Hint" if kind == "HTTP status" else "Success"
		with pytest.raises(ConfigurationError) as caught:
			provider(at("Success", "ok"), rule(reads, kind, place))
		assert caught.value.setting == "answer_rules" and "row 2" in caught.value.message


class TestAnswers:
	def outcome(self, made, body, http_status=200):
		result = read(made, body, http_status)
		return result.answer, result.pbx_call_id

	def test_one_of_several_yeses_is_enough_and_nothing_else_is_a_yes(self):
		made = provider(at("Success", "ok", "true"), at("Success", "status", "queued"), at("Call ID", "id"))
		assert self.outcome(made, {"ok": True, "id": 7}) == ("accepted", "7")
		assert self.outcome(made, {"status": "queued"}) == ("accepted", "")
		for body in ({"ok": "true"}, {"ok": 1}, {}, [], "", "<h1>Sign in</h1>", '{"ok":true,"ok":true}'):
			assert self.outcome(made, body)[0] == "bad_reply"

	@pytest.mark.parametrize("http_status", [200, 201, 204, 202])
	def test_without_a_rule_an_allowed_status_is_the_yes(self, http_status):
		assert self.outcome(provider(), "", http_status)[0] == "accepted"
		only = provider(success_statuses="201, 204")
		expected = "accepted" if http_status in (201, 204) else "bad_reply"
		assert self.outcome(only, "", http_status)[0] == expected

	def test_a_yes_in_the_body_of_a_refusal_or_a_fault_is_none(self):
		made = provider(at("Success", "ok", "true"))
		outcomes = [self.outcome(made, {"ok": True}, each)[0] for each in (302, 400, 401, 403, 404, 500, 503)]
		assert outcomes == [
			"pbx_rejected",
			"pbx_rejected",
			"bad_credentials",
			"bad_credentials",
			"pbx_rejected",
			"bad_reply",
			"bad_reply",
		]

	def test_a_documented_no_counts_with_any_status(self):
		made = provider(at("Success", "id"), at("Refusal", "error"), at("Error text", "error.message"))
		for http_status in (200, 404, 500):
			result = read(made, {"error": {"message": "No such agent"}}, http_status)
			assert result.answer == "pbx_rejected" and "No such agent" in result.message

	def test_every_value_but_the_yes_may_be_the_no(self):
		made = provider(at("Success", "errcode", "0"), at("Refusal", "errcode"))
		outcomes = [self.outcome(made, {"errcode": code})[0] for code in (0, 10004, "0", False)]
		assert outcomes == ["accepted", "pbx_rejected", "pbx_rejected", "bad_reply"]
		assert self.outcome(made, {"errcode": 0}, 500)[0] == "bad_reply"

	def test_a_body_that_says_nothing_is_unconfirmed_only_where_the_admin_says_so(self):
		made = provider(at("Success", "ok"), at("Refusal", "ok", "false"), accept_unknown=1)
		assert self.outcome(made, "whatever")[0] == "unconfirmed"
		assert self.outcome(made, {"ok": 1})[0] == "accepted"
		assert self.outcome(made, {"ok": False})[0] == "pbx_rejected"
		assert self.outcome(made, "whatever", 500)[0] == "bad_reply"
		assert self.outcome(provider(accept_unknown=1), "")[0] == "unconfirmed"

	def test_the_error_is_the_first_of_its_places_that_says_something(self):
		made = provider(
			at("Refusal", "ok", "false"),
			at("Error text", "errors[0].text"),
			like("Error text", '*"why":"(*)"*'),
		)
		said = read(made, {"ok": False, "errors": [{"text": "Busy <b>now</b>"}]}).message
		assert said.endswith(": Busy now")
		assert read(made, '{"ok":false,"why":"Away"}').message.endswith(": Away")
		assert '{"ok": false}' in read(made, {"ok": False}).message
		assert read(made, "", 404).message.endswith("no reason given")

	def test_text_answers_are_read_by_their_lines(self):
		made = provider(
			like("Success", "+OK*"),
			like("Refusal", "-ERR*"),
			like("Call ID", "+OK (*)"),
			like("Error text", "-ERR (*)"),
		)
		assert self.outcome(made, "\r\n+OK 7f4c7a26-5a\r\n") == ("accepted", "7f4c7a26-5a")
		result = read(made, "-ERR USER_NOT_REGISTERED\n")
		assert result.answer == "pbx_rejected" and result.message.endswith("USER_NOT_REGISTERED")
		assert self.outcome(made, "nothing of it")[0] == "bad_reply"

	def test_a_hint_says_what_a_failure_is_and_what_to_do(self):
		made = provider(
			at("Success", "ok", "true"),
			at("Refusal", "ok", "false"),
			rule("Hint", "HTTP status", "412", "", "Extension offline", "Open the app."),
			rule("Hint", "HTTP status", "4xx", "", "", "Look at the PBX."),
			at("Hint", "why", "no user", "Unknown extension", "Check the extension."),
		)
		offline = read(made, "", 412)
		assert offline.answer == "extension_offline" and offline.message.endswith("Open the app.")
		assert read(made, "", 401).answer == "bad_credentials"
		assert read(made, "", 409).message.endswith("Look at the PBX.")
		assert read(made, {"ok": False, "why": "no user"}).answer == "unknown_extension"
		for body, http_status in (({"ok": True}, 200), ("", 500)):
			assert read(made, body, http_status).status in (status.REQUESTED, status.UNKNOWN)

	@pytest.mark.parametrize(
		"row",
		[
			at("Success", "a", "", "Refused"),
			rule("Success", "HTTP status", "200"),
			rule("Call ID", "HTTP status", "200"),
			at("Hint", "a", "", "Completed"),
			at("Nonsense", "a"),
			at("Status", "a", "b", "Completed"),
		],
	)
	def test_rows_that_do_not_go_together_are_refused(self, row):
		with pytest.raises(ConfigurationError) as caught:
			provider(row)
		assert caught.value.setting == "answer_rules"

	@pytest.mark.parametrize("statuses", ["404", "200;201", "20", "2xx,", "3xx", "1xx, 200", "yes"])
	def test_only_a_status_of_success_can_be_one(self, statuses):
		with pytest.raises(ConfigurationError) as caught:
			provider(success_statuses=statuses)
		assert caught.value.setting == "success_statuses"

	@settings(max_examples=150, deadline=None)
	@given(http_status=st.integers(100, 999), body=JSON_VALUES)
	def test_nothing_a_pbx_says_raises_or_is_taken_for_a_yes_without_one(self, http_status, body):
		made = provider(at("Success", "a.b[0]", "true"), at("Call ID", "a"), at("Error text", "a"))
		result = read(made, body, http_status)
		is_yes = 200 <= http_status < 300 and find(body, "a.b[0]") is True
		assert (result.status == status.REQUESTED) == is_yes and result.message.isprintable()


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
