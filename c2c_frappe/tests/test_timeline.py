"""The calls of a record on its timeline, as the form of the record gets them."""

from __future__ import annotations

import re
from unittest.mock import patch

import frappe
from frappe.deferred_insert import save_to_db

from c2c_frappe import permissions
from c2c_frappe.call_log import dial_guard
from c2c_frappe.call_log import rows as call_log
from c2c_frappe.desk import timeline
from c2c_frappe.pbx.calls.dial import DialResult
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, MANAGER, NOBODY, OTHER_AGENT, SiteCase

CANARY = "<img src=x onerror=alert(1)>"
PAST = "2001-01-01 00:00:00"


class TestTimeline(SiteCase):
	def shown(self, user: str = AGENT, doctype: str = "Lead", name: str = "") -> list[str]:
		"""Return the texts on the timeline of a record, the Lead if none is named, as its form gets them."""
		frappe.local.response = frappe._dict(docs=[])
		site.send(user, "GET", "frappe.desk.form.load.get_docinfo", doctype=doctype, name=name or self.lead)
		entries = frappe.local.response["docinfo"]["additional_timeline_content"]
		return [entry["content"] for entry in entries if entry["icon"] == "call"]

	def test_a_call_is_shown_with_its_agent_its_number_and_its_result(self):
		self.simulator.behave("refuse")
		reply = self.dial_lead()
		(text,) = self.shown()
		for part in (frappe.utils.get_fullname(AGENT), "+44 7700 900123", "Failed", reply["message"]):
			self.assertIn(frappe.utils.escape_html(part), text)

	def test_who_may_read_the_record_sees_everybodys_calls_and_no_recording(self):
		call = self.dial_lead()["call"]
		site.move(call, agent=OTHER_AGENT, recording_url="https://pbx.example.com/recording.mp3")
		(text,) = self.shown()
		self.assertNotIn("recording", text)

	def test_calling_again_takes_the_extension_that_was_called(self):
		"""Of x12 and x15 of one switchboard the one that was called is shown, and called again."""
		contact = crm.make_contact("+44 20 7946 0018 #12", "+44 20 7946 0018 #15")
		frappe.db.commit()
		at_contact = {"reference_doctype": "Contact", "reference_name": contact}
		self.assertEqual(self.dial(**at_contact, number="+442079460018")["failure_code"], "no_number")
		call = self.dial(**at_contact, number="+44 20 7946 0018 x15")["call"]
		site.change_settings(repeat_window=0)
		(text,) = (entry for entry in self.shown(doctype="Contact", name=contact) if "x15" in entry)
		carried = re.search(r'data-c2c-number="([^"]*)"', text)[1]
		self.assertEqual(carried, "+44 20 7946 0018 x15")
		site.move(call, dial_key=None)
		again = self.dial(**at_contact, number=carried)
		self.assertEqual((again["number"], again["repeated"]), ("+44 20 7946 0018 x15", False))

	def test_what_the_agent_made_of_it_is_shown_and_how_long_it_took(self):
		call = self.dial_lead()["call"]
		values = {"disposition": "Call back", "notes": "Wants a quote\nby Friday", "duration": 75}
		site.move(call, status="Completed", **values)
		(text,) = self.shown()
		for part in ("Completed", "1m 15s", "Call back", "Wants a quote\nby Friday"):
			self.assertIn(part, text)

	def test_status_links_to_the_call_for_who_may_open_it(self):
		call = self.dial_lead()["call"]
		for user, agent, is_link in (
			(AGENT, AGENT, True),
			(AGENT, OTHER_AGENT, False),
			("Administrator", AGENT, True),
		):
			site.move(call, agent=agent)
			(text,) = self.shown(user)
			self.assertEqual(f"/{call}" in text, is_link, (user, agent))

	def test_incoming_call_is_marked_and_called_back(self):
		call = self.dial_lead()["call"]
		(text,) = self.shown()
		self.assertTrue("↗" in text and "Call Again" in text)
		site.move(call, direction="Incoming", status="No Answer")
		(text,) = self.shown()
		self.assertTrue("↙" in text and "text-danger" in text and "Call Back" in text)
		self.assertTrue("Missed Call" in text and "No Answer" not in text)

	def test_a_call_that_came_in_is_told_from_the_other_side(self):
		call = self.dial_lead()["call"]
		site.move(call, direction="Incoming", status="Completed")
		(text,) = self.shown()
		self.assertLess(text.index("+44 7700 900123"), text.index(frappe.utils.get_fullname(AGENT)))
		site.move(call, agent="")
		(text,) = self.shown()
		self.assertIn("called: Completed", text)

	def test_refusal_is_no_call_on_the_timeline(self):
		"""What was refused here rang nobody, and pushes no call off the timeline's end."""
		self.set_lead(do_not_call=1)
		for _again in range(timeline.LIMIT + 1):
			self.assertEqual(self.dial_lead()["failure_code"], "do_not_call")
		self.assertEqual(self.shown(), [])
		self.set_lead(do_not_call=0)
		call = self.dial_lead()["call"]
		site.move(call, requested_at=PAST)
		self.assertEqual(len(self.shown()), 1)

	def test_refusal_overtaken_by_proof_of_a_call_is_one(self):
		call = self.dial_lead()["call"]
		site.move(call, status="Failed", failure_code="misconfigured", evidence_rank=23)
		self.assertEqual(len(self.shown()), 1)

	def test_sentence_to_the_agent_is_shown_to_no_other_reader(self):
		"""Others read why a call failed, not what its agent was told to do."""
		call = self.dial_lead()["call"]
		told = "Your phone 1000 is not known to Asterisk. Ask your administrator."
		site.move(call, status="Failed", failure_code="unknown_extension", message=told)
		self.assertIn(told, self.shown()[0])
		site.move(call, agent=OTHER_AGENT)
		(text,) = self.shown()
		self.assertNotIn("Your phone", text)
		self.assertIn("The PBX does not know the extension", text)

	def test_call_without_a_number_says_so(self):
		call = self.dial_lead()["call"]
		site.move(call, number="", dialed_number="", direction="Incoming", status="Completed", agent="")
		self.assertIn("an unknown number", self.shown()[0])

	def test_who_may_not_read_the_record_sees_nothing(self):
		self.dial_lead()
		with self.assertRaises(frappe.PermissionError):
			self.shown(NOBODY)

	def test_another_record_shows_none_of_its_calls(self):
		self.dial_lead()
		self.assertEqual(self.shown(doctype="Contact", name=self.contact), [])

	def test_only_the_latest_calls_are_shown(self):
		for n in range(timeline.LIMIT + 3):
			row = {"agent": AGENT, "status": "Completed", "requested_at": f"2026-01-01 10:{n:02}:00"}
			row.update(reference_doctype="Lead", reference_name=self.lead, number="+442079460018")
			frappe.get_doc({"doctype": call_log.DOCTYPE, **row}).insert(ignore_permissions=True)
		entries = timeline.calls_of("Lead", self.lead)
		self.assertEqual(len(entries), timeline.LIMIT)
		self.assertEqual(min(str(entry["creation"])[:16] for entry in entries), "2026-01-01 10:03")

	def test_what_people_and_pbxs_write_is_shown_as_text(self):
		call = self.dial_lead()["call"]
		site.move(
			call,
			message=f"said {CANARY}",
			failure_code="bad_reply",
			number=CANARY,
			dialed_number=CANARY,
			notes=CANARY,
		)
		with patch.object(timeline, "get_fullname", lambda _user: CANARY):
			(text,) = self.shown()
		self.assertNotIn("<img", text)
		# Agent, number, message and notes, and the number once more in the button that calls it again.
		self.assertEqual(text.count("&lt;img"), 5)

	def test_a_call_is_offered_again_to_who_may_call_and_to_nobody_else(self):
		self.dial_lead()
		(text,) = self.shown()
		self.assertIn(f'data-c2c-doctype="Lead" data-c2c-name="{self.lead}"', text)
		self.assertIn('data-c2c-number="+44 7700 900123"', text)
		with patch.object(permissions, "can_call", lambda _user=None: False):
			(text,) = self.shown()
		self.assertNotIn("data-c2c", text)

	def test_a_call_is_offered_to_be_wrapped_up_to_its_agent_alone(self):
		"""Nobody else may write what came of it, and of one that failed nothing did."""
		call = self.dial_lead()["call"]
		self.assertIn(f'data-c2c-call="{call}"', self.shown()[0])
		site.move(call, agent=OTHER_AGENT)
		self.assertNotIn("data-c2c-call", self.shown()[0])
		site.move(call, agent=AGENT, status="Failed")
		self.assertNotIn("data-c2c-call", self.shown()[0])

	def test_a_failure_shows_nothing_and_is_logged_without_secrets(self):
		title = "Calls on the timeline"
		save_to_db()
		frappe.db.delete("Error Log", {"method": title})

		def fail(*_place):
			key = site.CLIENT_ID
			raise ValueError(key)

		with patch.object(call_log, "list_for_record", fail):
			self.assertEqual(self.shown(), [])
		frappe.db.rollback()  # as after every GET
		save_to_db()
		(log,) = frappe.get_all("Error Log", {"method": title}, ["error"])
		self.assertIn(f"Lead {self.lead}", log.error)
		self.assertIn("ValueError", log.error)
		self.assertNotIn(site.CLIENT_ID, log.error)


