"""What the app remembers of a site: one text a key, among Frappe's global defaults. Never what a person chose.

Read and written past Frappe's own functions for them, which keep a copy and empty the whole site's cache at each change.
"""

from __future__ import annotations

import frappe

DOCTYPE = "DefaultValue"
# With which each key begins.
PREFIX = "c2c_"
_PLACE = {"parent": "__global", "parenttype": "__default", "parentfield": "system_defaults"}


def recall(key: str, for_update: bool = False) -> str | None:
	"""Return what is remembered, None when that is nothing; `for_update` locks it until the transaction ends."""
	return frappe.db.get_value(DOCTYPE, _filters(key), "defvalue", order_by=None, for_update=for_update)


def remember(key: str, text: str | None) -> None:
	"""Remember this text in place of what was there, or nothing. Does not commit."""
	if text is None:
		frappe.db.delete(DOCTYPE, _filters(key))
	elif recall(key, for_update=True) is None:
		frappe.get_doc({"doctype": DOCTYPE, **_PLACE, "defkey": key, "defvalue": text}).insert(
			ignore_permissions=True
		)
	else:
		frappe.db.set_value(DOCTYPE, _filters(key), "defvalue", text)


def forget_all() -> None:
	"""Forget everything, before the app goes."""
	keys = frappe.get_all(DOCTYPE, {"parent": _PLACE["parent"]}, pluck="defkey")
	for key in keys:
		if key.startswith(PREFIX):
			remember(key, None)


def _filters(key: str) -> dict[str, str]:
	return {"parent": _PLACE["parent"], "defkey": key}
