"""What the admin's forms ask about PBX accounts. Each method checks, delegates and returns."""

from __future__ import annotations

import frappe

from c2c_frappe import accounts, extensions, permissions, site_address


@frappe.whitelist(methods=["POST"])
def test_connection(account: str) -> dict:
	"""Ask the PBX something that cannot ring a phone; return {ok, message, unchecked, request}.

	`ok` is true, false or null (could not be told); `request` what was sent, its secrets masked.
	"""
	permissions.require_manager()
	return accounts.test_connection(frappe.get_doc("PBX Account", account))


@frappe.whitelist(methods=["POST"])
def set_extension(
	user: str, extension: str, account: str | None = None, caller_id: str | None = None
) -> None:
	"""Give a user an extension; refused with the name of whoever has it already."""
	permissions.require_manager()
	extensions.assign(user, extension, account or "", caller_id or "")


@frappe.whitelist(methods=["POST"])
def confirm_site_address() -> str:
	"""Allow calls under the address this request came to; return all confirmed addresses, one a line."""
	permissions.require_manager()
	return site_address.confirm()
