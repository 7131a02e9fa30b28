"""Failures by Reason: which failure codes, how often, how many agents. Counts only calls the reader may see."""

from __future__ import annotations

from frappe import _

from c2c_frappe import messages
from c2c_frappe.call_log import counts
from c2c_frappe.desk import call_reports as report
from c2c_frappe.pbx.calls import failure_codes


def execute(filters: dict | None = None) -> tuple:
	"""Return columns and a row per reason, whose number is drawn as a bar."""
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
	return _columns(), rows


def _columns() -> list[dict]:
	return [
		report.column("reason", _("Reason"), "Data", 380),
		report.column("calls", _("Calls"), width=260),
		report.column("agents", _("Agents"), width=90),
		report.column("last_time", _("Last Time"), "Datetime", 170),
		report.column("code", _("Failure Code"), "Data", 160),
	]
