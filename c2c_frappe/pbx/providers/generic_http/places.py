"""Where something stands in an answer: by a path into JSON, by a pattern of its text, by its HTTP status.

A path is keys and indexes with dots: `data.calls[0].id`, and `user[]` where a form spells a key so. It goes on into
JSON that stands in a text. A pattern is compared with each line of the text: `*` is
anything, `(*)` anything that is to be taken out. Both are read here, in time that grows with the text alone: a
regular expression of an admin's could be made to run for hours, and would do no more. Raises nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from c2c_frappe.pbx.wire import responses
from c2c_frappe.pbx.wire.http import HttpResponse

PATH, PATTERN, STATUS = KINDS = ("JSON path", "Text pattern", "HTTP status")
_KEY = r"[^\s.\[\]]+(\[\])?(\[\d+\])*"
_IS_PATH = re.compile(rf"{_KEY}(\.{_KEY})*|(\[\d+\])+(\.{_KEY})*")
_IS_STATUS = re.compile(r"[1-5](\d\d|xx)", re.ASCII)
_TAKEN = "(*)"


class Seen:
	"""An answer, its JSON and its lines read once and only when asked for."""

	def __init__(self, response: HttpResponse):
		self.answer = response

	@cached_property
	def body(self) -> object:
		"""Return the body as JSON, None when it is none."""
		return responses.json_value(self.answer)

	@cached_property
	def lines(self) -> list[str]:
		"""Return the lines of the text without white space around them."""
		return [line.strip() for line in self.answer.text.splitlines()]


@dataclass(frozen=True)
class Rule:
	"""One row of a table: what is read (`reads`), where and how that is found (`kind`), which value it must have there ("" for any), and what for.

	`only_if` is a condition of a rule about an event, "" for none.
	"""

	reads: str
	kind: str
	place: str
	value: str = ""
	meaning: str = ""
	hint: str = ""
	only_if: str = ""

	def look(self, seen: Seen) -> object:
		"""Return what stands there: a JSON value, the text a pattern takes out or matches; None for nothing."""
		if self.kind == STATUS:
			return seen.answer.status if fits_status(self.place, seen.answer.status) else None
		if self.kind == PATH:
			return find(seen.body, self.place)
		return next(
			(value for value in (match(self.place, line) for line in seen.lines) if value is not None), None
		)

	def holds(self, seen: Seen) -> bool:
		"""Whether it is there, with the value asked for."""
		value = self.look(seen)
		return is_value(value, self.value) if self.kind == PATH else value is not None


def find(value: object, path: str) -> object:
	"""Return what a path leads to, None when it leads nowhere."""
	for key in re.findall(r"[^.\[\]]+(?:\[\])?", path):
		value = _opened(value)
		if isinstance(value, Mapping):
			value = value.get(key)
		elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
			value = value[int(key)]
		else:
			return None
	return value


def _opened(value: object) -> object:
	"""Return the JSON that stands in a text, all else as it is."""
	if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
		return value
	try:
		return json.loads(value)
	except (ValueError, RecursionError):
		return value


def is_value(value: object, expected: str) -> bool:
	"""Whether a JSON value is the one meant: `true`, `0` and `null` of their type, "..." and all else text.

	Without an expected value it is enough that there is one which says something.
	"""
	if not expected:
		return not (value is None or value is False or value in ("", [], {}))
	wanted = _literal(expected)
	if isinstance(wanted, bool) or isinstance(value, bool) or wanted is None:
		return value is wanted
	return value == wanted


def _literal(text: str) -> object:
	try:
		value = json.loads(text)
	except (ValueError, RecursionError):
		return text
	return value if value is None or isinstance(value, str | int | float) else text


def match(pattern: str, line: str) -> str | None:
	"""Return what `(*)` stands for when the line fits the whole pattern, the line itself without one; None if not."""
	first, *others = pattern.replace(_TAKEN, "*").split("*")
	taken = pattern.partition(_TAKEN)[0].count("*") if _TAKEN in pattern else -1
	if not others:
		return line if line == first else None
	*middle, last = others
	if not line.startswith(first) or not line.endswith(last) or len(line) < len(first) + len(last):
		return None
	end = len(line) - len(last)
	at, gaps = len(first), []
	for piece in middle:
		where = line.find(piece, at, end)
		if where < 0:
			return None
		gaps.append(line[at:where])
		at = where + len(piece)
	gaps.append(line[at:end])
	return gaps[taken].strip() if taken >= 0 else line


def fits_status(place: str, status: int) -> bool:
	"""Whether a status is `412`, or one of `4xx`."""
	return place in (str(status), f"{status // 100}xx")


def is_well_formed(kind: str, place: str) -> bool:
	"""Whether a place can be looked at in that way."""
	if kind == PATH:
		return bool(_IS_PATH.fullmatch(place))
	if kind == STATUS:
		return bool(_IS_STATUS.fullmatch(place))
	return kind == PATTERN and place.strip("*() ") != "" and place.count(_TAKEN) <= 1
