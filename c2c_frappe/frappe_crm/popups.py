"""Lets CRM's popup be closed once it is known that nobody will tell it of the call's end. Changes no call."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import add_to_date, now_datetime

from c2c_frappe.accounts import providers
from c2c_frappe.call_log import crm_mirror
from c2c_frappe.pbx.calls import frappe_crm
from c2c_frappe.site_time import utc_now
from c2c_frappe.transactions import committed

# Beyond the longest a popup waits.
HOURS = 26


def close_forgotten() -> None:
	"""Close the popups of calls of which nothing more is to come."""
	if not crm_mirror.is_installed():
		return
	now, sources = utc_now(), {}
	for call in crm_mirror.open_popups(add_to_date(now_datetime(), hours=-HOURS)):
		if call.account not in sources:
			sources[call.account] = _has_source(call.account)
		if now - call.requested_utc > frappe_crm.waits_for(call.status, sources[call.account]):
			committed(lambda call=call: crm_mirror.close_popup(call))


def _has_source(account: str) -> bool:
	"""Whether anything tells how calls of this account end: its webhook, its events, its call records."""
	if not account or not frappe.db.exists("PBX Account", account):
		return False
	told = (providers.webhook_token, providers.has_event_stream, providers.has_call_records)
	try:
		document = frappe.get_doc("PBX Account", account)
		return any(each(document) for each in told)
	except Exception:  # noqa: BLE001  an account that cannot be read keeps no other's popups open
		frappe.log_error(_("Call in Frappe CRM"), f"{account}\n{frappe.get_traceback()}")
		return True
