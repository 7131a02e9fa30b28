"""What the browser is told about a call: one shape for replies, realtime and asking. Decides and writes nothing."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import get_datetime

from c2c_frappe import messages, permissions
from c2c_frappe.call_log import rows
from c2c_frappe.pbx.calls import failure_codes, status, talk_time, values, wrap_up
from c2c_frappe.pbx.numbers import policy
from c2c_frappe.pbx.providers import registry
from c2c_frappe.replies import agent_names, fixes, line_words, screen_pop
from c2c_frappe.site_time import to_utc, utc_now

# The realtime event that carries a reply to the user who placed the call.
EVENT = "pbx_call"


def describe(row: dict, repeated: bool = False, user: str = "", title: str = "") -> dict:
	"""Return {call, status, is_over, number, extension, message, failure_code, repeated, override, fix, can_hang_up,
	wrap_up, has_recording, talk_seconds, record, entry, caller, line} of a row.

	`is_over` is true of a call that has ended, even where nobody knows how (Unknown).
	`override` tells how its reader may place the call despite the refusal: "now", "reason", or "" for not at all.
	`wrap_up` says whether the wrap-up is to open by itself: "Offered", "Required" or "" for not.
	`talk_seconds` is how long they have talked, or talked in all: None before the answer and after a call without one.
	`record` is whose call it is: {doctype, name, contact, title}, or None. `title`, "{person} · {company}", is looked up where none
	is given, but not for a named `user`: what happens to a call is told often, and its first reply said whom it is to.
	`entry` names that of a list which the call is for, else "".
	`line` says by which account and caller ID it was placed, where PBX Settings has rules for that, else "".
	`caller` is for an incoming call what `callers.of_call` says to this user, the logged-in one if none is named.
	"""
	return {
		"call": row["name"],
		"status": row["status"],
		"is_over": status.is_over(row["status"], row["ended_at"]),
		"number": _number(row),
		"extension": row["extension"] or "",
		"message": _message(row, title, user),
		"failure_code": row["failure_code"] or "",
		"repeated": repeated,
		"override": policy.way_to_override(row["failure_code"] or "", permissions.sees_all()),
		"fix": fixes.fix_for(row),
		"can_hang_up": can_hang_up(row),
		"wrap_up": wrap_up.way(_setting(), row["status"], row["ended_at"], row["disposition"] or ""),
		"has_recording": bool(row["recording_url"]),
		"talk_seconds": _talk_seconds(row),
		"record": _record(row, title, user),
		"entry": row.get("call_list_entry") or "",
		"caller": screen_pop.describe(row, user or frappe.session.user),
		"line": _line(row),
	}


def _line(row: dict) -> str:
	has_rules = frappe.get_cached_doc("PBX Settings").line_rules
	if not (has_rules and row["direction"] == values.OUTGOING and row["account"]):
		return ""
	return line_words.of_line(row["account"], row["caller_id"] or "")


def people_of(calls: list[str]) -> dict[str, str]:
	"""Return "{person} · {company} · {number}" of those of these calls that the session's user may see.

	The person only on records they may read.
	"""
	columns = [
		"name",
		"number",
		"number_extension",
		"dialed_number",
		"reference_doctype",
		"reference_name",
		"contact",
	]
	rows = frappe.get_all("PBX Call Log", {"name": ("in", calls)}, columns) if calls else []
	seen = set(frappe.get_list("PBX Call Log", {"name": ("in", calls)}, pluck="name")) if calls else set()
	shown = {
		row.name: ((_record(row, "", "") or {}).get("title"), _number(row))
		for row in rows
		if row.name in seen
	}
	return {name: " · ".join(part for part in parts if part) for name, parts in shown.items()}


def agents_of(calls: list[str]) -> dict[str, str]:
	"""Return {user: full name} of the agents of those of these calls that the session's user may see."""
	seen = frappe.get_list("PBX Call Log", {"name": ("in", calls)}, pluck="agent") if calls else []
	return agent_names.read(seen)


def _message(row: dict, title: str, user: str) -> str:
	"""Return what happened: to managers in the PBX's own words; of what it told later whose phone rings."""
	told = row["failure_reason"] if permissions.sees_all(user or None) else ""
	failure = messages.sentence(failure_codes.label(row["failure_code"] or ""))
	return told or row["message"] or failure or _ringing(row, title, user or frappe.session.user)


def _ringing(row: dict, title: str, user: str) -> str:
	"""Return whose phone rings of a call that this user placed, "" where the PBX does not tell."""
	phone = status.ringing_phone(row["status"], row["evidence_rank"])
	if not phone or row["direction"] != values.OUTGOING or row["agent"] != user:
		return ""
	if phone == status.AGENT:
		return _("Your phone {0} is ringing: pick up.").format(row["extension"])
	place = rows.place_of(row)
	whom = title or (screen_pop.title_for(*place, row["contact"], user) if place else "")
	return _("Calling {0} ...").format(whom or _number(row))


def describe_to_other(row: dict, user: str, extension: str, call_status: str) -> dict:
	"""Return what somebody is told whose phone rings too, or who took the call over: who calls, and nothing to do here.

	`is_others` keeps the browser from asking how it stands: it is the call of a colleague.
	"""
	reply = describe(row, user=user)
	return {
		**reply,
		"is_others": True,
		"status": call_status,
		"is_over": False,
		"extension": extension,
		"can_hang_up": False,
		"wrap_up": "",
		"has_recording": False,
		"talk_seconds": None,
		"caller": reply["caller"] and {**reply["caller"], "is_ringing": call_status == status.RINGING},
	}


def describe_gone(row: dict, colleague: str) -> dict:
	"""Return what somebody is told whose phone has stopped: `colleague` is who answered, "" for nobody yet."""
	return {"call": row["name"], "is_gone": True, "number": _number(row), "answered_by": colleague}


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
	if not row["number"]:
		return extension
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
