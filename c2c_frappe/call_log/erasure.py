"""Takes a person out of the calls, and says what calls tell of one. Deletes no row: accounting needs them."""

from __future__ import annotations

import json
from collections.abc import Sequence

import frappe
from frappe.query_builder import CustomFunction
from frappe.utils import now

from c2c_frappe.call_log import crm_mirror, outbox
from c2c_frappe.call_log.rows import DOCTYPE, update

# What a call tells of the person at its other end, and when and how it was.
OF_PERSON = (
	"name", "direction", "status", "failure_code", "message", "agent", "account", "number", "dialed_number",
	"number_extension",
	"reference_doctype", "reference_name", "contact", "requested_at", "answered_at", "ended_at", "duration", "disposition",
	"notes", "override_reason", "custom_data", "pbx_call_id", "failure_reason", "called_number", "queue", "transferred_to",
	"ended_by",
)  # fmt: skip
# What is left of that for accounting is all but these. Custom data stay an object: so what a PBX tells later is not
# taken for the beginning of a call, number and all.
_TEXTS = (
	"number", "dialed_number", "number_extension", "message", "failure_reason", "notes", "override_reason",
	"transferred_to",
)  # fmt: skip
_ERASED = {
	**dict.fromkeys(_TEXTS, ""),
	**dict.fromkeys(
		(
			"reference_doctype",
			"reference_name",
			"contact",
			"recording_url",
			"dial_key",
			"follow_up_at",
			"call_list_entry",
		),
		None,
	),
	"custom_data": "{}",
	"recording_deleted": 1,
}


def erase(names: Sequence[str]) -> int:
	"""Take the person out of calls, but for dials that are under way; return of how many. The caller commits."""
	table = frappe.qb.DocType(DOCTYPE)
	is_meant = table.name.isin(names) & table.slot.isnull()
	if not names:
		return 0
	erased = frappe.qb.from_(table).select(table.name).where(is_meant).run(pluck=True)
	update({**_ERASED, "modified": now()}, is_meant)
	crm_mirror.forget(erased)
	outbox.forget(names)
	return len(erased)


def rename_agent(old: str, new: str) -> None:
	"""Rename an agent in what was sent along with the calls; the caller commits."""
	table = frappe.qb.DocType(DOCTYPE)
	renamed = CustomFunction("REPLACE", ["text", "old", "new"])(
		table.custom_data, json.dumps(old), json.dumps(new)
	)
	frappe.qb.update(table).set(table.custom_data, renamed).where(table.agent == new).run()
