"""The full names of many agents at once: Frappe reads them one by one. Decides nothing about who may see them."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe.utils import get_fullname

_PARTS = ("first_name", "last_name")


def read(agents: Iterable[str | None]) -> dict[str, str]:
	"""Return {user: full name, else the login}, with one statement; without None and "".

	`get_fullname` knows them for the rest of the request.
	"""
	wanted = sorted({agent for agent in agents if agent})
	if wanted:
		table = frappe.qb.DocType("User")
		query = frappe.qb.from_(table).select(table.name, *(table[part] for part in _PARTS))
		found = query.where(table.name.isin(wanted)).run()
		known = frappe.local.fullnames = getattr(frappe.local, "fullnames", {})
		known.update((user, " ".join(filter(None, parts)) or user) for user, *parts in found)
	return {agent: get_fullname(agent) for agent in wanted}
