"""What a form makes of an answer: the yes, the no, and what neither says."""

import pytest
from generic_http_rules import JSON_VALUES, at, like, provider, read, rule
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.generic_http.places import find


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
		for http_status in (200, 404):
			result = read(made, {"error": {"message": "No such agent"}}, http_status)
			assert result.answer == "pbx_rejected" and "No such agent" in result.message

	@pytest.mark.parametrize("http_status", [500, 502, 503, 599, 103])
	@pytest.mark.parametrize("accepts_unknown", [0, 1])
	def test_refusal_row_with_5xx_is_unknown(self, http_status, accepts_unknown):
		"""A fault's body may say no, and the phone may ring all the same: the outcome is not known."""
		made = provider(
			at("Success", "ok", "true"),
			at("Refusal", "ok", "false"),
			rule("Hint", "HTTP status", "5xx", "", "Refused", "Never said."),
			accept_unknown=accepts_unknown,
		)
		result = read(made, {"ok": False}, http_status)
		assert (result.status, result.failure_code) == (status.UNKNOWN, "bad_reply")
		assert "may still ring" in result.message

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
