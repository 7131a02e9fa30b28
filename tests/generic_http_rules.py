"""Rows of a Generic HTTP account's tables, and a provider made of them, for the tests of how responses and events are read."""

import json

from hypothesis import strategies as st

from c2c_frappe.pbx.providers.generic_http import GenericHttp
from c2c_frappe.pbx.wire.http import HttpResponse

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
	return made.read_dial_response(HttpResponse(http_status, text))
