"""A mistake on a form of ours that says in which field it is, so that the Desk leads there. Decides nothing."""

from __future__ import annotations

from typing import NoReturn

import frappe


class WrongFieldError(frappe.ValidationError):
	"""A value that cannot be saved; the reply's `wrong_field` is the name of its field."""


def refuse(fieldname: str, message: str, title: str) -> NoReturn:
	"""Refuse to save a document for what stands in this field."""
	frappe.local.response["wrong_field"] = fieldname
	frappe.throw(message, WrongFieldError, title=title)
