"""The use case "end a call from the Desk": one's own, or anybody's for a manager. Dials nothing and changes no row.

How the call ended is told by the PBX, as of any other call.
"""

from __future__ import annotations

import frappe
from frappe import _

from c2c_frappe import messages, permissions
from c2c_frappe.accounts import providers
from c2c_frappe.call_log import rows
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.replies import call_state


def end(call: str) -> dict:
	"""Ask the PBX to end a call; return its reply. Raise ValidationError with the reason when it goes on."""
	if not permissions.sees_all():
		permissions.require_agent()
	document = frappe.get_doc("PBX Call Log", call)
	document.check_permission("read")
	row = rows.get(call)
	if not permissions.is_own_call(row["agent"]):
		frappe.throw(_("Only the agent on this call, or a manager, can end it."), frappe.PermissionError)
	if call_state.can_hang_up(row):
		_end(row)
	return call_state.describe(rows.get(call))


def _end(row: dict) -> None:
	try:
		provider = providers.provider_of(frappe.get_doc("PBX Account", row["account"]))
	except PbxError as error:
		frappe.throw(messages.sentence(error.message), title=_("Call Not Ended"))
	finding = exchange.hang_up(provider, row["name"])
	if not finding.ok:
		frappe.throw(messages.sentence(finding.message), title=_("Call Not Ended"))
	frappe.db.rollback()  # what the PBX told meanwhile is to be seen in the reply
