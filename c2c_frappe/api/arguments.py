"""What a request holds as JSON, read or refused with a sentence. Reads nothing else and decides nothing."""

import frappe
from frappe import _


def from_json(value, kind: type | tuple[type, ...]):
	"""Return a request's value, which may be JSON text; raise ValidationError for what is not of this kind."""
	try:
		parsed = frappe.parse_json(value)
	except (ValueError, RecursionError):
		parsed = None
	if not isinstance(parsed, kind):
		frappe.throw(_("This request cannot be read. Reload the page and try again."))
	return parsed
