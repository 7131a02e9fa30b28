"""Lets no list, report or REST answer show a dial past its deadline as Dialing: sweeps before who asks for calls.

Runs before every request, so it costs others no look at the database; it decides nothing about a call.
"""

from __future__ import annotations

import frappe

from c2c_frappe.call_log import dial_guard

# Our DocTypes, charts and cards have this in their names, and so has what asks for one of them.
MARK = "PBX "
REPORTS = {"Call Activity", "Failures by Reason", "Unreached Leads"}


def before_request() -> None:
	"""Sweep if the request that begins may show calls; a site that is read only stays as it is."""
	if _asks_for_calls() and not frappe.flags.read_only:
		dial_guard.sweep()


def _asks_for_calls() -> bool:
	form = frappe.local.form_dict
	texts = (text for text in (frappe.local.request.path, *form.values()) if isinstance(text, str))
	return form.get("report_name") in REPORTS or any(MARK in text for text in texts)
