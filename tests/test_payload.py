"""Every way a PBX may send an event's fields is read the same, and what cannot be read is kept as it came."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests import Request

from c2c_frappe.pbx.wire import payload
from c2c_frappe.pbx.wire.redaction import MASK, without_secrets

TOLD = {"event": "end", "uniqueid": "1.2"}
QUERY = {"account": "A", "token": "secret"}
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
BOM = b"\xef\xbb\xbf"


def multipart(**fields):
	"""Return (content type, body) as an HTTP client writes a form with files."""
	files = {name: value if isinstance(value, tuple) else (None, value) for name, value in fields.items()}
	sent = Request("POST", "http://crm.localhost/", files=files).prepare()
	return sent.headers["Content-Type"], sent.body


SENT = [
	({**QUERY, **TOLD}, "", b""),
	(QUERY, FORM, urlencode(TOLD).encode()),
	(QUERY, FORM, BOM + urlencode(TOLD).encode()),
	(QUERY, FORM, b"%EF%BB%BF" + urlencode(TOLD).encode()),
	(QUERY, FORM.upper(), urlencode(TOLD).encode()),
	(QUERY, JSON, json.dumps(TOLD).encode()),
	(QUERY, JSON, BOM + json.dumps(TOLD).encode()),
	(QUERY, JSON, json.dumps(TOLD).encode("utf-16")),
	(QUERY, JSON, json.dumps([TOLD]).encode()),
	(QUERY, "text/plain", json.dumps(TOLD).encode()),
	(QUERY, "text/plain", urlencode(TOLD).encode()),
	(QUERY, "", urlencode(TOLD).encode()),
	(QUERY, FORM, urlencode({"data": json.dumps(TOLD)}).encode()),
	(QUERY, FORM, urlencode({json.dumps(TOLD): ""}).encode()),
	(QUERY, *multipart(**TOLD)),
	(QUERY, *multipart(data=json.dumps(TOLD))),
	(QUERY, *multipart(data=("event.json", json.dumps(TOLD), JSON))),
	({**QUERY, "event": "start"}, FORM, urlencode(TOLD).encode()),
]


# Numbered, as a boundary differs in every process.
@pytest.mark.parametrize(("query", "content_type", "body"), SENT, ids=range(len(SENT)))
def test_an_event_reads_the_same_however_it_was_sent(query, content_type, body):
	"""In the address, as a form of either kind, as JSON, as JSON in a form; with or without a byte order mark."""
	assert payload.read(query, content_type, body) == TOLD


class TestForms:
	def test_curls_multipart_form_is_read(self):
		"""The very bytes of `curl -F CallSid=CA1 -F Status=completed`."""
		lines = (
			"--------------------------d74496d66958873e",
			'Content-Disposition: form-data; name="{}"',
			"",
		)
		parts = [
			(*(line.format(name) for line in lines), value)
			for name, value in (("CallSid", "CA1"), ("Status", "completed"))
		]
		body = "\r\n".join(line for part in parts for line in part) + "\r\n" + lines[0] + "--\r\n"
		told = payload.read(QUERY, f"multipart/form-data; boundary={lines[0][2:]}", body.encode())
		assert told == {"CallSid": "CA1", "Status": "completed"}

	def test_a_multipart_value_keeps_its_lines_and_a_file_its_name(self):
		"""A recording that comes along is not the event; its name is all that is kept of it."""
		told = payload.read(
			QUERY, *multipart(note="a\r\nb\n", **TOLD, audio=("call.mp3", b"\xff\xfb\x90\x00", "audio/mpeg"))
		)
		assert told == {**TOLD, "note": "a\r\nb\n", "audio": "call.mp3"}

	def test_a_declared_charset_is_honored(self):
		"""A form, a JSON text and a part of a multipart form may each say how it is written."""
		name = "Jürgen Groß"
		assert payload.read(
			{}, f"{FORM}; charset=ISO-8859-1", urlencode({"name": name}, encoding="latin-1").encode()
		) == {"name": name}
		body = json.dumps({"name": name}, ensure_ascii=False).encode("cp1252")
		assert payload.read({}, f'{JSON}; charset="windows-1252"', body) == {"name": name}
		assert payload.read(
			{}, *multipart(name=(None, name.encode("cp1252"), "text/plain; charset=cp1252"))
		) == {"name": name}
		assert payload.read({}, f"{JSON}; charset=no-such", json.dumps({"name": name}).encode()) == {
			"name": name
		}

	def test_a_name_with_brackets_is_kept_and_its_values_are_a_list(self):
		"""`userId[]` is how PHP names one of several."""
		assert payload.read({}, FORM, b"userId[]=5&x=1") == {"userId[]": "5", "x": "1"}
		assert payload.read({}, FORM, b"userId%5B%5D=5&userId%5B%5D=6") == {"userId[]": ["5", "6"]}

	def test_a_number_with_a_fraction_is_as_it_was_written(self):
		"""A call's id may be a JSON number: 1757292737.10 is not 1757292737.1."""
		assert payload.read({}, JSON, b'{"uniqueid": 1757292737.10, "id": 7}') == {
			"uniqueid": "1757292737.10",
			"id": 7,
		}


