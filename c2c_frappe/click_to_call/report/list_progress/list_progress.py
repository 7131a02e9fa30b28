"""List Progress: how far the lists are, who called and reached whom from them, what came of it.

Shows lists its reader may read, and counts calls they may see: of a team's list an agent counts only own calls.
"""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import get_fullname

from c2c_frappe.call_lists import progress
from c2c_frappe.call_lists.rights import LIST
from c2c_frappe.call_log import counts
from c2c_frappe.desk import call_reports as report
from c2c_frappe.pbx.calls.totals import Tally, tally, total
from c2c_frappe.pbx.formula_escaping import escape
from c2c_frappe.pbx.lists import entries

BY_LIST, BY_AGENT, BY_OUTCOME = "List", "Agent", "Outcome"
GROUPS = (BY_LIST, BY_AGENT, BY_OUTCOME)
# What is shown beside the calls: fieldname, and the states that count there.
STATES = {
	"waiting": entries.OPEN,
	"done": (entries.DONE,),
	"exhausted": (entries.EXHAUSTED,),
	"skipped": (entries.SKIPPED,),
	"do_not_call": (entries.DO_NOT_CALL,),
}
COLORS = ("open", "good", "busy", "less", "bad")
MAX_BARS = 12


def execute(filters: dict | None = None) -> tuple:
	"""Return columns, a row per list (per list and agent, per list, agent and outcome) and their total, charts, figures."""
	filters = filters or {}
	group = report.group_of(filters, GROUPS, BY_LIST)
	titles = _lists(filters)
	counted = counts.count_by_list(filters, list(titles)) if titles else []
	states = progress.of_lists(list(titles))
	everything = total((None, *rest) for _list, _agent, _outcome, *rest in counted)
	if group == BY_LIST:
		rows = _rows_by_list(titles, states, counted, everything)
	else:
		rows = _rows_by_agent(group, titles, counted, everything)
	rows, message = report.cut(rows)
	return _columns(group), rows, message, _chart(group, rows, counted), _figures(states, everything)


def _lists(filters: dict) -> dict[str, str]:
	"""Return {name: title} of the lists the reader may read, the newest first."""
	wanted = {"name": str(filters["call_list"])} if filters.get("call_list") else {}
	found = frappe.get_list(LIST, wanted, ["name", "title"], order_by="creation desc", limit=report.MAX_ROWS)
	return {row.name: row.title for row in found}


def _rows_by_list(titles: dict, states: dict, counted: list[tuple], everything: Tally) -> list[dict]:
	calls = tally((name, *rest) for name, _agent, _outcome, *rest in counted)
	rows = [
		{
			"list": titles[name],
			"call_list": name,
			**_entries(states.get(name, {})),
			**_calls(calls.get(name, Tally())),
		}
		for name in titles
	]
	if not rows:
		return []
	return [*rows, report.total_row("list", {**_entries(_sum(states.values())), **_calls(everything)})]


def _rows_by_agent(group: str, titles: dict, counted: list[tuple], everything: Tally) -> list[dict]:
	has_outcome = group == BY_OUTCOME
	calls = tally(
		((name, agent, outcome if has_outcome else ""), *rest) for name, agent, outcome, *rest in counted
	)
	report.read_names(report.AGENT, (agent for _name, agent, _outcome in calls))
	order = {name: place for place, name in enumerate(titles)}
	keys = sorted(
		calls, key=lambda key: (order[key[0]], get_fullname(key[1]).lower(), -calls[key].placed, key[2])
	)
	rows = [
		{
			"list": titles[name],
			"call_list": name,
			"agent": report.label_of(report.AGENT, agent),
			"outcome": _outcome(outcome),
			**_calls(calls[name, agent, outcome]),
		}
		for name, agent, outcome in keys
	]
	return [*rows, report.total_row("list", _calls(everything))] if rows else []


def _sum(counted: Iterable[dict]) -> dict[str, int]:
	together: dict[str, int] = {}
	for states in counted:
		for state, count in states.items():
			together[state] = together.get(state, 0) + count
	return together


def _entries(states: dict[str, int]) -> dict:
	all_of_them = sum(states.values())
	share = 100 * entries.closed_of(states) / all_of_them if all_of_them else 0
	sums = {name: sum(states.get(state, 0) for state in of) for name, of in STATES.items()}
	return {"entries": all_of_them, "progress": round(share, 1), **sums}


def _calls(totals: Tally) -> dict:
	return {
		"placed": totals.placed,
		"reached": totals.answered,
		"connect_rate": totals.connect_rate,
		"talk_time": totals.talk_seconds,
	}


def _outcome(outcome: str) -> str:
	return escape(_(outcome)) if outcome else _("No Outcome")


def _columns(group: str) -> list[dict]:
	first = [report.column("list", _("List"), "Data", 220)]
	if group == BY_LIST:
		first += [
			report.column("entries", _("Entries"), width=90),
			report.column("progress", _("Progress"), "Percent", 100),
			report.column("waiting", _("Open"), width=90),
			report.column("done", _("Done"), width=90),
			report.column("exhausted", _("Exhausted"), width=100),
			report.column("skipped", _("Skipped"), width=90),
			report.column("do_not_call", _("Do Not Call"), width=110),
		]
	else:
		first.append(report.column("agent", _("Agent"), "Data", 180))
	if group == BY_OUTCOME:
		first.append(report.column("outcome", _("Outcome"), "Data", 180))
	return [
		*first,
		report.column("placed", _("Calls Placed"), width=110),
		report.column("reached", _("Reached"), width=95),
		report.column("connect_rate", _("Connect Rate"), "Percent", 110),
		report.column("talk_time", _("Talk Time"), "Duration"),
	]


def _chart(group: str, rows: list[dict], counted: list[tuple]) -> dict | None:
	if group == BY_LIST:
		shown = report.without_total(rows)[::-1][:MAX_BARS]
		labels = [_("Open"), _("Done"), _("Exhausted"), _("Skipped"), _("Do Not Call")]
		series = {label: [row[name] for row in shown] for label, name in zip(labels, STATES, strict=True)}
		return (
			report.bars([report.shorten(row["list"], 20) for row in shown], series, COLORS) if shown else None
		)
	place = 1 if group == BY_AGENT else 2
	sums = tally((row[place], *row[3:]) for row in counted)
	most = sorted(sums, key=lambda key: -sums[key].placed)
	label = (lambda key: report.label_of(report.AGENT, key)) if group == BY_AGENT else _outcome
	return report.parts(_("Calls Placed"), {label(key): sums[key].placed for key in most})


def _figures(states: dict, everything: Tally) -> list[dict]:
	together = _sum(states.values())
	return [
		report.figure(_("Entries"), sum(together.values())),
		report.figure(_("Open"), sum(together.get(state, 0) for state in entries.OPEN), indicator="Orange"),
		report.figure(_("Reached"), everything.answered, indicator="Green"),
	]
