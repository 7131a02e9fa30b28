"""Sentences for people that can still be translated. Nothing here knows a language or Frappe."""


class Text(str):
	"""The finished English sentence, which remembers its `template` and `values` for a translator.

	`Text("Extension {0} is unknown.", "1000")` reads "Extension 1000 is unknown."; the Frappe shell
	shows `_(text.template).format(*text.values)` in the reader's language.
	"""

	template: str
	values: tuple

	def __new__(cls, template: str, *values):
		text = super().__new__(cls, template.format(*values) if values else template)
		text.template, text.values = template, values
		return text


# Marks a sentence for extraction into locale/main.pot, as Frappe's `_` does.
_ = Text
