"""The use case "call records come as a file": read it, show how it is understood, hand its rows to events.py.

Importing a file twice, or one that was stopped half-way, changes nothing that is there. What a column and a row mean is
decided in `pbx/`.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

import frappe
from frappe import _
from frappe.utils import get_system_timezone
from frappe.utils.xlsxutils import read_xlsx_file_from_attached_file

from c2c_frappe import messages
from c2c_frappe.accounts import providers
from c2c_frappe.call_log import search
from c2c_frappe.events import intake, placing, store
from c2c_frappe.locks import exclusive
from c2c_frappe.pbx.calls.records import CallRecord
from c2c_frappe.pbx.errors import ConfigurationError, PbxError
from c2c_frappe.pbx.imports import columns
from c2c_frappe.pbx.imports.rows import InternalCallError, Reading, read
from c2c_frappe.phone_book import record_numbers

DOCTYPE = "PBX Call Import"
MOST_BYTES = 20 << 20
PREVIEWED = 10
BATCH = 200
# Of rows that came to nothing as many are kept with the import; all are counted, and the file stays.
KEPT_PROBLEMS = 1000
JOB_SECONDS = 2 * 60 * 60
COUNTS = ("rows_read", "matched", "added", "known", "unmatched", "broken")
NOTHING = {"status": "Draft", "problems": None, **dict.fromkeys(COUNTS, 0)}
_COUNTED = {store.APPLIED: "matched", placing.ADDED: "added", intake.KNOWN: "known"}


def columns_of(document) -> list[dict]:
	"""Return {heading, meaning} of each column of a file, as far as its headings say."""
	headings = [str(cell or "").strip() for cell in next(_rows(document), ())]
	labels = [str(columns.MEANINGS.get(meaning, "")) for meaning in columns.guess(headings)]
	return [{"heading": heading, "meaning": m} for heading, m in zip(headings, labels, strict=True)]


def _meanings(document) -> list[str]:
	return [columns.BY_LABEL.get(column.meaning, "") for column in document.columns]


def preview(name: str) -> dict:
	"""Return {message, rows: [{row, start, direction, extension, number, status, duration, message}]} of the first rows."""
	document = _readable(name)
	message = columns.missing(_meanings(document))
	rows = [] if message else [_previewed(*each) for each in islice(_read(document), PREVIEWED)]
	return {"message": messages.sentence(message), "rows": rows}


def _previewed(number: int, found: CallRecord | PbxError) -> dict:
	if isinstance(found, PbxError):
		return {"row": number, "message": messages.sentence(found.message)}
	event = found.event
	return {
		"row": number,
		"start": f"{event.started_at:%Y-%m-%d %H:%M:%S} UTC",
		"direction": _(event.direction),
		"extension": event.extension,
		"number": messages.display(event.number),
		"status": _(event.status) if event.status else "",
		"duration": event.duration,
		"message": "",
	}


def start(name: str) -> None:
	"""Import a file in the background; the present user is shown the progress."""
	document = _readable(name)
	message = columns.missing(_meanings(document))
	if message:
		frappe.throw(messages.sentence(message), title=_("Columns"))
	document.db_set({**NOTHING, "status": "Queued"})
	frappe.enqueue(
		"c2c_frappe.events.file_import.run",
		queue="long",
		timeout=JOB_SECONDS,
		job_id=f"c2c_import:{name}",
		deduplicate=True,
		enqueue_after_commit=True,
		name=name,
		user=frappe.session.user,
	)


def run(name: str, user: str = "") -> None:
	"""Import a file and leave the report with it; a fault leaves it Stopped, to be imported again."""
	with exclusive(f"import {name}") as is_alone:
		if not is_alone:
			return
		document = frappe.get_doc(DOCTYPE, name)
		document.db_set("status", "Running", commit=True)
		try:
			report = _imported(document, user)
		except Exception:
			frappe.db.rollback()
			document.db_set("status", "Stopped", notify=True, commit=True)
			raise
		document.db_set({**report, "status": "Done"}, notify=True, commit=True)


def _imported(document, user: str) -> dict:
	total = max(1, sum(1 for _row in _rows(document)) - 1)
	counts, problems = Counter(), []
	rows = _read(document)
	while batch := list(islice(rows, BATCH)):
		outcomes = _applied(
			document.account, {n: found for n, found in batch if isinstance(found, CallRecord)}
		)
		for number, found in batch:
			kind, why = _judged(found, outcomes.get(number, ""))
			counts.update({"rows_read": 1, kind: 1})
			if why:
				problems.append([number, kind, why])
		if user:
			share = 100 * counts["rows_read"] / total
			frappe.publish_progress(share, _("Importing calls"), DOCTYPE, document.name)
	return {**{name: counts[name] for name in COUNTS}, "problems": json.dumps(problems[:KEPT_PROBLEMS])}


def _judged(found: CallRecord | PbxError, outcome: str) -> tuple[str, str]:
	"""Return under which of COUNTS a row falls, and why it came to nothing, "" when it did not."""
	if isinstance(found, PbxError):
		kind = "unmatched" if isinstance(found, InternalCallError) else "broken"
		return kind, messages.sentence(found.message)
	if outcome in _COUNTED:
		return _COUNTED[outcome], ""
	if outcome == store.IGNORED:
		return "unmatched", _("It is of nobody's phone, and no record has its number.")
	return "unmatched", _(
		"A call that was clicked may be the one, but not surely. It is tried again for a day."
	)


def _applied(account: str, records: dict[int, CallRecord]) -> dict[int, str]:
	"""Hand records to events.py and return the outcome of each by its row's number."""
	known_ids = search.known_ids(account, [record.record_id for record in records.values()])
	named = {
		n: record.with_id() if record.record_id in known_ids else record for n, record in records.items()
	}
	taken = intake.take_records(account, named.values(), ())
	return {number: outcome for number, (_record, outcome) in zip(named, taken, strict=True)}


