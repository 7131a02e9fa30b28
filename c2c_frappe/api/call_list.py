"""What working a list asks of the server. Each method checks, delegates and returns; the call itself is `call.dial`."""

import frappe
from frappe import _

from c2c_frappe import permissions
from c2c_frappe.api import arguments
from c2c_frappe.call_lists import make as make_of
from c2c_frappe.call_lists import move as move_of
from c2c_frappe.call_lists import progress as progress_of
from c2c_frappe.call_lists import rights, take
from c2c_frappe.call_lists.rights import ENTRY, LIST


@frappe.whitelist(methods=["POST"])
def make(
	title: str,
	purpose: str,
	doctype: str,
	names: str | list | None = None,
	filters: str | list | dict | None = None,
	options: str | dict | None = None,
) -> dict:
	"""Make a list of at most 5,000 records, and return {list, entries, without_number}.

	`names` are those of the records, else `filters` says which, as a list view or a saved filter has them; both may be
	JSON. `options` are fields of PBX Call List: team, script and the rules; of managers also agent and consent_field.
	"""
	permissions.require_agent()
	chosen = None if names is None else arguments.from_json(names, list)
	found = arguments.from_json(filters, (list, dict)) if filters else None
	rules = arguments.from_json(options, dict) if options else {}
	if chosen == [] or (names is None and filters in (None, "")):
		frappe.throw(_("Choose the records to call."), title=_("Call List"))
	return make_of.make(make_of.Wanted(title, purpose, doctype, chosen, found, rules))


@frappe.whitelist(methods=["POST"])
def next_entry(call_list: str) -> dict:
	"""Claim the next entry of a list for the caller and return it, or {entry: None, message, next_at}."""
	rights.require_worker(call_list)
	return take.take(call_list)


@frappe.whitelist(methods=["POST"])
def current_entry(call_list: str, call: str = "") -> dict:
	"""Return the entry before the caller: that of `call` while it has no outcome, theirs already, or else the next one."""
	rights.require_worker(call_list)
	return take.current(call_list, call)


@frappe.whitelist(methods=["POST"])
def skip(entry: str, reason: str) -> dict:
	"""Close the entry before the caller, for a reason in their words; return {}."""
	rights.require_worker(_list_of(entry))
	take.skip(entry, reason)
	return {}


@frappe.whitelist(methods=["POST"])
def pause(call_list: str) -> dict:
	"""Give back what the caller has of a list, for others to take; return {}."""
	rights.require_worker(call_list)
	take.put_back(call_list)
	return {}


@frappe.whitelist()
def progress(call_list: str) -> dict:
	"""Return {entries, closed, states: {state: entries}} of a list the caller may read."""
	frappe.get_doc(LIST, call_list).check_permission("read")
	return progress_of.describe(call_list)


@frappe.whitelist(methods=["POST"])
def set_state(call_list: str, state: str) -> None:
	"""Open, pause or close a list for all who work it: for its agent, or a manager."""
	document = frappe.get_doc(LIST, call_list)
	document.check_permission("write")
	document.state = state
	document.flags.is_state_asked = True
	document.save()


@frappe.whitelist(methods=["POST"])
def move(entries: str | list, agent: str) -> dict:
	"""Move waiting entries to a list of another agent's, for managers; return {moved, left, lists}."""
	permissions.require_manager()
	return move_of.move([str(name) for name in arguments.from_json(entries, list)], agent)


def _list_of(entry: str) -> str:
	frappe.get_doc(ENTRY, entry).check_permission("read")
	return frappe.db.get_value(ENTRY, entry, "call_list")
