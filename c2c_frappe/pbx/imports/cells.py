"""A cell of a file: its text, without what spreadsheets and exports wrap around it. Knows no column."""

from __future__ import annotations

import re
from collections.abc import Mapping

from c2c_frappe.pbx.errors import PbxError

# A cell by the meaning of its column.
Cells = Mapping[str, object]

_FORMULA = re.compile(r'=\s*"(.*)"')
_POINT_ZERO = re.compile(r"^(\d+)\.0$", re.ASCII)
_QUOTES = "'\"’‘´`"


class BrokenRowError(PbxError):
	"""A row no call can be read from; the text says why."""


class InternalCallError(PbxError):
	"""A row of a call between two phones of one's own, which is no call of the log."""


def text(value: object) -> str:
	"""Return a cell as text: no `="..."` and no apostrophe, with which a spreadsheet is made to keep a zero.

	A spreadsheet holds whole numbers as 447700900123.0, and some exports write them so.
	"""
	if isinstance(value, float) and value.is_integer():
		return str(int(value))
	written = "" if value is None else _POINT_ZERO.sub(r"\1", str(value).strip())
	formula = _FORMULA.fullmatch(written)
	bare = formula[1].strip() if formula else written
	return bare.lstrip(_QUOTES).strip() if bare[:1] in _QUOTES[0] else bare
