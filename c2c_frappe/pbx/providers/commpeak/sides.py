"""Who called whom, by a row of CommPeak's call records: its direction, the agent's phone, the customer's number.

The reference's shape names both by their roles. The second one, known from public code, has only `src` and `dst`: there
the side with a number is the customer's. A text that is there and is no number is told from one that is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from c2c_frappe.pbx.calls import values

# A called number no longer than this is a phone of one's own.
_OWN_DIGITS = re.compile(r"\d{1,6}", re.ASCII)
_PHONE = re.compile(r"\d{1,20}", re.ASCII)

NumberFields = Callable[[object], dict]


@dataclass(frozen=True)
class Sides:
	"""Who spoke: direction, the agent's extension or "", the fields of a CallEvent for the customer's number.

	`is_agents` when the row is of a click's first leg. `unread` are the meanings of texts where the number should stand
	and none can be read.
	"""

	direction: str
	extension: str
	number: Mapping[str, object]
	is_agents: bool
	unread: tuple[str, ...] = ()


def is_agents_leg(called: str, extension: str, direction: str) -> bool:
	"""Whether a click's record or event is of its first leg, the agent's own phone.

	That this leg names the phone as the called number is assumed. The agent's answer is none of the customer's.
	"""
	is_phone = bool(called) and (called == extension or bool(_OWN_DIGITS.fullmatch(called)))
	return is_phone and direction != values.INCOMING


def read(fields: Mapping[str, str], has_sides: bool, number_fields: NumberFields) -> Sides:
	"""Return who called whom; `fields` are a row's texts by meaning, `has_sides` when it names them by `src` and `dst`."""
	numbers = {name: number_fields(fields[name]) for name in ("customer", "called", "caller")}
	direction = values.direction(fields["type"])
	if has_sides and not values.is_filled(fields["type"]):
		direction = _by_sides(fields, {name: each.get("number", "") for name, each in numbers.items()})
	own = {values.OUTGOING: "caller", values.INCOMING: "called"}.get(direction, "") if has_sides else ""
	is_own_phone = bool(own and _PHONE.fullmatch(fields[own]) and not numbers[own].get("number"))
	extension = fields["extension"] or (fields[own] if is_own_phone else "")
	if is_agents_leg(fields["called"], extension, direction):
		return Sides(direction, extension or fields["called"], {}, True)
	names = _customers(direction, has_sides)
	sides = (
		next((numbers[name] for name in names if numbers[name].get("number")), {})
		if direction
		else numbers["customer"]
	)
	unread = (
		() if sides.get("number") else tuple(name for name in names if not values.is_withheld(fields[name]))
	)
	return Sides(direction, extension, sides, False, unread)


def _by_sides(fields: Mapping[str, str], numbers: Mapping[str, str]) -> str:
	"""Return the direction by which side is the customer's, "" where that cannot be told."""
	customer = numbers["customer"]
	callers, calleds = (
		numbers[side] == customer if customer else bool(numbers[side]) for side in ("caller", "called")
	)
	if callers != calleds:
		return values.INCOMING if callers else values.OUTGOING
	are_own = all(_OWN_DIGITS.fullmatch(fields[side]) for side in ("caller", "called"))
	return values.INTERNAL if are_own else ""


def _customers(direction: str, has_sides: bool) -> tuple[str, ...]:
	"""Return the meanings under which the customer's number may stand, likeliest first."""
	sides = {values.OUTGOING: ("called",), values.INCOMING: ("caller",)}
	return ("customer", *sides.get(direction, ("caller", "called") if has_sides else ()))
