"""What the agent adds once a call is over: disposition, notes, a follow-up. Changes nothing the PBX said."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import getdate, nowdate

from c2c_frappe import messages
from c2c_frappe.call_log import rows
from c2c_frappe.desk import outcomes
from c2c_frappe.pbx.calls import wrap_up
from c2c_frappe.replies import call_state, screen_pop

DOCTYPE = "PBX Call Log"


def offer(call: str) -> dict:
	"""Return {title, dispositions, colors, disposition, notes} for the dialog of a call the user may write.

	`dispositions` are the names of those that fit how the call ended, `colors` {name: Frappe's name of a color}.
	"""
	document = _writable(call)
	offered = outcomes.list_offered(document.status)
	return {
		"title": _title(document),
		"dispositions": [each.disposition for each in offered],
		"colors": {each.disposition: (each.color or "Gray").lower() for each in offered},
		"disposition": document.disposition or "",
		"notes": document.notes or "",
	}


def _title(document) -> str:
	"""Return whom the call was with, "" where that is on no record this user may read."""
	place = (document.reference_doctype, document.reference_name)
	return screen_pop.title_for(*place, document.contact, frappe.session.user) if all(place) else ""


def save(call: str, disposition: str, notes: str, follow_up_on: str, follow_up: str) -> dict:
	"""Save the agent's words on a call, and a ToDo for a follow-up date; return the call's reply."""
	document = _writable(call)
	_check_disposition(document, disposition)
	outcomes.check_follow_up(document, disposition, follow_up_on)
	document.update({"disposition": disposition or None, "notes": notes})
	document.save()
	if follow_up_on:
		_remind(document, follow_up_on, follow_up)
	return call_state.describe(rows.get(call))


def _check_disposition(document, disposition: str) -> None:
	setting = frappe.get_cached_doc("PBX Settings").wrap_up or ""
	is_required = wrap_up.way(setting, document.status, document.ended_at, "") == wrap_up.REQUIRED
	if is_required and not disposition:
		frappe.throw(_("Choose what came of the call."), title=_("Wrap-up"))


def _writable(call: str):
	document = frappe.get_doc(DOCTYPE, call)
	document.check_permission("write")
	return document


def _remind(document, follow_up_on: str, follow_up: str) -> None:
	if getdate(follow_up_on) < getdate(nowdate()):
		frappe.throw(_("The follow-up date is over. Choose today or a later day."), title=_("Follow-up"))
	doctype, name = rows.place_of(document.as_dict()) or (DOCTYPE, document.name)
	number = messages.display(document.number)
	frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": document.agent,
			"date": follow_up_on,
			"description": follow_up or _("Call {0} again").format(number),
			"reference_type": doctype,
			"reference_name": name,
		}
	).insert()
