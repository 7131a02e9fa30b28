"""What is said of a call on Frappe CRM's side and on ours, and the record it is about, that may be deleted or come late."""

from __future__ import annotations

from unittest.mock import patch

import frappe

from c2c_frappe.call_log import rows
from c2c_frappe.desk import wrap_up
from c2c_frappe.frappe_crm import mirrored
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.frappe_crm import ADD_TASK, CALL, LEAD, OTHER, MirrorCase
from c2c_frappe.tests.cases.site import AGENT


class TestWords(MirrorCase):
	def test_note_of_the_popup_lands_on_our_call_and_on_the_lead(self):
		call = self.place()
		note = self.add_note(call, content="<p>Wants an offer</p>")
		self.assertEqual(self.comments(call), ["<p>Wants an offer</p>"])
		self.assertEqual(frappe.db.get_value("FCRM Note", note.name, "reference_docname"), self.lead)
		self.add_note(call, name=note.name, content="<p>Wants two</p>")
		self.assertEqual(self.comments(call), ["<p>Wants two</p>"])

	def test_task_of_the_popup_lands_on_our_call_and_on_the_lead(self):
		call = self.place()
		task = {"title": "Send it", "status": "Todo", "priority": "Low"}
		made = self.ask(ADD_TASK, call_sid=call, task=task)
		frappe.db.commit()
		self.assertEqual(frappe.db.get_value("CRM Task", made.name, "reference_docname"), self.lead)
		self.assertIn("Send it", self.comments(call)[0])

	def test_wrap_up_stands_on_crms_row(self):
		call = self.place()
		self.end(call)
		with site.as_user(AGENT):
			wrap_up.save(call, "Interested", "Call <b>Monday</b>", "", "")
			wrap_up.save(call, "Interested", "Call Tuesday", "", "")
		note = frappe.get_doc("FCRM Note", self.log(call).note)
		self.assertEqual((note.title, note.content), ("Interested", "<p>Call Tuesday</p>"))
		self.assertEqual(note.reference_docname, self.lead)
		self.assertEqual(self.comments(call), [])

	def test_words_cannot_run_as_a_script(self):
		"""In quotes Frappe takes them for JSON and lets them be."""
		call = self.place()
		note = self.add_note(call, content="hi")
		self.add_note(call, name=note.name, content='"<img src=x onerror=alert(1)>"')
		(words,) = self.comments(call)
		self.assertIn("<img", words)
		self.assertNotIn("onerror", words)

	def test_mention_in_a_note_is_plain_text_on_our_call(self):
		call = self.place()
		ann = '<span class="mention" data-type="mention" data-id="ann@example.com">@Ann</span>'
		self.add_note(call, content=f"<p>Ask {ann}</p>")
		self.assertEqual(self.comments(call), ["<p>Ask @Ann</p>"])

	def test_fault_of_the_comment_costs_no_note(self):
		call = self.place()
		with patch.object(mirrored, "_comment", side_effect=ValueError("of another app")):
			note = self.add_note(call, content="hi")
		self.assertTrue(frappe.db.exists("FCRM Note", note.name))
		self.assertTrue(frappe.db.exists("Error Log", {"method": "Call in Frappe CRM"}))
		frappe.db.delete("Error Log", {"method": "Call in Frappe CRM"})

	def wrap_up(self, call: str, notes: str, outcome: str = "") -> None:
		with site.as_user(AGENT):
			wrap_up.save(call, outcome, notes, "", "")

	def test_words_that_are_taken_back_go_at_crm_too(self):
		call = self.place()
		self.end(call)
		self.wrap_up(call, 'Said "no" & left')
		self.wrap_up(call, "")
		self.assertEqual(frappe.db.get_value("FCRM Note", call, "content"), "<p></p>")

	def test_note_that_was_edited_at_crm_is_left_alone(self):
		call = self.place()
		self.end(call)
		self.wrap_up(call, "Call Monday")
		frappe.db.set_value("FCRM Note", call, "content", "<p>Call Monday at 9</p>")
		self.wrap_up(call, "Call Tuesday")
		self.assertEqual(frappe.db.get_value("FCRM Note", call, "content"), "<p>Call Monday at 9</p>")


class TestRecords(MirrorCase):
	def test_called_lead_can_be_deleted_and_its_calls_stay(self):
		call = self.place()
		self.end(call)
		note = self.add_note(call, content="hi")
		with site.as_user(AGENT):
			wrap_up.save(call, "Interested", "Likes tea", "", "")
		# CRM's own word of whose Lead it is holds it as well.
		frappe.db.delete("CRM Notification", {"notification_type_doc": self.lead})
		frappe.delete_doc(LEAD, self.lead)
		places = [self.log(call).reference_docname]
		places += [frappe.db.get_value("FCRM Note", each, "reference_docname") for each in (call, note.name)]
		self.assertEqual(places, [None] * 3)
		self.assertEqual(self.comments(call), ["hi"])

	def test_record_whose_page_shows_no_calls_is_not_held(self):
		contact = self.make_contact(OTHER)
		call = self.press(OTHER, page=("Contact", contact.name))
		self.assertEqual(frappe.db.get_value(CALL, call, "reference_name"), contact.name)
		self.assertFalse(self.log(call).reference_docname)
		frappe.delete_doc("Contact", contact.name)

	def test_record_that_crm_takes_away_stays_away(self):
		call = self.place()
		row = self.log(call)
		row.update({"reference_doctype": "", "reference_docname": ""}).save(ignore_permissions=True)
		self.assertFalse(self.log(call).reference_docname)

	def test_copy_from_before_the_call_was_linked_does_not_unlink_it(self):
		call = self.press("+447700900829")
		older = self.log(call)
		rows.link([rows.read_whole(call).dialed_number], LEAD, self.lead)
		older.link_with_reference_doc(LEAD, self.lead)
		older.save(ignore_permissions=True)
		row = self.log(call)
		self.assertEqual((row.reference_docname, row.links), (self.lead, []))

	def test_lead_that_crm_linked_is_shown_the_call_once(self):
		call = self.press("+447700900829")
		row = self.log(call)
		row.link_with_reference_doc(LEAD, self.lead)
		row.save(ignore_permissions=True)
		rows.link([rows.read_whole(call).dialed_number], LEAD, self.lead)
		row = self.log(call)
		self.assertEqual((row.reference_docname, row.links), (self.lead, []))
