"""Call Activity: what each agent did each day. Counts only calls the reader may see."""

from __future__ import annotations

from frappe import _
from frappe.utils import formatdate

from c2c_frappe.call_log import counts
from c2c_frappe.desk import call_reports as report
from c2c_frappe.pbx.calls.totals import Tally, tally, total

CHART_COLORS = {
	"answered": "good",
	"no_answer": "less",
	"busy": "busy",
	"canceled": "pale",
	"agent_missed": "other",
	"failed": "bad",
	"unclear": "open",
}


def execute(filters: dict | None = None) -> tuple:
	"""Return columns, rows, no message, a chart of placed calls a day by result, and figures."""
	counted = counts.count_calls(filters or {}, "agent", "day")
	per_agent = tally(((agent, str(day)), *rest) for agent, day, *rest in counted)
	rows = [_row(agent, day, totals) for (agent, day), totals in sorted(per_agent.items(), key=_latest_first)]
	per_day = tally((str(day), *rest) for _agent, day, *rest in counted)
	everything = total((None, *rest) for _agent, _day, *rest in counted)
	return _columns(), rows, None, _chart(per_day), _figures(everything)


def _latest_first(item):
	(agent, day), _found = item
	return [-int(part) for part in day.split("-")], agent or ""


def _row(agent: str, day: str, totals) -> dict:
	return {
		"agent": agent or None,
		"day": day,
		"placed": totals.placed,
		"answered": totals.answered,
		"connect_rate": totals.connect_rate,
		"talk_time": totals.talk_seconds,
		"no_answer": totals.no_answer,
		"busy": totals.busy,
		"canceled": totals.canceled,
		"agent_missed": totals.agent_missed,
		"failed": totals.failed,
		"unclear": totals.unclear,
		"refused": totals.refused,
		"incoming": totals.incoming,
		"incoming_answered": totals.incoming_answered,
		"missed": totals.missed,
		"incoming_talk_time": totals.incoming_talk_seconds,
	}


def _columns() -> list[dict]:
	return [
		report.column("day", _("Day"), "Date", 110),
		report.column("agent", _("Agent"), "Link", 200, options="User"),
		report.column("placed", _("Calls Placed"), width=110),
		report.column("answered", _("Answered"), width=95),
		report.column("connect_rate", _("Connect Rate"), "Percent", 110),
		report.column("talk_time", _("Talk Time"), "Duration", 100),
		report.column("no_answer", _("No Answer"), width=95),
		report.column("busy", _("Busy"), width=70),
		report.column("canceled", _("Canceled"), width=90),
		report.column("agent_missed", _("Agent Did Not Answer"), width=170),
		report.column("failed", _("Failed"), width=75),
		report.column("unclear", _("Unknown Outcome"), width=150),
		report.column("refused", _("Blocked"), width=110),
		report.column("incoming", _("Incoming"), width=95),
		report.column("incoming_answered", _("Incoming Answered"), width=150),
		report.column("missed", _("Missed"), width=90),
		report.column("incoming_talk_time", _("Incoming Talk Time"), "Duration", 150),
	]


def _chart(per_day: dict) -> dict:
	days = sorted(per_day)
	labels = {
		"answered": _("Answered"),
		"no_answer": _("No Answer"),
		"busy": _("Busy"),
		"canceled": _("Canceled"),
		"agent_missed": _("Agent Did Not Answer"),
		"failed": _("Failed"),
		"unclear": _("Unknown Outcome"),
	}
	series = {labels[name]: [getattr(per_day[day], name) for day in days] for name in CHART_COLORS if days}
	return report.bars([formatdate(day, "d MMM") for day in days], series, CHART_COLORS.values())


def _figures(totals: Tally) -> list[dict]:
	return [
		report.figure(_("Calls Placed"), totals.placed),
		report.figure(_("Answered"), totals.answered, indicator="Green"),
		report.figure(_("Connect Rate"), totals.connect_rate, "Percent", "Green"),
		report.figure(_("Incoming"), totals.incoming),
		report.figure(_("Missed"), totals.missed, indicator="Red" if totals.missed else "Green"),
	]
