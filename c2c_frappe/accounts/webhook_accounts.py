"""Which account a webhook's address means: by its key, its name or a name it had. Checks no token."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import frappe

from c2c_frappe import current_settings
from c2c_frappe.call_log import search
from c2c_frappe.site_time import utc_now

DOCTYPE = "PBX Account"
# So long the PBX may still report of calls that were under way when an account was switched off.
ACCEPTED_AFTER_DISABLING = timedelta(days=1)


def find_all(asked: str) -> Iterator:
	"""Yield the accounts an address may mean, likeliest first: several once a name was given to another account."""
	found = frappe.db.get_value(DOCTYPE, {"webhook_key": asked}, ["name", "modified"]) if asked else None
	if found:
		yield current_settings.account(*found)
		return
	for name in _find_by_name(asked):
		account = current_settings.account(name)
		if account:
			yield account


def _find_by_name(asked: str) -> Iterator[str]:
	if asked:
		yield asked
	rows = frappe.get_all(DOCTYPE, {"former_names": ("is", "set")}, ["name", "former_names"]) if asked else ()
	yield from (row.name for row in rows if asked in row.former_names.split("\n"))


def takes_events(account) -> bool:
	"""Return whether an account's events are taken: it is switched on, or a call of its last day has no end yet."""
	return bool(account.enabled or search.open_starts(account.name, utc_now() - ACCEPTED_AFTER_DISABLING))


def note_refusal(account, message: str) -> None:
	"""Tell on the account's form why an event with the right token was refused; commit."""
	if message != (account.webhook_message or ""):
		frappe.db.set_value(DOCTYPE, account.name, "webhook_message", message, update_modified=False)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit - the refusal itself writes nothing