def _read(document) -> Iterator[tuple[int, CallRecord | PbxError]]:
	"""Yield (number, record, or why there is none) of each row below the headings."""
	reading = _reading(document)
	for number, cells in enumerate(islice(_rows(document), 1, None), 2):
		try:
			yield number, read(cells, reading)
		except PbxError as error:
			yield number, error


def _reading(document) -> Reading:
	try:
		provider = providers.provider_of(frappe.get_cached_doc("PBX Account", document.account))
	except ConfigurationError as error:
		frappe.throw(messages.sentence(error.message), title=_("Account"))
	return Reading(
		_meanings(document),
		document.time_zone or get_system_timezone(),
		document.date_order,
		record_numbers.deciding_countries(None, document.account),
		provider.recording_link,
	)


def _rows(document) -> Iterator[Sequence[object]]:
	"""Yield the rows of the attached file that are not empty."""
	content = _content(document.file)
	is_sheet = document.file.lower().endswith(".xlsx")
	rows = read_xlsx_file_from_attached_file(fcontent=content) if is_sheet else _csv_rows(content)
	return (row for row in rows if any(cell not in (None, "") for cell in row))


def _content(url: str) -> bytes:
	file = frappe.get_doc("File", {"file_url": url})
	file.check_permission("read")
	if (file.file_size or 0) > MOST_BYTES:
		frappe.throw(_("The file is too large: {0} MB at most. Split it.").format(MOST_BYTES >> 20))
	content = file.get_content()
	return content.encode() if isinstance(content, str) else content


def _csv_rows(content: bytes) -> Iterator[list[str]]:
	# Frappe's own reader knows commas only; spreadsheets of half of Europe write semicolons.
	text = _decoded(content)
	delimiter = max(",;\t|", key=text.partition("\n")[0].count)
	return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _decoded(content: bytes) -> str:
	encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
	try:
		return content.decode(encoding)
	except UnicodeDecodeError:
		return content.decode("cp1252", "replace")


def _readable(name: str):
	document = frappe.get_doc(DOCTYPE, name)
	document.check_permission("write")
	return document
