"""Locks across processes: one run of a long job, a few short ones, or the right to a job of the whole site.

`exclusive` and `semaphore` are lock files and hold on one machine. A `Lease` is MariaDB's for the connection that took it,
and is free again when that is gone: no clock has to be right, and losing Redis costs nothing. On another database it is
a lock file too. None of them guards a dial.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from filelock import FileLock, Timeout

PAUSE = 0.05
# The job of listening to the events of all accounts (events/listener.py).
LISTENER = "listener"


@contextmanager
def exclusive(key: str) -> Iterator[bool]:
	"""Hold the key's lock file, which the system frees when the process dies; yield False if another has it."""
	lock = FileLock(_path(f"c2c_{_digest(key)}"), timeout=0)
	try:
		lock.acquire()
	except Timeout:
		yield False
		return
	try:
		yield True
	finally:
		lock.release()


@contextmanager
def semaphore(key: str, places: int, patience: float) -> Iterator[bool]:
	"""Hold one of a key's places, waiting seconds for one to be free; yield False if none is."""
	ends_at = time.monotonic() + patience
	while True:
		for place in range(places):
			with exclusive(f"{key} {place}") as has_place:
				if has_place:
					yield True
					return
		if time.monotonic() >= ends_at:
			yield False
			return
		time.sleep(PAUSE)


class Lease:
	"""The right to do a job of this site; held until the connection to the database, or the process, ends."""

	def __init__(self, job: str):
		self._key = f"c2c_{job}_{_digest(frappe.conf.db_name)}"
		self._file = None if _is_mariadb() else FileLock(_path(self._key))

	def take(self, seconds: float) -> bool:
		"""Wait at most so long until it is ours; tell whether it is."""
		if not self._file:
			return _query("SELECT GET_LOCK(%s, %s)", self._key, seconds) == 1
		try:
			self._file.acquire(timeout=seconds)
		except Timeout:
			return False
		return True

	def is_held(self) -> bool:
		"""Whether it is still ours: a connection made anew has lost it."""
		if self._file:
			return self._file.is_locked
		return bool(_query("SELECT IS_USED_LOCK(%s) = CONNECTION_ID()", self._key))

	def is_taken(self) -> bool:
		"""Whether any process has it."""
		if not self._file:
			return _query("SELECT IS_USED_LOCK(%s)", self._key) is not None
		if self.take(0):
			self._file.release()
			return False
		return True

	def release(self) -> None:
		"""Free it; on MariaDB by the connection that took it."""
		if self._file:
			self._file.release()
		else:
			_query("SELECT RELEASE_LOCK(%s)", self._key)


def account_lease(account: str) -> Lease:
	"""Return what the listener holds while it listens to an account."""
	return Lease(f"{LISTENER}_{_digest(account)}")


def _query(query: str, *values):
	rows = frappe.db.sql(query, values)  # nosemgrep: frappe-using-db-sql - no builder knows MariaDB's locks
	return rows[0][0]


def _is_mariadb() -> bool:
	return frappe.db.db_type == "mariadb"


def _path(name: str) -> str:
	folder = os.path.abspath(frappe.get_site_path("locks"))
	os.makedirs(folder, exist_ok=True)
	return f"{folder}/{name}.lock"


def _digest(text: str) -> str:
	return hashlib.sha256(text.encode()).hexdigest()[:16]
