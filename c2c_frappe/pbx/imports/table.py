"""The bytes of a CSV file as rows of cells, and how large a file may be. Reads no spreadsheet and knows no column."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.pbx.text import _

MAX_BYTES = 20 << 20
# What the sheets of a packed file may become: a million cells take about 40 MB.
MAX_UNPACKED_BYTES = 64 << 20
MAX_ROWS = 200_000
MAX_COLUMNS = 200
_SEPARATORS = ",;\t|"
# What Excel obeys as a first line and never shows.
_SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?[;,\t|]*\s*$', re.IGNORECASE)


class FileError(PbxError):
	"""A file whose rows cannot be had; the text says why."""


def csv_rows(content: bytes) -> Iterator[list[str]]:
	"""Yield the rows of a CSV file, its line `sep=;` as an empty one; raise FileError for what is no CSV."""
	text = _decoded(content)
	first, _line_end, rest = text.partition("\n")
	separator = _SEPARATOR_LINE.match(first)
	if separator:
		yield []
		text, delimiter = rest, separator[1]
	else:
		delimiter = max(_SEPARATORS, key=first.count)
	try:
		yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
	except csv.Error as error:
		raise FileError(_("The file cannot be read as CSV ({0}). Export it again.", str(error))) from None


def limited(rows: Iterator) -> Iterator:
	"""Yield the rows; raise FileError when there are more than MAX_ROWS, empty ones included."""
	for number, row in enumerate(rows):
		if number > MAX_ROWS:
			raise FileError(_("The file has too many rows: {0} at most. Split it.", MAX_ROWS))
		yield row


def _decoded(content: bytes) -> str:
	encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
	try:
		return content.decode(encoding)
	except UnicodeDecodeError:
		return content.decode("cp1252", "replace")
