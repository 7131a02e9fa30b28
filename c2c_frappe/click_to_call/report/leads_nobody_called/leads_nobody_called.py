"""Leads Nobody Called: new leads without a call, and how fast the others were called first. Shows only leads the reader may read.

Nobody means nobody: calls of colleagues count too, as the lead's timeline shows them to who may read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import frappe
from frappe import _
from frappe.utils import get_datetime, get_fullname, nowdate

from c2c_frappe.call_log import counts
from c2c_frappe.desk import call_reports as report
from c2c_frappe.pbx.calls import periods
from c2c_frappe.pbx.calls import response_times as times
from c2c_frappe.pbx.formula_escaping import escape

DETAILS = ("lead_name", "status", "lead_owner", "mobile_no", "phone")
OWNER, CALLED, ALL = "Owner", "called", "all"


class Lead(NamedTuple):
	"""A new lead: its owner, and (time, agent) of its first call."""

	name: str
	made_at: datetime
	owner: str
	first: tuple | None

	@property
	def wait(self) -> float | None:
		"""Return the seconds until its first call; one that was made during or after a call waited none."""
		return max(0.0, (get_datetime(self.first[0]) - self.made_at).total_seconds()) if self.first else None


def execute(filters: dict | None = None) -> tuple:
	"""Return columns, a row per lead or per group, a message, a chart of how fast leads were called, and figures."""
	filters = filters or {}
	doctype, group = report.lead_doctype(), report.group_of(filters, (OWNER, *periods.PERIODS))
	if not doctype:
		return _columns("Lead"), [], _("This site has no leads.")
	waits = [(lead, lead.wait) for lead in _new_leads(doctype, filters)]
	everything = times.respond((None, wait) for _lead, wait in waits).get(None, times.Responses())
	whole, never = _("New Leads"), _("Not Called")
	chart = report.waits_chart(_("Leads"), never, (wait for _lead, wait in waits))
	figures = report.waits_figures(whole, never, everything)
	if group:
		pairs = ((_key(group, lead), wait) for lead, wait in waits)
		rows = report.rows_of(_kind(group), times.respond(pairs), everything, report.waits_cells)
		columns = [_group_column(group), *report.waits_columns(whole, never, _("Called"))]
		return columns, rows, None, chart, figures
	shown, message = report.cut([pair for pair in waits if _is_wanted(pair[1], filters.get("show"))])
	return _columns(doctype), _rows(doctype, shown), message, chart, figures


def _new_leads(doctype: str, filters: dict) -> list[Lead]:
	"""Return the leads made in these days that the reader may read, the oldest first."""
	first, last = (counts.day_of(filters.get(name)) for name in ("from_date", "to_date"))
	span = ["between", [str(first or "2000-01-01"), str(last or nowdate())]]
	fields = ["name", "creation", *_present(doctype, ["lead_owner"])]
	# The names' order is the table's own: sorting so many by time is faster here.
	listed = frappe.get_list(doctype, {"creation": span}, fields, order_by="name", limit=0, as_list=True)
	if not listed:
		return []
	leads = sorted((get_datetime(made_at), name, *owner) for name, made_at, *owner in listed)
	calls = counts.first_calls(doctype, leads[0][0].date())
	return [
		Lead(name, made_at, owner[0] or "" if owner else "", calls.get(name))
		for made_at, name, *owner in leads
	]


def _present(doctype: str, fields: Iterable[str]) -> list[str]:
	"""Return those of these fields that the site's leads have."""
	meta = frappe.get_meta(doctype)
	return [field for field in fields if meta.has_field(field)]


def _is_wanted(wait: float | None, shown: str | None) -> bool:
	return shown == ALL or (wait is not None) == (shown == CALLED)


def _kind(group: str) -> str:
	return report.AGENT if group == OWNER else group


def _group_column(group: str) -> dict:
	column = report.group_column(_kind(group))
	return {**column, "label": _("Lead Owner")} if group == OWNER else column


def _key(group: str, lead: Lead):
	return lead.owner if group == OWNER else report.key_of(group, lead.made_at)


def _rows(doctype: str, shown: list[tuple[Lead, float | None]]) -> list[dict]:
	names = [lead.name for lead, _wait in shown]
	fields = ["name", *_present(doctype, DETAILS)]
	details = frappe.get_list(doctype, {"name": ("in", names)}, fields, limit=0) if names else []
	by_name = {row.name: row for row in details}
	report.read_names(report.AGENT, (lead.first[1] for lead, _wait in shown if lead.first))
	return [_row(doctype, lead, wait, by_name.get(lead.name, frappe._dict())) for lead, wait in shown]


def _row(doctype: str, lead: Lead, wait: float | None, details: dict) -> dict:
	return {
		"lead_doctype": doctype,
		"lead": lead.name,
		"lead_name": escape(details.lead_name),
		"status": details.status,
		"owner": lead.owner or None,
		"created": lead.made_at,
		"number": details.mobile_no or details.phone,
		"first_call": lead.first[0] if lead.first else None,
		"called_by": escape(get_fullname(lead.first[1])) if lead.first and lead.first[1] else None,
		"wait": wait,
	}


def _columns(doctype: str) -> list[dict]:
	return [
		report.column("lead", _("Lead"), "Link", 220, options=doctype),
		report.column("lead_name", _("Name"), "Data", 200),
		report.column("number", _("Number"), "Data", 150),
		report.column("status", _("Status"), "Data", 120),
		report.column("owner", _("Lead Owner"), "Link", 180, options="User"),
		report.column("created", _("Created"), "Datetime", 170),
		report.column("first_call", _("First Call"), "Datetime", 170),
		report.column("called_by", _("Called By"), "Data", 170),
		report.column("wait", _("Response Time"), "Duration", 120),
	]
