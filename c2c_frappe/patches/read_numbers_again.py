"""Numbers read before refusals stood beside them: all are read again, in the background."""

from __future__ import annotations

from c2c_frappe.phone_book import backfill


def execute() -> None:
	"""Have the next run begin from the first record."""
	backfill.start_again()
