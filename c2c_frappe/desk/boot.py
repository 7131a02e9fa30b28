"""What the Desk learns at boot: whether this user may call. No secret and no policy goes to the browser."""

from __future__ import annotations

import frappe

from c2c_frappe import permissions
from c2c_frappe.accounts import extensions
from c2c_frappe.phone_book import fields


def extend(bootinfo) -> None:
	"""Add `c2c` to the boot info of users who may call; others get nothing and see plain numbers."""
	if not permissions.is_offered_calls():
		return
	bootinfo.c2c = {
		"extension": extensions.of_user(frappe.session.user).extension,
		"fields": fields.extra_phone_fields(),
		"any_number": bool(frappe.get_cached_doc("PBX Settings").allow_any_number),
	}
