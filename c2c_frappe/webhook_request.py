"""Lets a PBX's event in: the size, the address, the token. Reads no event and changes no call."""

from __future__ import annotations

import hmac
import ipaddress
from traceback import format_tb

import frappe

from c2c_frappe import accounts, events
from c2c_frappe.pbx import payload

# Wrong tokens from one address within a minute; past that it gets 429 whatever it sends.
WRONG_TOKENS = 20
MINUTE = 60


def receive(request) -> dict:
	"""Check the sender and take the event; the HTTP status of a refusal is 403, 413 or 429, of a fault of ours 500."""
	try:
		return _take(request)
	except Exception as error:  # noqa: BLE001  Frappe logs a request with its address, which has the token in it
		frappe.db.rollback()
		frappe.log_error("PBX event", f"{type(error).__name__}\n{''.join(format_tb(error.__traceback__))}")
		return _refused(500)


def _take(request) -> dict:
	# A body whose length is not announced is measured once Frappe has read it, which has a limit of its own.
	if (request.content_length or 0) > payload.MAX_BODY or len(request.get_data()) > payload.MAX_BODY:
		return _refused(413)
	address = frappe.local.request_ip or ""
	if _wrong_tokens(address) >= WRONG_TOKENS:
		return _refused(429)
	account = _account(request)
	if not account or not _is_allowed(account, address) or not _has_token(account, request):
		frappe.cache.set_value(_key(address), _wrong_tokens(address) + 1, expires_in_sec=MINUTE)
		return _refused(403)
	told = payload.read(request.args.to_dict(), request.content_type or "", request.get_data())
	return {"outcome": events.receive(account, told)}


def _refused(http_status: int) -> dict:
	frappe.local.response["http_status_code"] = http_status
	return {"outcome": "Refused"}


def _key(address: str) -> str:
	return f"c2c_webhook_wrong_token:{address}"


def _wrong_tokens(address: str) -> int:
	return frappe.cache.get_value(_key(address), expires=True) or 0


def _account(request):
	name = request.args.get("account") or request.headers.get("X-PBX-Account") or ""
	is_there = name and frappe.db.exists("PBX Account", {"name": name, "enabled": 1})
	return frappe.get_cached_doc("PBX Account", name) if is_there else None


def _has_token(account, request) -> bool:
	bearer = (request.headers.get("Authorization") or "").removeprefix("Bearer ")
	sent = request.headers.get("X-PBX-Token") or request.args.get("token") or bearer
	stored = accounts.webhook_token(account)
	return bool(stored) and hmac.compare_digest(sent.encode(), stored.encode())


def _is_allowed(account, address: str) -> bool:
	networks = (account.webhook_addresses or "").split()
	return not networks or any(
		ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False) for network in networks
	)
