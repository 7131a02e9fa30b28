"""PBX Settings and accounts as the database has them now: what decides a dial must not depend on what Redis remembers.

Frappe's cached copy is taken only when the database says that it is the present one. Writes nothing.
"""

from __future__ import annotations

import frappe
from frappe.utils import get_datetime

SETTINGS, ACCOUNT = "PBX Settings", "PBX Account"


def settings():
	"""Return PBX Settings as they are in this transaction."""
	# Frappe 15's get_single_value knows the fields of the form alone.
	singles = frappe.qb.DocType("Singles")
	stored = frappe.qb.from_(singles).select(singles.value)
	stored = stored.where((singles.doctype == SETTINGS) & (singles.field == "modified")).run(pluck=True)
	return _present(SETTINGS, SETTINGS, stored[0] if stored else None)


def account(name: str):
	"""Return the PBX Account as it is in this transaction, None when there is none."""
	modified = frappe.db.get_value(ACCOUNT, name, "modified") if name else None
	return _present(ACCOUNT, name, modified) if modified else None


def _present(doctype: str, name: str, modified):
	copy = frappe.get_cached_doc(doctype, name)
	is_present = get_datetime(copy.modified) == get_datetime(modified)
	return copy if is_present else frappe.get_doc(doctype, name)


def forget_process_caches() -> None:
	"""Forget what this process remembers of the site, as a job does at its beginning: for one that lives for weeks."""
	frappe.local.cache = {}
	frappe.local.role_permissions = {}
	frappe.local.user_perms = None
	frappe.local.message_log = []
	frappe.db.value_cache.clear()
