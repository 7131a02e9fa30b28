"""PBX Settings and accounts as the database has them now: what decides a dial must not depend on what Redis remembers.

Frappe's cached copy is taken only when the database says that it is the present one.
"""

from __future__ import annotations

import time

import frappe
from frappe.utils import get_datetime

# Seconds for which a process that lives for weeks goes by what it remembers; when it last forgot, in `frappe.flags`.
MEMORY_SECONDS = 1
FORGOT_AT = "c2c_forgot_at"
SETTINGS, ACCOUNT = "PBX Settings", "PBX Account"


def settings():
	"""Return PBX Settings as they are in this transaction."""
	# Frappe 15's get_single_value knows the fields of the form alone.
	singles = frappe.qb.DocType("Singles")
	stored = frappe.qb.from_(singles).select(singles.value)
	stored = stored.where((singles.doctype == SETTINGS) & (singles.field == "modified")).run(pluck=True)
	return _present(SETTINGS, SETTINGS, stored[0] if stored else None)


def account(name: str, modified=None):
	"""Return the PBX Account as it is in this transaction, None when there is none; `modified` if it was read already."""
	modified = modified or frappe.db.get_value(ACCOUNT, name, "modified") if name else None
	return _present(ACCOUNT, name, modified) if modified else None


def _present(doctype: str, name: str, modified):
	copy = frappe.get_cached_doc(doctype, name)
	if get_datetime(copy.modified) == get_datetime(modified):
		return copy
	# For all others too; not replaced, for this transaction's view may be the older one.
	frappe.clear_document_cache(doctype, name)
	return frappe.get_doc(doctype, name)


def forget_process_caches() -> None:
	"""Forget what this process remembers of the site, as a job does at its beginning: for one that lives for weeks.

	Done at most once in MEMORY_SECONDS: on a busy floor the same is asked for many times a second.
	"""
	now = time.monotonic()
	if now - frappe.flags.get(FORGOT_AT, 0) < MEMORY_SECONDS:
		return
	frappe.flags[FORGOT_AT] = now
	frappe.local.cache = {}
	frappe.local.role_permissions = {}
	frappe.local.user_perms = None
	frappe.local.message_log = []
	frappe.db.value_cache.clear()
