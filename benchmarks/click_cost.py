"""What one click costs the server. `./dev bench` runs it.

Runs in the Python of a bench, in its folder `sites`, on a throwaway site; the PBX is another process. Prints one
JSON object; a click that was no call ends it.
"""

import json
import statistics
import sys
from collections.abc import Sequence

import frappe
from filling import connected, fill
from metering import Visitor, metered
from peers import Peer

CLICKS = 100
WARM_UP = 10
DIAL = "c2c_frappe.api.call.dial"
READ = "frappe.client.get"
NOTHING = "frappe.ping"


def lift_limits() -> None:
	"""Let one user call the same numbers without end."""
	for limit in ("repeat_window", "max_calls_per_user_per_minute"):
		frappe.db.set_single_value("PBX Settings", limit, 0)
	# The cap per day stays: counting today's calls belongs to a click.
	frappe.db.set_single_value("PBX Settings", "max_calls_per_user_per_day", 10_000_000)
	frappe.clear_document_cache("PBX Settings", "PBX Settings")


def fill_leads(count: int) -> list[str]:
	"""Make Leads that can be called; return their names."""
	names = {"lead_name": "Measured Lead", "first_name": "Measured", "status": "Lead"}
	fill("Lead", "LEAD-MEASURED-", count, {**names, "mobile_no": lambda number: f"+447700{number:06}"})
	return frappe.get_all("Lead", {"name": ("like", "LEAD-MEASURED-%")}, pluck="name", order_by="name")


def measure(site: Visitor, leads: list[str]) -> dict:
	"""Click and read in turn; return medians, times in milliseconds."""
	rows = [turn(site, leads[number % len(leads)])[0] for number in range(WARM_UP + CLICKS)][WARM_UP:]
	return {name: round(statistics.median(row[name] for row in rows), 2) for name in rows[0]}


def turn(site: Visitor, lead: str, beside: Sequence[Peer] = (), number: str = "") -> tuple[dict, list[str]]:
	"""Click on a Lead's mobile number, read the Lead as a form does, ask for nothing, click the peers' buttons.

	Return what each costs with its ratio, and our click's SQL statements. `number` is what the peers are told.
	"""
	place = {"reference_doctype": "Lead", "reference_name": lead, "fieldname": "mobile_no"}
	answer, click, statements = metered(lambda: site.post(DIAL, **place))
	reply = answer["message"]
	if (reply["status"], reply["repeated"]) != ("Requested", False):
		raise RuntimeError(f"this click was no call: {reply}")
	others = {
		"read": metered(lambda: site.get(READ, doctype="Lead", name=lead))[1],
		"nothing": metered(lambda: site.post(NOTHING))[1],
		**{peer.app: _peer_click(site, peer, lead, number) for peer in beside},
	}
	costs = {f"{what}_{name}": value for what, cost in others.items() for name, value in cost.items()}
	ratios = {f"{peer.app}_ratio": others[peer.app]["own"] / click["own"] for peer in beside}
	click_costs = {f"click_{name}": value for name, value in click.items()}
	return {**click_costs, **costs, **ratios, "ratio": click["own"] / others["read"]["own"]}, statements


def _peer_click(site: Visitor, peer: Peer, lead: str, number: str) -> dict:
	answer, cost, _statements = metered(lambda: site.post(peer.method, **peer.sent(lead, number)))
	peer.check(answer["message"])
	return cost


def main(name: str, url: str, user: str, password: str) -> dict:
	"""Return the figures of clicks, each on a Lead of its own."""
	with connected(name):
		lift_limits()
		leads = fill_leads(WARM_UP + CLICKS)  # none twice
	return measure(Visitor(url, user, password), leads)


if __name__ == "__main__":
	print(json.dumps(main(*sys.argv[1:])))
