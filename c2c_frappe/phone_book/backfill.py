"""Reads the numbers of all records that were there before, batch by batch, and goes on where it was stopped.

A batch is locked while it is read, so that what somebody saves meanwhile is not overwritten by older numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import frappe
from frappe import _
from frappe.utils import now_datetime

from c2c_frappe.locks import exclusive
from c2c_frappe.phone_book import index
from c2c_frappe.transactions import committed

SETTINGS = "PBX Settings"
BATCH = 500
JOB_SECONDS = 2 * 60 * 60
# The fields of PBX Settings that only this module writes.
KEPT = ("numbers_indexed_at", "index_mark")

Tell = Callable[[float], None]


def schedule() -> None:
	"""Enqueue a run while some records were not read yet: after installing, a change of settings, a crash."""
	if not frappe.get_cached_doc(SETTINGS).numbers_indexed_at:
		_enqueue()


def request() -> None:
	"""Read all numbers again, in the background; the present user is shown the progress."""
	start_again()
	_enqueue(user=frappe.session.user)


def start_again() -> None:
	"""Have all records read again from the first one on."""
	_note(numbers_indexed_at=None, index_mark="")


def _enqueue(user: str = "") -> None:
	frappe.enqueue(
		"c2c_frappe.phone_book.backfill.run",
		queue="long",
		timeout=JOB_SECONDS,
		job_id=f"c2c_numbers:{user}",
		deduplicate=True,
		enqueue_after_commit=True,
		user=user,
	)


def run(user: str = "") -> None:
	"""Read what is left to read; with a user, show the progress to that user."""

	def tell(share: float) -> None:
		if user:
			frappe.publish_progress(100 * share, title=_("Reading numbers"), description=SETTINGS)

	read_all(tell)


def read_all(tell: Tell = lambda share: None) -> bool:
	"""Read what is left to read, committing batch by batch; return False when another run is under way."""
	with exclusive("numbers") as is_alone:
		if is_alone and not frappe.get_doc(SETTINGS).numbers_indexed_at:
			_read_all(tell)
	return is_alone


def _read_all(tell: Tell) -> None:
	doctypes = index.present_doctypes()
	mark = _mark(doctypes)
	total = sum(frappe.db.count(doctype) for doctype in doctypes) or 1
	while mark["left"]:
		mark = committed(partial(_read_batch, mark))
		tell(min(1, mark["read"] / total))
	_forget_the_rest(doctypes)
	_note(numbers_indexed_at=now_datetime(), index_mark="")
	frappe.db.commit()  # nosemgrep: frappe-manual-commit - a job's last step


def _mark(doctypes: list[str]) -> dict:
	"""Return where a run was stopped, or where a new one begins: {doctypes, left, after, read}."""
	stored = json.loads(frappe.get_doc(SETTINGS).index_mark or "{}")
	if stored.get("doctypes") == doctypes:
		return stored
	return {"doctypes": doctypes, "left": doctypes, "after": "", "read": 0}


def _read_batch(mark: dict) -> dict:
	"""Read one batch and return the mark behind it."""
	doctype = mark["left"][0]
	names = _locked(doctype, mark["after"])
	if names:
		index.refresh(doctype, [str(name) for name in names])
	mark = _moved(mark, names)
	_note(index_mark=json.dumps(mark))
	return mark


def _locked(doctype: str, after: str | int) -> list:
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).select(table.name).orderby(table.name).limit(BATCH).for_update()
	return (query.where(table.name > after) if after else query).run(pluck=True)


def _moved(mark: dict, names: list) -> dict:
	is_last = len(names) < BATCH
	left = mark["left"][1:] if is_last else mark["left"]
	return {**mark, "left": left, "after": "" if is_last else names[-1], "read": mark["read"] + len(names)}


def _forget_the_rest(doctypes: list[str]) -> None:
	"""Delete the rows of records that are gone, and of DocTypes that are no longer followed."""
	finders = [index.rows_of_others, *(index.orphans_of(doctype) for doctype in doctypes)]
	for find in finders:
		while rows := find(BATCH):
			index.delete_rows(rows)
			frappe.db.commit()  # nosemgrep: frappe-manual-commit - a crash repeats one batch, not all


def _note(**values) -> None:
	frappe.db.set_single_value(SETTINGS, values, update_modified=False)
