"""Which of a record's numbers a click means. Pure: the browser chooses among what the server found, no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import phone


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

	@property
	def is_masked(self) -> bool:
		"""Tell whether this user may call the number and not see it."""
		return bool(self.shown) and self.shown != self.text


def ordered(choices: Sequence[Choice]) -> tuple[Choice, ...]:
	"""Return primary numbers first. A number that stands in two places can be clicked in both."""
	return tuple(sorted(choices, key=lambda choice: not choice.is_primary))


def distinct(choices: Sequence[Choice], countries: Sequence[str]) -> tuple[Choice, ...]:
	"""Return each number once, at its first place, for a list to choose from."""
	first: dict[str, Choice] = {}
	for choice in choices:
		first.setdefault(_e164(choice.text, countries) or choice.text, choice)
	return tuple(first.values())


def by_number(choices: Sequence[Choice], countries: Sequence[str]) -> dict[str, Choice]:
	"""Return the choices by E.164; of several with one number one that is shown rather than masked."""
	found: dict[str, Choice] = {}
	for choice in sorted(choices, key=lambda choice: choice.is_masked):
		number = _e164(choice.text, countries)
		if number:
			found.setdefault(number, choice)
	return found


def choose(
	choices: Sequence[Choice], fieldname: str, row: str, number: str, countries: Sequence[str]
) -> Choice | None:
	"""Return the choice that fits all that was sent, the first of several, None when none does.

	A place is a field of the record itself, or a field and a row; no place fits every one. No number ("") fits
	every one too, else it fits by text or as the same E.164 number. A mask that several numbers share fits none.
	"""
	wanted = _e164(number, countries)
	fitting = []
	for choice in choices:
		fits_place = (fieldname, row) in ((choice.fieldname, choice.row), ("", ""), ("", choice.row))
		is_number = not number or number in (choice.text, choice.shown)
		if fits_place and (is_number or (wanted and wanted == _e164(choice.text, countries))):
			fitting.append(choice)
	is_vague = bool(number) and len(distinct(fitting, countries)) > 1
	return fitting[0] if fitting and not is_vague else None


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
	# A mask without a place may stand for a number of another record too.
	is_certain = chosen and (fieldname or row or not number or not chosen.is_masked)
	return chosen if is_certain else choose((*own, *others()), fieldname, row, number, countries)


def local_time(number: str, now: datetime) -> str:
	"""Return the time where an E.164 number is as "14:05", "" when its zones differ; `now` is aware."""
	try:
		times = {now.astimezone(ZoneInfo(zone)).strftime("%H:%M") for zone in phone.time_zones(number)}
	except KeyError:  # ZoneInfoNotFoundError: a zone newer than this machine's time zone data
		return ""
	return times.pop() if len(times) == 1 else ""


def _e164(text: str, countries: Sequence[str]) -> str:
	try:
		return phone.find(text, countries).e164 if text else ""
	except InvalidNumberError:
		return ""
