"""Sentences for people that can still be translated. Nothing here knows a language or Frappe."""

from __future__ import annotations

from collections.abc import Callable


class Text(str):
	"""The finished English sentence, which remembers its `template` and `values` for a translator.

	`Text("Extension {0} is unknown.", "1000")` reads "Extension 1000 is unknown.".
	"""

	template: str
	values: tuple

	def __new__(cls, template: str, *values):
		text = super().__new__(cls, template.format(*values) if values else template)
		text.template, text.values = template, values
		return text

	def translated(self, translate: Callable[[str], str]) -> str:
		"""Return the sentence, and the sentences within it, in the language `translate` puts a template into."""
		template = translate(self.template)
		values = [value.translated(translate) if isinstance(value, Text) else value for value in self.values]
		return template.format(*values) if values else template


# Marks a sentence for extraction into locale/main.pot, as Frappe's `_` does.
_ = Text
