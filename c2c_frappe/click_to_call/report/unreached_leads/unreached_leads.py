"""Unreached Leads: called, and nobody answered yet. Shows only leads the reader may read."""

from __future__ import annotations

import frappe
from frappe import _

from c2c_frappe.call_log import counts as call_counts
from c2c_frappe.desk import call_reports as report
from c2c_frappe.pbx.calls.totals import tally
from c2c_frappe.pbx.formula_escaping import escape

DOCTYPE = "Lead"


def execute(filters: dict | None = None) -> tuple:
	"""Return columns, rows, no message, and a chart of leads by the number of tries."""
	if not frappe.db.exists("DocType", DOCTYPE):
		return _columns(), [], _("This site has no leads.")
	counted = call_counts.count_by_record(filters or {}, DOCTYPE)
	totals = tally((name, *rest[:-1]) for name, *rest in counted)
	unreached = [name for name, calls in totals.items() if calls.answerable and not calls.answered]
	last = _latest(counted)
	readable = frappe.get_list(DOCTYPE, {"name": ("in", unreached)}, ["name", "lead_name", "status"], limit=0)
	rows = [
		{
			"lead_doctype": DOCTYPE,
			"lead": lead.name,
			"lead_name": escape(lead.lead_name),
			"status": lead.status,
			"tries": totals[lead.name].answerable,
			"last_try": last[lead.name],
		}
		for lead in readable
	]
	rows.sort(key=lambda row: (-row["tries"], row["last_try"]))
	return _columns(), rows, None, _chart(rows)


def _latest(counted: list[tuple]) -> dict:
	latest: dict = {}
	for name, *_rest, moment in counted:
		latest[name] = max(moment, latest.get(name, moment))
	return latest


def _columns() -> list[dict]:
	return [
		report.column("lead", _("Lead"), "Link", 200, options=DOCTYPE),
		report.column("lead_name", _("Name"), "Data", 200),
		report.column("status", _("Status"), "Data", 120),
		report.column("tries", _("Calls Placed"), width=110),
		report.column("last_try", _("Last Call"), "Datetime", 170),
	]


def _chart(rows: list[dict]) -> dict | None:
	if not rows:
		return None
	tries = sorted({row["tries"] for row in rows})
	leads = [sum(row["tries"] == number for row in rows) for number in tries]
	return report.bars([str(number) for number in tries], {_("Leads"): leads}, ["main"])
