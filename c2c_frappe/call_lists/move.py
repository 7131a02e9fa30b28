"""The use case "give these to another agent": open entries go to a list of theirs with the same words and rules.

What is being called, or is before somebody, stays; so does what is closed.
"""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe import _

from c2c_frappe.call_lists.make import MAX_ENTRIES
from c2c_frappe.call_lists.rights import LIST, check_agent
from c2c_frappe.call_log import list_entries
from c2c_frappe.pbx.lists import entries

# What the other agent's list has of the one the entries come from.
COPIED = (
	"title", "purpose", "script", "max_attempts", "minutes_after_no_answer", "minutes_after_busy", "consent_field",
)  # fmt: skip


def move(names: Sequence[str], agent: str) -> dict:
	"""Move waiting entries to a list of this agent's; return {moved, left, lists}. The caller commits.

	Those stay whose records the agent may not read, and so could not call.
	"""
	check_agent(agent)
	if len(names) > MAX_ENTRIES:
		frappe.throw(_("At most {0} entries can be moved at once.").format(MAX_ENTRIES), title=_("Call List"))
	targets: dict[str, str] = {}
	moved = 0
	for name in sorted(set(names)):
		row = list_entries.lock(name)
		if row and row.state == entries.WAITING and _may_read(row, agent):
			source = row.call_list
			targets[source] = targets.get(source) or _list_for(source, agent)
			if targets[source] != source:
				list_entries.give_to(name, targets[source])
				moved += 1
	return {"moved": moved, "left": len(set(names)) - moved, "lists": sorted(set(targets.values()))}


def _may_read(row, agent: str) -> bool:
	doctype, name = row.reference_doctype, row.reference_name
	return bool(frappe.db.exists(doctype, name)) and frappe.has_permission(doctype, "read", name, user=agent)


def _list_for(source: str, agent: str) -> str:
	"""Return the agent's own open list of these words and rules; it is made where there is none."""
	document = frappe.get_doc(LIST, source)
	document.check_permission("write")
	values = {field: document.get(field) for field in COPIED}
	if document.agent == agent:
		return source
	known = frappe.get_all(
		LIST, {"agent": agent, "state": "Open", "title": document.title}, ["name", *COPIED]
	)
	same = [row.name for row in known if all(row[field] == values[field] for field in COPIED)]
	if same:
		return same[0]
	made = frappe.get_doc({"doctype": LIST, "agent": agent, **values})
	return made.insert(ignore_permissions=True).name
