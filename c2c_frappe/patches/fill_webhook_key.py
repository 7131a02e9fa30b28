"""Accounts made before addresses had a key that does not change."""

from __future__ import annotations

import frappe

DOCTYPE = "PBX Account"


def execute() -> None:
	"""Give each account that has none a key; a second run changes nothing."""
	for name in frappe.get_all(DOCTYPE, {"webhook_key": ("is", "not set")}, pluck="name"):
		key = frappe.generate_hash(length=16)
		frappe.db.set_value(DOCTYPE, name, "webhook_key", key, update_modified=False)
