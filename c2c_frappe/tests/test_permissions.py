"""Who may do what: whose calls one sees, which records and numbers one may call, whose phone rings."""

from __future__ import annotations

import frappe
from frappe import client

from c2c_frappe.accounts import extensions
from c2c_frappe.api import account, call
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, MANAGER, NOBODY, OTHER_AGENT, PRIMEVOX, SiteCase


class TestOwnCalls(SiteCase):
	"""An agent sees own calls, a manager all of them, and nobody writes what the PBX said."""

	def setUp(self):
		super().setUp()
		site.give_extension(OTHER_AGENT, "1001")
		self.own = self.dial_lead()["call"]
		self.others = self.dial(OTHER_AGENT, number=crm.LANDLINE)["call"]

	def test_lists_over_rest_and_in_code_hold_own_calls_alone(self):
		for user, seen in ((AGENT, {self.own}), (MANAGER, {self.own, self.others})):
			with self.subTest(user=user), site.as_user(user):
				both = {"name": ("in", (self.own, self.others))}
				self.assertEqual(set(frappe.get_list("PBX Call Log", both, pluck="name")), seen)
				self.assertEqual(
					{row.name for row in client.get_list("PBX Call Log", ["name"], filters=both)}, seen
				)
				listed = {"doctype": "PBX Call Log", "filters": frappe.as_json(both)}
				count = site.send(user, "POST", "frappe.desk.reportview.get_count", **listed)
				self.assertEqual(count, len(seen))

	def test_who_has_no_role_sees_no_list(self):
		with site.as_user(NOBODY), self.assertRaises(frappe.PermissionError):
			frappe.get_list("PBX Call Log")

	def test_a_call_of_another_agent_cannot_be_opened(self):
		with site.as_user(AGENT):
			self.assertEqual(client.get("PBX Call Log", self.own)["name"], self.own)
			for ask in (client.get, lambda _doctype, name: call.state(name)):
				with self.assertRaises(frappe.PermissionError):
					ask("PBX Call Log", self.others)
		with site.as_user(MANAGER):
			self.assertEqual(client.get("PBX Call Log", self.others)["name"], self.others)

	def test_reports_count_own_calls_alone(self):
		today = frappe.utils.today()
		filters = {"from_date": today, "to_date": today}
		for user, agents in ((AGENT, {AGENT}), (MANAGER, {AGENT, OTHER_AGENT})):
			with self.subTest(user=user):
				answer = site.send(
					user,
					"POST",
					"frappe.desk.query_report.run",
					report_name="Call Activity",
					filters=frappe.as_json(filters),
				)
				seen = {
					row["agent"] for row in answer["result"] if isinstance(row, dict) and row.get("agent")
				}
				self.assertEqual(seen & {AGENT, OTHER_AGENT}, agents)

	def test_an_agent_writes_notes_and_disposition_of_own_calls_and_no_fact(self):
		frappe.get_doc({"doctype": "PBX Disposition", "disposition": "C2C Test"}).insert(
			ignore_if_duplicate=True
		)
		for user in (AGENT, MANAGER):
			with self.subTest(user=user), site.as_user(user):
				own = frappe.get_doc("PBX Call Log", self.own)
				own.update({"notes": f"Said {user}", "disposition": "C2C Test"})
				own.update({"status": "Completed", "number": "+15005550006"})
				own.update({"extension": "1002", "duration": 600, "slot": "x", "message": "x"})
				own.save()
			(row,) = site.rows(name=self.own)
			self.assertEqual((row.notes, row.disposition), (f"Said {user}", "C2C Test"))
			self.assertEqual((row.status, row.number, row.agent), ("Requested", "+447700900123", AGENT))
			self.assertEqual((row.extension, row.duration, row.slot), ("1000", None, None))
			self.assertNotEqual(row.message, "x")

	def test_an_agent_cannot_write_notes_of_anothers_call(self):
		with site.as_user(AGENT), self.assertRaises(frappe.PermissionError):
			client.set_value("PBX Call Log", self.others, "notes", "mine now")

	def test_an_agent_who_claims_anothers_call_neither_writes_nor_reads_it(self):
		claimed = frappe.get_doc("PBX Call Log", self.others).as_dict(convert_dates_to_str=True)
		claimed.update({"agent": AGENT, "notes": "mine now"})
		with site.as_user(AGENT), self.assertRaises(frappe.PermissionError):
			client.save(claimed)
		self.assertIsNone(site.rows(name=self.others)[0].notes)

	def test_nobody_but_the_app_makes_a_call_row_and_no_agent_deletes_one(self):
		for user in (AGENT, MANAGER):
			with self.subTest(user=user), site.as_user(user):
				with self.assertRaises(frappe.PermissionError):
					client.insert({"doctype": "PBX Call Log", "agent": user, "status": "Completed"})
				with self.assertRaises(frappe.PermissionError):
					client.delete("PBX Call Log", self.own)


