"""Does a piece of work and commits it, anew when the database ended it for the sake of another. Sends nothing.

MariaDB ends a transaction by a deadlock and, from 11.6.2 on unless told otherwise, also when a row it is about to
write was changed since its first read (`innodb_snapshot_isolation`); and a statement that waits too long for another's
lock. All three mean: begin again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import frappe

ATTEMPTS = 20
# MariaDB's ER_CHECKREAD: "Record has changed since last read".
CHANGED_SINCE_READ = 1020
ENDED = (frappe.QueryDeadlockError, frappe.QueryTimeoutError)

Result = TypeVar("Result")


def committed(work: Callable[[], Result]) -> Result:
	"""Do the work, which may be done several times, commit, and return what it returned.

	What the transaction held before is lost when the work has to begin again.
	"""
	attempts_left = ATTEMPTS
	while True:
		try:
			result = work()
			frappe.db.commit()
			return result
		except Exception as error:
			attempts_left -= 1
			if not was_ended(error) or not attempts_left:
				raise
			frappe.db.rollback()


def was_ended(error: Exception) -> bool:
	"""Whether the database ended the transaction for another's sake, so that it may be begun again."""
	is_changed = isinstance(error, frappe.db.OperationalError) and error.args[:1] == (CHANGED_SINCE_READ,)
	return is_changed or isinstance(error, ENDED)


@contextmanager
def without_commits() -> Iterator[None]:
	"""Let no code of others commit meanwhile, as Frappe 16 lets no document event: ERPNext 15 does for each new Contact."""
	database = frappe.local.db
	# Within itself as well.
	before = vars(database).get("commit")
	database.commit = lambda *_args, **_kwargs: None
	try:
		yield
	finally:
		if before:
			database.commit = before
		else:
			del database.commit
