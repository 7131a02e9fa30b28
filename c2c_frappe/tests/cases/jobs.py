"""Keeps a site's background jobs out of the tests' way: nothing is scheduled, and what was under way is over.

A job that fetches call records asks the simulated PBX like a dial does, and one that reads numbers writes PBX Settings
while a test saves them. Ends no job, and asserts nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from unittest import TestCase

import frappe
from frappe.utils.background_jobs import get_queues, get_workers
from rq.job import Job

from c2c_frappe.call_log import outbox

JOBS_SECONDS = 120
WAKE = outbox.wake
SWITCH = ("System Settings", "enable_scheduler")


def pause(cls: type[TestCase]) -> None:
	"""Schedule nothing until the class is done, and wait for the jobs there are; commits."""
	cls.addClassCleanup(_switch, frappe.db.get_single_value(*SWITCH))
	_switch(0)
	# A worker that tells of the tests' calls would delete rows under their transactions.
	cls.addClassCleanup(setattr, outbox, "wake", WAKE)
	outbox.wake = lambda: None
	deadline = time.monotonic() + JOBS_SECONDS
	while names := _under_way():
		if time.monotonic() > deadline:
			raise TimeoutError(f"Jobs of this site did not end within {JOBS_SECONDS} seconds: {names}")
		time.sleep(0.1)
	frappe.db.rollback()


def _switch(is_on: int) -> None:
	frappe.db.set_single_value(*SWITCH, is_on)
	frappe.db.commit()


def _under_way() -> list[str]:
	"""Return the methods of this site's jobs that wait or run; none where no worker would ever do them."""
	if not get_workers():
		return []
	return [job.kwargs["job_name"] for job in _jobs() if job.kwargs.get("site") == frappe.local.site]


def _jobs() -> Iterator[Job]:
	for queue in get_queues():
		ids = [*queue.get_job_ids(), *queue.started_job_registry.get_job_ids()]
		yield from filter(None, Job.fetch_many(ids, connection=queue.connection))
