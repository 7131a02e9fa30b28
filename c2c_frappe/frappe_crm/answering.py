"""Who answers what Frappe CRM's pages ask about calls: this app, CRM itself, or another app that was installed later.

Of several apps that override a method Frappe takes the last one. Changes nothing.
"""

from __future__ import annotations

import frappe
from frappe import _

from c2c_frappe import permissions
from c2c_frappe.call_log import crm_mirror
from c2c_frappe.pbx.calls import frappe_crm

OURS = "c2c_frappe.api.frappe_crm."
HOOK = "override_whitelisted_methods"
IS_ENABLED = "crm.integrations.api.is_call_integration_enabled"
MAKE_A_CALL = "crm.integrations.exotel.handler.make_a_call"
GET_RECORDING = "crm.integrations.api.get_recording_url"
GET_CONTACT = "crm.integrations.api.get_contact_by_phone_number"
METHODS = (IS_ENABLED, MAKE_A_CALL, GET_RECORDING, GET_CONTACT)


def ask_before_us(method: str, **arguments):
	"""Return what answers a method where this app does not: the app that overrode it before, or CRM itself.

	Raise PermissionError where CRM is not installed: nobody asks then but who knows our names.
	"""
	if not crm_mirror.is_installed():
		frappe.throw(_("Frappe CRM is not installed on this site."), frappe.PermissionError)
	overrides = frappe.get_hooks(HOOK).get(method, [])
	ours = next((n for n, path in enumerate(overrides) if path.startswith(OURS)), 0)
	return frappe.call(frappe.get_attr(overrides[ours - 1] if ours else method), **arguments)


def are_calls_ours() -> bool:
	"""Whether CRM's buttons call through this app for the logged-in user; where they do not, CRM stays as it is."""
	if not (crm_mirror.is_switched_on() and permissions.is_offered_calls()):
		return False
	return frappe_crm.has_own_provider(_own_answer()) is False


def calls_enabled() -> dict:
	"""Return what turns CRM's call buttons on: ours for who may call, else CRM's own answer."""
	return frappe_crm.offering_ours() if are_calls_ours() else ask_before_us(IS_ENABLED)


def _own_answer() -> dict:
	"""Return CRM's own answer, {} where it has none: a version of it may fail, or say it another way."""
	said_before = len(frappe.local.message_log)
	try:
		answer = ask_before_us(IS_ENABLED)
	except Exception:  # noqa: BLE001  PBX Settings are to open beside any version of CRM
		del frappe.local.message_log[said_before:]
		return {}
	return answer if isinstance(answer, dict) else {}


def describe() -> str:
	"""Return who answers CRM's call buttons, in a sentence for PBX Settings; "" where CRM is not installed."""
	if not crm_mirror.is_installed():
		return ""
	for method in METHODS:
		answering = (frappe.get_hooks(HOOK).get(method) or [method])[-1]
		if not answering.startswith(OURS):
			sentence = _(
				"The app {0} handles Frappe CRM's call buttons ({1}). Remove it to call through your PBX."
			)
			return sentence.format(answering.partition(".")[0], answering)
	has_own = frappe_crm.has_own_provider(_own_answer())
	if has_own is None:
		return _(
			"This version of Frappe CRM does not report whether its own telephony provider is enabled, so its call buttons do not use your PBX."
		)
	if has_own:
		return _(
			"Frappe CRM's own telephony provider is enabled, so its call buttons use that and not your PBX."
		)
	if not crm_mirror.is_switched_on():
		return _("Frappe CRM's call buttons do not call through your PBX.")
	return _("Frappe CRM's call buttons call through your PBX, for everyone with the role PBX Agent.")
