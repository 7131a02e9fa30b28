"""Who may write the list PBX Do Not Call, and whose entries one sees."""

from __future__ import annotations

import frappe

from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, OTHER_AGENT, SiteCase

DOCTYPE = "PBX Do Not Call"
NUMBER, OTHERS = "+447700900211", "+447700900212"


class TestDoNotCallList(SiteCase):
	def setUp(self):
		super().setUp()
		for user, number in ((AGENT, NUMBER), (OTHER_AGENT, OTHERS)):
			with site.as_user(user):
				frappe.get_doc({"doctype": DOCTYPE, "number": number, "reason": "asked us"}).insert()
			self.addCleanup(frappe.delete_doc, DOCTYPE, number, force=True, ignore_missing=True)

	def test_agent_reads_and_changes_own_entries_alone(self):
		"""An agent corrects what they entered; what others entered is not listed, read or changed."""
		with site.as_user(AGENT):
			self.assertEqual(frappe.get_list(DOCTYPE, pluck="name"), [NUMBER])
			own = frappe.get_doc(DOCTYPE, NUMBER)
			own.check_permission("read")
			own.reason = "asked twice"
			own.save()
			others = frappe.get_doc(DOCTYPE, OTHERS)
			self.assertRaises(frappe.PermissionError, others.check_permission, "read")
			others.reason = "mine now"
			self.assertRaises(frappe.PermissionError, others.save)

	def test_form_of_a_new_entry_has_fields_for_an_agent(self):
		"""Frappe draws a new form by the right to write: without it there is nothing to fill in."""
		with site.as_user(AGENT):
			self.assertTrue(frappe.has_permission(DOCTYPE, "create"))
			self.assertIn(0, frappe.get_meta(DOCTYPE).get_permlevel_access("write"))

	def test_entry_of_others_stops_everybodys_dial(self):
		"""Of others' entries an agent gets the check's answer."""
		with site.as_user(AGENT):
			reply = self.dial(number=OTHERS)
		self.assertEqual(reply["failure_code"], "do_not_call")
