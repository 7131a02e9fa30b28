"""The use case "call records come as a file": read it, show how it is understood, hand its rows to events.py.

Importing a file twice, or one that was stopped half-way, changes nothing that is there. What a column and a row mean is
decided in `pbx/`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from traceback import format_tb

import frappe
from frappe import _
from frappe.utils import get_system_timezone
from rq.timeouts import BaseTimeoutException

from c2c_frappe import messages, site_time
from c2c_frappe.accounts import own_numbers, providers
from c2c_frappe.call_log import search
from c2c_frappe.events import call_matching, file_rows, intake, store
from c2c_frappe.locks import exclusive
from c2c_frappe.pbx.errors import ConfigurationError, PbxError
from c2c_frappe.pbx.imports import columns, parties
from c2c_frappe.pbx.imports.dialects import dialect_of
from c2c_frappe.pbx.imports.legs import merge
from c2c_frappe.pbx.imports.rows import (
	BrokenRowError,
	FileRecord,
	InternalCallError,
	Reading,
	read,
	record_id,
)
from c2c_frappe.pbx.imports.table import FileError
from c2c_frappe.phone_book.countries import deciding_countries

DOCTYPE = "PBX Call Import"
PREVIEWED = 10
BATCH = 200
# Of rows that came to nothing as many are kept with the import; all are counted, and the file stays.
KEPT_PROBLEMS = 1000
# Of one sentence on what was not understood in rows that were imported as many are kept.
KEPT_NOTES = 3
HEADING_LENGTH = 140
JOB_SECONDS = 2 * 60 * 60
COUNTS = ("rows_read", "matched", "added", "known", "unmatched", "broken")
NOTHING = {"status": "Draft", "problems": None, **dict.fromkeys(COUNTS, 0)}
_COUNTED = {store.APPLIED: "matched", call_matching.ADDED: "added", intake.DUPLICATE: "known"}


@dataclass(frozen=True)
class Call:
	"""What the file says of one call: the rows it stands in, and its record or the reason why there is none."""

	rows: tuple[int, ...]
	found: FileRecord | PbxError


def columns_of(document) -> list[dict]:
	"""Return {heading, meaning} of each column of a file, as far as its headings say."""
	try:
		_number, cells = next(file_rows.numbered(document.file), (0, ()))
	except FileError as error:
		file_rows.thrown(error)
	headings = [str(cell or "").strip()[:HEADING_LENGTH] for cell in cells]
	labels = [str(columns.MEANINGS.get(meaning, "")) for meaning in columns.guess(headings)]
	return [{"heading": heading, "meaning": m} for heading, m in zip(headings, labels, strict=True)]


def _meanings(document) -> list[str]:
	return [columns.BY_LABEL.get(column.meaning, "") for column in document.columns]


def preview(name: str) -> dict:
	"""Return {message, rows: [{row, start, direction, extension, number, status, duration, message}]} of the first rows.

	`start` is the site's own time.
	"""
	document = _readable(name)
	message = columns.missing(_meanings(document))
	try:
		rows = [] if message else [_previewed(*each) for each in islice(_read(document), PREVIEWED)]
	except FileError as error:
		file_rows.thrown(error)
	return {"message": messages.sentence(message), "rows": rows}


def _previewed(number: int, reading: FileRecord | PbxError) -> dict:
	if isinstance(reading, PbxError):
		return {"row": number, "message": messages.sentence(reading.message)}
	event = reading.event
	return {
		"row": number,
		"start": f"{site_time.to_local(event.started_at):%Y-%m-%d %H:%M:%S}",
		"direction": _(event.direction),
		"extension": event.extension,
		"number": messages.display(event.number),
		"status": _(event.status) if event.status else "",
		"duration": event.duration,
		"message": " ".join(messages.sentence(note) for note in reading.notes),
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
	"""Import a file and leave the report with it; a fault leaves it Stopped, to be imported again.

	A row that no call can be read from, or that cannot be stored, is named in the report; the rest goes on.
	"""
	with exclusive(f"import {name}") as is_alone:
		if not is_alone:
			return
		document = frappe.get_doc(DOCTYPE, name)
		document.db_set("status", "Running", commit=True)
		try:
			report = _imported(document, user)
		except FileError as error:
			frappe.db.rollback()
			problems = json.dumps([[0, "broken", messages.sentence(error.message)]])
			document.db_set({"status": "Stopped", "problems": problems}, notify=True, commit=True)
			return
		except Exception:
			frappe.db.rollback()
			document.db_set("status", "Stopped", notify=True, commit=True)
			raise
		document.db_set({**report, "status": "Done"}, notify=True, commit=True)


def _imported(document, user: str) -> dict:
	total, legs = _size(document)
	report = _Report()
	calls = _calls(document, legs)
	while batch := list(islice(calls, BATCH)):
		for call, outcome in _applied(document.account, batch):
			report.add(call, outcome)
		if user:
			share = 100 * report.counts["rows_read"] / max(1, total)
			frappe.publish_progress(share, _("Importing Calls"), DOCTYPE, document.name)
	return report.values()


class _Report:
	"""What became of the rows: how many of each kind, and why rows came to nothing or were taken in part."""

	def __init__(self):
		self.counts, self.problems, self._notes = Counter(), [], Counter()

	def add(self, call: Call, outcome: str | PbxError) -> None:
		"""Count the rows of a call: a call that was added in several rows is one new call."""
		kind, why = _judged(outcome)
		others = "matched" if kind == "added" else kind
		self.counts.update(rows_read=len(call.rows))
		self.counts.update([kind, *[others] * (len(call.rows) - 1)])
		self.problems += [[number, kind, why] for number in call.rows if why]
		for note in getattr(call.found, "notes", ()):
			self._notes[note] += 1
			if self._notes[note] <= KEPT_NOTES:
				self.problems.append([call.rows[0], "partial", messages.sentence(note)])

	def values(self) -> dict:
		"""Return the fields of PBX Call Import that hold the report."""
		kept = sorted(self.problems, key=lambda problem: problem[0])[:KEPT_PROBLEMS]
		return {**{name: self.counts[name] for name in COUNTS}, "problems": json.dumps(kept)}


def _judged(outcome: str | PbxError) -> tuple[str, str]:
	"""Return under which of COUNTS a row falls, and why it came to nothing, "" when it did not."""
	if isinstance(outcome, PbxError):
		kind = "unmatched" if isinstance(outcome, InternalCallError) else "broken"
		return kind, messages.sentence(outcome.message)
	if outcome in _COUNTED:
		return _COUNTED[outcome], ""
	if outcome == store.INVALID:
		return "broken", _(
			"The call could not be stored or applied. See PBX Event and Error Log for the reason."
		)
	if outcome == store.IGNORED:
		return "unmatched", _("No user has this phone, and no record has this number.")
	return "unmatched", _("A clicked call may match, but it is not certain. Matching is retried for a day.")


def _applied(account: str, batch: Sequence[Call]) -> Iterator[tuple[Call, str | PbxError]]:
	"""Yield the calls, each with what became of it: an outcome of intake.py, or why it came to nothing.

	One that cannot be stored or applied is INVALID there, and the next one goes on.
	"""
	known_ids = search.known_ids(
		account, [c.found.record_id for c in batch if isinstance(c.found, FileRecord)]
	)
	for call in batch:
		if isinstance(call.found, PbxError):
			yield call, call.found
			continue
		is_known = call.found.record_id in known_ids
		record = call.found.with_id() if is_known else call.found
		[(_record, outcome)] = intake.ingest_records(account, [record], ())
		yield call, outcome


def _fault(error: Exception) -> BrokenRowError:
	"""Log a fault of ours, without the values that led to it, and return what the report says of it."""
	name = type(error).__name__
	frappe.log_error("PBX Call Import", f"{name}\n{''.join(format_tb(error.__traceback__))}")
	return BrokenRowError(_("Internal error ({0}). {1}").format(name, "").strip())


def _calls(document, legs: Counter) -> Iterator[Call]:
	"""Yield the calls of a file as their last rows are read; `legs` says how many rows have one id."""
	left, waiting = Counter(legs), defaultdict(list)
	for number, own_id, reading in _with_ids(document):
		if not left[own_id]:
			yield Call((number,), reading)
			continue
		left[own_id] -= 1
		if isinstance(reading, FileRecord):
			waiting[own_id].append((number, reading))
		else:
			yield Call((number,), reading)
		if not left[own_id] and own_id in waiting:
			numbers, records = zip(*waiting.pop(own_id), strict=True)
			yield Call(numbers, merge(records))


def _size(document) -> tuple[int, Counter]:
	"""Return how many rows a file has below its headings, and how many have an id that others have too."""
	reading, total, ids = _reading(document), 0, Counter()
	for _number, cells in islice(file_rows.numbered(document.file), 1, None):
		total += 1
		ids[record_id(cells, reading)] += 1
	return total, Counter({own_id: times for own_id, times in ids.items() if own_id and times > 1})


def _read(document) -> Iterator[tuple[int, FileRecord | PbxError]]:
	"""Yield (number, record, or why there is none) of each row below the headings."""
	return ((number, reading) for number, _own_id, reading in _with_ids(document))


def _with_ids(document) -> Iterator[tuple[int, str, FileRecord | PbxError]]:
	reading = _reading(document)
	for number, cells in islice(file_rows.numbered(document.file), 1, None):
		yield number, record_id(cells, reading), _understood(cells, reading)


def _understood(cells: Sequence[object], reading: Reading) -> FileRecord | PbxError:
	try:
		return read(cells, reading)
	except PbxError as error:
		return error
	except BaseTimeoutException:
		raise
	except Exception as error:  # noqa: BLE001  one row's fault is not the next one's
		return _fault(error)


def _reading(document) -> Reading:
	try:
		account = frappe.get_cached_doc("PBX Account", document.account)
		provider = providers.provider_of(account)
	except ConfigurationError as error:
		frappe.throw(messages.sentence(error.message), title=_("Account"))
	countries = deciding_countries("", document.account)
	return Reading(
		_meanings(document),
		document.time_zone or get_system_timezone(),
		document.date_order,
		countries,
		provider.recording_link,
		dialect_of([column.heading for column in document.columns]),
		parties.lines([*own_numbers.of_account(account), *_caller_ids()], countries),
	)


def _caller_ids() -> list[str]:
	return frappe.get_all("User", {"pbx_caller_id": ("is", "set")}, pluck="pbx_caller_id")


def _readable(name: str):
	document = frappe.get_doc(DOCTYPE, name)
	document.check_permission("write")
	return document
