"""An admin renames, disables, migrates and restores: what a PBX was given goes on working, and nothing rings wrongly."""

from __future__ import annotations

import frappe

from c2c_frappe.accounts import extensions
from c2c_frappe.call_log import rows
from c2c_frappe.events import intake, webhook_address
from c2c_frappe.phone_book import index, refusals
from c2c_frappe.setup import custom_fields
from c2c_frappe.tests.cases import crm, pbx_events, site
from c2c_frappe.tests.cases.site import AGENT, CHIEF, COMMPEAK, OTHER_AGENT, ChiefCase, SiteCase
from c2c_frappe.tests.test_webhook import WebhookCase

RENAMED = "C2C Test Renamed"


class TestWebhookAddress(WebhookCase):
	"""The address that was entered at the PBX."""

	def test_key_and_former_name_go_on_after_a_rename(self):
		"""Neither an address by key nor one by the name the account had is silenced."""
		key = frappe.db.get_value("PBX Account", COMMPEAK, "webhook_key")
		self.assertIn(f"account={key}", webhook_address.describe(COMMPEAK)["url"])
		frappe.rename_doc("PBX Account", COMMPEAK, RENAMED)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.rename_doc, "PBX Account", RENAMED, COMMPEAK)
		for asked in (key, COMMPEAK, RENAMED):
			reply = self.post(account=asked, **self.told_of(f"call-{asked}")[0])
			self.assertEqual(reply["outcome"], "Waiting", asked)

	def test_a_name_given_to_another_account_still_reaches_the_first(self):
		"""The token tells which of the two is meant."""
		other, token = "C2C Test Namesake", "another-token-of-twenty"
		site.make_account(other, **site.USUAL, **site.ACCOUNTS[COMMPEAK], webhook_token=token)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "PBX Account", other, force=True)
		frappe.db.set_value("PBX Account", COMMPEAK, "former_names", other)
		self.addCleanup(frappe.db.set_value, "PBX Account", COMMPEAK, "former_names", "")
		frappe.db.commit()
		reply = self.post(account=other, **self.told_of("call-namesake")[0])
		self.assertEqual(reply["outcome"], "Waiting")
		(account,) = frappe.get_all("PBX Event", {"payload": ("like", "%call-namesake%")}, pluck="account")
		self.assertEqual(account, COMMPEAK)

	def test_right_token_from_a_wrong_address_is_told_on_the_form(self):
		"""An admin sees why a PBX that was set up right is refused; a wrong token writes nothing."""
		refused = {"webhook_addresses": "198.51.100.0/24", "webhook_message": ""}
		frappe.db.set_value("PBX Account", COMMPEAK, refused)
		frappe.db.commit()
		as_before = {"webhook_addresses": "", "webhook_message": ""}
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_value, "PBX Account", COMMPEAK, as_before)
		self.post(token="wrong", **self.told_of("x")[0])
		self.assertFalse(frappe.db.get_value("PBX Account", COMMPEAK, "webhook_message"))
		self.assertEqual(self.post(**self.told_of("x")[0])["outcome"], "Refused")
		self.assertIn("203.0.113.9", frappe.db.get_value("PBX Account", COMMPEAK, "webhook_message"))

	def test_disabled_account_takes_the_end_of_a_call_under_way(self):
		"""Switching an account off leaves no call open for ever, and begins none."""
		call = self.dial_lead()["call"]
		frappe.db.set_value("PBX Account", COMMPEAK, "enabled", 0)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_value, "PBX Account", COMMPEAK, "enabled", 1)
		frappe.db.commit()
		new = {
			"event": "start",
			"uniqueid": "77.1",
			"number": "447700900123",
			"direction": "in",
			"extension": "1000",
		}
		self.assertEqual(self.post(**new)["outcome"], "Ignored")
		self.assertFalse(frappe.db.exists(rows.DOCTYPE, {"pbx_call_id": "77.1"}))
		self.assertEqual(self.post(**self.told_of(call)[2])["outcome"], "Applied")
		self.assertEqual(self.facts(call)[0], "Completed")
		site.forget_calls()
		self.assertEqual(self.post(**self.told_of("later")[0])["outcome"], "Refused")