class TestRecords(SiteCase):
	"""A record is called by those who may read it, on the numbers they may read."""

	def assert_denied(self, sent: dict) -> None:
		with site.as_user(AGENT):
			with self.assertRaises(frappe.PermissionError):
				call.numbers(sent["reference_doctype"], sent["reference_name"])
			with self.assertRaises(frappe.PermissionError):
				call.dial(**sent)
		self.assertEqual((self.simulator.requests, site.rows()), ((), []))

	def test_a_record_the_agent_may_not_read_is_neither_shown_nor_called(self):
		visitor = crm.make_visitor(OTHER_AGENT, phone=crm.MOBILE)
		self.assert_denied(
			{"reference_doctype": crm.VISITOR, "reference_name": visitor, "fieldname": "phone"}
		)

	def test_a_record_that_was_shared_is_called_as_it_is_read(self):
		"""By somebody whose roles read no Lead: fields of level 0 come with the record."""
		site.give_extension(OTHER_AGENT, "1001")
		frappe.share.add("Lead", self.lead, OTHER_AGENT, read=1)
		self.addCleanup(frappe.db.delete, "DocShare", {"share_name": self.lead})
		frappe.db.commit()
		reply = self.dial(OTHER_AGENT, **self.at_lead)
		self.assertEqual((reply["status"], len(self.simulator.requests)), ("Requested", 1))

	def test_a_field_the_agent_may_not_read_is_neither_shown_nor_called(self):
		visitor = crm.make_visitor(AGENT, phone=crm.MOBILE, private="020 7946 0018")
		with site.as_user(AGENT):
			shown = call.numbers(crm.VISITOR, visitor)["numbers"]
		self.assertEqual([number["fieldname"] for number in shown], ["phone"])
		for chosen in ({"fieldname": "private"}, {"number": "020 7946 0018"}):
			reply = self.dial(reference_doctype=crm.VISITOR, reference_name=visitor, **chosen)
			self.assertEqual(reply["failure_code"], "no_number")
		self.assertEqual(self.simulator.requests, ())

	def test_the_contacts_of_a_record_stay_hidden_from_who_may_not_read_them_and_no_message_says_so(self):
		visitor = crm.make_visitor(OTHER_AGENT, phone=crm.MOBILE)
		contact = frappe.get_doc("Contact", self.contact)
		contact.append("links", {"link_doctype": crm.VISITOR, "link_name": visitor})
		contact.save()
		frappe.clear_messages()
		with site.as_user(OTHER_AGENT):
			shown = call.numbers(crm.VISITOR, visitor)["numbers"]
		self.assertEqual([number["fieldname"] for number in shown], ["phone"])
		self.assertEqual(frappe.local.message_log, [])

	def test_an_impersonator_can_neither_call_nor_list_numbers(self):
		with site.as_user(AGENT, impersonated_by="Administrator"):
			with self.assertRaises(frappe.PermissionError) as denied:
				call.dial(**self.at_lead)
			self.assertIn("their phone would ring", str(denied.exception))
			with self.assertRaises(frappe.PermissionError):
				call.numbers("Lead", self.lead)
		self.assertEqual((self.simulator.requests, site.rows()), ((), []))


class TestExtensions(SiteCase):
	"""Whose phone is whose."""

	def test_an_agent_cannot_give_himself_another_extension(self):
		with site.as_user(AGENT):
			user = frappe.get_doc("User", AGENT)
			user.update({"pbx_extension": "1002", "pbx_account": PRIMEVOX, "pbx_caller_id": "1"})
			try:
				user.save()
			except frappe.PermissionError:
				frappe.clear_messages()
		self.assertEqual(extensions.phone_of(AGENT), ("1000", "", ""))

	def test_a_manager_gives_out_extensions(self):
		own = frappe.get_doc("PBX Account", PRIMEVOX)
		own.update({"own_numbers": "+44 20 7946 0018"}).save()
		with site.as_user(MANAGER):
			account.set_extension(OTHER_AGENT, " 1001 ", PRIMEVOX, " 442079460018 ")
		self.assertEqual(extensions.phone_of(OTHER_AGENT), ("1001", PRIMEVOX, "442079460018"))

	def test_an_extension_that_is_taken_is_refused_with_its_holders_name(self):
		for own_account in ("", COMMPEAK):
			with self.subTest(account=own_account), site.as_user(MANAGER):
				with self.assertRaises(frappe.ValidationError) as refused:
					account.set_extension(OTHER_AGENT, "1000", own_account)
				self.assertIn(AGENT, str(refused.exception))
		self.assertEqual(extensions.phone_of(OTHER_AGENT).extension, "")

	def test_the_same_extension_on_another_account_is_another_phone(self):
		with site.as_user(MANAGER):
			account.set_extension(OTHER_AGENT, "1000", PRIMEVOX)
		self.assertEqual(extensions.phone_of(OTHER_AGENT).account, PRIMEVOX)

	def test_a_taken_extension_is_refused_on_the_users_form_too(self):
		user = frappe.get_doc("User", OTHER_AGENT)
		user.pbx_extension = "1000"
		with self.assertRaises(frappe.ValidationError):
			user.save()

	def test_an_extension_can_be_taken_back_and_given_to_another(self):
		with site.as_user(MANAGER):
			account.set_extension(AGENT, "")
			account.set_extension(OTHER_AGENT, "1000")
		self.assertEqual(extensions.phone_of(OTHER_AGENT).extension, "1000")
		self.assertEqual(self.dial_lead()["failure_code"], "no_extension")
