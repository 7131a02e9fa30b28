"""What the agent adds once a call is over: disposition, notes, a follow-up. Changes nothing the PBX said."""

from __future__ import annotations

from datetime import time

import frappe
from frappe import _
from frappe.utils import escape_html, get_datetime, now_datetime, nowdate

from c2c_frappe import messages, reminders
from c2c_frappe.call_log import crm_mirror, list_entries, rows
from c2c_frappe.desk import outcomes
from c2c_frappe.pbx.calls import wrap_up
from c2c_frappe.replies import call_state, screen_pop
from c2c_frappe.site_time import to_utc

DOCTYPE = "PBX Call Log"


def offer(call: str) -> dict:
	"""Return {title, dispositions, timed, colors, disposition, notes, is_unanswered} of a call the user may write.

	`dispositions` are the names of those that fit how the call ended, `timed` of them those that require a follow-up,
	`colors` {name: Frappe's name of a color}.
	"""
	document = _writable(call)
	offered = outcomes.list_offered(document.status)
	return {
		"title": _title(document),
		"dispositions": [each.disposition for each in offered],
		"timed": [each.disposition for each in offered if each.require_follow_up],
		"colors": {each.disposition: (each.color or "Gray").lower() for each in offered},
		"disposition": document.disposition or "",
		"notes": document.notes or "",
		"is_unanswered": wrap_up.is_unanswered(document.status),
	}


def _title(document) -> str:
	"""Return whom the call was with, "" where that is on no record this user may read."""
	place = (document.reference_doctype, document.reference_name)
	return screen_pop.title_for(*place, document.contact, frappe.session.user) if all(place) else ""


def save_notes(call: str, notes: str, before: str) -> dict:
	"""Save notes of a call that may go on, by a statement of their own; return {notes}, with what others wrote.

	`before` are those they began with. A save of the document would meet the call's next event.
	"""
	document = _writable(call)
	row = rows.lock(call)
	merged = messages.words(wrap_up.merge_notes(before, notes, row["notes"] or "")) or ""
	# Whoever has the form open is told, and cannot save it over these.
	frappe.db.set_value(DOCTYPE, call, "notes", merged)
	crm_mirror.note({**row, "notes": merged}, row)
	document.notify_update()
	return {"notes": merged}


def save(
	call: str, disposition: str, notes: str, follow_up_on: str, follow_up: str, before: str | None = None
) -> dict:
	"""Save the agent's words on a call, and a ToDo for a follow-up date; return the call's reply.

	`before` are the notes they began with, where others' are to be kept; None puts these in their place.
	"""
	document = _writable(call)
	_check_disposition(document, disposition)
	if before is not None:
		row = rows.lock(call)
		notes = wrap_up.merge_notes(before, notes, row["notes"] or "")
		document.modified = row["modified"]
	document.update({"disposition": disposition or None, "notes": notes})
	document.flags.has_follow_up = bool(follow_up_on)
	document.save()
	if follow_up_on:
		_remind(document, follow_up_on, follow_up)
		list_entries.agree(call, to_utc(_time_of(follow_up_on)))
	return call_state.describe(rows.get(call))


def _check_disposition(document, disposition: str) -> None:
	setting = frappe.get_cached_doc("PBX Settings").wrap_up or ""
	is_required = wrap_up.way(setting, document.status, document.ended_at, "") == wrap_up.REQUIRED
	if is_required and not disposition:
		frappe.throw(_("Choose a call outcome."), title=_("Wrap-up"))


def _writable(call: str):
	document = frappe.get_doc(DOCTYPE, call)
	document.check_permission("write")
	return document


def _remind(document, follow_up_on: str, follow_up: str) -> None:
	"""Make the ToDo of a follow-up, and note when to ring for it if a time of day was chosen."""
	due = _time_of(follow_up_on)
	# A date alone, from the Desk's field for a time too, is midnight.
	is_timed = due.time() != time.min
	if due < (now_datetime() if is_timed else get_datetime(nowdate())):
		frappe.throw(_("The follow-up date has passed. Choose a later one."), title=_("Follow-up"))
	if document.follow_up_task:
		reminders.end(document.follow_up_task, reminders.TAKEN_BACK)
	place = rows.place_of(document.as_dict()) or (DOCTYPE, document.name)
	text = escape_html(follow_up or _("Call {0} again").format(messages.display(document.number)))
	task = reminders.make(place, document.agent, follow_up_on, text)
	rows.note_follow_up(document.name, task, due if is_timed else None)


def _time_of(follow_up_on: str):
	try:
		return get_datetime(follow_up_on)
	except ValueError:
		frappe.throw(_("{0} is not a valid date.").format(follow_up_on), title=_("Follow-up"))
