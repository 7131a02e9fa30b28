"""PBX Settings that were saved before the choices of Wrap-up were in Title Case."""

from __future__ import annotations

import frappe

from c2c_frappe.pbx.calls.wrap_up import WHEN_ASKED

SETTINGS, FIELD = "PBX Settings", "wrap_up"
# Its name before.
OLD = "When asked"


def execute() -> None:
	"""Give the choice the name of today; a second run changes nothing."""
	singles = frappe.qb.DocType("Singles")
	is_it = (singles.doctype == SETTINGS) & (singles.field == FIELD)
	if frappe.qb.from_(singles).select(singles.value).where(is_it).run(pluck=True) == [OLD]:
		frappe.db.set_single_value(SETTINGS, FIELD, WHEN_ASKED, update_modified=False)