class TestOverdue(SiteCase):
	"""A dial whose answer is overdue is shown as Unknown before the sweep has seen it."""

	def setUp(self):
		super().setUp()
		self.call = self.dial_lead()["call"]
		values = {"status": "Dialing", "evidence_rank": 0, "message": None, "reply_due": PAST}
		site.move(self.call, slot=f"{COMMPEAK}#1", site_slot="1", **values)

	def test_it_is_unknown_on_the_timeline(self):
		(entry,) = timeline.calls_of("Lead", self.lead)
		self.assertIn("Unknown", entry["content"])

	def test_it_is_unknown_when_the_browser_asks(self):
		for user in (AGENT, MANAGER):
			state = site.send(user, "GET", "c2c_frappe.api.call.state", call=self.call)
			self.assertEqual((state["status"], state["failure_code"]), ("Unknown", "interrupted"))
			self.assertIn("check before calling again", state["message"])

	def test_it_is_unknown_on_its_form(self):
		frappe.local.response = frappe._dict(docs=[])
		site.send(AGENT, "GET", "frappe.desk.form.load.getdoc", doctype="PBX Call Log", name=self.call)
		(form,) = frappe.local.response.docs
		self.assertEqual((form.status, form.failure_code), ("Unknown", "interrupted"))

	def test_it_is_unknown_to_the_api(self):
		one = site.send(AGENT, "GET", "frappe.client.get", doctype="PBX Call Log", name=self.call)
		self.assertEqual((one["status"], one["failure_code"]), ("Unknown", "interrupted"))

	def test_lists_may_say_dialing_until_the_sweep(self):
		asked = {
			"doctype": "PBX Call Log",
			"fields": '["name", "status"]',
			"filters": '{"status": "Unknown"}',
		}
		self.assertEqual(site.send(AGENT, "POST", "frappe.client.get_list", **asked), [])
		dial_guard.sweep()
		(row,) = site.send(AGENT, "POST", "frappe.client.get_list", **asked)
		self.assertEqual(row.name, self.call)

	def test_notes_saved_on_its_form_change_no_status(self):
		# As the form sends it, with the status that it shows.
		form = frappe.get_doc(frappe.get_doc("PBX Call Log", self.call).as_dict())
		self.assertEqual(form.status, "Unknown")
		form.notes = "Nobody there?"
		form.save()
		(row,) = site.rows()
		self.assertEqual((row.status, row.notes, row.failure_code or ""), ("Dialing", form.notes, ""))

	def test_the_timeline_changes_nothing_and_the_sweep_everything(self):
		timeline.calls_of("Lead", self.lead)
		self.assertEqual(site.rows()[0].status, "Dialing")
		dial_guard.sweep()
		(row,) = site.rows()
		self.assertEqual((row.status, row.failure_code, row.slot), ("Unknown", "interrupted", None))

	def test_a_dial_that_still_has_time_is_dialing(self):
		site.move(self.call, reply_due="2999-01-01 00:00:00")
		self.assertEqual(
			site.send(AGENT, "GET", "c2c_frappe.api.call.state", call=self.call)["status"], "Dialing"
		)

	def test_a_late_answer_still_says_what_became_of_it(self):
		dial_guard.sweep()
		result = DialResult("accepted", "CommPeak accepted the call.", "10000000.1000")
		dial_guard.record_result(self.call, result, {"message": result.message}, repeat_seconds=10)
		(row,) = site.rows()
		self.assertEqual((row.status, row.pbx_call_id, row.failure_code), ("Requested", "10000000.1000", ""))
