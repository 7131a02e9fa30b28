"""A follow-up with a time of day: when it is due its agent is told, once, by the bell and on every page they have open.

Calls nobody: what is shown leads to the record, and dialing takes a click there.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import get_url_to_form, now_datetime, strip_html

from c2c_frappe import messages, reminders
from c2c_frappe.call_log import rows, search
from c2c_frappe.transactions import committed

EVENT = "pbx_follow_up"
BATCH = 200


def tell_due() -> None:
	"""Tell of what is due by now; the scheduler calls it once a minute."""
	for call in search.due_follow_ups(now_datetime(), BATCH):
		try:
			committed(lambda call=call: _tell(call))
		except Exception as error:  # noqa: BLE001  one that cannot be told stops no other
			frappe.db.rollback()
			frappe.log_error(_("Follow-up reminder not sent"), f"{call}: {type(error).__name__}")
			committed(lambda call=call: rows.note_follow_up_told(call))


def _tell(call: str) -> None:
	row = rows.lock(call)
	due = row and row["follow_up_at"]
	# Another process may have told it, or the agent have chosen another time.
	if not due or due > now_datetime():
		return
	rows.note_follow_up_told(call)
	todo = frappe.db.get_value(
		"ToDo", row["follow_up_task"], ["status", "allocated_to", "description"], as_dict=True
	)
	if not todo or todo.status != "Open":
		return
	place = rows.place_of(row) or (rows.DOCTYPE, call)
	with messages.in_language_of(todo.allocated_to):
		text = _("Follow-up: {0}").format(todo.description)
	reminders.ring_bell(todo.allocated_to, call, place, text)
	told = {"text": strip_html(text), "url": get_url_to_form(*place)}
	frappe.publish_realtime(EVENT, told, user=todo.allocated_to, after_commit=True)
