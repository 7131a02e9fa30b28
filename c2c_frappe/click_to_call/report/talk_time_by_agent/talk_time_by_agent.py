"""Talk Time by Agent: how long who talked, in calls placed and in calls that came in. Counts only calls the reader may see."""

from __future__ import annotations

from frappe import _

from c2c_frappe.call_log import counts
from c2c_frappe.desk import call_reports as report
from c2c_frappe.pbx.calls import periods
from c2c_frappe.pbx.calls.totals import Tally, tally, total

MINUTE = 60


def execute(filters: dict | None = None) -> tuple:
	"""Return columns, a row per group and their total, no message, a chart of minutes, and figures."""
	filters = filters or {}
	group = report.group_of(filters, default=report.AGENT)
	counted = counts.count_calls(filters, report.counted_column(group))
	counted = [(report.key_of(group, value), *rest) for value, *rest in counted]
	everything = total(counted)
	rows = report.rows_of(group, tally(counted), everything, _cells)
	return _columns(group), rows, None, _chart(group, rows), _figures(everything)


def _cells(totals: Tally) -> dict:
	return {
		"placed": totals.placed,
		"answered": totals.answered,
		"connect_rate": totals.connect_rate,
		"incoming": totals.incoming,
		"incoming_answered": totals.incoming_answered,
		"talked": totals.talked,
		"talk_time": totals.talk_seconds,
		"incoming_talk_time": totals.incoming_talk_seconds,
		"all_talk_time": totals.all_talk_seconds,
		"average_talk_time": totals.average_talk_seconds,
	}


def _columns(group: str) -> list[dict]:
	return [
		report.group_column(group),
		report.column("all_talk_time", _("Talk Time"), "Duration"),
		report.column("talk_time", _("Outgoing Talk Time"), "Duration"),
		report.column("incoming_talk_time", _("Incoming Talk Time"), "Duration"),
		report.column("average_talk_time", _("Average Talk Time"), "Duration", 150),
		report.column("talked", _("Conversations"), width=110),
		report.column("placed", _("Calls Placed"), width=110),
		report.column("answered", _("Answered"), width=95),
		report.column("connect_rate", _("Connect Rate"), "Percent", 110),
		report.column("incoming", _("Incoming"), width=95),
		report.column("incoming_answered", _("Incoming Answered"), width=150),
	]


def _chart(group: str, rows: list[dict]) -> dict | None:
	shown = report.without_total(rows)
	if group not in periods.PERIODS:
		# The longest first: of many the shortest are one part together.
		longest = sorted(shown, key=lambda row: -row["all_talk_time"])
		minutes = {row["group"]: round(row["all_talk_time"] / MINUTE) for row in longest}
		return report.parts(_("Minutes"), minutes)
	if not shown:
		return None
	series = {
		_("Outgoing"): [round(row["talk_time"] / MINUTE) for row in shown],
		_("Incoming"): [round(row["incoming_talk_time"] / MINUTE) for row in shown],
	}
	return report.bars([row["group"] for row in shown], series, ["main", "good"])


def _figures(totals: Tally) -> list[dict]:
	return [
		report.figure(_("Talk Time"), totals.all_talk_seconds, "Duration"),
		report.figure(_("Average Talk Time"), totals.average_talk_seconds, "Duration"),
		report.figure(_("Conversations"), totals.talked, indicator="Green"),
	]
