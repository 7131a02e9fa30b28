"""The numbers on an agent's home. Each method checks, counts and returns; what is counted is the user's own alone."""

import frappe
from frappe.utils import add_days, nowdate

from c2c_frappe.call_log import counts

LOG, TODO = "PBX Call Log", "ToDo"
# The Desk takes a list of nothing for no filter.
_NONE = "none"


@frappe.whitelist()
def follow_ups_due(filters: str | None = None) -> dict:
	"""Return a number card of the caller's follow-ups that are due by today and not done."""
	return _card_of_tasks("follow_up_task", {"date": ("<=", nowdate())})


@frappe.whitelist()
def missed_calls(filters: str | None = None) -> dict:
	"""Return a number card of the callers whom the caller of this method has not called back."""
	return _card_of_tasks("missed_call_task", {})


@frappe.whitelist()
def calls_without_outcome(filters: str | None = None) -> dict:
	"""Return a number card of the caller's talked calls of the last seven days that nobody has wrapped up."""
	talked = {"status": "Completed", "disposition": ("is", "not set"), "direction": ("!=", "Internal")}
	return _card_of_calls({**talked, "requested_at": (">=", add_days(nowdate(), -7))})


@frappe.whitelist()
def my_calls_today(filters: str | None = None) -> dict:
	"""Return a number card of the caller's calls of today; what was refused is none."""
	return _card_of_calls({"requested_at": (">=", nowdate()), "status": ("!=", "Failed")})


def _card_of_calls(wanted: dict) -> dict:
	frappe.has_permission(LOG, throw=True)
	own = {"agent": frappe.session.user, **wanted}
	return _card(frappe.db.count(LOG, own), LOG, {name: _as_route(value) for name, value in own.items()})


def _card_of_tasks(field: str, wanted: dict) -> dict:
	frappe.has_permission(LOG, throw=True)
	tasks = counts.open_tasks(field, frappe.session.user, wanted)
	return _card(len(tasks), TODO, {"name": ["in", tasks or [_NONE]]})


def _card(value: int, doctype: str, route_options: dict) -> dict:
	return {"value": value, "fieldtype": "Int", "route": ["List", doctype], "route_options": route_options}


def _as_route(value):
	return list(value) if isinstance(value, tuple) else value
