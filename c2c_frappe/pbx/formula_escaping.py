"""Texts that people and PBXs write, as they may stand in a cell of a spreadsheet: none is taken for a formula.

Frappe exports lists and reports as they are, and whoever opens the file runs what begins like a formula.
"""

from __future__ import annotations

import re

# What begins with a plus or a minus calls functions or programs only with one of the later signs: "+44 (0)20 7946 0018"
# is a number, and "- calls back" a line of a list.
_FORMULA = re.compile(r"\s*(?:[=@]|[+\-].*(?:[=@|!]|\((?!\d*\))))", re.DOTALL)


def escape(text: str | None) -> str | None:
	"""Return the text, with the apostrophe in front that spreadsheets leave out if it could be a formula."""
	return f"'{text}" if text and _FORMULA.match(text) else text
