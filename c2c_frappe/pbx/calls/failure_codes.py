"""What each failure code is called by people. Data; the sentence of a call itself says more."""

from __future__ import annotations

from c2c_frappe.pbx.text import Text, _

LABELS = {
	"unknown_extension": _("The PBX does not know the extension"),
	"pbx_rejected": _("The PBX refused the call"),
	"unknown_number": _("The number is not in service"),
	"not_sent": _("The PBX could not be reached"),
	"not_allowlisted": _("This server is not on the PBX's allow-list"),
	"bad_credentials": _("The PBX refused the credentials"),
	"timeout": _("The PBX did not respond in time"),
	"bad_reply": _("The PBX's response was lost or cannot be read"),
	"interrupted": _("The server stopped while calling"),
	"agent_unreachable": _("The agent did not answer"),
	"no_end_event": _("No end event received"),
	"no_extension": _("The user has no extension"),
	"no_number": _("The record has no number"),
	"disabled": _("Calling is switched off"),
	"invalid_number": _("The text is not a phone number"),
	"number_not_allowed": _("The number may not be dialed"),
	"do_not_call": _("The record is marked Do Not Call"),
	"outside_hours": _("Outside calling hours"),
	"rate_limited": _("Too many calls by one user"),
	"pbx_busy": _("Too many requests waited for the PBX"),
	"circuit_open": _("Calls were paused"),
	"misconfigured": _("The account is misconfigured"),
	"extension_offline": _("The agent's phone is not connected"),
	"not_claimed": _("The agent no longer had the list entry"),
	"no_consent": _("The record shows no consent"),
}

# What the PBX said in these is for whoever can change an account. Of a response that cannot be read it may be anything.
OF_ADMINISTRATORS = frozenset({"pbx_rejected", "bad_credentials", "not_allowlisted", "misconfigured"})
FOR_AGENTS = {
	"unknown_extension": _("Your phone system does not know your extension. Tell your administrator."),
	"bad_reply": _("Your phone system's response was lost or cannot be read. Your phone may still ring."),
}


def sentence_for_agents(failure_code: str, sentence: Text) -> Text:
	"""Return what an agent is told of a call the PBX refused; only what they can help is told in its own words."""
	if failure_code in OF_ADMINISTRATORS:
		return _("Your phone system refused the call. Tell your administrator ({0}).", failure_code)
	return FOR_AGENTS.get(failure_code, sentence)


def label(failure_code: str) -> str:
	"""Return the words for a failure code, the code itself where there are none."""
	return LABELS.get(failure_code, failure_code)
