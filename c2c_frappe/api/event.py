"""What the Desk asks about events of a PBX. Each method checks, delegates and returns."""

import frappe

from c2c_frappe import permissions
from c2c_frappe.api import arguments
from c2c_frappe.events import intake


@frappe.whitelist(methods=["POST"])
def retry(names: str | list) -> dict:
	"""Try these events again, whatever became of them; return how many came to each outcome."""
	permissions.require_manager()
	# Those that User Permissions keep from who asks are left out.
	named = {"name": ("in", arguments.from_json(names, list))}
	return intake.retry_all(frappe.get_list("PBX Event", named, pluck="name", order_by="creation"))
