"""Companies of accounts and calls, as Frappe's User Permissions limit people to them. Only where there is ERPNext.

Lists, forms and reports are limited by Frappe itself; this is for what asks neither.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.core.doctype.user_permission.user_permission import get_user_permissions
from frappe.permissions import filter_allowed_docs_for_doctype

from c2c_frappe.pbx import companies
from c2c_frappe.pbx.companies import Limits

CALL, ACCOUNT, COMPANY = "PBX Call Log", "PBX Account", "Company"
# The field of an account, a call and a rule. Not `company`: Frappe would fill in the site's default company.
FIELD = "pbx_company"


def are_known() -> bool:
	"""Whether calls of this site have a company."""
	return frappe.get_meta(CALL).has_field(FIELD)


def limits_of(user: str) -> Limits:
	"""Return the companies whose calls a user is limited to."""
	permissions = get_user_permissions(user).get(COMPANY, []) if user and are_known() else []
	allowed, default = filter_allowed_docs_for_doctype(permissions, CALL)
	is_strict = bool(frappe.get_system_settings("apply_strict_user_permissions"))
	return Limits(tuple(allowed), default or "", is_strict)


def of_call(account, agent: str, of_record: str = "") -> str:
	"""Return the company of a call of this agent, "" for nobody, through an account, which may be None."""
	of_account = (account.get(FIELD) if account else "") or ""
	return companies.company_of_call(of_account, of_record, limits_of(agent))


def are_kept_from(user: str, account) -> bool:
	"""Whether calls through an account are of a company that the user is kept from."""
	company = account.get(FIELD) or ""
	return bool(company) and companies.is_kept_from(company, limits_of(user))


def is_kept_from(user: str, company: str | None) -> bool:
	"""Whether a call of this company, "" or None for none, is kept from the user."""
	return companies.is_kept_from(company or "", limits_of(user))


def seen_calls(table, user: str):
	"""Return the condition for the calls that a user's companies leave them, None where all do."""
	limits = limits_of(user)
	if not limits.allowed:
		return None
	condition = table[FIELD].isin(limits.allowed)
	return condition if limits.is_strict else condition | table[FIELD].isnull() | (table[FIELD] == "")


def seen_accounts(user: str) -> list[str] | None:
	"""Return the accounts that a user's companies leave them, None where all do."""
	limits = limits_of(user)
	if not limits.allowed:
		return None
	rows = frappe.get_all(ACCOUNT, fields=["name", FIELD])
	return [row.name for row in rows if not companies.is_kept_from(row[FIELD] or "", limits)]


def require_all() -> None:
	"""Raise PermissionError for a user who is kept from calls of some companies."""
	if limits_of(frappe.session.user).allowed:
		frappe.throw(
			_("Your User Permissions hide calls of other companies. Ask someone who can see them all."),
			frappe.PermissionError,
		)
