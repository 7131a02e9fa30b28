"""The filters of a list view as a request may hold them, made into conditions that can name nothing but a field.

`frappe.get_list` trusts the names it is given: Frappe's own methods check them before, and so does this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import frappe
from frappe import _
from frappe.model import child_table_fields, default_fields
from frappe.utils import get_filter

from c2c_frappe import permissions

_NAME = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)
_STANDARD = {*default_fields, "_user_tags", "_assign", "_liked_by", "_comments", "_seen"} - {"doctype"}
# Of a request's own that are no question about a value.
_SECRET = ("Password", "Attach", "Attach Image", "HTML", "Button")
_OF_SEVERAL = ("in", "not in")
_SINGLE = (str, int, float, type(None))
# How Frappe fails at a value that it cannot compare with the field.
_UNUSABLE = (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError)


def find(doctype: str, given: object, limit: int) -> list[str]:
	"""Return the names of at most so many records that these filters find and the logged-in user may read."""
	conditions = checked(doctype, given)
	try:
		found = frappe.get_list(doctype, conditions, pluck="name", limit=limit)
	except _UNUSABLE:
		_refuse()
	except frappe.db.OperationalError as error:
		if not frappe.db.is_missing_column(error):
			raise
		_refuse()  # descendants of what is no tree
	return [str(name) for name in found]


def checked(doctype: str, given: object) -> list[list]:
	"""Return [DocType, field, operator, value] conditions; raise ValidationError for what is no filter of this DocType.

	`given` is a dict of values, or of [operator, value], by field, or a list of such conditions, the DocType named or not.
	"""
	return [_condition(doctype, each) for each in _parts(doctype, given)]


def _parts(doctype: str, given: object) -> Iterator[list]:
	if isinstance(given, dict):
		for fieldname, value in given.items():
			is_pair = isinstance(value, list) and len(value) == 2
			yield [doctype, fieldname, *(value if is_pair else ("=", value))]
		return
	for each in given if isinstance(given, list) else [None]:
		if not isinstance(each, list) or len(each) < 3:
			_refuse()
		yield [doctype, *each] if len(each) == 3 else each[:4]


def _condition(doctype: str, part: list) -> list:
	of, fieldname, operator, value = part
	known = {doctype, *(table.options for table in frappe.get_meta(doctype).get_table_fields())}
	if not (isinstance(operator, str) and isinstance(of, str) and of in known):
		_refuse()
	if not (
		isinstance(fieldname, str) and _NAME.fullmatch(fieldname) and _may_be_asked(doctype, of, fieldname)
	):
		_refuse()
	if not _is_value(operator.lower(), value):
		_refuse()
	get_filter(doctype, part)  # raises for an operator that is none
	return part


def _is_value(operator: str, value: object) -> bool:
	"""Whether an operator may be given a value: two, several or one, as it compares with."""
	if operator == "is":
		return str(value).lower() in ("set", "not set")
	if operator != "between" and not (operator in _OF_SEVERAL and isinstance(value, list)):
		return isinstance(value, _SINGLE)
	is_list = isinstance(value, list) and all(isinstance(each, _SINGLE) for each in value)
	return is_list and (operator != "between" or len(value) == 2)


def _may_be_asked(doctype: str, of: str, fieldname: str) -> bool:
	"""Whether the logged-in user may ask for a field's value: as they may read it."""
	standard = _STANDARD if of == doctype else _STANDARD | set(child_table_fields)
	if fieldname in standard:
		return True
	found = frappe.get_meta(of).get_field(fieldname)
	levels = permissions.readable_levels(frappe.get_meta(doctype))
	return bool(found) and found.fieldtype not in _SECRET and (found.permlevel or 0) in levels


def _refuse() -> None:
	frappe.throw(
		_("These filters cannot be used for a call list. Choose the records instead."),
		title=_("Call List"),
	)
