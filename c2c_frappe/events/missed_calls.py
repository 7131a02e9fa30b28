"""A reminder for whoever's phone rang in vain: one a caller, which counts their calls and ends when somebody calls back.

Of a group that rang it is one as well, of the first in it; the others are told under the bell.

A call is counted once, however often it is told, and no longer when it proves to have been answered. Two calls of one
caller that are told in the same moment may make two reminders; one call back ends both.
"""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import escape_html, nowdate

from c2c_frappe import messages, reminders
from c2c_frappe.call_log import rows, search
from c2c_frappe.pbx.calls import incoming
from c2c_frappe.replies import screen_pop
from c2c_frappe.site_time import utc_now


def remind(row: dict) -> None:
	"""Bring the reminder of a call's row up to what is known of it; the row is locked, and the caller commits."""
	kind, started_at = (row["direction"], row["status"]), row["requested_utc"]
	if row["missed_call_task"]:
		if incoming.is_answered(*kind):
			_forget(row)
	elif (
		row["agent"] and incoming.is_missed(*kind, started_at, utc_now()) and not search.was_called_back(row)
	):
		task = _make(row)
		if task:
			rows.note_task(row["name"], task)


def tell_others(row: dict, users: Iterable[str]) -> None:
	"""Let everybody else know whose phone rang in vain: a note under the bell, once; the reminder itself stays one.

	The caller commits.
	"""
	if not row["missed_call_task"]:
		return
	of_call = {"document_type": rows.DOCTYPE, "document_name": row["name"]}
	told = {row["agent"], *frappe.get_all("Notification Log", of_call, pluck="for_user")}
	# The call itself is its agent's to open.
	place = rows.place_of(row)
	for user in dict.fromkeys(users):
		if user not in told:
			with messages.in_language_of(user):
				reminders.ring_bell(user, row["name"], place, _text(_whom(row, user), 1))


def end_when_called_back(call, change: dict) -> None:
	"""End the reminders of calls that this call answers; a listener to `c2c_call_changed`, whose arguments these are.

	Whoever tried has called back; once somebody talked to the caller, nobody else has to.
	"""
	if "status" not in change["changed"] or not call.dialed_number:
		return
	if incoming.is_call_back(call.direction, call.status):
		is_talk = call.status in incoming.ANSWERED
		before = {"requested_utc": ("<", call.requested_utc), **({} if is_talk else {"agent": call.agent})}
		for task in search.missed_call_tasks(call.dialed_number, **before):
			reminders.end(task, reminders.DONE)


def _make(row: dict) -> str:
	"""Make or extend the reminder and return its ToDo; "" and an Error Log when this site's rules refuse it."""
	frappe.db.savepoint("missed_call")
	try:
		whom, place = _whom(row, row["agent"]), rows.place_of(row) or (rows.DOCTYPE, row["name"])
		reminders.ring_bell(row["agent"], row["name"], place, _text(whom, 1))
		open_tasks = search.missed_call_tasks(row["dialed_number"], agent=row["agent"])
		if not open_tasks:
			return reminders.make(place, row["agent"], nowdate(), _text(whom, 1))
		(task, *_others) = open_tasks
		reminders.rewrite(task, _text(whom, 1 + search.count_missed(task)))
		return task
	except Exception as error:  # noqa: BLE001  what the PBX told is worth more than the ToDo
		frappe.db.rollback(save_point="missed_call")
		frappe.log_error(_("ToDo for a missed call not created"), f"{row['name']}: {type(error).__name__}")
		return ""


def _forget(row: dict) -> None:
	"""Take back what a call that was answered after all is to be called back for."""
	task = row["missed_call_task"]
	rows.note_task(row["name"], None)
	frappe.db.delete("Notification Log", {"document_type": rows.DOCTYPE, "document_name": row["name"]})
	others = search.count_missed(task)
	if not others:
		reminders.end(task, reminders.TAKEN_BACK)
	elif frappe.db.get_value("ToDo", task, "status") == "Open":
		reminders.rewrite(task, _text(_whom(row, row["agent"]), others))


def _whom(row: dict, user: str) -> str:
	"""Return who called, as the user may know it: the person and the number."""
	number = messages.display(row["number"]) or _("unknown")
	place = rows.place_of(row)
	title = screen_pop.title_for(*place, row["contact"], user) if place else ""
	return f"{title} ({number})" if title and title != number else number


def _text(whom: str, count: int) -> str:
	text = _("Missed call from {0}") if count == 1 else _("{1} missed calls from {0}")
	return text.format(escape_html(whom), count)
