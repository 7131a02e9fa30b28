"""What the simulated PBX was told to do wrong, to whom and how often. Decides; sends nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from c2c_frappe.pbx.simulator.values import Dial

# Every kind, and whether a request that meets it still places a call unless told otherwise.
KINDS: dict[str, bool] = {
	"ok": True,  # the vendor's own answer; useful to except one extension from a rule for all
	"slow": True,  # the vendor's own answer after `seconds` (2)
	"refuse": False,  # the vendor's no
	"404": False,  # and so any status from 400 to 599, as text
	"5xx": False,  # 500
	"redirect": False,  # 302 to the same server under another host name and path
	"hang": True,  # never answers; closes after `seconds` (never)
	"drip": True,  # the answer one byte every `seconds` (0.1), its headers never ending
	"drip_body": True,  # whole headers, then a body one byte every `seconds` (0.1) that never ends
	"drop": True,  # closes without a word
	"cut": True,  # whole headers, half the body, then closes
	"html": True,  # 200 and a page of HTML
	"huge": True,  # 200 and a body of 8 MiB
}


@dataclass(frozen=True)
class Behaviour:
	"""One rule: `kind` of KINDS for an extension or a number or, with neither, for every request.

	`left` counts the requests it still applies to, None for all; `seconds` is explained in KINDS.
	"""

	kind: str
	extension: str | None = None
	number: str | None = None
	left: int | None = None
	seconds: float | None = None
	places_call: bool = True

	def matches(self, dial: Dial | None) -> bool:
		"""Say whether the rule covers a dial, or with None a request that is none."""
		if self.extension is None and self.number is None:
			return True
		if dial is None:
			return False
		same_extension = self.extension in (None, dial.extension)
		return same_extension and (self.number is None or same_number(self.number, dial.number))


OK = Behaviour("ok")


class Behaviours:
	"""The rules in force; the newest that matches wins."""

	def __init__(self):
		self._rules: list[Behaviour] = []

	def add(
		self,
		kind: str,
		extension: str | None = None,
		number: str | None = None,
		times: int | None = None,
		seconds: float | None = None,
		places_call: bool | None = None,
	) -> Behaviour:
		"""Add a rule and return it; raise ValueError for a kind, count or time that makes no sense."""
		default = _places_call(kind)
		if times is not None and times < 1:
			raise ValueError("times must be 1 or more, or left out for every request.")
		if seconds is not None and seconds < 0:
			raise ValueError("seconds must not be negative.")
		rule = Behaviour(
			kind=kind,
			# Extensions and numbers are often written as integers, and come in as text.
			extension=None if extension is None else str(extension),
			number=None if number is None else str(number),
			left=times,
			seconds=seconds,
			places_call=default if places_call is None else places_call,
		)
		self._rules.append(rule)
		return rule

	def take(self, dial: Dial | None) -> Behaviour:
		"""Return what to do with this request and count it off; OK when no rule matches."""
		for index in reversed(range(len(self._rules))):
			rule = self._rules[index]
			if rule.matches(dial):
				self._count_off(index)
				return rule
		return OK

	def all(self) -> tuple[Behaviour, ...]:
		"""Return the rules in force, newest first."""
		return tuple(reversed(self._rules))

	def clear(self) -> None:
		"""Behave again."""
		self._rules.clear()

	def _count_off(self, index: int) -> None:
		rule = self._rules[index]
		if rule.left == 1:
			del self._rules[index]
		elif rule.left is not None:
			self._rules[index] = replace(rule, left=rule.left - 1)


def _places_call(kind: str) -> bool:
	if kind in KINDS:
		return KINDS[kind]
	if re.fullmatch(r"[45]\d\d", kind):
		return False
	raise ValueError(f"Unknown behaviour {kind!r}. Choose one of {', '.join(KINDS)} or a status such as 503.")


def same_number(one: str, other: str) -> bool:
	"""Compare two numbers however they are written: +1..., 011..., 00..., ten digits of North America."""
	return _international_digits(one) == _international_digits(other)


def _international_digits(number: str) -> str:
	digits = re.sub(r"\D", "", number)
	digits = re.sub(r"^(011|00)", "", digits)
	return f"1{digits}" if len(digits) == 10 else digits
