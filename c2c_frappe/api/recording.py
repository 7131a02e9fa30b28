"""What players ask about recordings. Each method checks, delegates and returns."""

import frappe
from werkzeug.wrappers import Response

from c2c_frappe import permissions
from c2c_frappe.desk import recordings


@frappe.whitelist()
def play(call: str) -> Response:
	"""Return the part of a call's recording that the header Range asks for; for the call's agent and managers."""
	return recordings.play(call, frappe.request.headers.get("Range"))


@frappe.whitelist(methods=["POST"])
def delete(call: str) -> None:
	"""Delete the link to a call's recording for good; who did it is noted on the call."""
	permissions.require_manager()
	frappe.get_doc(recordings.DOCTYPE, call).check_permission("read")
	recordings.delete(call)
