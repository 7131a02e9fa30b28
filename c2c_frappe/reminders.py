"""A reminder for somebody about a record: a ToDo, or a CRM Task where Frappe CRM owns the record. Decides nothing.

A ToDo about a CRM Lead or CRM Deal would make its user the owner of it, and taking it back would leave it without one:
Frappe CRM reads them so. A CRM Task brings a ToDo of its own, about the task.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.desk.doctype.notification_settings.notification_settings import is_notifications_enabled
from frappe.utils import get_datetime, get_url, get_url_to_form, getdate, strip_html

TODO, CRM_TASK = "ToDo", "CRM Task"
OWNED_BY_CRM = ("CRM Lead", "CRM Deal")
MAX_TITLE = 140
# A webhook, a listener and the scheduler are nobody: what they remind of is the user's own reminder.
NOBODY = ("Guest", "Administrator")
# How a reminder ends: the status of the ToDo, and that of the CRM Task.
TAKEN_BACK, DONE = ("Cancelled", "Canceled"), ("Closed", "Done")


def make(place: tuple[str, str], user: str, day: str, text: str) -> str:
	"""Insert a reminder for a user about a record, due on a day, maybe at a time; return the name of its ToDo.

	`text` is HTML. Raises what the site's own rules for them raise.
	"""
	with _as_own(user):
		return (_make_crm_task if place[0] in OWNED_BY_CRM else _make_todo)(place, user, day, text)


def rewrite(todo: str, text: str) -> None:
	"""Give a reminder another text, of HTML."""
	document = frappe.get_doc(TODO, todo)
	with _as_own(document.allocated_to):
		if document.reference_type == CRM_TASK:
			_save(frappe.get_doc(CRM_TASK, document.reference_name), _words_of_task(text))
		_save(document.reload(), {"description": text})


def end(todo: str, way: tuple[str, str]) -> None:
	"""End an open reminder: TAKEN_BACK or DONE."""
	found = frappe.db.get_value(TODO, todo, ["status", "reference_type", "reference_name"], as_dict=True)
	if not found or found.status != "Open":
		return
	of_todo, of_task = way
	document = frappe.get_doc(TODO, todo)
	with _as_own(document.allocated_to):
		if found.reference_type == CRM_TASK:
			_save(frappe.get_doc(CRM_TASK, found.reference_name), {"status": of_task})
		_save(document.reload(), {"status": of_todo})


def ring_bell(user: str, call: str, place: tuple[str, str] | None, text: str) -> None:
	"""Put a text, of HTML, under the Desk's bell for a user who has notifications on; it opens the record, if any."""
	if not is_notifications_enabled(user):
		return
	log = {"type": "Alert", "for_user": user, "from_user": user, "subject": text}
	log |= {"document_type": "PBX Call Log", "document_name": call}
	log |= {"link": get_url_to_form(*place) if place else get_url("/app/click-to-call")}
	frappe.get_doc({"doctype": "Notification Log", **log}).insert(ignore_permissions=True)


def _make_todo(place: tuple[str, str], user: str, day: str, text: str) -> str:
	todo = {
		"allocated_to": user,
		"assigned_by": frappe.session.user,
		"date": getdate(day),
		"description": text,
	}
	todo |= {"reference_type": place[0], "reference_name": place[1]}
	return frappe.get_doc({"doctype": TODO, **todo}).insert(ignore_permissions=True).name


def _make_crm_task(place: tuple[str, str], user: str, day: str, text: str) -> str:
	task = {"status": "Todo", "due_date": get_datetime(day), **_words_of_task(text)}
	task |= {"reference_doctype": place[0], "reference_docname": place[1]}
	# CRM would assign it with the rights of whoever runs this, who is nobody when the PBX tells of the call.
	name = frappe.get_doc({"doctype": CRM_TASK, **task}).insert(ignore_permissions=True).name
	todo = _make_todo((CRM_TASK, name), user, day, text)
	frappe.db.set_value(CRM_TASK, name, "assigned_to", user, update_modified=False)
	return todo


def _words_of_task(text: str) -> dict[str, str]:
	return {"title": strip_html(text)[:MAX_TITLE], "description": text}


def _save(document, values: dict) -> None:
	document.update(values).save(ignore_permissions=True)


@contextmanager
def _as_own(user: str) -> Iterator[None]:
	"""Let what is written be by the user it is for, where nobody else has asked for it."""
	before = frappe.session.user
	frappe.session.user = user if before in NOBODY else before
	try:
		yield
	finally:
		frappe.session.user = before
