"""A ToDo for whoever's phone rang in vain: exactly one a call, taken back when it proves to have been answered."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import nowdate

from c2c_frappe import messages
from c2c_frappe.call_log import rows
from c2c_frappe.pbx.calls import incoming
from c2c_frappe.site_time import utc_now

TODO = "ToDo"


def remind(row: dict) -> None:
	"""Bring the ToDo of a call's row up to what is known of it; the row is locked, and the caller commits."""
	kind, started_at = (row["direction"], row["status"]), row["requested_utc"]
	if row["missed_call_task"]:
		if incoming.is_answered(*kind):
			_take_back(row["missed_call_task"])
	elif row["agent"] and incoming.is_missed(*kind, started_at, utc_now()):
		task = _make(row)
		if task:
			rows.note_task(row["name"], task)


def _make(row: dict) -> str:
	"""Insert the ToDo and return its name; "" and an Error Log when this site's ToDos refuse it."""
	frappe.db.savepoint("missed_call")
	try:
		return (
			frappe.get_doc(
				{
					"doctype": TODO,
					"allocated_to": row["agent"],
					"assigned_by": row["agent"],
					"date": nowdate(),
					"description": _("Missed call from {0}").format(
						messages.display(row["number"]) or _("unknown")
					),
					**_reference(row),
				}
			)
			.insert(ignore_permissions=True)
			.name
		)
	except Exception as error:  # noqa: BLE001  what the PBX told is worth more than the ToDo
		frappe.db.rollback(save_point="missed_call")
		frappe.log_error(_("ToDo about a missed call"), f"{row['name']}: {type(error).__name__}")
		return ""


def _reference(row: dict) -> dict:
	doctype, name = rows.place_of(row) or (rows.DOCTYPE, row["name"])
	return {"reference_type": doctype, "reference_name": name}


def _take_back(name: str) -> None:
	if frappe.db.get_value(TODO, name, "status") == "Open":
		frappe.get_doc(TODO, name).update({"status": "Cancelled"}).save(ignore_permissions=True)
