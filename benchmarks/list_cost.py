"""What a list of 5,000 records costs: to make it, to take the next entry early and late, to count and to show it.

Runs in the Python of a bench, in its folder `sites`, on a throwaway site:

	python list_cost.py SITE URL USER PASSWORD

The user may call and reads the Leads. Prints one JSON object of milliseconds and SQL statements, whole requests, medians
of TIMES. Fills the site with Leads; rings nothing.
"""

import json
import statistics
import sys

import frappe
from filling import connected, fill_all
from metering import Visitor, metered

ENTRIES, CALLS = 5000, 1000
TIMES = 40
API = "c2c_frappe.api.call_list"
ENTRY = "PBX Call List Entry"


class Measured:
	"""The figures so far."""

	def __init__(self):
		self.figures: dict[str, dict] = {}

	def note(self, name: str, act, prepare=lambda: None, times: int = TIMES) -> None:
		"""Do it so often, each time after what prepares it, and keep the medians."""
		costs = []
		for _time in range(times):
			prepare()
			_result, cost, _statements = metered(act)
			costs.append(cost)
		self.figures[name] = {
			"ms": round(statistics.median(cost["own"] for cost in costs), 1),
			"statements": statistics.median(cost["statements"] for cost in costs),
		}


def measure(site: str, visitor: Visitor, names: list[str]) -> dict:
	"""Make a list, work it, read it; return the figures."""
	measured, made = Measured(), []
	sent = {"title": "Measured", "purpose": "Measured", "doctype": "Lead", "names": json.dumps(names)}
	measured.note("make", lambda: made.append(visitor.post(f"{API}.make", **sent)["message"]), times=1)
	call_list = made[0]["list"]

	def take() -> str:
		return visitor.post(f"{API}.next_entry", call_list=call_list)["message"]["entry"]

	def skip() -> None:
		visitor.post(f"{API}.skip", entry=take(), reason="Measured")

	measured.note("next, of all", take, skip)
	with connected(site):
		done = [f"{call_list}-{n:04}" for n in range(made[0]["entries"] - 2 * TIMES)]
		closed = {"state": "Done", "due_utc": None, "claimed_by": None}
		frappe.db.set_value(ENTRY, {"name": ("in", done)}, closed)
	measured.note("next, of the last 2 %", take, skip)
	measured.note("progress", lambda: visitor.get(f"{API}.progress", call_list=call_list))
	fields = json.dumps(["name", "reference_name", "state", "reason", "attempts", "outcome", "next_try"])
	page = {"doctype": ENTRY, "filters": json.dumps({"call_list": call_list}), "limit_page_length": 20}
	listed = {**page, "fields": fields, "order_by": "creation desc"}
	measured.note("a page of its entries", lambda: visitor.get("frappe.client.get_list", **listed))
	return {"entries": made[0]["entries"], **measured.figures}


def main(site: str, url: str, user: str, password: str) -> None:
	"""Measure and print."""
	with connected(site):
		fill_all(ENTRIES, CALLS, 0, user)
		names = frappe.get_all("Lead", {"name": ("like", "LEAD-MEASURED-%")}, pluck="name", limit=ENTRIES)
	print(json.dumps(measure(site, Visitor(url, user, password), names)))


if __name__ == "__main__":
	main(*sys.argv[1:])
