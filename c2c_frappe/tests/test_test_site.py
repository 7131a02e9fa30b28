"""Site tests refuse a site that does not say it is for tests; what they leave to others stays as it was."""

from __future__ import annotations

import importlib
from unittest.mock import patch

import frappe

import c2c_frappe.tests
from c2c_frappe.tests.cases import pbx_events
from c2c_frappe.tests.cases.error_log import NewErrors
from c2c_frappe.tests.cases.site import SiteCase


class TestTestSite(SiteCase):
	def test_site_without_the_flag_is_refused_in_one_sentence(self):
		"""The package itself cannot be loaded there, so that nothing of the site is changed."""
		with (
			patch.dict(frappe.local.conf, {c2c_frappe.tests.FLAG: 0}),
			self.assertRaises(SystemExit) as refused,
		):
			importlib.reload(c2c_frappe.tests)
		self.assertIn(f"bench --site {frappe.local.site} set-config c2c_test_site 1", str(refused.exception))
		importlib.reload(c2c_frappe.tests)

	def test_events_of_other_accounts_stay(self):
		"""What the tests forget is what their own accounts received."""
		event = {"doctype": pbx_events.DOCTYPE, "account": None, "outcome": "Ignored", "payload": "{}"}
		others = frappe.get_doc(event).insert(
			ignore_permissions=True, ignore_mandatory=True, ignore_links=True
		)
		self.addCleanup(frappe.delete_doc, pbx_events.DOCTYPE, others.name, force=True)
		pbx_events.forget()
		self.assertTrue(frappe.db.exists(pbx_events.DOCTYPE, others.name))
		self.assertEqual(pbx_events.count(), 0)

	def test_error_of_this_test_alone_is_new(self):
		"""An entry that stood in the Error Log before is neither new nor deleted; one that came is new once."""
		before = frappe.log_error("c2c before", "x")
		errors = NewErrors()
		since = frappe.log_error("c2c since", "x")
		self.assertEqual([entry.name for entry in errors.look()], [since.name])
		self.assertEqual(errors.look(), [])
		self.assertTrue(frappe.db.exists("Error Log", before.name))
		for entry in (before, since):
			entry.delete()
