"""The rows of the file that is attached to an import, numbered as in the file. Knows no column and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import unquote

import frappe
from frappe import _

from c2c_frappe import form_errors, messages
from c2c_frappe.events import spreadsheet
from c2c_frappe.pbx.imports import table
from c2c_frappe.pbx.imports.table import MAX_BYTES, MAX_COLUMNS, FileError


def numbered(url: str) -> Iterator[tuple[int, Sequence[object]]]:
	"""Yield (number, cells) of the rows that are not empty, the first is 1; raise FileError for what is no table."""
	content = _content(url)
	rows = spreadsheet.rows(content) if url.lower().endswith(".xlsx") else table.csv_rows(content)
	for number, row in enumerate(table.limited(rows), 1):
		cells = row[:MAX_COLUMNS]
		if any(cell not in (None, "") for cell in cells):
			yield number, cells


def name_of(url: str | None) -> str:
	"""Return what a file is called."""
	return unquote(url or "").rpartition("/")[2]


def thrown(error: FileError) -> None:
	"""Tell whoever asks what is wrong with the file."""
	form_errors.refuse("file", messages.sentence(error.message), _("File"))


def _content(url: str) -> bytes:
	file = frappe.get_doc("File", {"file_url": url})
	file.check_permission("read")
	if (file.file_size or 0) > MAX_BYTES:
		frappe.throw(_("The file is too large: {0} MB at most. Split it.").format(MAX_BYTES >> 20))
	content = file.get_content()
	return content.encode() if isinstance(content, str) else content
