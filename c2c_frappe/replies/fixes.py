"""Which record cures a refusal, as a link for those who may change it. Data and one look-up."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import get_url_to_form

from c2c_frappe import permissions
from c2c_frappe.phone_book import refusals

SETTINGS = "PBX Settings"

# failure code -> what to change, the first there is and the user may change: the agent's User, the account, PBX
# Settings, the record that was called, or the one that asks not to be called on its number.
_CURES = {
	"disabled": ("account", "settings"),
	"misconfigured": ("account", "settings"),
	"not_allowlisted": ("account",),
	"bad_credentials": ("account",),
	"not_sent": ("account",),
	"pbx_busy": ("account",),
	# A PBX Manager gives out extensions on the account's form.
	"no_extension": ("user", "account"),
	"unknown_extension": ("user", "account"),
	"extension_offline": ("user", "account"),
	"no_number": ("record",),
	"invalid_number": ("record",),
	"do_not_call": ("refuser",),
	"number_not_allowed": ("settings",),
	"outside_hours": ("settings",),
	"rate_limited": ("settings",),
}


def fix_for(row: dict) -> dict | None:
	"""Return {label, url} of the record to change after this call failed, None if this user cannot change it."""
	places = {
		"settings": (SETTINGS, SETTINGS),
		"account": ("PBX Account", row["account"]),
		"user": ("User", row["agent"]),
		"record": (row["reference_doctype"], row["reference_name"]),
	}
	if row["failure_code"] == "do_not_call":
		refusers = refusals.refusing_records([row["dialed_number"]])
		places["refuser"] = refusers.get(row["dialed_number"], places["record"])
	links = (link(*places[cure]) for cure in _CURES.get(row["failure_code"], ()))
	return next((fix for fix in links if fix), None)


def link(doctype: str, name: str) -> dict | None:
	"""Return {label, url} of a record, None if there is none or this user cannot change it."""
	if not name or not _may_change(doctype, name):
		return None
	return {"label": _("Open {0}").format(_(doctype)), "url": get_url_to_form(doctype, name)}


def _may_change(doctype: str, name: str) -> bool:
	if doctype == "User" and 1 not in frappe.get_meta(doctype).get_permlevel_access("write"):
		return False  # everybody may change his own User, but not its extension
	return bool(frappe.db.exists(doctype, name)) and permissions.may("write", doctype, name)
