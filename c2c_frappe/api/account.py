"""What the admin's forms ask about PBX accounts. Each method checks, delegates and returns."""

import frappe

from c2c_frappe import permissions
from c2c_frappe.accounts import extensions, profiles, providers
from c2c_frappe.api import arguments
from c2c_frappe.call_log import counts
from c2c_frappe.dialing import place_call, preview, site_address
from c2c_frappe.events import reconcile, webhook_address
from c2c_frappe.phone_book import backfill


@frappe.whitelist(methods=["POST"])
def test_connection(account: str) -> dict:
	"""Ask the PBX something that cannot ring a phone; return {ok, message, unchecked, request, field}.

	`ok` is true, false or null (could not be told); `request` what was sent, its secrets masked; `field` where a
	mistake may be.
	"""
	permissions.require_account(account)
	return providers.test_connection(frappe.get_doc("PBX Account", account))


@frappe.whitelist(methods=["POST"])
def set_extension(
	user: str, extension: str, account: str | None = None, caller_id: str | None = None
) -> None:
	"""Give a user an extension; refused with the name of whoever has it already."""
	permissions.require_manager()
	extensions.require_account(account or "")
	extensions.assign(user, extension, account or "", caller_id or "")


@frappe.whitelist()
def extensions_of(account: str) -> list[dict]:
	"""Return {user, extension, caller_id, is_agent} of everyone on an account, and of agents without an extension."""
	permissions.require_account(account)
	return extensions.list_phones(account)


@frappe.whitelist(methods=["POST"])
def set_extensions(account: str, rows: str | list, move: int | str = 0) -> list[dict]:
	"""Give many users their extensions, a row {user, extension, caller_id} each; return those refused and why.

	What a row leaves out stays as it is. A phone on another account is refused (`is_elsewhere`) unless `move` is set.
	"""
	permissions.require_account(account)
	return extensions.assign_many(account, arguments.from_json(rows, list), bool(frappe.utils.cint(move)))


@frappe.whitelist()
def phones(account: str | None = None) -> list[dict]:
	"""Return {value, description} of the extensions an account's PBX lists, the default account's if none is named."""
	permissions.require_manager()
	extensions.require_account(account or "")
	return extensions.list_pbx_extensions(account or "")


@frappe.whitelist(methods=["POST"])
def test_call(account: str, number: str) -> dict:
	"""Call a number through this account, on the phone of whoever asks; return the reply and the masked request."""
	permissions.require_account(account)
	permissions.require_agent()
	return place_call.test_call(account, number)


@frappe.whitelist()
def last_day(account: str) -> list[dict]:
	"""Return {status, calls} of an account's last 24 hours, for its form."""
	permissions.require_account(account)
	return counts.count_last_day(account)


@frappe.whitelist(methods=["POST"])
def confirm_site_address() -> str:
	"""Allow calls under the address this request came to; return all confirmed addresses, one a line."""
	permissions.require_manager()
	return site_address.confirm()


@frappe.whitelist(methods=["POST"])
def new_webhook_token(account: str) -> dict:
	"""Make a new token for an account's events, the old one stops working; return {url, parameters} to paste."""
	permissions.require_account(account)
	return webhook_address.renew(account)


@frappe.whitelist()
def webhook_help(account: str) -> dict:
	"""Return {url, parameters} to enter at the PBX; `url` is empty while the account has no token."""
	permissions.require_account(account)
	return webhook_address.describe(account)


@frappe.whitelist(methods=["POST"])
def fetch_records(account: str) -> None:
	"""Fetch an account's call records in the background; progress and result go to whoever asks by realtime."""
	permissions.require_account(account)
	reconcile.request(account)


@frappe.whitelist()
def profiles_to_load() -> list[dict]:
	"""Return {profile, label, note, page, support, assumed, blanks, secrets} of every ready-made form."""
	permissions.require_manager()
	return profiles.describe()


@frappe.whitelist(methods=["POST"])
def load_profile(profile: str, blanks: str | dict) -> dict:
	"""Return the values an account's form gets from a profile, these texts in place of its blanks. Saves nothing."""
	permissions.require_manager()
	return profiles.values_of(profile, arguments.from_json(blanks, dict))


@frappe.whitelist(methods=["POST"])
def preview_requests(
	account: str,
	user: str,
	reference_doctype: str | None = None,
	reference_name: str | None = None,
	number: str | None = None,
) -> dict:
	"""Return {requests, problem}: what a call of this user would send, secrets masked. Sends nothing."""
	permissions.require_account(account)
	return preview.preview_requests(
		account, user, reference_doctype or "", reference_name or "", number or ""
	)


@frappe.whitelist(methods=["POST"])
def preview_answer(account: str, http_status: int | str, body: str | None = None) -> dict:
	"""Return {status, failure_code, pbx_call_id, message}: what this answer would be read as."""
	permissions.require_account(account)
	return preview.preview_response(account, frappe.utils.cint(http_status), body or "")


@frappe.whitelist(methods=["POST"])
def read_numbers() -> None:
	"""Read the numbers of all records again, in the background; progress goes to whoever asks by realtime."""
	permissions.require_manager()
	backfill.request()
