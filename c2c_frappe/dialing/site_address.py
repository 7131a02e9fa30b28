"""Under which address this site may call, so that a restored copy rings no customer. Dials nothing."""

from __future__ import annotations

import frappe
from frappe.utils import cint

from c2c_frappe import permissions
from c2c_frappe.pbx.wire import origins
from c2c_frappe.transactions import committed

SETTINGS = "PBX Settings"


def current() -> str:
	"""Return the address the browser used, "" outside a web request.

	Not `get_url`: a copy of the whole bench carries the original's `host_name` in its configuration.
	"""
	request = getattr(frappe.local, "request", None)
	return f"{request.scheme}://{request.host}" if request else ""


def is_confirmed(settings) -> bool:
	"""Return whether calls may be placed under this address.

	The first one a site calls from is confirmed, if it is the site's own by its configuration or if a manager calls:
	the Host header is the browser's to write.
	"""
	confirmed, address = settings.confirmed_site_url or "", current()
	if not confirmed and address and (_is_own(address) or permissions.sees_all()):
		confirm()
		return True
	return not address or origins.is_confirmed_address(address, confirmed)


def _is_own(address: str) -> bool:
	conf = frappe.conf
	domains = [one if isinstance(one, str) else one.get("domain", "") for one in conf.get("domains") or ()]
	names = (frappe.local.site, conf.get("host_name") or "", *domains)
	return origins.is_own_address(address, filter(None, names), cint(conf.get("webserver_port")) or None)


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
