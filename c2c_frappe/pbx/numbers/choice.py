"""Which of a record's numbers a click means. Pure: the browser chooses among what the server found, no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.numbers.phone import PhoneNumber


@dataclass(frozen=True)
class Choice:
	"""One number of a record: where it stands, what it is called, the text as typed and as this user sees it."""

	fieldname: str
	row: str
	label: str
	text: str
	shown: str = ""
	is_primary: bool = False
	do_not_call: bool = False
	# The Contact the number is of where the record is another, and what that Contact is called if it is known.
	contact: str = ""
	person: str = ""

	@property
	def is_masked(self) -> bool:
		"""Whether this user may call the number and not see it."""
		return bool(self.shown) and self.shown != self.text


def ordered(choices: Sequence[Choice]) -> tuple[Choice, ...]:
	"""Return primary numbers first. A number that stands in two places can be clicked in both."""
	return tuple(sorted(choices, key=lambda choice: not choice.is_primary))


def distinct(choices: Sequence[Choice], countries: Sequence[str]) -> tuple[Choice, ...]:
	"""Return each number once, at its first place, for a list to choose from; with another extension it is another."""
	first: dict[object, Choice] = {}
	for choice in choices:
		number = _read(choice.text, countries)
		first.setdefault((number.e164, number.extension) if number else choice.text, choice)
	return tuple(first.values())


def choose(
	choices: Sequence[Choice], fieldname: str, row: str, number: str, countries: Sequence[str]
) -> Choice | None:
	"""Return the choice that fits all that was sent, the first of several, None when none does.

	A place is a field of the record itself, or a field and a row; no place fits every one. No number ("") fits
	every one too, else it fits by text, or as the same E.164 number and extension; one without an extension fits one
	with any, if there is just one. A mask that several numbers share fits none.
	"""
	placed = [c for c in choices if (fieldname, row) in ((c.fieldname, c.row), ("", ""), ("", c.row))]
	fitting = [c for c in placed if not number or number in (c.text, c.shown)]
	fitting = _fitting_as_number(placed, fitting, number, countries) if number else fitting
	is_vague = bool(number) and len(distinct(fitting, countries)) > 1
	return fitting[0] if fitting and not is_vague else None


def _is_plainly(chosen: Choice, number: str, countries: Sequence[str]) -> bool:
	is_same = number == chosen.text or _read(number, countries) == _read(chosen.text, countries)
	return is_same and not chosen.is_masked


def _fitting_as_number(
	placed: Sequence[Choice], by_text: Sequence[Choice], number: str, countries: Sequence[str]
) -> list[Choice]:
	"""Return those that fit by text or are the same number, in their order; else those with an extension besides."""
	wanted = _read(number, countries)
	read = [(choice, _read(choice.text, countries)) for choice in placed] if wanted else []
	same = [choice for choice, other in read if other and other == wanted]
	fitting = [choice for choice in placed if choice in by_text or choice in same]
	if fitting or not wanted or wanted.extension:
		return fitting
	return [choice for choice, other in read if other and other.e164 == wanted.e164]


def choose_own_first(
	own: Sequence[Choice],
	others: Callable[[], Sequence[Choice]],
	fieldname: str,
	row: str,
	number: str,
	countries: Sequence[str],
) -> Choice | None:
	"""Return what `choose` finds among all; `others`, rows of other records, are asked for only if they can matter."""
	chosen = choose(own, fieldname, row, number, countries)
	# A mask without a place may stand for a number of another record too, a number for one with another extension.
	is_certain = chosen and (fieldname or row or not number or _is_plainly(chosen, number, countries))
	return chosen if is_certain else choose((*own, *others()), fieldname, row, number, countries)


def local_time(number: str, now: datetime) -> str:
	"""Return the time where an E.164 number is as "14:05", "" when its zones differ; `now` is aware."""
	try:
		times = {now.astimezone(ZoneInfo(zone)).strftime("%H:%M") for zone in phone.time_zones(number)}
	except KeyError:  # ZoneInfoNotFoundError: a zone newer than this machine's time zone data
		return ""
	return times.pop() if len(times) == 1 else ""


def _read(text: str, countries: Sequence[str]) -> PhoneNumber | None:
	try:
		return phone.find(text, countries) if text else None
	except InvalidNumberError:
		return None
