"""Lets one run of a long job go on per site and key. Decides nothing; a second machine may run the same."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from filelock import FileLock, Timeout


@contextmanager
def alone(key: str) -> Iterator[bool]:
	"""Hold the key's lock file, which the system frees when the process dies; yield False if another has it."""
	folder = os.path.abspath(frappe.get_site_path("locks"))
	os.makedirs(folder, exist_ok=True)
	lock = FileLock(f"{folder}/{_file_name(key)}", timeout=0)
	try:
		lock.acquire()
	except Timeout:
		yield False
		return
	try:
		yield True
	finally:
		lock.release()


def _file_name(key: str) -> str:
	return f"c2c_{hashlib.sha256(key.encode()).hexdigest()[:16]}.lock"
