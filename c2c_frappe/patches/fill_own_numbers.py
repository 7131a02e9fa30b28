"""Sites that had caller IDs before accounts had own numbers: what is in use on an account is its own."""

from __future__ import annotations

import frappe

from c2c_frappe.pbx.calls import lines

DOCTYPE = "PBX Account"


def execute() -> None:
	"""Give each account without own numbers the caller IDs of the users whose phones are on it."""
	default = frappe.db.get_single_value("PBX Settings", "default_account")
	users = frappe.get_all("User", {"pbx_caller_id": ("is", "set")}, ["pbx_account", "pbx_caller_id"])
	in_use: dict[str, list[str]] = {}
	for user in users:
		in_use.setdefault(user.pbx_account or default, []).append(user.pbx_caller_id)
	for account, numbers in in_use.items():
		if account and not frappe.db.get_value(DOCTYPE, account, "own_numbers"):
			# What no PBX takes would keep the account's form from being saved.
			own = "\n".join(sorted(filter(lines.is_caller_id, lines.listed("\n".join(numbers)))))
			# Cached copies are known to be old by the time of the change.
			frappe.db.set_value(DOCTYPE, account, "own_numbers", own)
