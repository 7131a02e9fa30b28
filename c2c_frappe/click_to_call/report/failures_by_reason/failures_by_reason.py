"""Failures by Reason: which failure codes, how often, how many agents. Counts only calls the reader may see."""

from __future__ import annotations

from frappe import _

from c2c_frappe import messages
from c2c_frappe.call_log import counts
from c2c_frappe.pbx.calls import failure_codes


def execute(filters: dict | None = None) -> tuple:
	"""Return columns, rows, no message, and a chart of calls by reason."""
	rows = [
		{
			"reason": messages.sentence(failure_codes.label(code)),
			"code": code,
			"calls": calls,
			"agents": agents,
			"last_time": moment,
		}
		for code, calls, agents, moment in counts.count_by_failure(filters or {})
	]
	return _columns(), rows, None, _chart(rows)


def _columns() -> list[dict]:
	return [
		{"fieldname": "reason", "label": _("Reason"), "fieldtype": "Data", "width": 380},
		{"fieldname": "calls", "label": _("Calls"), "fieldtype": "Int", "width": 90},
		{"fieldname": "agents", "label": _("Agents"), "fieldtype": "Int", "width": 90},
		{"fieldname": "last_time", "label": _("Last time"), "fieldtype": "Datetime", "width": 170},
		{"fieldname": "code", "label": _("Failure code"), "fieldtype": "Data", "width": 160},
	]


def _chart(rows: list[dict]) -> dict | None:
	if not rows:
		return None
	datasets = [{"name": _("Calls"), "values": [row["calls"] for row in rows]}]
	labels = [row["reason"] for row in rows]
	return {"type": "bar", "data": {"labels": labels, "datasets": datasets}, "colors": ["#E24C4C"]}
