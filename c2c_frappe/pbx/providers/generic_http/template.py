"""A text with variables in braces, filled in with each value quoted for the place it stands in.

No language: a name from a fixed list, or nothing. `{{` and `}}` are braces. Nothing is looked up and nothing runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from string import Formatter
from urllib.parse import quote

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.generic_http import variables
from c2c_frappe.pbx.text import _

Quote = Callable[[str], str]

# What a profile leaves for the admin to put in.
BLANK = re.compile(r"YOUR_[A-Z0-9_]+")


@dataclass(frozen=True)
class Place:
	"""Where a text was entered: the field's name, and how people know it."""

	setting: str
	label: str

	def row(self, number: int) -> Place:
		"""Return the place of a row of this table, counted from 1."""
		return Place(self.setting, _("{0}, row {1}", self.label, number))

	def wrong(self, sentence: str) -> ConfigurationError:
		"""Return the error that says what is wrong here."""
		return ConfigurationError(sentence, self.setting)


def as_it_is(text: str) -> str:
	"""Quote nothing: for places whose quoting is done around the whole value."""
	return text


def in_address(text: str) -> str:
	"""Quote a value for a segment of a path or for a query: no sign of it means anything there."""
	return quote(text, safe="")


def in_xml(text: str) -> str:
	"""Quote a value for XML, within an element or within quotation marks."""
	return escape(text, quote=True)


@dataclass(frozen=True)
class Template:
	"""Literal texts, each with the variable that follows it ("" after the last)."""

	parts: tuple[tuple[str, str], ...]

	@property
	def variables(self) -> frozenset[str]:
		"""Return the names of the variables in it."""
		return frozenset(name for _literal, name in self.parts if name)

	def is_left_out(self, values: Mapping[str, str]) -> bool:
		"""Whether there is nothing to say: it is empty, or all its variables are."""
		if self.variables:
			return not any(values[name] for name in self.variables)
		return not any(literal for literal, _name in self.parts)

	def fill(self, values: Mapping[str, str], quoted: Quote, literal: Quote = as_it_is) -> str:
		"""Return the text with every value quoted by `quoted` and all that stands between by `literal`."""
		return "".join(literal(text) + (quoted(values[name]) if name else "") for text, name in self.parts)


def parse(text: str, place: Place) -> Template:
	"""Return the template; raise ConfigurationError for braces without a variable, an unknown one, or a blank."""
	refuse_blank(text, place)
	try:
		pieces = list(Formatter().parse(text))
	except ValueError:
		pieces = [("", "", "", None)]
	parts = []
	for literal, name, form, conversion in pieces:
		if name is not None and (not name or form or conversion):
			sentence = _(
				"{0} has a brace that is not part of a variable. Write {1} for a literal brace.",
				place.label,
				"{{",
			)
			raise place.wrong(sentence)
		if name and not variables.is_known(name):
			listed = ", ".join(variables.LISTED)  # not within _(), where a literal is taken for a context
			raise place.wrong(
				_("{0} has an unknown variable, {1}. There are: {2}.", place.label, name, listed)
			)
		parts.append((literal, name or ""))
	return Template(tuple(parts))


def refuse_blank(text: str, place: Place) -> None:
	"""Raise ConfigurationError when a profile's blank was not filled in."""
	blank = BLANK.search(text)
	if blank:
		raise place.wrong(_("{0} still contains {1}. Replace it with your own value.", place.label, blank[0]))
