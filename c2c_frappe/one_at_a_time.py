"""Lets one run of a long job, or a few short ones, go on per site and key. Decides nothing.

The locks are files: they hold on one machine, and a second one may run the same.
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


@contextmanager
def one_of(key: str, places: int, patience: float) -> Iterator[bool]:
	"""Hold one of a key's places, waiting seconds for one to be free; yield False if none is."""
	ends_at = time.monotonic() + patience
	while True:
		for place in range(places):
			with alone(f"{key} {place}") as has_place:
				if has_place:
					yield True
					return
		if time.monotonic() >= ends_at:
			yield False
			return
		time.sleep(PAUSE)


def _file_name(key: str) -> str:
	return f"c2c_{hashlib.sha256(key.encode()).hexdigest()[:16]}.lock"
