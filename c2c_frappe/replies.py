"""What the browser is told about a call: one shape for replies, realtime and asking. Decides and writes nothing."""

from __future__ import annotations

from frappe import _

from c2c_frappe import fixes, permissions
from c2c_frappe.pbx import phone, policy
from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.text import Text

# The realtime event that carries a reply to the user who placed the call.
EVENT = "pbx_call"
_AS_TEXT = {ord("<"): "‹", ord(">"): "›"}


def reply(row: dict, repeated: bool = False) -> dict:
	"""Return {call, status, number, extension, message, failure_code, repeated, override, fix} of a call's row.

	`override` tells how its reader may place the call despite the refusal: "now", "reason", or "" for not at all.
	"""
	return {
		"call": row["name"],
		"status": row["status"],
		"number": display(row["number"]),
		"extension": row["extension"] or "",
		"message": row["message"] or "",
		"failure_code": row["failure_code"] or "",
		"repeated": repeated,
		"override": policy.way_to_override(row["failure_code"] or "", permissions.sees_all()),
		"fix": fixes.fix_for(row),
	}


def display(number: str | None) -> str:
	"""Return an E.164 number as people write it, anything else (Frappe 16's masks) as it is, "" for none."""
	try:
		return phone.display(number, "") if number else ""
	except InvalidNumberError:
		return number


def sentence(text: str) -> str:
	"""Return a sentence of the core in the user's language, fit for any place on a page.

	It may repeat what a PBX said or somebody typed, and Frappe's report view shows texts as the HTML they may be:
	so it has no < and no >.
	"""
	return (text.translated(_) if isinstance(text, Text) else text).translate(_AS_TEXT)
