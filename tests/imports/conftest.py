"""What the tests of imported files share: one row read by the meanings of its columns, and a whole file by its headings."""

from __future__ import annotations

import pytest

from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.pbx.imports import table
from c2c_frappe.pbx.imports.columns import guess
from c2c_frappe.pbx.imports.dialects import dialect_of
from c2c_frappe.pbx.imports.rows import DAY_FIRST, Reading, read

USUAL = {"started_at": "2026-11-23 12:00:00", "caller": "1000", "called": "447700900123"}


def link(url):
	return str(url or "") if str(url or "").startswith("https://") else ""


@pytest.fixture
def record():
	"""Read a row of these cells, by meaning, over the usual ones; None leaves one out."""

	def read_row(zone="UTC", order=DAY_FIRST, countries=("GB",), own_numbers=(), **cells):
		known = {m: cell for m, cell in {**USUAL, **cells}.items() if cell is not None}
		return read(
			list(known.values()), Reading(list(known), zone, order, countries, link, own_numbers=own_numbers)
		)

	return read_row


@pytest.fixture
def row(record):
	"""Read a row as `record` does and return its event."""
	return lambda **cells: record(**cells).event


@pytest.fixture
def file():
	"""Read the text of a CSV file as an import does: its records, and errors where a row is none."""

	def read_file(text, zone="UTC", countries=("GB",), **more):
		headings, *rows = [each for each in table.csv_rows(text.encode()) if any(each)]
		reading = Reading(guess(headings), zone, DAY_FIRST, countries, link, dialect_of(headings), **more)
		return [_read(cells, reading) for cells in rows]

	return read_file


def _read(cells, reading):
	try:
		return read(cells, reading)
	except PbxError as error:
		return error
