"""What it costs that a call's change is told: the change itself with and without the outbox, and the telling by real workers.

Runs in the Python of a bench, in its folder `sites`, on a throwaway site with calls whose workers run:

	python change_cost.py SITE [CHANGES]

Prints one JSON object. Changes the status of calls; rings nothing.
"""

import json
import statistics
import sys
import time
from contextlib import nullcontext
from functools import partial
from unittest.mock import patch

import frappe
from filling import connected
from metering import Meter

from c2c_frappe.call_log import outbox, rows
from c2c_frappe.transactions import committed

# What one answered call goes through, after each of which others listen.
STATUSES = ("Ringing", "In Progress", "Completed")
ROUNDS, OF_A_ROUND = 20, 25
CHANGES = 15_000
WAIT = 3600


def _change(call: str, status: str) -> None:
	committed(lambda: rows.change(rows.lock(call), {"status": status}))


def _without_outbox():
	return patch.object(outbox, "add", lambda _changes: None)


def _with_each(calls: list[str]) -> dict:
	"""Change calls with the outbox and without it, in turns; return statements and milliseconds of a change."""
	kinds = {"with": nullcontext, "without": _without_outbox}
	seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
	statements = {}
	for number in range(ROUNDS):
		for kind in sorted(kinds, reverse=bool(number % 2)):
			with kinds[kind]():
				for call in calls[:OF_A_ROUND]:
					began = time.perf_counter()
					_change(call, STATUSES[number % 2])
					seconds[kind].append(time.perf_counter() - began)
				with Meter().attached() as meter:
					_change(calls[OF_A_ROUND], STATUSES[number % 2])
				statements[kind] = len(meter.statements)
				_change(calls[OF_A_ROUND], STATUSES[2])
				for call in calls[:OF_A_ROUND]:
					_change(call, STATUSES[2])
	return {
		kind: {"ms": round(1000 * statistics.median(seconds[kind]), 2), "statements": statements[kind]}
		for kind in kinds
	}


def _through_workers(calls: list[str]) -> dict:
	"""Make all changes while the site's workers tell them; return seconds until made, and until told."""
	_drained()
	began = time.perf_counter()
	for status in STATUSES:
		for call in calls:
			_change(call, status)
	made = time.perf_counter() - began
	waiting = frappe.db.count(outbox.DOCTYPE)
	_drained()
	told = time.perf_counter() - began
	count = len(calls) * len(STATUSES)
	return {
		"changes": count,
		"made_seconds": round(made, 1),
		"waiting_then": waiting,
		"told_seconds": round(told, 1),
		"told_a_second": round(count / told, 1),
	}


def _drained() -> None:
	"""Wait until workers have told all there is."""
	ends_at = time.monotonic() + WAIT
	while frappe.db.count(outbox.DOCTYPE):
		if time.monotonic() > ends_at:
			raise TimeoutError("Nobody tells the changes: does a worker run?")
		outbox.wake()
		time.sleep(1)
		frappe.db.rollback()


def main(site: str, changes: int) -> None:
	"""Measure and print."""
	with connected(site):
		of_calls = partial(frappe.get_all, rows.DOCTYPE, {"status": "No Answer"}, pluck="name")
		calls = of_calls(limit=changes // len(STATUSES))
		result = {"each": _with_each(calls), "workers": _through_workers(calls)}
	print(json.dumps(result))


if __name__ == "__main__":
	main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else CHANGES)
