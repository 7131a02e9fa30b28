"""The page `/c2c-docs/...`: checks who asks, delegates and returns. Nothing of a site is on it."""

import frappe

from c2c_frappe.desk import documentation

no_cache = 1


def get_context(context):
	"""Put a page of the documentation on the website's frame."""
	if frappe.session.user == "Guest":
		raise frappe.PermissionError
	context.update(documentation.read(frappe.form_dict.get("page") or ""))
	context.update({"no_breadcrumbs": 1, "show_sidebar": 0})
