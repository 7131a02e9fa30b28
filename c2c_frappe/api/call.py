"""What the Desk asks about calls. Each method checks, delegates and returns."""

import frappe

from c2c_frappe import permissions
from c2c_frappe.api import arguments
from c2c_frappe.call_log import rows
from c2c_frappe.desk import recent_numbers as recent_numbers_of
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
	phone: str | None = None,
	entry: str | None = None,
) -> dict:
	"""Place one call for the logged-in user.

	`row` names a child row; with a record, `number` only chooses among the numbers found there. `override` is the
	reason to call despite a refusal whose reply said so; `phone` names a row of the user's own phones, `entry` that of
	a list which the call is for. Return {call,
	status, number, extension, message, failure_code, repeated, override, fix, can_hang_up}; the same user's same
	`request_id` returns the same call. A refusal is a reply with status Failed; PermissionError for a missing role or
	right.
	"""
	permissions.require_agent()
	sent = (reference_doctype, reference_name, fieldname, row, number, request_id, override, phone)
	return place_call.dial(place_call.Click(*(value or "" for value in sent), entry=entry or ""))


@frappe.whitelist(methods=["POST"])
def dial_from_device(
	reference_doctype: str | None = None,
	reference_name: str | None = None,
	fieldname: str | None = None,
	row: str | None = None,
	number: str | None = None,
	request_id: str | None = None,
	override: str | None = None,
) -> dict:
	"""Check and log a call that the logged-in user's own device is to place, and return its reply with `url`.

	Arguments and reply are those of `dial`. `url` is the tel: link to open, "" after a refusal and for a repeat.
	"""
	permissions.require_agent()
	sent = (reference_doctype, reference_name, fieldname, row, number, request_id, override)
	return place_call.dial_from_device(place_call.Click(*(value or "" for value in sent)))


@frappe.whitelist()
def numbers(doctype: str, name: str, phone: str | None = None) -> dict:
	"""Return what may be called on a record: {title, numbers: [{fieldname, row, label, number, ...}], message, fix}.

	`phone` names the row of the user's phone that was chosen.
	"""
	permissions.require_agent()
	return number_choices.offer(doctype, name, phone or "")


@frappe.whitelist()
def owners(number: str, phone: str | None = None) -> dict:
	"""Return whose a typed number is: {records: [{doctype, name, title, type, url, contact}], message, line}.

	`message` says why it cannot be called when it is no number, else ""; `line` how it would be called, see `numbers`.
	"""
	permissions.require_agent()
	return number_choices.owners(number, phone or "")


@frappe.whitelist()
def recent_numbers() -> list[dict]:
	"""Return the caller's latest numbers: [{number, title, reference_doctype, reference_name, fieldname, row}]."""
	permissions.require_agent()
	return recent_numbers_of.of_agent(frappe.session.user)


@frappe.whitelist()
def people(calls: str | list[str]) -> dict[str, str]:
	"""Return {call: "{person} · {company} · {number}"} of at most 100 calls the caller may see.

	`calls` are names, as a list or as JSON.
	"""
	return call_state.people_of(_first_names(calls))


@frappe.whitelist()
def agents(calls: str | list[str]) -> dict[str, str]:
	"""Return {user: full name} of whose calls these are, of at most 100 that the caller may see; `calls` as above."""
	return call_state.agents_of(_first_names(calls))


def _first_names(calls: str | list[str]) -> list[str]:
	frappe.has_permission("PBX Call Log", throw=True)
	return [name for name in arguments.from_json(calls, list)[:100] if isinstance(name, str)]


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
	"""Return {title, dispositions, timed, colors, disposition, notes}: what the wrap-up of an own call offers and holds."""
	permissions.require_agent()
	return wrap_up_of.offer(call)


@frappe.whitelist(methods=["POST"])
def save_notes(call: str, notes: str, before: str = "") -> dict:
	"""Save notes of an own call that began with `before`; return {notes} as they stand, with what other tabs wrote."""
	permissions.require_agent()
	return wrap_up_of.save_notes(call, notes, before)


@frappe.whitelist(methods=["POST"])
def wrap_up(
	call: str,
	disposition: str | None = None,
	notes: str | None = None,
	follow_up_on: str | None = None,
	follow_up: str | None = None,
	before: str | None = None,
) -> dict:
	"""Save disposition and notes of an own call, and a ToDo for `follow_up_on`, a date or a time; return the call's reply.

	`before` are the notes these began with: what other tabs wrote meanwhile is kept. Without it these replace all.
	"""
	permissions.require_agent()
	words = (disposition or "", notes or "", follow_up_on or "", follow_up or "")
	return wrap_up_of.save(call, *words, before)