class TestPhones(SiteCase):
	"""Whose phone an extension is, after something it depends on changed."""

	def test_user_enabled_again_may_not_share_a_phone(self):
		"""Who was disabled while another got the extension is not enabled with it."""
		frappe.db.set_value("User", OTHER_AGENT, {"enabled": 0, "pbx_extension": "1000", "pbx_account": ""})
		self.addCleanup(
			frappe.db.set_value,
			"User",
			OTHER_AGENT,
			{"enabled": 1, "pbx_extension": "1001", "pbx_account": ""},
		)
		document = frappe.get_doc("User", OTHER_AGENT)
		document.enabled = 1
		self.assertRaises(frappe.ValidationError, document.save, ignore_permissions=True)

	def test_clashes_of_a_new_default_account_are_found(self):
		"""Two on one extension, one of them by the default account, clash once that is the other's."""
		frappe.db.set_value("User", AGENT, {"pbx_extension": "1000", "pbx_account": ""})
		frappe.db.set_value("User", OTHER_AGENT, {"pbx_extension": "1000", "pbx_account": site.PRIMEVOX})
		self.addCleanup(frappe.db.rollback)
		self.assertEqual(extensions.clashes(COMMPEAK), [])
		self.assertIn(("1000", *sorted((AGENT, OTHER_AGENT))), extensions.clashes(site.PRIMEVOX))

	def test_call_answered_at_nobodys_phone_is_nobodys(self):
		"""The first phone's agent did not answer it, and does not get its recording."""
		pbx_events.forget()
		self.addCleanup(pbx_events.forget)
		self.addCleanup(site.forget_calls)
		account = frappe.get_doc("PBX Account", COMMPEAK)
		known = {"uniqueid": "88.1", "number": "447700900777", "direction": "in"}
		start = {"event": "start", "started_at": "2026-11-28 10:00:00", "extension": "1000"}
		answer = {"event": "answer", "answered_at": "2026-11-28 10:00:05", "extension": "1999"}
		intake.receive(account, {**known, **start})
		intake.receive(account, {**known, **answer})
		(row,) = frappe.get_all(rows.DOCTYPE, {"pbx_call_id": "88.1"}, ["agent", "extension"])
		self.assertEqual((row.agent or "", row.extension), ("", "1999"))


class TestDoNotCall(SiteCase):
	"""The refusal stands beside the number, as every dial reads it."""

	def test_refusal_among_many_owners_counts(self):
		"""Of 60 Contacts with one number the last one refuses: nobody may call it."""
		names = [crm.make_contact("+44 7700 900666") for _n in range(60)]
		for name in names:
			self.addCleanup(crm.delete_past_checks, "Contact", name)
		document = frappe.get_doc("Contact", names[-1])
		document.do_not_call = 1
		document.save(ignore_permissions=True)
		reply = self.dial(number="+44 7700 900666")
		self.assertEqual(reply["failure_code"], "do_not_call")

	def test_number_read_in_an_accounts_country_is_refused_too(self):
		"""Site GB, account US: what the record calls (212) 555-0199 is refused as the dial reads it."""
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.default_country = "United States"
		account.save()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_value, "PBX Account", COMMPEAK, "default_country", None)
		name = crm.make_contact("(212) 555-0199")
		self.addCleanup(crm.delete_past_checks, "Contact", name)
		document = frappe.get_doc("Contact", name)
		document.do_not_call = 1
		document.save(ignore_permissions=True)
		self.assertIn("+12125550199", refusals.refusing_records(["+12125550199"]))
		site.change_settings(all_countries=1)
		self.assertEqual(self.dial(number="(212) 555-0199")["failure_code"], "do_not_call")

	def test_number_written_by_db_set_is_followed(self):
		"""ERPNext writes numbers of Customer and Supplier past the save; the index hears of it."""
		contact = frappe.get_doc("Contact", crm.make_contact("+44 7700 900555"))
		self.addCleanup(crm.delete_past_checks, "Contact", contact.name)
		lead = frappe.get_doc("Lead", crm.make_lead(mobile_no="+44 7700 900444"))
		self.addCleanup(crm.delete_past_checks, "Lead", lead.name)
		lead.db_set("mobile_no", "+44 7700 900333")
		self.assertEqual([owner.name for owner in index.matching_records("+447700900333")], [lead.name])
		self.assertEqual(index.matching_records("+447700900444"), ())


