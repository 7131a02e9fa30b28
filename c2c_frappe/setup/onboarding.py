"""Keeps the set-up steps of the workspace true: a step is done when the site shows it, not when it was clicked."""

from __future__ import annotations

import frappe

STEP = "Onboarding Step"
TESTED = "PBX Test the Connection"


def _has_account() -> bool:
	return bool(frappe.db.exists("PBX Account", {"enabled": 1}))


def _has_default() -> bool:
	return bool(frappe.db.get_single_value("PBX Settings", "default_account"))


def _has_extension() -> bool:
	return bool(frappe.db.exists("User", {"pbx_extension": ("is", "set"), "enabled": 1}))


def _has_call() -> bool:
	return bool(frappe.db.exists("PBX Call Log", {"status": ("not in", ("Failed", "Unknown", "Dialing"))}))


# A tested connection leaves no record, so that step is marked by the test itself.
_CHECKS = {
	"PBX Add an Account": _has_account,
	"PBX Choose the Default": _has_default,
	"PBX Give Out Extensions": _has_extension,
	"PBX Place a Call": _has_call,
}


def refresh() -> None:
	"""Mark the steps that are done by now; a step once done stays so."""
	waiting = frappe.get_all(STEP, {"name": ("in", list(_CHECKS)), "is_complete": 0}, pluck="name")
	for step in waiting:
		if _CHECKS[step]():
			complete(step)


def complete(step: str) -> None:
	"""Mark one step as done."""
	frappe.db.set_value(STEP, step, "is_complete", 1)
