"""What the form of an import of calls asks. Each method checks, delegates and returns."""

import frappe

from c2c_frappe import permissions
from c2c_frappe.events import file_import


@frappe.whitelist()
def preview(name: str) -> dict:
	"""Return how the first rows of a file are understood: {message, rows}."""
	permissions.require_manager()
	return file_import.preview(name)


@frappe.whitelist(methods=["POST"])
def start(name: str) -> None:
	"""Import a file in the background; progress goes to whoever asks by realtime."""
	permissions.require_manager()
	file_import.start(name)
