"""The rows of an XLSX file, one at a time and within limits: a small file may unpack to a web worker's whole memory.

Knows no column and reads no database. openpyxl comes with Frappe.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time
from xml.parsers import expat

from openpyxl import load_workbook

from c2c_frappe.pbx.imports.table import MAX_COLUMNS, MAX_UNPACKED_BYTES, FileError
from c2c_frappe.pbx.text import _

_SHEETS, _TEXTS, _PICTURES, _REST = "xl/worksheets/", "sharedstrings.xml", "xl/media/", "rest"
# The texts of all cells are read at once, and styles and the like as trees of many times their size; no picture is.
_LIMITS = {_SHEETS: MAX_UNPACKED_BYTES, _TEXTS: 32 << 20, _REST: 8 << 20}
# A row is read as a tree too.
_MAX_ROW = 4 << 20
_CHUNK = 1 << 20
_HEAD = 1 << 12
_NEVER = float("inf")
_DIMENSION = b'<dimension xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ref="A1"/>'


def rows(content: bytes) -> Iterator[list[object]]:
	"""Yield the cells of each row of the sheet that is shown first; raise FileError."""
	try:
		archive = zipfile.ZipFile(io.BytesIO(content))
		_refuse_oversized(archive)
		book = load_workbook(_with_dimensions(archive), read_only=True, data_only=True)
		sheet = book.active
		# What a file says of its own size need not be so.
		sheet.reset_dimensions()
		for row in sheet.iter_rows():
			yield [_value(cell) for cell in row[:MAX_COLUMNS]]
	except FileError:
		raise
	except Exception as error:  # noqa: BLE001  openpyxl raises whatever a broken file makes it run into
		raise FileError(
			_("The file cannot be read as XLSX ({0}). Save it again, or as CSV.", type(error).__name__)
		) from None


def _refuse_oversized(archive: zipfile.ZipFile) -> None:
	"""Raise FileError for what unpacks to too much; no part can be longer than the archive says."""
	sizes = Counter()
	for part in archive.infolist():
		sizes[_kind(part)] += part.file_size
	is_oversized = any(sizes[kind] > limit for kind, limit in _LIMITS.items())
	sheets = (part for part in archive.infolist() if _kind(part) == _SHEETS)
	if is_oversized or any(_has_endless_row(archive, sheet) for sheet in sheets):
		raise FileError(
			_("The unpacked file is too large: {0} MB at most. Split it.", MAX_UNPACKED_BYTES >> 20)
		)


def _kind(part: zipfile.ZipInfo) -> str:
	name = part.filename.lower()
	if name.endswith(_TEXTS):
		return _TEXTS
	return next((kind for kind in (_SHEETS, _PICTURES) if name.startswith(kind)), _REST)


def _has_endless_row(archive: zipfile.ZipFile, sheet: zipfile.ZipInfo) -> bool:
	"""Whether a sheet goes on for long without another row."""
	since_row = 0
	with archive.open(sheet) as stream:
		while chunk := stream.read(_CHUNK):
			at = chunk.rfind(b"row")
			since_row = len(chunk) - at if at >= 0 else since_row + len(chunk)
			if since_row > _MAX_ROW:
				return True
	return False


def _with_dimensions(archive: zipfile.ZipFile) -> io.BytesIO:
	"""Return the archive with a size named in each sheet: openpyxl reads one that names none to its end to find that out."""
	places = {part.filename: _place_of_dimension(archive, part) for part in archive.infolist()}
	if not any(places.values()):
		return archive.fp
	sized = io.BytesIO()
	with zipfile.ZipFile(sized, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
		for part in archive.infolist():
			with archive.open(part) as source, copy.open(part.filename, "w", force_zip64=True) as target:
				place = places[part.filename]
				target.write(source.read(place) + _DIMENSION if place else b"")
				shutil.copyfileobj(source, target, _CHUNK)
	return sized


def _place_of_dimension(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
	"""Return at which byte of a sheet that names no size its rows begin, 0 for every other part."""
	if not part.filename.lower().endswith(".xml"):
		return 0
	seen: dict[str, int] = {}
	parser = expat.ParserCreate(namespace_separator=" ")

	def note(name: str, _attributes: object) -> None:
		seen.setdefault(name.rpartition(" ")[2], parser.CurrentByteIndex)

	parser.StartElementHandler = note
	with archive.open(part) as stream:
		while not seen.keys() & {"sheetData", "dimension"} and next(iter(seen), "worksheet") == "worksheet":
			chunk = stream.read(_HEAD)
			if not chunk:
				return 0
			parser.Parse(chunk, False)
	is_sized = seen.get("dimension", _NEVER) < seen.get("sheetData", _NEVER)
	return 0 if is_sized else seen.get("sheetData", 0)


def _value(cell) -> object:
	"""Return a cell's value; a day alone, which openpyxl gives as its midnight, as a day."""
	value = cell.value
	if isinstance(value, datetime) and value.time() == time() and "h" not in cell.number_format.lower():
		return value.date()
	return value
