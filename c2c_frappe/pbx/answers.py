"""Reads a PBX's answer far enough to be judged. Knows no provider, raises nothing."""

from __future__ import annotations

import json
import re

from c2c_frappe.pbx.base import HttpAnswer, redact

EXCERPT = 200
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def json_object(answer: HttpAnswer) -> dict:
	"""Return the body as a JSON object, {} when it is anything else."""
	try:
		value = json.loads(answer.text)
	except (ValueError, RecursionError):
		return {}
	return value if isinstance(value, dict) else {}


def excerpt(text: object, secrets: tuple[str, ...], length: int = EXCERPT) -> str:
	"""Return what a PBX said as one line fit for people: no tags, no control characters, no secrets, cut."""
	visible = _TAGS.sub(" ", redact(str(text), secrets))
	words = " ".join("".join(c if c.isprintable() else " " for c in visible).split())
	return words if len(words) <= length else words[: length - 1] + "\u2026"


def call_id(value: object) -> str:
	"""Return the PBX's id of a call as text of at most 140 characters, "" when it is none."""
	is_id = isinstance(value, str | int) and not isinstance(value, bool)
	return excerpt(value, (), 140) if is_id else ""
