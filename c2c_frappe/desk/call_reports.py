"""What the reports on calls share: groups, columns of sums, rows with their total, charts. Reads no call itself."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

import frappe
from frappe import _
from frappe.utils import add_days, escape_html, formatdate, get_fullname, getdate, nowdate

from c2c_frappe.call_log import counts
from c2c_frappe.pbx.calls import periods, response_times
from c2c_frappe.pbx.formula_escaping import escape
from c2c_frappe.replies import agent_names

AGENT, ACCOUNT = "Agent", "Account"
GROUPS = (AGENT, ACCOUNT, *periods.PERIODS)
# More rows than these help nobody who reads them; their sums count all.
MAX_ROWS = 5000
# Of a report whose filters name no first day.
USUAL_DAYS = 30
# The Desk's chart marks its axis by quarters and halves up to these heights; a mark at the next one keeps it whole.
_WHOLE_FROM = {1: 3, 2: 3, 10: 20}
# The Desk's chart cannot draw a part of a bar that is narrower than its round corners; the table has all of them.
_NARROWEST = 0.05
# Characters that fit beside each other below a horizontal bar.
_LABEL = 15
COLORS = {
	"good": "#29CD42",
	"less": "#8D99A6",
	"busy": "#FFA00A",
	"pale": "#C0C6CC",
	"other": "#7575FF",
	"bad": "#E24C4C",
	"open": "#DDE1E5",
	"main": "#2490EF",
}


def bounded(filters: dict) -> tuple[dict, bool]:
	"""Return a report's filters with a first day, and whether it had to be given one: reading all calls there are takes long."""
	if filters.get("from_date"):
		return filters, False
	last = counts.day_of(filters.get("to_date")) or getdate(nowdate())
	return {**filters, "from_date": add_days(last, -USUAL_DAYS)}, True


def period_note(is_cut: bool) -> str | None:
	"""Return what to say of a report that was given its first day."""
	return _("Showing {0} days. Set From Date to see more.").format(USUAL_DAYS) if is_cut else None


def column(fieldname: str, label: str, fieldtype: str = "Int", width: int = 120, **more) -> dict:
	"""Return a report's column; its label is translated already."""
	return {"fieldname": fieldname, "label": label, "fieldtype": fieldtype, "width": width, **more}


def group_of(filters: dict, groups: Iterable[str] = GROUPS, default: str = "") -> str:
	"""Return what a report's filters group by, the default where that is nothing it knows."""
	group = filters.get("group_by")
	return group if isinstance(group, str) and group in groups else default


def group_column(group: str) -> dict:
	"""Return the first column of a report that sums by this group."""
	labels = {
		AGENT: _("Agent"),
		ACCOUNT: _("Account"),
		periods.DAY: _("Day"),
		periods.WEEK: _("Week From"),
		periods.MONTH: _("Month"),
	}
	return column("group", labels[group], "Data", 200)


def counted_column(group: str) -> str:
	"""Return what calls are counted by for this group, as `counts.count_calls` takes it."""
	return {AGENT: "agent", ACCOUNT: "account"}.get(group, "day")


def key_of(group: str, value) -> Hashable:
	"""Return the group that a counted value belongs to: a name, or the first day of a period."""
	return periods.start_of(group, getdate(value)) if group in periods.PERIODS else value


def label_of(group: str, key) -> str:
	"""Return what a group is called."""
	if group in periods.PERIODS:
		return formatdate(key, "MMMM yyyy") if group == periods.MONTH else formatdate(key)
	if group == AGENT:
		return escape(get_fullname(key)) if key else _("No Agent")
	return escape(key) if key else _("No Account")


def read_names(group: str, keys: Iterable) -> None:
	"""Have the names of a report's agents at hand, with one statement for all of them."""
	if group == AGENT:
		agent_names.read(keys)


def rows_of(group: str, groups: dict, total, cells: Callable[..., dict]) -> list[dict]:
	"""Return a row per group, the latest period or the first name first, and their total at the end.

	`cells` makes a row's values of a group's sums.
	"""
	if not groups:
		return []
	is_period = group in periods.PERIODS
	read_names(group, groups)
	keys = sorted(
		groups, reverse=is_period, key=lambda key: key if is_period else label_of(group, key).lower()
	)
	rows = [{"group": label_of(group, key), **cells(groups[key])} for key in keys]
	return [*rows, total_row("group", cells(total))]


def total_row(first: str, cells: dict) -> dict:
	"""Return the row of totals, which says so in its first column."""
	return {first: _("Total"), "is_total": 1, **cells}


