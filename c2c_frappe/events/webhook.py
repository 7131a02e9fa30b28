"""Lets a PBX's event in: the size, the address, the token. Reads no event, changes no call, tells no more than yes or no."""

from __future__ import annotations

import hmac
from traceback import format_tb

import frappe
from frappe import _

from c2c_frappe.accounts import providers, webhook_accounts
from c2c_frappe.events import intake
from c2c_frappe.pbx.wire import networks, payload

# Wrong tokens from one address within a minute; past that it is told so. The right token is always taken.
WRONG_TOKENS = 20
MINUTE = 60
METHOD = "c2c_frappe.api.webhook.receive"


def before_request() -> None:
	"""Keep a vendor's own fields from Frappe, which takes one named `cmd` for a method to call, and `fn` for its own."""
	if frappe.local.request.path.rstrip("/").endswith(f"/{METHOD}"):
		frappe.local.form_dict = frappe._dict()


def receive(request) -> dict:
	"""Check the sender and take the event; the HTTP status of a refusal is 403, 413 or 429, of a fault of ours 500."""
	try:
		return _take(request)
	except Exception as error:  # noqa: BLE001  Frappe logs a request with its address, which has the token in it
		frappe.db.rollback()
		frappe.log_error("PBX event", f"{type(error).__name__}\n{''.join(format_tb(error.__traceback__))}")
		return _refused(500)
	finally:
		# What Frappe would show a user on the Desk is none of the PBX's business.
		frappe.clear_messages()


def _take(request) -> dict:
	# A body whose length is not announced is measured once Frappe has read it, which has a limit of its own.
	if (request.content_length or 0) > payload.MAX_BODY or len(request.get_data()) > payload.MAX_BODY:
		return _refused(413)
	address = frappe.local.request_ip or ""
	asked = request.args.get("account") or request.headers.get("X-PBX-Account") or ""
	account = next((each for each in webhook_accounts.find_all(asked) if _has_token(each, request)), None)
	if not account:
		return _refused(429 if _is_guessing(address) else 403)
	why = _why_not(account, address)
	if why:
		webhook_accounts.note_refusal(account, why)
		return _refused(403)
	query = [(name, value) for name, value in request.args.items(multi=True) if value != METHOD]
	fields = payload.read(query, request.content_type or "", request.get_data())
	return {"outcome": intake.receive(account, fields)}


def _refused(http_status: int) -> dict:
	frappe.local.response["http_status_code"] = http_status
	return {"outcome": "Refused"}


def _is_guessing(address: str) -> bool:
	"""Count one more wrong token of an address; tell whether there were too many within a minute."""
	key = _key(address)
	wrong = (frappe.cache.get_value(key, expires=True) or 0) + 1
	frappe.cache.set_value(key, wrong, expires_in_sec=MINUTE)
	return wrong > WRONG_TOKENS


def _key(address: str) -> str:
	return f"c2c_webhook_wrong_token:{address}"


def _why_not(account, address: str) -> str:
	if not networks.is_allowed(address, account.webhook_addresses):
		sentence = _("Refused an event from {0}: it is not an allowed source address.")
		return sentence.format(address)
	if not webhook_accounts.takes_events(account):
		return _("Refused an event from {0}: this account was disabled.").format(address)
	return ""


def _has_token(account, request) -> bool:
	bearer = (request.headers.get("Authorization") or "").removeprefix("Bearer ")
	sent = request.headers.get("X-PBX-Token") or request.args.get("token") or bearer
	stored = providers.webhook_token(account)
	return bool(stored) and hmac.compare_digest(sent.encode(), stored.encode())
