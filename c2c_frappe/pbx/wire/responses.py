"""Reads a PBX's answer far enough to be judged. Knows no provider, raises nothing."""

from __future__ import annotations

import json
import re

from c2c_frappe.pbx.wire.http import HttpResponse
from c2c_frappe.pbx.wire.redaction import SHORT_SECRET, redact

EXCERPT = 200
# Written so that each "<" is looked at once, however many there are: a sick PBX may send 64 kB of them.
_TAGS = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_CALL_ID = re.compile(r"[A-Za-z0-9._:@/+=-]{1,140}")


class _WrittenFloat(float):
	"""A number with a fraction that is also as it was written: an id of 10000000.1000 is not 10000000.1."""

	def __new__(cls, text: str):
		"""Keep the text beside the number."""
		number = super().__new__(cls, text)
		number.text = text
		return number

	def __str__(self) -> str:
		return self.text


def json_object(response: HttpResponse) -> dict:
	"""Return the body as a JSON object, {} when it is anything else or says a thing twice."""
	value = json_value(response)
	return value if isinstance(value, dict) else {}


def json_list(response: HttpResponse) -> list | None:
	"""Return the body as a JSON list, None when it is anything else or says a thing twice."""
	value = json_value(response)
	return value if isinstance(value, list) else None


def json_value(response: HttpResponse) -> object:
	"""Return the body as JSON, None when it is none or says a thing twice."""
	try:
		return json.loads(response.text, object_pairs_hook=_unambiguous, parse_float=_WrittenFloat)
	except (ValueError, RecursionError):
		return None


def _unambiguous(pairs: list[tuple[str, object]]) -> dict:
	value = dict(pairs)
	if len(value) < len(pairs):
		raise ValueError
	return value


def excerpt(text: object, secrets: tuple[str, ...], length: int = EXCERPT) -> str:
	"""Return what a PBX said as one line fit for people: no tags, no control characters, no secrets, cut.

	"" for what is no text and no number.
	"""
	if isinstance(text, bool) or not isinstance(text, str | int | float):
		return ""
	visible = _TAGS.sub(" ", redact(str(text), secrets))
	words = " ".join("".join(c if c.isprintable() else " " for c in visible).split())
	return words if len(words) <= length else words[: length - 1] + "\u2026"


def call_id(value: object, secrets: tuple[str, ...]) -> str:
	"""Return the PBX's id of a call as text of at most 140 characters, "" when it is none or holds a secret."""
	is_id = isinstance(value, str | int | _WrittenFloat) and not isinstance(value, bool)
	text = str(value).strip() if is_id else ""
	# The digits of a short secret, or of part of the id, are chance: "10000000.1000" of client 1000.
	telling = tuple(secret for secret in secrets if len(secret) >= SHORT_SECRET)
	is_clean = _CALL_ID.fullmatch(text) and redact(text, telling, only_whole=True) == text
	return text if is_clean else ""
