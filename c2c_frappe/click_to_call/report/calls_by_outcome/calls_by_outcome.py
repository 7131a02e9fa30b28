"""Calls by Outcome: what came of calls, as people said in the wrap-up. Counts only calls the reader may see.

Beside the calls that have an outcome those that were answered and have none are counted, and no others.
"""

from __future__ import annotations

from frappe import _

from c2c_frappe.call_log import counts
from c2c_frappe.desk import call_reports as report
from c2c_frappe.pbx.calls import periods
from c2c_frappe.pbx.calls.totals import ANSWERED, Tally, tally, total
from c2c_frappe.pbx.formula_escaping import escape


def execute(filters: dict | None = None) -> tuple:
	"""Return columns, a row per group and outcome and their total, no message, a chart of outcomes, and figures."""
	filters = filters or {}
	group = report.group_of(filters)
	columns = ("disposition", report.counted_column(group))
	counted = [
		((report.key_of(group, value) if group else "", outcome), direction, state, *rest)
		for outcome, value, direction, state, *rest in counts.count_calls(filters, *columns)
		if outcome or state in ANSWERED
	]
	everything = total(counted)
	by_outcome = tally((outcome, *rest) for (_key, outcome), *rest in counted)
	rows = _rows(group, tally(counted), everything)
	return _columns(group), rows, None, _chart(by_outcome), _figures(by_outcome, everything)


def _rows(group: str, groups: dict, everything: Tally) -> list[dict]:
	if not groups:
		return []
	is_period = group in periods.PERIODS
	report.read_names(group, (key for key, _outcome in groups))
	keys = sorted(groups, key=lambda key: -_calls(groups[key]))
	keys.sort(key=lambda key: key[0] or "", reverse=is_period) if group else None
	rows = [
		{
			"group": report.label_of(group, key) if group else "",
			"outcome": _label(outcome),
			**_cells(groups[key, outcome], everything),
		}
		for key, outcome in keys
	]
	return [*rows, report.total_row("group" if group else "outcome", _cells(everything, everything))]


def _cells(totals: Tally, everything: Tally) -> dict:
	return {
		"calls": _calls(totals),
		"share": round(100 * _calls(totals) / (_calls(everything) or 1), 1),
		"placed": totals.placed,
		"incoming": totals.incoming,
		"talk_time": totals.all_talk_seconds,
		"average_talk_time": totals.average_talk_seconds,
	}


def _calls(totals: Tally) -> int:
	return totals.placed + totals.incoming


def _label(outcome: str) -> str:
	return escape(_(outcome)) if outcome else _("No Outcome")


def _columns(group: str) -> list[dict]:
	return [
		*([report.group_column(group)] if group else []),
		report.column("outcome", _("Outcome"), "Data", 220),
		report.column("calls", _("Calls"), width=90),
		report.column("share", _("Share"), "Percent", 90),
		report.column("placed", _("Calls Placed"), width=110),
		report.column("incoming", _("Incoming"), width=95),
		report.column("talk_time", _("Talk Time"), "Duration"),
		report.column("average_talk_time", _("Average Talk Time"), "Duration", 150),
	]


def _chart(by_outcome: dict) -> dict | None:
	most = sorted(by_outcome, key=lambda outcome: -_calls(by_outcome[outcome]))
	return report.parts(_("Calls"), {_label(outcome): _calls(by_outcome[outcome]) for outcome in most})


def _figures(by_outcome: dict, everything: Tally) -> list[dict]:
	without = _calls(by_outcome.get("", Tally()))
	return [
		report.figure(_("With an Outcome"), _calls(everything) - without, indicator="Green"),
		report.figure(_("No Outcome"), without, indicator="Orange" if without else "Green"),
	]
