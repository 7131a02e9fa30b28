"""What it costs that Frappe CRM shows a call: the change of a call's row with its row there and without, in turns.

Runs in the Python of a bench, in its folder `sites`, on a throwaway site with Frappe CRM:

	python crm_cost.py SITE [CALLS]

Prints one JSON object: milliseconds and statements of a call's first change, which makes CRM's row, and of the next.
Inserts calls; rings nothing.
"""

import json
import statistics
import sys
import time
from contextlib import nullcontext
from unittest.mock import patch

import frappe
from filling import connected
from metering import Meter

from c2c_frappe.call_log import crm_mirror, rows
from c2c_frappe.site_time import utc_now
from c2c_frappe.transactions import committed

CALLS = 300
CHANGES = {"first": "Requested", "next": "In Progress"}
KINDS = {"with": nullcontext, "without": lambda: patch.object(crm_mirror, "is_installed", lambda: False)}


def _insert(number: int) -> str:
	name = frappe.generate_hash(length=rows.NAME_DIGITS)
	call = {"name": name, "direction": "Outgoing", "status": "Dialing", "agent": "Administrator"}
	call |= {
		"number": f"+4477009{number:05}",
		"dialed_number": f"+4477009{number:05}",
		**rows.requested_columns(utc_now()),
	}
	rows.insert(call)
	return name


def _change(call: str, status: str) -> float:
	began = time.perf_counter()
	committed(lambda: rows.change(rows.lock(call), {"status": status}))
	return 1000 * (time.perf_counter() - began)


def main(site: str, count: int) -> None:
	"""Measure and print."""
	spent = {kind: {change: [] for change in CHANGES} for kind in KINDS}
	statements = {kind: {} for kind in KINDS}
	with connected(site):
		for number in range(count):
			for kind in sorted(KINDS, reverse=bool(number % 2)):
				call = _insert(number)
				with KINDS[kind]():
					for change, status in CHANGES.items():
						with Meter().attached() if number == count // 2 else nullcontext() as meter:
							spent[kind][change].append(_change(call, status))
						if meter:
							statements[kind][change] = len(meter.statements)
	result = {
		kind: {
			change: {
				"ms": round(statistics.median(spent[kind][change]), 2),
				"statements": statements[kind][change],
			}
			for change in CHANGES
		}
		for kind in KINDS
	}
	print(json.dumps(result))


if __name__ == "__main__":
	main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else CALLS)
