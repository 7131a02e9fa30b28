"""What a disposition offers and does: when it may be chosen, and do not call or a Lead's status that follow from it.

Who refuses to be called is never called again for want of a permission: that is set for the agent, with a trace.
"""

from __future__ import annotations

import frappe
from frappe import _

from c2c_frappe import permissions
from c2c_frappe.pbx.calls import status, wrap_up

DOCTYPE, DO_NOT_CALL = "PBX Disposition", "PBX Do Not Call"


def list_offered(call_status: str) -> list[dict]:
	"""Return {disposition, color, require_follow_up} of those that fit a call in this status, in their order."""
	columns = ["disposition", "color", "offered_after", "require_follow_up"]
	rows = frappe.get_all(DOCTYPE, {"enabled": 1}, columns, order_by="sort_order, creation")
	return [row for row in rows if wrap_up.is_offered_after(row.offered_after or "", call_status)]


def check(call, has_follow_up: bool) -> None:
	"""Raise ValidationError unless a PBX Call Log document may have the disposition that was chosen for it now."""
	if call.failure_code in status.REFUSALS:
		frappe.throw(_("This call was not placed, so it has no outcome."), title=_("Wrap-up"))
	if not has_follow_up and frappe.db.get_value(DOCTYPE, call.disposition, "require_follow_up"):
		sentence = _("Choose a follow-up date: {0} requires one.")
		frappe.throw(sentence.format(frappe.bold(_(call.disposition))), title=_("Follow-up"))


def apply(call) -> None:
	"""Do what the disposition of a call says, a PBX Call Log document that was just saved with it."""
	actions = ["set_do_not_call", "lead_status"]
	wanted = frappe.db.get_value(DOCTYPE, call.disposition, actions, as_dict=True)
	if wanted.set_do_not_call:
		_refuse_number(call)
	for place in ((call.reference_doctype, call.reference_name), ("Contact", call.contact)):
		record = _record(*place)
		if record:
			_change(record, wanted)


def _change(record, wanted) -> None:
	changes = {}
	if wanted.set_do_not_call and record.meta.has_field("do_not_call") and not record.do_not_call:
		changes["do_not_call"] = 1
	if wanted.lead_status and _may_get_status(record, wanted.lead_status):
		changes["status"] = wanted.lead_status
	if changes:
		# As ERPNext itself sets a Lead's status: what else is wrong with the record keeps no wish from being heard.
		record.db_set(changes, notify=True)
	if "do_not_call" in changes:
		record.add_comment("Info", _("set Do Not Call after a call"))


def lead_statuses() -> list[str]:
	"""Return the statuses a Lead of this site can have, none where it has no list of them."""
	field = frappe.get_meta("Lead").get_field("status") if frappe.db.exists("DocType", "Lead") else None
	options = field.options if field and field.fieldtype == "Select" else ""
	return [option for option in (options or "").split("\n") if option]


def _record(doctype: str | None, name: str | None):
	is_there = doctype and name and frappe.db.exists("DocType", doctype) and frappe.db.exists(doctype, name)
	return frappe.get_doc(doctype, name) if is_there else None


def _may_get_status(record, wanted: str) -> bool:
	is_new = record.doctype == "Lead" and record.status != wanted
	return is_new and wanted in lead_statuses() and permissions.may("write", "Lead", record)


def _refuse_number(call) -> None:
	if not call.dialed_number or frappe.db.exists(DO_NOT_CALL, call.dialed_number):
		return
	reason = _("Call outcome: {0}").format(_(call.disposition))
	entry = frappe.get_doc({"doctype": DO_NOT_CALL, "number": call.dialed_number, "reason": reason})
	entry.insert(ignore_permissions=True, ignore_if_duplicate=True)
	if call.dialed_number != call.number:
		# Agents read their own entries, and this one's number they see only as a mask.
		entry.db_set("owner", "Administrator", update_modified=False)