class TestWhatCannotBeRead:
	@pytest.mark.parametrize(
		("content_type", "body", "kept"),
		[
			(JSON, b'{"event": "end"', '{"event": "end"'),
			("text/xml", b"<call><id>7</id></call>", "<call><id>7</id></call>"),
			(JSON, b'[{"a": 1}, {"a": 2}]', '[{"a": 1}, {"a": 2}]'),
			("text/plain", b"call 7 ended", "call 7 ended"),
			("multipart/form-data", b"--x\r\nbroken", "--x\r\nbroken"),
			("multipart/form-data; boundary=y", b"--x\r\nbroken", "--x\r\nbroken"),
			(JSON, b"[" * 20000, "[" * 20000),
			(JSON, b'{"a":' * 90 + b"1" + b"}" * 90, '{"a":' * 90 + "1" + "}" * 90),
			(JSON, b'"CA1"', '"CA1"'),
		],
	)
	def test_a_body_that_cannot_be_read_is_kept_as_it_came(self, content_type, body, kept):
		"""It is not taken for one that says nothing."""
		assert payload.read(QUERY, content_type, body) == {payload.UNREAD: kept}

	@pytest.mark.parametrize(
		("charset", "body", "kept"), [("utf-7", b"+", "+"), ("utf-16", b"\xff\xfe", "\ufffd\ufffd")]
	)
	def test_a_charset_that_leaves_nothing_hides_no_body(self, charset, body, kept):
		"""What the declared charset swallows whole is kept as UTF-8 shows it."""
		assert payload.read(QUERY, f"{JSON}; charset={charset}", body) == {payload.UNREAD: kept}

	@pytest.mark.parametrize("body", [b"", b"  \r\n", b"{}", b"[]", b"null", BOM])
	def test_a_body_that_says_nothing_is_empty(self, body):
		"""There is nothing to keep."""
		assert payload.read(QUERY, JSON, body) == {}

	@given(
		st.sampled_from(
			["", FORM, JSON, "text/plain", "multipart/form-data; boundary=x", f"{JSON}; charset=utf-7"]
		),
		st.binary(max_size=200),
	)
	def test_any_body_is_read_without_an_error(self, content_type, body):
		"""Whatever comes, there are fields that can be written down."""
		told = payload.read(QUERY, content_type, body)
		json.dumps(told, ensure_ascii=False).encode()
		assert (
			told
			or not body.decode("utf-8", "replace").replace("\ufeff", "").strip()
			or body.strip() in (b"{}", b"[]", b"null")
		)


class TestCredentials:
	def test_those_in_the_address_are_no_part_of_what_is_told(self):
		"""They say who sends."""
		assert payload.read({**QUERY, **TOLD}, "", b"") == TOLD
		assert payload.read([("account", "A"), ("token", "secret"), *TOLD.items()], "", b"") == TOLD

	@pytest.mark.parametrize("name", ["account", "token", "cmd"])
	def test_a_vendors_own_field_of_that_name_is_not_lost(self, name):
		"""In the body, and in the address after ours."""
		for body in (json.dumps({**TOLD, name: "7"}), json.dumps({"data": {**TOLD, name: "7"}})):
			assert payload.read(QUERY, JSON, body.encode()) == {**TOLD, name: "7"}
		assert payload.read([*QUERY.items(), (name, "7")], "", b"") == {name: "7"}


class TestSecretsOfABody:
	@pytest.mark.parametrize(
		"name",
		[
			"auth_token",
			"authToken",
			"token",
			"api_key",
			"apikey",
			"X-Api-Key",
			"secret",
			"password",
			"access_token",
		],
	)
	def test_a_secret_is_masked_wherever_it_stands(self, name):
		"""By its name, at the top, further in, in a list, and in JSON that stands in a text."""
		told = {name: "planted-0123456789"}
		for fields in (
			told,
			{"data": told},
			{"data": [told]},
			{"msg": json.dumps(told)},
			{"auth": {"x": told}},
		):
			shown = json.dumps(without_secrets({**fields, **TOLD}))
			assert "planted" not in shown and MASK in shown and '"event": "end"' in shown

	def test_a_secret_is_masked_in_a_body_that_cannot_be_read(self):
		"""There names and values are found by their signs."""
		for text in (
			'{"auth_token": "planted-0123456789"',
			"<token>planted-0123456789</token>",
			"api_key=planted-0123456789&x",
		):
			assert "planted" not in without_secrets({payload.UNREAD: text})[payload.UNREAD]

	def test_other_fields_stay_as_they_are(self):
		"""An id, a number, a short or empty token and a word that merely holds one are no secrets."""
		told = {
			**TOLD,
			"token": "7",
			"secretary": "Ada Lovelace",
			"api_key": "",
			"tokens": 12345678,
			"list": [1, None, True],
		}
		assert without_secrets(told) == told
