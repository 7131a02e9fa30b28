"""What each failure code is called by people. Data; the sentence of a call itself says more."""

from __future__ import annotations

from c2c_frappe.pbx.text import _

LABELS = {
	"unknown_extension": _("The PBX does not know the extension"),
	"pbx_rejected": _("The PBX refused the call"),
	"unknown_number": _("The number is not in service"),
	"not_sent": _("The PBX could not be reached"),
	"not_allowlisted": _("This server is not on the PBX's allow-list"),
	"bad_credentials": _("The PBX refused the credentials"),
	"timeout": _("The PBX did not answer in time"),
	"bad_reply": _("The PBX's answer was lost or cannot be read"),
	"interrupted": _("The server stopped while calling"),
	"agent_unreachable": _("The agent did not pick up"),
	"no_end_event": _("Nobody heard how the call ended"),
	"no_extension": _("The user has no extension"),
	"no_number": _("The record has no number"),
	"disabled": _("Calling is switched off"),
	"invalid_number": _("The text is not a phone number"),
	"number_not_allowed": _("The number may not be dialed"),
	"do_not_call": _("The record says do not call"),
	"outside_hours": _("Outside calling hours"),
	"rate_limited": _("Too many calls by one user"),
	"pbx_busy": _("Too many requests waited for the PBX"),
	"circuit_open": _("Calls were paused"),
	"misconfigured": _("The account's settings cannot work"),
	"extension_offline": _("The agent's phone is not connected"),
}


def label(failure_code: str) -> str:
	"""Return the words for a failure code, the code itself where there are none."""
	return LABELS.get(failure_code, failure_code)
