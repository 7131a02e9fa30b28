"""What one click costs the server. `./dev bench` runs it.

Runs in the Python of a bench, in its folder `sites`, on a throwaway site; the PBX is another process. Prints one
JSON object; a click that was no call ends it.
"""

import json
import statistics
import sys

import frappe
from filling import connected, fill
from metering import Visitor, metered

CLICKS = 100
WARM_UP = 10
DIAL = "c2c_frappe.api.call.dial"
READ = "frappe.client.get"


def lift_limits() -> None:
	"""Let one user call the same numbers without end."""
	for limit in ("repeat_window", "max_calls_per_user_per_minute"):
		frappe.db.set_single_value("PBX Settings", limit, 0)
	# The cap per day stays: counting today's calls belongs to a click.
	frappe.db.set_single_value("PBX Settings", "max_calls_per_user_per_day", 10_000_000)


def fill_leads(count: int) -> list[str]:
	"""Make Leads that can be called; return their names."""
	names = {"lead_name": "Measured Lead", "first_name": "Measured", "status": "Lead"}
	fill("Lead", "LEAD-MEASURED-", count, {**names, "mobile_no": lambda number: f"+447700{number:06}"})
	return frappe.get_all("Lead", {"name": ("like", "LEAD-MEASURED-%")}, pluck="name", order_by="name")


def measure(site: Visitor, leads: list[str]) -> dict:
	"""Click and read in turn; return medians, times in milliseconds."""
	rows = [pair(site, leads[turn % len(leads)])[0] for turn in range(WARM_UP + CLICKS)][WARM_UP:]
	return {name: round(statistics.median(row[name] for row in rows), 2) for name in rows[0]}


def pair(site: Visitor, lead: str) -> tuple[dict, list[str]]:
	"""Click on a Lead's mobile number, then read the Lead as a form does.

	Return what both cost with their ratio, and the click's SQL statements.
	"""
	place = {"reference_doctype": "Lead", "reference_name": lead, "fieldname": "mobile_no"}
	answer, click, statements = metered(lambda: site.post(DIAL, **place))
	reply = answer["message"]
	if (reply["status"], reply["repeated"]) != ("Requested", False):
		raise RuntimeError(f"this click was no call: {reply}")
	_record, read, _its = metered(lambda: site.get(READ, doctype="Lead", name=lead))
	costs = {
		**{f"click_{name}": value for name, value in click.items()},
		**{f"read_{name}": value for name, value in read.items()},
		"ratio": click["own"] / read["own"],
	}
	return costs, statements


def main(name: str, url: str, user: str, password: str) -> dict:
	"""Return the figures of clicks on ten Leads."""
	with connected(name):
		lift_limits()
		leads = fill_leads(10)
	return measure(Visitor(url, user, password), leads)


if __name__ == "__main__":
	print(json.dumps(main(*sys.argv[1:])))
