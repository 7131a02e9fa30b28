"""Under which address this site may call, so that a restored copy rings no customer. Dials nothing."""

from __future__ import annotations

import frappe

from c2c_frappe.pbx.wire import origins
from c2c_frappe.transactions import committed

SETTINGS = "PBX Settings"


def current() -> str:
	"""Return the address the browser used, "" outside a web request.

	Not `get_url`: a copy of the whole bench carries the original's `host_name` in its configuration.
	"""
	request = getattr(frappe.local, "request", None)
	return f"{request.scheme}://{request.host}" if request else ""


def is_confirmed() -> bool:
	"""Tell whether calls may be placed under this address; the first address a site calls from is confirmed."""
	confirmed, address = frappe.get_cached_doc(SETTINGS).confirmed_site_url or "", current()
	if not confirmed and address:
		confirm()
		return True
	return not address or origins.is_confirmed_address(address, confirmed)


def confirm() -> str:
	"""Add the present address to the confirmed ones and commit; return all of them, one a line."""
	return committed(_confirm)


def _confirm() -> str:
	confirmed = (frappe.db.get_single_value(SETTINGS, "confirmed_site_url") or "").split()
	address = current()
	if address and not origins.is_confirmed_address(address, "\n".join(confirmed)):
		confirmed.append(address)
		frappe.db.set_single_value(SETTINGS, "confirmed_site_url", "\n".join(confirmed))
	return "\n".join(confirmed)
