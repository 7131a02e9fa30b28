"""Every way a PBX may send an event's fields is read the same."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx.wire import payload

TOLD = {"event": "end", "uniqueid": "1.2"}
QUERY = {"account": "A", "token": "secret"}
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
	("query", "content_type", "body"),
	[
		({**QUERY, **TOLD}, "", b""),
		(QUERY, FORM, urlencode(TOLD).encode()),
		(QUERY, "application/json", json.dumps(TOLD).encode()),
		(QUERY, "text/plain", json.dumps(TOLD).encode()),
		(QUERY, FORM, urlencode({"data": json.dumps(TOLD)}).encode()),
		(QUERY, FORM, urlencode({json.dumps(TOLD): ""}).encode()),
		({**QUERY, "event": "start"}, FORM, urlencode(TOLD).encode()),
	],
)
def test_an_event_reads_the_same_however_it_was_sent(query, content_type, body):
	assert payload.read(query, content_type, body) == TOLD


def test_the_credentials_are_no_part_of_what_is_told():
	body = json.dumps({"data": {**TOLD, "token": "secret"}}).encode()
	assert payload.read(QUERY, "application/json", body) == TOLD


@given(st.sampled_from(["", FORM, "application/json", "text/plain"]), st.binary(max_size=200))
def test_any_body_is_read_without_an_error(content_type, body):
	assert isinstance(payload.read(QUERY, content_type, body), dict)
