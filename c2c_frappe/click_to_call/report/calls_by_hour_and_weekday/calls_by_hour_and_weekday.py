"""Calls by Hour and Weekday: when customers are reached, and when they call. Counts only calls the reader may see."""

from __future__ import annotations

from datetime import date

from frappe import _

from c2c_frappe.call_log import counts
from c2c_frappe.desk import call_reports as report
from c2c_frappe.pbx.calls.totals import Tally, tally, total

FIGURES = ("placed", "answered", "connect_rate", "incoming", "missed")
RATE = "connect_rate"
# Shown even if nobody called then: the first and the last.
OFFICE_HOURS = (8, 17)


def execute(filters: dict | None = None) -> tuple:
	"""Return columns, a row per weekday and their total, no message, and a chart by hour."""
	filters = filters or {}
	shown = filters.get("show") if filters.get("show") in FIGURES else FIGURES[0]
	counted = [(_place(hour), *rest) for hour, *rest in counts.count_calls(filters, "hour")]
	cells = tally(counted)
	if not cells:
		return _columns(shown, []), [], None, None
	called_at = [*OFFICE_HOURS, *(hour for _day, hour in cells)]
	hours = list(range(min(called_at), 1 + max(called_at)))
	by_hour = tally((hour, *rest) for (_day, hour), *rest in counted)
	by_day = tally((day, *rest) for (day, _hour), *rest in counted)
	rows = [
		{
			"weekday": name,
			**{_field(hour): _value(cells.get((day, hour)), shown) for hour in hours},
			"all": _value(by_day.get(day), shown),
		}
		for day, name in enumerate(_weekdays())
	]
	totals = {_field(hour): _value(by_hour.get(hour), shown) for hour in hours}
	rows.append(report.total_row("weekday", {**totals, "all": _value(total(counted), shown)}))
	return _columns(shown, hours), rows, None, _chart(shown, hours, totals)


def _place(hour: str) -> tuple[int, int]:
	"""Return the weekday, Monday is 0, and the hour of "2026-11-29 08"."""
	return date.fromisoformat(hour[:10]).weekday(), int(hour[11:])


def _value(totals: Tally | None, shown: str) -> float | None:
	"""Return what a cell shows; of a rate nothing where there is nothing to rate."""
	if shown == RATE and not (totals and totals.answerable):
		return None
	return getattr(totals or Tally(), shown)


def _field(hour: int) -> str:
	return f"h{hour:02}"


def _weekdays() -> list[str]:
	days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
	return list(days)


def _columns(shown: str, hours: list[int]) -> list[dict]:
	kind = "Percent" if shown == RATE else "Int"
	by_hour = [report.column(_field(hour), f"{hour:02}", kind, 70) for hour in hours]
	last = report.column("all", _("Total"), kind, 90)
	return [report.column("weekday", _("Weekday"), "Data", 130), *by_hour, last]


def _chart(shown: str, hours: list[int], totals: dict) -> dict:
	labels = {
		"placed": _("Calls Placed"),
		"answered": _("Answered"),
		RATE: _("Connect Rate"),
		"incoming": _("Incoming"),
		"missed": _("Missed"),
	}
	values = [totals[_field(hour)] or 0 for hour in hours]
	kind = "Percent" if shown == RATE else "Int"
	return report.bars([f"{hour:02}:00" for hour in hours], {labels[shown]: values}, ["main"], kind)
