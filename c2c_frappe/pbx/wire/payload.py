"""Reads the body of a webhook: form fields, JSON, JSON in a form field or in a text body. Raises nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

MAX_BODY = 64 * 1024
# In the address they say who sends; they are no part of what is told.
CREDENTIALS = ("account", "token", "cmd")


def read(query: Mapping[str, str], content_type: str, body: bytes) -> dict:
	"""Return the event's names and values; those of the body win over the query's."""
	fields = {**query, **_of_body(content_type, body.decode("utf-8", "replace"))}
	return _writable(_told(_unpacked(_told(fields))))


def _told(fields: Mapping) -> dict:
	return {str(name): value for name, value in fields.items() if name not in CREDENTIALS}


def _writable(fields: dict) -> dict:
	"""Return the fields with what no file or table can hold, half a pair of surrogates, as question marks."""
	try:
		return json.loads(json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace"))
	except RecursionError:
		return {}


def _of_body(content_type: str, text: str) -> dict:
	found = _object(text)
	if found or "json" in content_type:
		return found
	return dict(parse_qsl(text, keep_blank_values=True)) if "urlencoded" in content_type else {}


def _unpacked(fields: dict) -> dict:
	"""Return the fields of a JSON object that is the only field's value, or its name as some senders do."""
	if len(fields) != 1:
		return fields
	((name, value),) = fields.items()
	return _object(value) or _object(name) or fields


def _object(text: object) -> dict:
	try:
		found = json.loads(text) if isinstance(text, str) else text
	except (ValueError, RecursionError):
		return {}
	return found if isinstance(found, dict) else {}
