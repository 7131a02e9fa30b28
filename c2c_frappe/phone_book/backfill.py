"""Reads the numbers of all records that were there before, batch by batch; a run that was stopped begins again.

A batch is locked while it is read, so that what somebody saves meanwhile is not overwritten by older numbers. What is
in the index already is not written again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime

from c2c_frappe import site_memory
from c2c_frappe.locks import exclusive
from c2c_frappe.phone_book import index
from c2c_frappe.transactions import committed

SETTINGS = "PBX Settings"
BATCH = 500
JOB_SECONDS = 2 * 60 * 60
# Remembered, and not in PBX Settings, whose next save this job would meet: when all was read, or that it is to be read.
DONE = "c2c_numbers_indexed_at"
_TO_READ = "to read "

Tell = Callable[[float], None]


def schedule() -> None:
	"""Enqueue a run while some records were not read yet: after installing, a change of settings, a crash."""
	if not indexed_at():
		_enqueue()


def indexed_at() -> datetime | None:
	"""Return when all numbers had been read, in the site's time; None while some were not."""
	value = site_memory.recall(DONE)
	return get_datetime(value) if value and not value.startswith(_TO_READ) else None


def request() -> None:
	"""Read all numbers again, in the background; the present user is shown the progress."""
	start_again()
	_enqueue(user=frappe.session.user)


def start_again() -> None:
	"""Have all records read again from the first one on, by a run that is under way too."""
	site_memory.remember(DONE, _TO_READ + frappe.generate_hash(length=10))


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
	"""Read all numbers unless that is done; with a user, show the progress to that user."""

	def tell(share: float) -> None:
		if user:
			frappe.publish_progress(100 * share, title=_("Reading Phone Numbers"), description=SETTINGS)

	read_all(tell)


def read_all(tell: Tell = lambda share: None) -> bool:
	"""Read all numbers unless that is done, committing batch by batch; return False when another run is under way."""
	with exclusive("numbers") as is_alone:
		while is_alone and not indexed_at():
			_read_all(tell)
	return is_alone


def _read_all(tell: Tell) -> None:
	asked = site_memory.recall(DONE)
	doctypes = index.present_doctypes()
	total = sum(frappe.db.count(doctype) for doctype in doctypes) or 1
	count = 0
	for doctype in doctypes:
		after: str | int = ""
		while names := committed(partial(_read_batch, doctype, after)):
			after, count = names[-1], count + len(names)
			tell(min(1, count / total))
	_forget_the_rest(doctypes)
	if site_memory.recall(DONE, for_update=True) == asked:
		site_memory.remember(DONE, str(now_datetime()))
	frappe.db.commit()  # nosemgrep: frappe-manual-commit - a job's last step


def _read_batch(doctype: str, after: str | int) -> list:
	"""Read the batch of records after one of this name; return their names."""
	names = _locked(doctype, after)
	if names:
		index.refresh(doctype, [str(name) for name in names])
	return names


def _locked(doctype: str, after: str | int) -> list:
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).select(table.name).orderby(table.name).limit(BATCH).for_update()
	return (query.where(table.name > after) if after else query).run(pluck=True)


def _forget_the_rest(doctypes: list[str]) -> None:
	"""Delete the rows of records that are gone, and of DocTypes that are no longer followed."""
	finders = [index.rows_of_others, *(index.orphans_of(doctype) for doctype in doctypes)]
	for find in finders:
		while rows := find(BATCH):
			index.delete_rows(rows)
			frappe.db.commit()  # nosemgrep: frappe-manual-commit - a crash repeats one batch, not all
