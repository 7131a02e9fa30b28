"""The field of a record that shows consent to calls: whether there is one of that name. Reads no record."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import escape_html


def check_field(doctype: str, fieldname: str) -> None:
	"""Raise ValidationError unless records of this DocType have the field."""
	if not frappe.get_meta(doctype).has_field(fieldname):
		sentence = _("{0} has no field {1}. Enter the name of the field that shows consent.")
		frappe.throw(sentence.format(_(doctype), escape_html(str(fieldname))), title=_("Call List"))
