"""Lets one process of a site do a job while the others wait. Survives the loss of Redis, and of the process that has it.

MariaDB keeps it for the connection that took it and frees it when that connection is gone: no clock has to be right.
On another database it is a lock file, which counts on one machine only.
"""

from __future__ import annotations

import hashlib
import os

import frappe
from filelock import FileLock, Timeout

# The job of listening to the events of all accounts (listener.py).
LISTENER = "listener"


class Lease:
	"""The right to do a job of this site; held until the connection to the database, or the process, ends."""

	def __init__(self, job: str):
		self._key = f"c2c_{job}_{hashlib.sha256(frappe.conf.db_name.encode()).hexdigest()[:16]}"
		self._file = None if _is_mariadb() else FileLock(_path(self._key))

	def take(self, seconds: float) -> bool:
		"""Wait at most so long until it is ours; tell whether it is."""
		if not self._file:
			return _ask("SELECT GET_LOCK(%s, %s)", self._key, seconds) == 1
		try:
			self._file.acquire(timeout=seconds)
		except Timeout:
			return False
		return True

	def is_held(self) -> bool:
		"""Tell whether it is still ours: a connection made anew has lost it."""
		if self._file:
			return self._file.is_locked
		return bool(_ask("SELECT IS_USED_LOCK(%s) = CONNECTION_ID()", self._key))

	def is_taken(self) -> bool:
		"""Tell whether any process has it."""
		if not self._file:
			return _ask("SELECT IS_USED_LOCK(%s)", self._key) is not None
		if self.take(0):
			self._file.release()
			return False
		return True

	def release(self) -> None:
		"""Free the lock file; what MariaDB keeps ends with the connection."""
		if self._file:
			self._file.release()


def _ask(query: str, *values):
	rows = frappe.db.sql(query, values)  # nosemgrep: frappe-using-db-sql - no builder knows MariaDB's locks
	return rows[0][0]


def _is_mariadb() -> bool:
	return frappe.db.db_type == "mariadb"


def _path(key: str) -> str:
	folder = os.path.abspath(frappe.get_site_path("locks"))
	os.makedirs(folder, exist_ok=True)
	return f"{folder}/{key}.lock"
