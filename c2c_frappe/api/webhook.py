"""The one endpoint a guest may call: a PBX posts its events here. Answers yes or no, and never says why not."""

import frappe

from c2c_frappe.events import webhook


@frappe.whitelist(allow_guest=True, methods=["GET", "POST"])
def receive(**_sent) -> dict:
	"""Take one event of the account and token in the query or the headers; return {"outcome": ...}."""
	return webhook.receive(frappe.request)
