"""The rows of PBX Settings that give calls their account and caller ID: what each may say. Chooses no line."""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.utils import escape_html

from c2c_frappe import form_errors
from c2c_frappe.accounts import own_numbers, providers
from c2c_frappe.pbx.calls import lines

FIELD = "line_rules"


def check(rows: Sequence) -> None:
	"""Refuse a row that could never be kept, with its number; trim the others."""
	for row in rows:
		for column in ("begins_with", "caller_id"):
			row.set(column, (row.get(column) or "").strip())
		mistake = _mistake_in(row)
		if mistake:
			text = _("Row {0}: {1}").format(row.idx, mistake)
			form_errors.refuse(FIELD, text, _("Accounts and Caller IDs"))


def _mistake_in(row) -> str:
	digits = lines.prefix(row.begins_with)
	if row.begins_with and not digits.strip("+"):
		return _("A number cannot begin with {0}.").format(escape_html(row.begins_with))
	if digits and not digits.startswith("+") and not row.number_country:
		return _("Choose the country as well, or enter {0} with + and the country code.").format(digits)
	return _mistake_in_caller_id(row) if row.caller_id else ""


def _mistake_in_caller_id(row) -> str:
	if not row.account:
		return _("Choose the account that {0} belongs to.").format(escape_html(row.caller_id))
	if not own_numbers.is_own(row.caller_id, row.account):
		return own_numbers.refusal(row.caller_id, row.account)
	if not providers.sets_caller_id(frappe.get_doc("PBX Account", row.account)):
		sentence = _("The account {0} cannot set a caller ID: its PBX shows the number configured there.")
		return sentence.format(frappe.bold(escape_html(row.account)))
	return ""
