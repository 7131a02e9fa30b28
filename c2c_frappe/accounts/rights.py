"""Whom User Permissions on Company keep what accounts told from: events, imported files, changes, leads of callers. Roles still apply.

Accounts and calls have a company of their own, by which Frappe itself limits who sees them.
"""

from __future__ import annotations

import frappe

from c2c_frappe import companies

EVENT, IMPORT, CHANGE, LEAD = "PBX Event", "PBX Call Import", "PBX Call Change", "PBX Caller Lead"


def may_see_account_of(doc, ptype: str | None = None, user: str | None = None) -> bool:
	"""Whether the account a document names is of a company its reader is not kept from."""
	seen = companies.seen_accounts(user or frappe.session.user)
	return seen is None or not doc.account or doc.account in seen


def may_see_call_of(doc, ptype: str | None = None, user: str | None = None) -> bool:
	"""Whether the call a document names is of a company its reader is not kept from."""
	company = frappe.db.get_value(companies.CALL, doc.call, companies.FIELD) if companies.are_known() else ""
	return not companies.is_kept_from(user or frappe.session.user, company)


def event_conditions(user: str | None = None) -> str:
	"""Return the WHERE part that keeps lists of events to what `may_see_account_of` allows."""
	return _of_seen_accounts(EVENT, user)


def import_conditions(user: str | None = None) -> str:
	"""Return the same for imported files."""
	return _of_seen_accounts(IMPORT, user)


def change_conditions(user: str | None = None) -> str:
	"""Return the WHERE part that keeps lists of changes to what `may_see_call_of` allows."""
	return _of_seen_calls(CHANGE, user)


def lead_conditions(user: str | None = None) -> str:
	"""Return the same for the leads that were made of callers."""
	return _of_seen_calls(LEAD, user)


def _of_seen_calls(doctype: str, user: str | None) -> str:
	table = frappe.qb.DocType(companies.CALL)
	is_seen = companies.seen_calls(table, user or frappe.session.user)
	if is_seen is None:
		return ""
	return f"`tab{doctype}`.`call` in ({frappe.qb.from_(table).select(table.name).where(is_seen).get_sql()})"


def _of_seen_accounts(doctype: str, user: str | None) -> str:
	seen = companies.seen_accounts(user or frappe.session.user)
	if seen is None:
		return ""
	names = ", ".join(map(frappe.db.escape, ["", *seen]))
	return f"ifnull(`tab{doctype}`.account, '') in ({names})"
