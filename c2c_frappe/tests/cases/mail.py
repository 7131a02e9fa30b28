"""A sender for the mails Frappe makes in tests. None is sent: they stay in Email Queue. Asserts nothing."""

from __future__ import annotations

from unittest import TestCase

import frappe

SENDER = {
	"email_account_name": "C2C Test Mail",
	"email_id": "desk@example.com",
	"enable_outgoing": 1,
	"default_outgoing": 1,
	"smtp_server": "127.0.0.1",
}


def require_sender(case: TestCase) -> None:
	"""Make an outgoing Email Account until the test is over, unless the site has one; commits."""
	if frappe.db.exists("Email Account", {"default_outgoing": 1}):
		return
	account = frappe.get_doc({"doctype": "Email Account", **SENDER}).insert()
	frappe.db.commit()
	case.addCleanup(frappe.db.commit)
	case.addCleanup(frappe.delete_doc, "Email Account", account.name, force=True, ignore_missing=True)
