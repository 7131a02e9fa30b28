"""A call button of Frappe CRM's pages: whose call it is, which record, what its popup hears, and when CRM stays as it is."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import frappe

from c2c_frappe.accounts import providers
from c2c_frappe.frappe_crm import answering, popups
from c2c_frappe.site_time import utc_now
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.frappe_crm import API, DEAL, E164, LEAD, LOG, MAKE_A_CALL, OTHER, CrmCase
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, MANAGER, NOBODY, OTHER_AGENT

ENABLED, CONTACT = f"{API}.is_call_integration_enabled", f"{API}.get_contact_by_phone_number"
OURS = {"twilio": False, "exotel": True}


class ButtonCase(CrmCase):
	def setUp(self):
		super().setUp()
		self.switch_provider("Exotel", 0)
		self.addCleanup(self.switch_provider, "Exotel", 0)

	def switch_provider(self, name: str, is_on: int) -> None:
		doctype = f"CRM {name} Settings"
		frappe.db.set_single_value(doctype, "enabled", is_on)
		frappe.clear_document_cache(doctype, doctype)
		frappe.db.commit()


class TestWhose(ButtonCase):
	def test_buttons_are_ours_for_who_may_call_and_nobody_else(self):
		enabled = {user: self.ask(ENABLED, user, "GET")["integrations"] for user in (AGENT, MANAGER, NOBODY)}
		none = {"twilio": False, "exotel": False}
		self.assertEqual(enabled, {AGENT: OURS, MANAGER: none, NOBODY: none})

	def test_buttons_are_cut_off_by_the_setting_by_crms_own_provider_and_while_impersonated(self):
		with site.as_user(AGENT, impersonated_by=MANAGER):
			self.assertFalse(answering.are_calls_ours())
		self.switch_provider("Exotel", 1)
		with site.as_user(AGENT):
			self.assertFalse(answering.are_calls_ours())
		self.switch_provider("Exotel", 0)
		site.change_settings(call_from_crm=0)
		self.assertEqual(self.ask(ENABLED)["integrations"], {"twilio": False, "exotel": False})

	def test_crms_own_provider_gets_the_call(self):
		self.switch_provider("Exotel", 1)
		with self.assertRaises(Exception) as caught:
			self.press()
		frappe.db.rollback()
		self.assertNotIn("PBX", str(caught.exception))
		self.assertEqual(site.rows(), [])
		self.switch_provider("Exotel", 0)
		site.change_settings(call_from_crm=0)
		self.assertIn("Exotel", self.refusal())

	def test_get_does_not_dial(self):
		"""A link could place it otherwise."""
		self.refusal(frappe.PermissionError, http="GET")
		self.assertFalse(self.simulator.requests)

	def test_another_app_that_overrides_last_is_named(self):
		self.assertIn("through your PBX", answering.describe())
		hooks = frappe.get_hooks(answering.HOOK)
		hooks = {**hooks, MAKE_A_CALL: [*hooks[MAKE_A_CALL], "other_app.calls.make"]}
		with self.patch_hooks({answering.HOOK: hooks}):
			self.assertIn("other_app", answering.describe())

	def test_settings_say_who_answers(self):
		settings = frappe.get_doc("PBX Settings")
		settings.run_method("onload")
		self.assertIn("through your PBX", settings.get("__onload").crm)
		self.switch_provider("Exotel", 1)
		self.assertIn("own telephony provider", answering.describe())

	def test_settings_say_so_where_crms_own_answer_is_a_fault(self):
		with patch.object(answering, "ask_before_us", side_effect=AttributeError("of an older version")):
			self.assertIn("does not report", answering.describe())
			with site.as_user(AGENT):
				self.assertFalse(answering.are_calls_ours())


class TestRecord(ButtonCase):
	def called(self, call: str) -> tuple:
		(request,) = self.simulator.requests
		row = frappe.db.get_value(
			"PBX Call Log", call, ["reference_doctype", "reference_name", "dialed_number"]
		)
		return (*row, request.query.get("leadid", ""))

	def test_lead_is_called_with_its_id(self):
		call = self.press(page=(LEAD, self.lead))
		self.assertEqual(self.called(call), (LEAD, self.lead, E164, self.lead))

	def test_deal_is_called_by_the_number_of_its_contact(self):
		deal = self.make(DEAL, contacts=[{"contact": self.make_contact(OTHER).name, "is_primary": 1}])
		call = self.press(OTHER, page=(DEAL, deal))
		self.assertEqual(self.called(call)[:3], (DEAL, deal, OTHER))

	def test_of_two_records_with_one_number_the_page_decides(self):
		second = self.make(LEAD, first_name="Ada", mobile_no=E164)
		self.assertEqual(self.called(self.press(page=(LEAD, self.lead)))[1], self.lead)
		frappe.db.set_value("PBX Call Log", {"agent": AGENT}, {"dial_key": None})
		self.simulator.reset()
		self.assertEqual(self.called(self.press(page=(LEAD, second)))[1], second)

	def test_without_a_page_the_owner_of_the_number_is_called(self):
		self.assertEqual(self.called(self.press())[1], self.lead)

	def test_number_that_is_not_on_the_page_is_that_of_its_owner(self):
		other = self.make(LEAD, first_name="Ada", mobile_no=OTHER)
		self.assertEqual(self.called(self.press(page=(LEAD, other)))[1], self.lead)

	def test_page_that_shows_nothing_real_is_passed_over(self):
		self.assertEqual(self.called(self.press(page=(LEAD, "no-such-lead")))[1], self.lead)

	def test_unsaved_number_follows_the_rule_for_those(self):
		self.assertEqual(self.called(self.press("+447700900829"))[1] or "", "")
		site.change_settings(allow_any_number=0)
		self.assertIn("Only numbers", self.refusal(number="+447700900828"))

	def test_empty_number_calls_the_record_of_the_page(self):
		"""CRM's own button needs the mobile number; a Lead may have a phone only."""
		lead = self.make(LEAD, first_name="Ada", phone=OTHER)
		self.assertEqual(self.called(self.press("", page=(LEAD, lead)))[1:3], (lead, OTHER))
		self.assertIn("Enter a number", self.refusal(number=""))


