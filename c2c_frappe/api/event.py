"""What the Desk asks about events of a PBX. Each method checks, delegates and returns."""

from __future__ import annotations

import frappe

from c2c_frappe import events, permissions


@frappe.whitelist(methods=["POST"])
def retry(names: str | list) -> dict:
	"""Try these events again, whatever became of them; return how many came to each outcome."""
	permissions.require_manager()
	return events.retry_all(frappe.parse_json(names))
