"""The board of the day: what was called, who talks now, who waits to be called back. Only calls its reader may see."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import add_days, get_fullname, nowdate

from c2c_frappe import messages
from c2c_frappe.call_log import call_backs, counts
from c2c_frappe.pbx.calls import failure_codes, status
from c2c_frappe.pbx.calls.totals import ANSWERED, Tally, tally, total
from c2c_frappe.replies import agent_names, call_state

# More than these talk on no board that can be read.
MAX_TALKING = 50


def read() -> dict:
	"""Return {figures, talking, agents, hours, outcomes, failures} of this day, as the site's time zone has it.

	`figures` and each row of `agents` and `hours` count as the reports do; times are of the site, talk times in seconds.
	"""
	today = {"from_date": nowdate(), "to_date": nowdate()}
	counted = counts.count_calls(today, "agent", "hour")
	by_agent = tally((agent, *rest) for agent, _hour, *rest in counted)
	by_hour = tally((int(hour[11:]), *rest) for _agent, hour, *rest in counted)
	missed = call_backs.missed_calls(today)
	agent_names.read(by_agent)
	# Nobody can call back who withheld the number.
	waiting = sum(bool(call["dialed_number"] and not call["call_back"]) for call in missed)
	everything = total((None, *rest) for _agent, _hour, *rest in counted)
	return {
		"figures": {**_sums(everything), "not_called_back": waiting},
		"talking": _talking(),
		"agents": sorted(map(_agent, by_agent.items()), key=lambda row: row["agent"].lower()),
		"hours": [{"hour": hour, **_sums(by_hour[hour])} for hour in sorted(by_hour)],
		"outcomes": _outcomes(today),
		"failures": [
			{"reason": messages.sentence(failure_codes.label(code)), "calls": calls}
			for code, calls, _agents, _moment in counts.count_by_failure(today)
		],
	}


def _agent(item: tuple[str, Tally]) -> dict:
	agent, totals = item
	return {"agent": get_fullname(agent) if agent else _("No Agent"), **_sums(totals)}


def _sums(totals: Tally) -> dict:
	return {
		"placed": totals.placed,
		"answered": totals.answered,
		"connect_rate": totals.connect_rate,
		"incoming": totals.incoming,
		"missed": totals.missed,
		"talk_time": totals.all_talk_seconds,
		"average_talk_time": totals.average_talk_seconds,
	}


def _talking() -> list[dict]:
	"""Return {call, agent, with, since, direction} of the calls in which people talk, the longest first.

	Also of those that began before midnight.
	"""
	table, query = counts.calls({"from_date": add_days(nowdate(), -1)})
	fields = ("name", "agent", "answered_at", "requested_at", "direction")
	query = query.where(table.status == status.IN_PROGRESS).select(*(table[field] for field in fields))
	calls = query.orderby(table.requested_at).limit(MAX_TALKING).run(as_dict=True)
	agent_names.read(call["agent"] for call in calls)
	people = call_state.people_of([call["name"] for call in calls])
	return [
		{
			"call": call["name"],
			"agent": get_fullname(call["agent"]) if call["agent"] else _("No Agent"),
			"with": people.get(call["name"], ""),
			"since": str(call["answered_at"] or call["requested_at"])[11:16],
			"direction": call["direction"],
		}
		for call in calls
	]


def _outcomes(today: dict) -> list[dict]:
	"""Return {outcome, calls}, the most frequent first; "No Outcome" are answered calls that have none."""
	rows = (
		(outcome, direction, state, *rest)
		for outcome, direction, state, *rest in counts.count_calls(today, "disposition")
		if outcome or state in ANSWERED
	)
	groups = tally(rows)
	outcomes = [
		{"outcome": _(outcome) if outcome else _("No Outcome"), "calls": totals.placed + totals.incoming}
		for outcome, totals in groups.items()
	]
	return sorted(outcomes, key=lambda row: -row["calls"])


def require_reader() -> None:
	"""Raise PermissionError unless the user may read calls at all."""
	frappe.has_permission(counts.DOCTYPE, throw=True)