def without_total(rows: list[dict]) -> list[dict]:
	"""Return the rows that a chart shows, in the order of time."""
	return [row for row in rows if not row.get("is_total")][::-1]


def cut(rows: list[dict]) -> tuple[list[dict], str | None]:
	"""Return as many rows as can be shown, and what to say where there are more."""
	if len(rows) <= MAX_ROWS:
		return rows, None
	text = _("Showing the first {0} of {1} rows. Choose fewer days or a group to see all.")
	return rows[:MAX_ROWS], text.format(MAX_ROWS, len(rows))


def bars(
	labels: Iterable[str], series: dict[str, list], colors: Iterable[str], fieldtype: str = "Int"
) -> dict:
	"""Return a chart of upright bars, the series one upon the other; whole numbers stand on its axis."""
	datasets = [{"name": name, "values": values} for name, values in series.items()]
	data = {"labels": [escape_html(label) for label in labels], "datasets": datasets}
	heights = [sum(values) for values in zip(*series.values(), strict=True)]
	marker = _WHOLE_FROM.get(max(heights, default=0))
	if marker:
		data["yMarkers"] = [{"label": "", "value": marker}]
	chart = {"type": "bar", "data": data, "barOptions": {"stacked": 1}, "fieldtype": fieldtype}
	return {**chart, "colors": [COLORS[color] for color in colors]}


def parts(name: str, values: dict[str, int], colors: Iterable[str] = ()) -> dict | None:
	"""Return one horizontal bar whose parts are named below it; None where there is nothing to show.

	Names have room for so many characters. The Desk draws them as HTML.
	"""
	drawn = {
		label: value
		for label, value in values.items()
		if value and value >= _NARROWEST * sum(values.values())
	}
	if not drawn:
		return None
	labels = [escape_html(shorten(label, _LABEL)) for label in drawn]
	data = {"labels": labels, "datasets": [{"name": name, "values": list(drawn.values())}]}
	chart = {"type": "percentage", "data": data, "truncateLegends": False, "maxSlices": 10}
	given = [COLORS[color] for label, color in zip(values, colors, strict=False) if label in drawn]
	return {**chart, "colors": given} if given else chart


def shorten(label: str, limit: int) -> str:
	"""Return a text of at most so many characters, the last one a sign that some are left out."""
	return label if len(label) <= limit else f"{label[: limit - 1].rstrip()}…"


def figure(label: str, value, datatype: str = "Int", indicator: str = "Blue") -> dict:
	"""Return one of the figures above a report."""
	return {"label": label, "value": value, "datatype": datatype, "indicator": indicator}


def waits_chart(name: str, never: str, waits: Iterable[float | None]) -> dict | None:
	"""Return how many were called how soon; `never` is what those are called who were not."""
	labels = {
		"within_5_minutes": (_("≤ 5 Minutes"), "good"),
		"within_an_hour": (_("≤ 1 Hour"), "main"),
		"within_a_day": (_("≤ 1 Day"), "busy"),
		"later": (_("Later"), "other"),
		response_times.NEVER: (never, "bad"),
	}
	classes = response_times.respond((response_times.class_of(wait), wait) for wait in waits)
	shown = [(*labels[each], classes[each].count) for each in labels if each in classes]
	return parts(
		name, {label: count for label, _color, count in shown}, [color for _label, color, _count in shown]
	)


def waits_figures(whole: str, never: str, responses: response_times.Responses) -> list[dict]:
	"""Return how many there are, how many were not called, and how soon half of the others were."""
	wait = responses.median_wait
	return [
		figure(whole, responses.count),
		figure(never, responses.not_called, indicator="Red" if responses.not_called else "Green"),
		*([figure(_("Median Response Time"), wait, "Duration")] if wait is not None else []),
	]


def waits_columns(whole: str, never: str, called: str) -> list[dict]:
	"""Return the columns after a group's: how many, how many not called and called, and how soon half of them."""
	return [
		column("count", whole),
		column("not_called", never, width=150),
		column("called", called),
		column("wait", _("Median Response Time"), "Duration", 170),
	]


def waits_cells(responses: response_times.Responses) -> dict:
	"""Return the values of `waits_columns`."""
	names = ("count", "not_called", "called")
	return {**{name: getattr(responses, name) for name in names}, "wait": responses.median_wait}


def lead_doctype() -> str | None:
	"""Return the DocType of this site's leads: ERPNext's, else Frappe CRM's; None where it has none."""
	return next((name for name in ("Lead", "CRM Lead") if frappe.db.exists("DocType", name)), None)
