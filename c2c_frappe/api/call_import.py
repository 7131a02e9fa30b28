"""What the form of an import of calls asks. Each method checks, delegates and returns."""

from __future__ import annotations

import frappe

from c2c_frappe import call_imports, permissions


@frappe.whitelist()
def preview(name: str) -> dict:
	"""Return how the first rows of a file are understood: {message, rows}."""
	permissions.require_manager()
	return call_imports.preview(name)


@frappe.whitelist(methods=["POST"])
def start(name: str) -> None:
	"""Import a file in the background; progress goes to whoever asks by realtime."""
	permissions.require_manager()
	call_imports.start(name)
