"""Fills a list's script: `{field}` becomes a value that was given. No expressions, no attributes, nothing runs."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}")
MISSING = "…"


def fields_of(script: str) -> list[str]:
	"""Return the fields a script names, each once, in their order."""
	return list(dict.fromkeys(_PLACE.findall(script)))


def fill(script: str, values: Mapping[str, object]) -> str:
	"""Return the script with each `{field}` replaced by its value, as plain text; MISSING where there is none.

	What a value holds is not read again, so braces in it are text; all other braces stay as they are.
	"""
	return _PLACE.sub(lambda found: _text(values.get(found.group(1))), script)


def _text(value: object) -> str:
	return MISSING if value is None or value == "" else str(value)
