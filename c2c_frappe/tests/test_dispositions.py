"""What a disposition does: nobody calls again who said so, a Lead's status, a follow-up, and when it is offered."""

from __future__ import annotations

from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from c2c_frappe import permissions
from c2c_frappe.api import call as api
from c2c_frappe.patches import give_dispositions_actions
from c2c_frappe.setup import install
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, OTHER_AGENT, SiteCase

NUMBER = "+447700900123"
LIST, DISPOSITION = "PBX Do Not Call", "PBX Disposition"
NEVER = "Do not call again"


class TestDispositions(SiteCase):
	def setUp(self):
		super().setUp()
		self.call = self.dial_lead()["call"]
		site.give_extension(OTHER_AGENT, "1001")
		self.addCleanup(frappe.delete_doc, LIST, NUMBER, force=True, ignore_missing=True)
		self.addCleanup(frappe.db.delete, "ToDo", {"reference_name": self.lead})
		self.addCleanup(frappe.db.delete, "Comment", {"reference_name": self.lead, "comment_type": "Info"})

	def wrap_up(self, disposition: str, **values) -> dict:
		with site.as_user(AGENT):
			reply = api.wrap_up(self.call, disposition, **values)
		frappe.db.commit()
		return reply

	def test_do_not_call_again_stops_the_next_agents_dial(self):
		"""The record says so from then on, and the number is on the list, whoever calls it and from where."""
		self.wrap_up(NEVER)
		with site.as_user("Administrator"):
			self.assertEqual(frappe.db.get_value("Lead", self.lead, "do_not_call"), 1)
			self.assertTrue(frappe.db.exists(LIST, NUMBER))
		dialed = len(self.simulator.requests)
		for sent in ({"number": NUMBER}, self.at_lead):
			reply = self.dial(AGENT if "number" not in sent else OTHER_AGENT, **sent)
			self.assertEqual((reply["status"], reply["failure_code"]), ("Failed", "do_not_call"))
		self.assertEqual(len(self.simulator.requests), dialed)
		self.assertEqual(
			len(frappe.get_all("Comment", {"reference_name": self.lead, "comment_type": "Info"})), 1
		)

	def test_do_not_call_needs_no_right_to_write_the_record(self):
		"""Who refuses must never be called again for want of a permission; the Lead's status is the Lead's own."""
		frappe.db.set_value("Lead", self.lead, "status", "Lead")
		with patch.object(permissions, "may", lambda right, *_of: right != "write"):
			self.wrap_up(NEVER)
		values = frappe.db.get_value("Lead", self.lead, ["do_not_call", "status"])
		self.assertEqual(values, (1, "Lead"))

	def test_lead_gets_status_from_who_may_write_it(self):
		self.wrap_up(NEVER)
		self.assertEqual(frappe.db.get_value("Lead", self.lead, "status"), "Do Not Contact")

	def test_the_form_of_a_call_does_the_same_as_the_wrap_up(self):
		with site.as_user(AGENT):
			document = frappe.get_doc("PBX Call Log", self.call)
			document.disposition = NEVER
			document.save()
		self.assertTrue(frappe.db.exists(LIST, NUMBER))
		frappe.delete_doc(LIST, NUMBER)
		with site.as_user(AGENT):
			api.wrap_up(self.call, NEVER, "a note more")
		self.assertFalse(frappe.db.exists(LIST, NUMBER), "a manager took it off since")

	def test_masked_number_on_the_list_is_not_its_agents_to_read(self):
		site.move(self.call, number="+44XXXXXX")
		self.wrap_up(NEVER)
		self.assertTrue(frappe.db.exists(LIST, NUMBER))
		with site.as_user(AGENT):
			self.assertEqual(frappe.get_list(LIST, {"number": NUMBER}), [])

	def test_disposition_that_requires_a_follow_up_is_refused_without(self):
		with self.assertRaisesRegex(frappe.ValidationError, "follow-up date"):
			self.wrap_up("Call back", notes="Wants a quote")
		frappe.db.rollback()
		self.wrap_up("Call back", notes="Wants a quote", follow_up_on=add_days(nowdate(), 1))
		# Once chosen it asks no more: somebody corrects the notes.
		self.wrap_up("Call back", notes="Wants two")
		self.assertEqual(len(frappe.get_all("ToDo", {"reference_name": self.lead})), 1)

	def test_follow_up_is_required_on_the_form_of_a_call_too(self):
		with site.as_user(AGENT):
			document = frappe.get_doc("PBX Call Log", self.call)
			document.disposition = "Call back"
			self.assertRaisesRegex(frappe.ValidationError, "follow-up date", document.save)

	def test_call_that_was_refused_has_no_outcome(self):
		site.give_extension(AGENT, "")
		self.call = self.dial_lead()["call"]
		with self.assertRaisesRegex(frappe.ValidationError, "was not placed"):
			self.wrap_up(NEVER)
		frappe.db.rollback()
		self.assertFalse(frappe.db.get_value("Lead", self.lead, "do_not_call"))

	def test_dispositions_are_offered_by_how_the_call_ended(self):
		expected = {
			"Completed": (["Interested", "Call back"], "No Answer"),
			"No Answer": (["No Answer", "Call back"], "Interested"),
			"Requested": (["Interested", "No Answer"], None),
		}
		for status, (first, missing) in expected.items():
			site.move(self.call, status=status)
			with site.as_user(AGENT):
				form = api.wrap_up_form(self.call)
			self.assertEqual(form["dispositions"][:2], first, status)
			self.assertNotIn(missing, form["dispositions"])
			self.assertEqual(form["colors"][NEVER], "red")

	def test_status_that_no_lead_can_have_is_refused(self):
		document = frappe.get_doc(
			{"doctype": DISPOSITION, "disposition": "C2C Test", "lead_status": "Nonsense"}
		)
		self.assertRaises(frappe.ValidationError, document.insert)


class TestPatch(SiteCase):
	"""Sites from before get the actions on rows nobody changed."""

	def test_rows_as_shipped_get_actions_and_changed_ones_stay(self):
		self.addCleanup(self.put_back)
		plain = {"sort_order": 50, "color": "Gray", "set_do_not_call": 0, "lead_status": None}
		frappe.delete_doc(DISPOSITION, "No Answer", force=True)
		for name in (NEVER, "Interested"):
			created = frappe.db.get_value(DISPOSITION, name, "creation")
			frappe.db.set_value(DISPOSITION, name, {**plain, "modified": created}, update_modified=False)
		frappe.get_doc(DISPOSITION, "Interested").update({"description": "ours"}).save()
		for _again in range(2):
			give_dispositions_actions.execute()
			columns = ["set_do_not_call", "lead_status", "color"]
			self.assertEqual(frappe.db.get_value(DISPOSITION, NEVER, columns), (1, "Do Not Contact", "Red"))
			self.assertEqual(frappe.db.get_value(DISPOSITION, "Interested", "color"), "Gray")
			self.assertTrue(frappe.db.exists(DISPOSITION, "No Answer"))

	def put_back(self):
		for name, values in install.DISPOSITIONS.items():
			created = frappe.db.get_value(DISPOSITION, name, "creation")
			as_shipped = {"description": None, "modified": created, **values}
			frappe.db.set_value(DISPOSITION, name, as_shipped, update_modified=False)
