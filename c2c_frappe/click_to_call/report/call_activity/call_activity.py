"""Call Activity: what each agent did each day. Counts only calls the reader may see."""

from __future__ import annotations

from frappe import _
from frappe.utils import formatdate

from c2c_frappe.call_log import counts
from c2c_frappe.pbx.calls.totals import tally

CHART_SERIES = ("answered", "no_answer", "busy", "failed", "unclear")


def execute(filters: dict | None = None) -> tuple:
	"""Return columns, rows, no message, and a chart of calls a day by result."""
	counted = counts.count_by_agent_and_day(filters or {})
	per_agent = tally(((agent, str(day)), *rest) for agent, day, *rest in counted)
	rows = [_row(agent, day, totals) for (agent, day), totals in sorted(per_agent.items(), key=_latest_first)]
	per_day = tally((str(day), *rest) for _agent, day, *rest in counted)
	return _columns(), rows, None, _chart(per_day)


def _latest_first(item):
	(agent, day), _found = item
	return [-int(part) for part in day.split("-")], agent or ""


def _row(agent: str, day: str, totals) -> dict:
	return {
		"agent": agent,
		"day": day,
		"placed": totals.placed,
		"answered": totals.answered,
		"connect_rate": totals.connect_rate,
		"talk_time": totals.talk_seconds,
		"no_answer": totals.no_answer,
		"busy": totals.busy,
		"failed": totals.failed,
		"unclear": totals.unclear,
		"refused": totals.refused,
	}


def _columns() -> list[dict]:
	return [
		{"fieldname": "day", "label": _("Day"), "fieldtype": "Date", "width": 110},
		{"fieldname": "agent", "label": _("Agent"), "fieldtype": "Link", "options": "User", "width": 200},
		{"fieldname": "placed", "label": _("Calls placed"), "fieldtype": "Int", "width": 110},
		{"fieldname": "answered", "label": _("Answered"), "fieldtype": "Int", "width": 95},
		{"fieldname": "connect_rate", "label": _("Connect rate"), "fieldtype": "Percent", "width": 110},
		{"fieldname": "talk_time", "label": _("Talk time"), "fieldtype": "Duration", "width": 100},
		{"fieldname": "no_answer", "label": _("No answer"), "fieldtype": "Int", "width": 95},
		{"fieldname": "busy", "label": _("Busy"), "fieldtype": "Int", "width": 70},
		{"fieldname": "failed", "label": _("Failed"), "fieldtype": "Int", "width": 75},
		{"fieldname": "unclear", "label": _("Outcome not known"), "fieldtype": "Int", "width": 150},
		{"fieldname": "refused", "label": _("Refused here"), "fieldtype": "Int", "width": 110},
	]


def _chart(per_day: dict) -> dict:
	days = sorted(per_day)
	labels = {
		"answered": _("Answered"),
		"no_answer": _("No answer"),
		"busy": _("Busy"),
		"failed": _("Failed"),
		"unclear": _("Outcome not known"),
	}
	series = [
		{"name": labels[name], "values": [getattr(per_day[day], name) for day in days]}
		for name in CHART_SERIES
	]
	return {
		"type": "bar",
		"data": {"labels": [formatdate(day, "d MMM") for day in days], "datasets": series},
		"barOptions": {"stacked": 1},
		"colors": ["#29CD42", "#8D99A6", "#FFA00A", "#E24C4C", "#B0B8BF"],
	}
