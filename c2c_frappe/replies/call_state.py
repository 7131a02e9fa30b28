"""What the browser is told about a call: one shape for replies, realtime and asking. Decides and writes nothing."""

from __future__ import annotations

import frappe

from c2c_frappe import messages, permissions
from c2c_frappe.pbx.calls import failure_codes, status, wrap_up
from c2c_frappe.pbx.numbers import policy
from c2c_frappe.pbx.providers import registry
from c2c_frappe.replies import fixes, screen_pop

# The realtime event that carries a reply to the user who placed the call.
EVENT = "pbx_call"


def describe(row: dict, repeated: bool = False, user: str = "") -> dict:
	"""Return {call, status, is_over, number, extension, message, failure_code, repeated, override, fix, can_hang_up,
	wrap_up, has_recording, caller} of a row.

	`is_over` is true of a call that has ended, even where nobody knows how (Unknown).
	`override` tells how its reader may place the call despite the refusal: "now", "reason", or "" for not at all.
	`wrap_up` says whether the wrap-up is to open by itself: "Offered", "Required" or "" for not.
	`caller` is for an incoming call what `callers.of_call` says to this user, the logged-in one if none is named.
	"""
	return {
		"call": row["name"],
		"status": row["status"],
		"is_over": status.is_over(row["status"], row["ended_at"]),
		"number": _number(row),
		"extension": row["extension"] or "",
		# What the PBX told later has no sentence of its own.
		"message": row["message"] or messages.sentence(failure_codes.label(row["failure_code"] or "")),
		"failure_code": row["failure_code"] or "",
		"repeated": repeated,
		"override": policy.way_to_override(row["failure_code"] or "", permissions.sees_all()),
		"fix": fixes.fix_for(row),
		"can_hang_up": can_hang_up(row),
		"wrap_up": wrap_up.way(_setting(), row["status"], row["ended_at"], row["disposition"] or ""),
		"has_recording": bool(row["recording_url"]),
		"caller": screen_pop.describe(row, user or frappe.session.user),
	}


def _number(row: dict) -> str:
	"""Return the number as people write it, with what is dialed behind it; of one that is masked only the mask."""
	shown, extension = messages.display(row["number"]), row["number_extension"] or ""
	is_seen = row["number"] == row["dialed_number"]
	return f"{shown} x{extension}" if extension and is_seen else shown


def can_hang_up(row: dict) -> bool:
	"""Whether the call may be going on at a PBX that can end it."""
	is_over = status.is_over(row["status"], row["ended_at"])
	if is_over or row["status"] == status.DIALING or not row["account"]:
		return False
	slug = frappe.get_cached_value("PBX Account", row["account"], "provider")
	return slug in registry.PROVIDERS and registry.PROVIDERS[slug].capabilities.hang_up


def _setting() -> str:
	return frappe.get_cached_doc("PBX Settings").wrap_up or ""