class TestRefusals(ButtonCase):
	def test_refusal_says_our_sentence(self):
		site.give_extension(AGENT, "")
		self.assertIn("no extension", self.refusal())

	def test_user_without_the_role_is_refused_by_crm_itself(self):
		self.assertIn("Exotel", self.refusal(user=NOBODY))
		self.assertFalse(self.simulator.requests)

	def test_unknown_outcome_says_that_the_phone_may_ring(self):
		self.simulator.behave("hang")
		self.assertIn("may", self.refusal())
		self.assertEqual([row.status for row in site.rows()], ["Unknown"])

	def test_two_clicks_are_one_call(self):
		self.assertEqual(self.press(), self.press())
		self.assertEqual(len(self.simulator.requests), 1)


class TestPopup(ButtonCase):
	def test_popup_is_told_from_the_ringing_to_the_end(self):
		call = self.press()
		with self.told("exotel_call") as sent:
			self.hear_of(call, "start")
			self.hear_of(call, "answer")
			self.hear_of(call, "answer", repeated="1")
			self.hear_of(call, "end", hangup_cause="ANSWERED", duration="5")
		self.assertEqual({user for user, _event in sent}, {AGENT})
		said = [(event["EventType"], event["Status"], event.get("Legs[1][Status]")) for _user, event in sent]
		talk = ("answered", "in-progress", "in-progress")
		self.assertEqual(said.count(talk), 1, said)
		self.assertEqual((said[-1], sent[-1][1]["DialCallDuration"]), (("terminal", "completed", None), 5))

	def test_popup_hears_of_the_end_though_the_option_was_switched_off(self):
		call = self.press(page=(LEAD, self.lead))
		site.change_settings(call_from_crm=0)
		with self.told("exotel_call") as sent:
			self.hear_of(call, "end", hangup_cause="ANSWERED", duration="5")
		self.assertEqual([user for user, _event in sent], [AGENT])

	def test_contacts_call_is_on_the_deal_that_crm_shows_it_on(self):
		contact = self.make_contact(OTHER)
		rows = [{"contact": contact.name, "is_primary": 1}]
		deal = self.make(DEAL, contacts=rows, organization_name="Acme Physics")
		call = self.press(OTHER, page=("Contact", contact.name))
		row = frappe.get_doc(LOG, call)
		self.assertEqual((row.reference_doctype, row.reference_docname), (DEAL, deal))

	def test_call_placed_elsewhere_is_not_told_to_a_popup(self):
		"""The popup takes what it hears for the call it shows."""
		reply = self.dial(reference_doctype=LEAD, reference_name=self.lead)
		with self.told("exotel_call") as sent:
			self.hear_of(reply["call"], "end", hangup_cause="ANSWERED", duration="5")
		self.assertEqual(sent, [])

	def test_incoming_call_opens_it_for_its_agent_alone_and_ends(self):
		with self.told("exotel_call") as sent:
			self.hear("start")
			self.hear("end", hangup_cause="NO ANSWER")
		self.assertEqual([user for user, _event in sent], [AGENT, AGENT])
		self.assertEqual((sent[0][1]["AgentEmail"], sent[0][1]["CallFrom"]), (AGENT, E164))
		self.assertEqual(sent[1][1]["DialCallStatus"], "no-answer")

	def test_incoming_call_opens_it_once_its_agent_is_known(self):
		with self.told("exotel_call") as sent:
			self.hear("start", extension="")
			self.assertFalse(frappe.db.get_value("PBX Call Log", {"dialed_number": E164}, "agent"))
			self.hear("start")
		self.assertEqual([(user, event["AgentEmail"]) for user, event in sent], [(AGENT, AGENT)])

	def test_popup_that_shows_a_talk_is_not_taken_for_another(self):
		call = self.press()
		self.hear_of(call, "answer")
		with self.told("exotel_call") as sent:
			self.hear("start", number="447700900829")
		self.assertEqual(sent, [])

	def test_call_without_an_end_does_not_keep_the_popup_from_others(self):
		call = self.press()
		self.hear_of(call, "answer")
		site.move(call, requested_utc=utc_now() - timedelta(hours=2))
		with self.told("exotel_call") as sent:
			self.hear("start", number="447700900829")
		self.assertEqual([event["Status"] for _user, event in sent], ["busy"])

	def test_old_call_is_not_told(self):
		"""A file of call records would speak to whoever is on a call."""
		with self.told("exotel_call") as sent:
			self.hear("end", hangup_cause="ANSWERED", duration="5")
		self.assertEqual(sent, [])

	def test_popup_of_a_pbx_that_tells_nothing_can_be_closed(self):
		self.set_token("")
		call = self.press()
		with self.told("exotel_call") as sent:
			popups.close_forgotten()
			site.move(call, requested_utc=utc_now() - timedelta(minutes=2))
			popups.close_forgotten()
			popups.close_forgotten()
		((user, event),) = sent
		self.assertEqual((user, event["EventType"], event["CallSid"]), (AGENT, "terminal", call))

	def test_popup_of_a_pbx_that_tells_waits_longer(self):
		self.set_token("crm-popup-token")
		self.addCleanup(self.set_token, "")
		call = self.press()
		with self.told("exotel_call") as sent:
			site.move(call, requested_utc=utc_now() - timedelta(minutes=2))
			popups.close_forgotten()
			self.assertEqual(frappe.db.get_value("PBX Call Log", call, "crm_popup"), 1)
			site.move(call, requested_utc=utc_now() - timedelta(minutes=16))
			popups.close_forgotten()
		self.assertEqual([event["CallSid"] for _user, event in sent], [call])

	def test_popup_that_was_not_told_of_an_end_is_closed_though_an_account_cannot_be_read(self):
		call = self.press()
		site.move(call, status="Completed", crm_popup=1, requested_utc=utc_now() - timedelta(minutes=16))
		unreadable = patch.object(providers, "webhook_token", side_effect=ValueError("key"))
		with unreadable, self.told("exotel_call") as sent:
			popups.close_forgotten()
		self.assertEqual([event["CallSid"] for _user, event in sent], [call])
		frappe.db.delete("Error Log", {"method": "Call in Frappe CRM"})

	def set_token(self, token: str) -> None:
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.webhook_token = token
		account.save(ignore_permissions=True)
		frappe.db.commit()

	def test_popup_names_who_calls_to_those_who_may_read_it(self):
		found = self.ask(CONTACT, phone_number=E164)
		self.assertEqual((found["full_name"], found["lead"]), ("Grace", self.lead))
		strange = self.ask(CONTACT, phone_number="+447700900828")
		self.assertEqual(set(strange), {"mobile_no"})
		with site.as_user(OTHER_AGENT):
			self.assertFalse(frappe.has_permission(LEAD, "read", self.lead))
		self.assertNotIn("lead", self.ask(CONTACT, OTHER_AGENT, phone_number=E164))

	def test_incoming_call_taken_over_closes_the_popup_of_who_did_not_answer(self):
		site.give_extension(OTHER_AGENT, "1001")
		self.hear("start")
		with self.told("exotel_call") as sent:
			self.hear("answer", extension="1001", answered_at=str(utc_now().replace(microsecond=0)))
		self.assertIn((AGENT, "no-answer"), [(user, event.get("DialCallStatus")) for user, event in sent])