class TestOthers(SiteCase):
	def test_migrate_keeps_what_an_admin_changed_on_our_fields(self):
		"""A label or a place changed by hand is not taken back."""
		field = {"dt": "User", "fieldname": "pbx_extension"}
		before = frappe.db.get_value("Custom Field", field, "label")
		self.addCleanup(frappe.db.set_value, "Custom Field", field, "label", before)
		frappe.db.set_value("Custom Field", field, "label", "Desk phone")
		custom_fields.create()
		self.assertEqual(frappe.db.get_value("Custom Field", field, "label"), "Desk phone")

	def test_forged_host_confirms_no_address(self):
		"""The Host header is the browser's to write: an agent's first click confirms only the site's own."""
		site.change_settings(confirmed_site_url="")
		frappe.db.set_single_value("PBX Settings", "confirmed_site_url", "")
		with site.web_request("http://evil.example.com"):
			self.assertEqual(self.dial_lead()["failure_code"], "disabled")
		self.assertFalse(frappe.db.get_single_value("PBX Settings", "confirmed_site_url", cache=False))
		own, port = f"http://{frappe.local.site}", frappe.conf.get("webserver_port")
		with site.web_request(f"{own}:1"):
			self.assertEqual(self.dial_lead()["failure_code"], "disabled")
		with site.web_request(f"{own}:{port}" if port else own):
			self.assertEqual(self.dial_lead()["status"], "Requested")

	def test_system_manager_deletes_a_call_that_has_events(self):
		"""The events of a call do not hold it."""
		self.addCleanup(pbx_events.forget)
		call = self.dial_lead()["call"]
		account = frappe.get_doc("PBX Account", COMMPEAK)
		told = {"event": "start", "call": call, "uniqueid": "9.1", "started_at": "2026-11-28 10:00:00"}
		self.assertEqual(intake.receive(account, told), "Applied")
		frappe.delete_doc("PBX Call Log", call)
		self.assertFalse(frappe.db.exists("PBX Call Log", call))

	def test_texts_of_an_event_are_in_the_agents_language(self):
		"""A webhook is nobody's request: its agent reads their own language."""
		if frappe.db.db_type == "sqlite":
			self.skipTest("The embedded Desk is English.")
		frappe.db.set_value("User", AGENT, "language", "de")
		frappe.clear_cache(user=AGENT)
		self.addCleanup(frappe.clear_cache, user=AGENT)
		self.addCleanup(frappe.db.set_value, "User", AGENT, "language", None)
		self.addCleanup(pbx_events.forget)
		self.addCleanup(site.forget_calls)
		known = {"uniqueid": "89.1", "number": "447700900776", "direction": "in", "extension": "1000"}
		times = {"started_at": frappe.utils.now_datetime(), "ended_at": frappe.utils.now_datetime()}
		missed = {"event": "end", "hangup_cause": "NO ANSWER", **{k: str(v) for k, v in times.items()}}
		intake.receive(frappe.get_doc("PBX Account", COMMPEAK), {**known, **missed})
		text = frappe.get_all("ToDo", {"allocated_to": AGENT}, pluck="description", order_by="creation desc")
		self.assertIn("Verpasster Anruf", text[0])


class TestConfirmation(ChiefCase):
	def test_manager_may_confirm_by_the_first_call(self):
		"""A manager's own browser is no stranger's Host header."""
		frappe.db.set_single_value("PBX Settings", "confirmed_site_url", "")
		with site.web_request("http://crm.example.com"):
			reply = self.dial(CHIEF, number="+44 7700 900123")
		self.assertNotEqual(reply["failure_code"], "disabled")
