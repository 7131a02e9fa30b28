"""A call's number as a reader of its record sees it: who sees only a mask on the record sees it on the timeline too.

Costs a look at the record only where some number of it is masked or hidden from this user. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import frappe

from c2c_frappe import messages
from c2c_frappe.accounts import extensions
from c2c_frappe.pbx.calls.values import LEAST_DIGITS
from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.numbers.choice import Choice
from c2c_frappe.pbx.numbers.phone_text import HIDDEN, without_numbers
from c2c_frappe.phone_book import fields, record_numbers
from c2c_frappe.phone_book.countries import deciding_countries


@dataclass(frozen=True)
class Reader:
	"""What the user sees of the numbers of one record, by E.164 and extension; None when nothing is hidden from him."""

	choices: dict[tuple[str, str], Choice] | None = None

	def number(self, row: dict) -> str:
		"""Return a call's number, with what is dialed behind it, for this reader."""
		if not self._is_hidden(row):
			shown, extension = (
				messages.display(row["dialed_number"] or row["number"]),
				row["number_extension"],
			)
			return f"{shown} x{extension}" if extension and shown else shown or extension or ""
		choice = self._choice(row)
		return choice.shown if choice else HIDDEN

	def outside(self, number: str) -> str:
		"""Return a number that took part in a call besides the record's, hidden from who may not see all of that."""
		is_phone = len(number) < LEAST_DIGITS
		return number if is_phone else messages.display(number) if self.choices is None else HIDDEN

	def message(self, row: dict) -> str:
		"""Return what is said of a call, without its number where this reader may not see that."""
		message = row["message"] or ""
		return without_numbers(message) if self._is_hidden(row) else message

	def place(self, row: dict) -> dict[str, str]:
		"""Return where on the record a number stands of which this reader sees a mask: {fieldname, row}."""
		choice = self._choice(row)
		return {"fieldname": choice.fieldname, "row": choice.row} if choice and choice.is_masked else {}

	def _choice(self, row: dict) -> Choice | None:
		key = row["dialed_number"], row["number_extension"] or ""
		return self.choices.get(key) if self.choices else None

	def _is_hidden(self, row: dict) -> bool:
		choice = self._choice(row)
		return self.choices is not None and (choice is None or choice.is_masked)


def reader_of(doctype: str, name: str) -> Reader:
	"""Return what the user sees of the numbers of a record he may read."""
	if not fields.hides_any_from_reader(doctype):
		return Reader()
	record = record_numbers.load(doctype, name)
	countries = deciding_countries(record.country, extensions.account_of(frappe.session.user))
	return Reader(_by_number(record.choices, countries))


def _by_number(choices: Sequence[Choice], countries: Sequence[str]) -> dict[tuple[str, str], Choice]:
	"""Return the choices by number and extension; of several with the same one that is shown rather than masked."""
	choices_by_number: dict[tuple[str, str], Choice] = {}
	for choice in sorted(choices, key=lambda choice: choice.is_masked):
		with suppress(InvalidNumberError):
			number = phone.find(choice.text, countries)
			choices_by_number.setdefault((number.e164, number.extension), choice)
	return choices_by_number
