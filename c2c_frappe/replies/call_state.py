"""What the browser is told about a call: one shape for replies, realtime and asking. Decides and writes nothing."""

from __future__ import annotations

import frappe
from frappe.utils import get_datetime

from c2c_frappe import messages, permissions
from c2c_frappe.pbx.calls import failure_codes, status, talk_time, wrap_up
from c2c_frappe.pbx.numbers import policy
from c2c_frappe.pbx.providers import registry
from c2c_frappe.replies import fixes, screen_pop
from c2c_frappe.site_time import to_utc, utc_now

# The realtime event that carries a reply to the user who placed the call.
EVENT = "pbx_call"


def describe(row: dict, repeated: bool = False, user: str = "", title: str = "") -> dict:
	"""Return {call, status, is_over, number, extension, message, failure_code, repeated, override, fix, can_hang_up,
	wrap_up, has_recording, talk_seconds, record, caller} of a row.

	`is_over` is true of a call that has ended, even where nobody knows how (Unknown).
	`override` tells how its reader may place the call despite the refusal: "now", "reason", or "" for not at all.
	`wrap_up` says whether the wrap-up is to open by itself: "Offered", "Required" or "" for not.
	`talk_seconds` is how long they have talked, or talked in all: None before the answer and after a call without one.
	`record` is whose call it is: {doctype, name, contact, title}, or None. `title`, "{person} · {company}", is looked up where none
	is given, but not for a named `user`: what happens to a call is told often, and its first reply said whom it is to.
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
		"talk_seconds": _talk_seconds(row),
		"record": _record(row, title, user),
		"caller": screen_pop.describe(row, user or frappe.session.user),
	}


def _record(row: dict, title: str, user: str) -> dict | None:
	doctype, name = row["reference_doctype"], row["reference_name"]
	if not (doctype and name):
		return None
	title = title or (
		"" if user else screen_pop.title_for(doctype, name, row["contact"], frappe.session.user)
	)
	return {"doctype": doctype, "name": name, "contact": row["contact"] or "", "title": title}


def _number(row: dict) -> str:
	"""Return the number as people write it, with what is dialed behind it; of one that is masked only the mask."""
	shown, extension = messages.display(row["number"]), row["number_extension"] or ""
	is_seen = row["number"] == row["dialed_number"]
	return f"{shown} x{extension}" if extension and is_seen else shown


def _talk_seconds(row: dict) -> int | None:
	answered_at = to_utc(get_datetime(row["answered_at"])) if row["answered_at"] else None
	return talk_time.talk_seconds(row["status"], answered_at, row["duration"], utc_now())


def can_hang_up(row: dict) -> bool:
	"""Whether the call may be going on at a PBX that can end it."""
	is_over = status.is_over(row["status"], row["ended_at"])
	if is_over or row["status"] == status.DIALING or not row["account"]:
		return False
	slug = frappe.get_cached_value("PBX Account", row["account"], "provider")
	return slug in registry.PROVIDERS and registry.PROVIDERS[slug].capabilities.hang_up


def _setting() -> str:
	return frappe.get_cached_doc("PBX Settings").wrap_up or ""
