"""Where things stand in an answer: paths, patterns and values, none of which raises or takes long."""

import json

import pytest
from generic_http_rules import JSON_VALUES, at, like, provider, read, rule
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.generic_http.places import find, is_value, match


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

	@pytest.mark.parametrize(
		("path", "found"),
		[
			("msg.call_id", "1651057476.362"),
			("msg.legs[1].to", "1002"),
			("msg.note.x", None),
			("list[0].id", 7),
		],
	)
	def test_path_into_json_in_a_text_is_followed(self, path, found):
		"""Yeastar sends all it says of a call as JSON in a text (help.yeastar.com, event-new-cdr.html)."""
		msg = {"call_id": "1651057476.362", "legs": [{}, {"to": "1002"}], "note": "{ no JSON"}
		assert find({"msg": json.dumps(msg), "list": ' [{"id": 7}]'}, path) == found

	def test_text_of_brackets_alone_leads_nowhere(self, within):
		with within(3):
			assert find({"a": "[" * 65536}, "a[0][0]") is None

	@pytest.mark.parametrize("path", ["userId[]", "userId[][0]", "data.user[]"])
	def test_key_with_empty_brackets_is_a_place(self, path):
		"""sipgate posts `userId[]` in a form (github.com/sipgate-io/sipgateio-node)."""
		provider(at("Error text", path))
		assert find({"userId[]": "w0"}, "userId[]") == "w0"
		assert find({"userId[]": ["w0", "w1"]}, "userId[][1]") == "w1"
		assert find({"data": {"user[]": "ada"}}, "data.user[]") == "ada"

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
		with within(3):
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
			("JSON path", "[]"),
			("JSON path", "a[][]"),
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
