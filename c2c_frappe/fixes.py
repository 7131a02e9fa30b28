"""Which record cures a refusal, as a link for those who may change it. Data and one look-up."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import get_url_to_form

SETTINGS = "PBX Settings"

# failure code -> which record: PBX Settings, the user, the account, or the record that was called.
_CURES = {
	"disabled": "settings",
	"misconfigured": "account",
	"not_allowlisted": "account",
	"bad_credentials": "account",
	"not_sent": "account",
	"pbx_busy": "account",
	"no_extension": "user",
	"unknown_extension": "user",
	"extension_offline": "user",
	"no_number": "record",
	"invalid_number": "record",
	"do_not_call": "record",
	"number_not_allowed": "settings",
	"outside_hours": "settings",
	"rate_limited": "settings",
}


def fix_for(row: dict) -> dict | None:
	"""Return {label, url} of the record to change after this call failed, None if this user cannot change it."""
	cure = _CURES.get(row["failure_code"])
	if not cure:
		return None
	doctype, name = {
		"settings": (SETTINGS, SETTINGS),
		"account": ("PBX Account", row["account"]) if row["account"] else (SETTINGS, SETTINGS),
		"user": ("User", row["agent"]),
		"record": (row["reference_doctype"], row["reference_name"]),
	}[cure]
	if not name or not frappe.has_permission(doctype, "write", doc=name):
		return None
	return {"label": _("Open {0}").format(_(doctype)), "url": get_url_to_form(doctype, name)}
