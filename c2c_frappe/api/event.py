"""What the Desk asks about events of a PBX. Each method checks, delegates and returns."""

import frappe

from c2c_frappe import permissions
from c2c_frappe.events import intake


@frappe.whitelist(methods=["POST"])
def retry(names: str | list) -> dict:
	"""Try these events again, whatever became of them; return how many came to each outcome."""
	permissions.require_manager()
	return intake.retry_all(frappe.parse_json(names))
