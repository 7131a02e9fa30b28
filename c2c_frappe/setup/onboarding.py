"""Keeps the set-up steps of the workspace true: a step is done when the site shows it, not when it was clicked."""

from __future__ import annotations

import frappe

from c2c_frappe import permissions, site_memory

STEP = "Onboarding Step"
_TESTED = "c2c_connection_tested"


def _has_account() -> bool:
	return bool(frappe.db.exists("PBX Account", {"enabled": 1}))


def _has_tested() -> bool:
	return bool(site_memory.recall(_TESTED))


def _has_default() -> bool:
	return bool(frappe.db.get_single_value("PBX Settings", "default_account"))


def _has_agent() -> bool:
	holders = frappe.get_all(
		"Has Role", {"role": permissions.AGENT, "parenttype": "User"}, pluck="parent", distinct=True
	)
	return bool(frappe.db.exists("User", {"name": ("in", holders), "enabled": 1}))


def _has_extension() -> bool:
	return bool(frappe.db.exists("User", {"pbx_extension": ("is", "set"), "enabled": 1}))


def _has_countries() -> bool:
	settings = frappe.get_cached_doc("PBX Settings")
	return bool(settings.all_countries or settings.allowed_countries or settings.default_country)


def _has_event() -> bool:
	return bool(frappe.db.exists("PBX Event", {}))


def _has_call() -> bool:
	return bool(frappe.db.exists("PBX Call Log", {"status": ("not in", ("Failed", "Unknown", "Dialing"))}))


CHECKS = {
	"PBX Add an Account": _has_account,
	"PBX Test the Connection": _has_tested,
	"PBX Choose the Default": _has_default,
	"PBX Give the Role": _has_agent,
	"PBX Give Out Extensions": _has_extension,
	"PBX Allow Countries": _has_countries,
	"PBX Hear of Calls": _has_event,
	"PBX Place a Call": _has_call,
}


def refresh() -> None:
	"""Mark the steps that are done by now, and take back what Frappe marked when somebody opened the step's page."""
	steps = frappe.get_all(STEP, {"name": ("in", list(CHECKS)), "is_skipped": 0}, ["name", "is_complete"])
	for step in steps:
		is_done = CHECKS[step.name]()
		if is_done != bool(step.is_complete):
			frappe.db.set_value(STEP, step.name, "is_complete", int(is_done))


def note_test() -> None:
	"""Remember that a connection was tested and nothing was found wrong: no other record says so."""
	site_memory.remember(_TESTED, "1")
