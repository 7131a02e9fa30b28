"""What the Desk asks about calls. Each method checks, delegates and returns."""

import frappe

from c2c_frappe import permissions
from c2c_frappe.call_log import rows
from c2c_frappe.desk import wrap_up as wrap_up_of
from c2c_frappe.dialing import hang_up as hang_up_of
from c2c_frappe.dialing import number_choices, place_call
from c2c_frappe.replies import call_state


@frappe.whitelist(methods=["POST"])
def dial(
	reference_doctype: str | None = None,
	reference_name: str | None = None,
	fieldname: str | None = None,
	row: str | None = None,
	number: str | None = None,
	request_id: str | None = None,
	override: str | None = None,
) -> dict:
	"""Place one call for the logged-in user.

	`row` names a child row; with a record, `number` only chooses among the numbers found there. `override` is the
	reason to call despite a refusal whose reply said so. Return {call, status, number, extension, message,
	failure_code, repeated, override, fix, can_hang_up}; the same user's same `request_id` returns the same call. A
	refusal is a reply with status Failed; PermissionError for a missing role or right.
	"""
	permissions.require_agent()
	sent = (reference_doctype, reference_name, fieldname, row, number, request_id, override)
	return place_call.dial(place_call.Click(*(value or "" for value in sent)))


@frappe.whitelist()
def numbers(doctype: str, name: str) -> dict:
	"""Return what may be called on a record: {title, numbers: [{fieldname, row, label, number, ...}], message, fix}."""
	permissions.require_agent()
	return number_choices.offer(doctype, name)


@frappe.whitelist()
def owners(number: str) -> dict:
	"""Return whose a number is that was typed: {records: [{doctype, name, title, type, url, contact}]}."""
	permissions.require_agent()
	return number_choices.owners(number)


@frappe.whitelist()
def state(call: str) -> dict:
	"""Return the reply for a call as it stands now, for the user who placed it or a manager."""
	frappe.get_doc("PBX Call Log", call).check_permission("read")
	return call_state.describe(rows.get(call))


@frappe.whitelist(methods=["POST"])
def hang_up(call: str) -> dict:
	"""End a call where its PBX can, for the user who placed it or a manager; return its reply."""
	return hang_up_of.end(call)


@frappe.whitelist()
def wrap_up_form(call: str) -> dict:
	"""Return {title, dispositions, colors, disposition, notes}: what the wrap-up of an own call offers and holds so far."""
	permissions.require_agent()
	return wrap_up_of.offer(call)


@frappe.whitelist(methods=["POST"])
def wrap_up(
	call: str,
	disposition: str | None = None,
	notes: str | None = None,
	follow_up_on: str | None = None,
	follow_up: str | None = None,
) -> dict:
	"""Save disposition and notes of an own call, and a ToDo for the date `follow_up_on`; return the call's reply."""
	permissions.require_agent()
	return wrap_up_of.save(call, disposition or "", notes or "", follow_up_on or "", follow_up or "")
