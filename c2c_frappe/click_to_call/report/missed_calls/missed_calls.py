"""Missed Calls: who called in vain, called back when and by whom. Shows only calls the reader may see."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import get_fullname

from c2c_frappe import permissions
from c2c_frappe.call_log import call_backs
from c2c_frappe.desk import call_reports as report
from c2c_frappe.pbx.calls import response_times as times
from c2c_frappe.pbx.formula_escaping import escape

OPEN, CALLED_BACK = "open", "called_back"


def execute(filters: dict | None = None) -> tuple:
	"""Return columns, a row per missed call or per group, a message where rows are cut, a chart, and figures."""
	filters, is_cut = report.bounded(filters or {})
	group = report.group_of(filters)
	missed = [(call, _wait(call)) for call in call_backs.missed_calls(filters)]
	everything = times.respond((None, wait) for _call, wait in missed).get(None, times.Responses())
	missed_label, never = _("Missed"), _("Not Called Back")
	chart = report.waits_chart(_("Missed Calls"), never, (wait for _call, wait in missed))
	figures = report.waits_figures(missed_label, never, everything)
	if group:
		pairs = ((_key(group, call), wait) for call, wait in missed)
		rows = report.rows_of(group, times.respond(pairs), everything, report.waits_cells)
		sums = report.waits_columns(missed_label, never, _("Called Back"))
		return [report.group_column(group), *sums], rows, report.period_note(is_cut), chart, figures
	report.read_names(report.AGENT, (call["call_back"].agent for call, wait in missed if wait is not None))
	rows, message = report.cut([pair for pair in missed if _is_wanted(pair[1], filters.get("show"))])
	return _columns(), [_row(*pair) for pair in rows], message or report.period_note(is_cut), chart, figures


def _key(group: str, call: dict):
	column = report.counted_column(group)
	return report.key_of(group, call["requested_at"] if column == "day" else call[column] or "")


def _wait(call: dict) -> float | None:
	answer = call["call_back"]
	return (answer.requested_utc - call["requested_utc"]).total_seconds() if answer else None


def _is_wanted(wait: float | None, shown: str | None) -> bool:
	return shown not in (OPEN, CALLED_BACK) or (wait is None) == (shown == OPEN)


def _row(call: dict, wait: float | None) -> dict:
	answer = call["call_back"]
	return {
		"call": call["name"],
		"time": call["requested_at"],
		"number": call["number"],
		"reference_doctype": call["reference_doctype"],
		"reference_name": call["reference_name"],
		"agent": call["agent"],
		"account": call["account"],
		"called_back": _("Yes") if answer else _("No"),
		"called_back_at": answer.requested_at if answer else None,
		"called_back_by": _by_whom(answer.agent) if answer and answer.agent else None,
		"wait": wait,
	}


def _by_whom(agent: str) -> str:
	"""Return who called back; a colleague's call is not told to who may not see it."""
	is_known = agent == frappe.session.user or permissions.sees_all()
	return escape(get_fullname(agent)) if is_known else _("A Colleague")


def _columns() -> list[dict]:
	# Agents may open neither an account nor a DocType: a Link to one would refuse them the report.
	return [
		report.column("time", _("Time"), "Datetime", 170),
		report.column("number", _("Number"), "Data", 180),
		report.column("reference_name", _("Record"), "Dynamic Link", 190, options="reference_doctype"),
		report.column("agent", _("Agent"), "Link", 190, options="User"),
		report.column("called_back", _("Called Back"), "Data", 110),
		report.column("called_back_at", _("Called Back At"), "Datetime", 170),
		report.column("called_back_by", _("Called Back By"), "Data", 170),
		report.column("wait", _("Response Time"), "Duration", 110),
		report.column("account", _("Account"), "Data", 150),
		report.column("reference_doctype", _("Record Type"), "Data", 120),
		report.column("call", _("Call"), "Link", 130, options="PBX Call Log"),
	]
