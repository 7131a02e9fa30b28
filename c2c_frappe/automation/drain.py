"""Tells the changes of calls that wait: those of one call in order, each once, by one process at a time.

A listener that fails is tried again by itself, a few times; the call's later changes wait for it, other calls do not.
What was done and that it was done are one commit, so a process that dies leaves the change to the next one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.utils import add_to_date, get_datetime, now_datetime

from c2c_frappe.automation import listeners, posts
from c2c_frappe.call_log import outbox, rows
from c2c_frappe.locks import Lease
from c2c_frappe.transactions import committed, was_ended, without_commits

TRIES = 3
RETRY_SECONDS = 50
# Well below the time a job may take.
SECONDS = 200
BATCH = 200
_SAVEPOINT = "c2c_listener"


def run() -> None:
	"""Tell what waits, until nothing is left that may be told now."""
	ends_at = time.monotonic() + SECONDS
	with _as_administrator():
		posts.resume()
		left: set[str] = set()
		while True:
			calls = [call for call in outbox.waiting_calls(BATCH + len(left)) if call not in left]
			if not calls:
				return
			for call in calls:
				if time.monotonic() > ends_at:
					return
				if not _tell_all(call):
					left.add(call)


def _tell_all(call: str) -> bool:
	"""Tell a call's changes; return whether all are told. Another process that is at it does the work."""
	lease = Lease(f"change_{call}")
	if not lease.take(0):
		return False
	try:
		# What another process told before belongs to no snapshot of ours.
		frappe.db.rollback()
		while change := outbox.first(call):
			if _must_wait(change) or not _tell_or_count(change):
				return False
		return True
	finally:
		lease.release()


def _must_wait(change: dict) -> bool:
	due = add_to_date(get_datetime(change["modified"]), seconds=RETRY_SECONDS)
	return bool(change["tries"]) and due > now_datetime()


def _tell_or_count(change: dict) -> bool:
	"""Tell one change and commit; return whether that is over."""
	to_post: list[tuple[str, str]] = []
	try:
		is_over = committed(lambda: _tell(change, to_post))
	except Exception:  # noqa: BLE001  whatever it was: other calls wait
		frappe.db.rollback()
		_log("", change)
		to_post = []
		is_over = committed(lambda: _settle(change, listeners.read_done(change), [], has_failed=True))
	posts.enqueue(change["name"], to_post)
	return is_over


def _tell(change: dict, to_post: list[tuple[str, str]]) -> bool:
	row = rows.read_whole(change["call"])
	done, has_failed = listeners.read_done(change), False
	# A transaction that was ended is done again.
	to_post.clear()
	if row:
		frappe.flags[outbox.DEPTH_FLAG] = change["depth"]
		try:
			for name, act in listeners.of_change(row, json.loads(change["change"]), to_post):
				if name in done:
					continue
				if _hear(name, act, change):
					done.add(name)
				else:
					has_failed = True
		finally:
			frappe.flags.pop(outbox.DEPTH_FLAG)
	return _settle(change, done, to_post, has_failed)


def _settle(change: dict, done: set[str], to_post: list[tuple[str, str]], has_failed: bool) -> bool:
	"""End a change that is told or given up but for its posts, or keep it for later; return whether it is ended."""
	tries = change["tries"] + 1
	if has_failed and tries < TRIES:
		outbox.postpone(change["name"], tries, done, to_post)
		return False
	outbox.end(change["name"], to_post)
	return True


def _hear(name: str, act: Callable[[], object], change: dict) -> bool:
	"""Run one listener; what it wrote is taken back when it fails."""
	frappe.db.savepoint(_SAVEPOINT)
	try:
		with without_commits():
			act()
	except Exception as error:
		if was_ended(error):
			raise
		frappe.db.rollback(save_point=_SAVEPOINT)
		frappe.local._webhook_queue = None
		frappe.clear_messages()
		# One that saves the call it hears of runs itself, without end, however often it is tried.
		is_loop = isinstance(error, RecursionError)
		_log(name, change, _("Call changes stopped: loop") if is_loop else "")
		return is_loop
	return True


def _log(name: str, change: dict, title: str = "") -> None:
	title = title or _("Listener for call changes failed")
	frappe.log_error(title, f"{change['name']}\n{name}\n{frappe.get_traceback()}")


@contextmanager
def _as_administrator() -> Iterator[None]:
	"""As the site's scheduler: who happened to click or to post an event is nobody to be asked for rights."""
	before = frappe.session.user
	frappe.set_user("Administrator")
	try:
		yield
	finally:
		frappe.set_user(before)
