"""Who sees only a mask of a number may call it, and finds the number nowhere: reply, log, timeline, lists, reports.

Frappe 15 has no masks. What is kept from a reader by its level is hidden on the timeline of both.
"""

from __future__ import annotations

import json
import re
from unittest import SkipTest
from unittest.mock import patch

import frappe
from frappe.boot import get_bootinfo

from c2c_frappe.api import call
from c2c_frappe.desk import timeline
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls.dial import DialResult
from c2c_frappe.phone_book import record_numbers
from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import AGENT, CHIEF, MANAGER, ChiefCase, SiteCase

GUARDED, ROW = "C2C Test Guarded", "C2C Test Guarded Phone"
NUMBER, OTHER, OF_ROW = "+44 7700 900321", "+44 7700 900322", "+44 7700 900323"
E164 = "+447700900321"
MASK = "+44XXXXXX"
LOG = "PBX Call Log"


def make_guarded_doctypes() -> None:
	"""Make a DocType whose numbers agents see masked and PBX Managers see, and one in a table of its."""
	if frappe.db.exists("DocType", GUARDED):
		return
	phone = {"fieldtype": "Data", "options": "Phone", "mask": 1}
	row = {"doctype": "DocType", "name": ROW, "module": "Click To Call", "custom": 1, "istable": 1}
	frappe.get_doc({**row, "fields": [{"fieldname": "phone", "label": "Phone", **phone}]}).insert()
	fields = [
		{"fieldname": "mobile", "label": "Mobile", **phone},
		{"fieldname": "second", "label": "Second", **phone},
		{
			"fieldname": "several",
			"fieldtype": "Small Text",
			"label": "Several",
			"options": "Phone",
			"mask": 1,
		},
		{"fieldname": "phones", "fieldtype": "Table", "label": "Phones", "options": ROW},
	]
	rights = [{"role": "PBX Agent", "read": 1}, {"role": "PBX Manager", "read": 1, "mask": 1}]
	crm.make_doctype(GUARDED, fields, rights)


class GuardedCase(ChiefCase):
	"""A record whose numbers the agent sees masked and a chief, who is a manager too, sees."""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		if not frappe.get_meta("DocField").has_field("mask"):
			raise SkipTest("Frappe 15 has no masks.")
		make_guarded_doctypes()
		frappe.db.commit()

	def setUp(self):
		super().setUp()
		self.record = self.make_record(mobile=NUMBER)

	def make_record(self, **values) -> str:
		name = frappe.get_doc({"doctype": GUARDED, **values}).insert().name
		frappe.db.commit()
		self.addCleanup(crm.delete_past_checks, GUARDED, name)
		return name

	def click(self, user: str = AGENT, **sent) -> dict:
		return self.dial(user, **{"reference_doctype": GUARDED, "reference_name": self.record, **sent})

	def timeline(self, user: str = AGENT) -> str:
		with site.as_user(user):
			return "".join(entry["content"] for entry in timeline.calls_of(GUARDED, self.record))

	def last_dialed(self) -> str:
		return self.simulator.requests[-1].path.rpartition("/")[2]


class TestMasks(GuardedCase):
	def test_the_pbx_gets_the_number_and_the_agent_the_mask(self):
		reply = self.click(fieldname="mobile")
		self.assertEqual((reply["status"], reply["number"]), ("Requested", MASK))
		self.assertEqual(self.last_dialed(), E164[1:])
		(row,) = site.rows()
		self.assertEqual((row.number, row.dialed_number), (MASK, E164))

	def test_own_device_is_not_given_a_number_its_user_may_not_see(self):
		site.change_settings(allow_device_calls=1)
		place = {"reference_doctype": GUARDED, "reference_name": self.record, "fieldname": "mobile"}
		for user, failure_code, url in ((AGENT, "number_not_allowed", ""), (CHIEF, "", f"tel:{E164}")):
			with self.subTest(user=user), site.as_user(user):
				reply = call.dial_from_device(**place)
				self.assertEqual((reply["failure_code"], reply["url"]), (failure_code, url))
				(offered,) = call.numbers(GUARDED, self.record)["numbers"]
				self.assertEqual(offered["by_device"], bool(url))
				if not url:
					self.assertNotIn(E164[3:], re.sub(r"\D", "", json.dumps(reply)))

	def test_who_sees_the_number_gets_it_and_finds_it_in_the_log(self):
		reply = self.click(CHIEF, fieldname="mobile")
		self.assertEqual(reply["number"], NUMBER)
		(row,) = site.rows()
		self.assertEqual((row.number, row.dialed_number), (E164, E164))

	def test_the_number_is_nowhere_that_its_agent_looks(self):
		self.simulator.behave("refuse")
		self.click(fieldname="mobile")
		self.simulator.reset()
		self.click(CHIEF, fieldname="mobile")
		placed = self.click(fieldname="mobile")["call"]
		with site.as_user(AGENT):
			call.wrap_up(placed, notes="Wants a quote", follow_up_on=frappe.utils.today())
		self.addCleanup(frappe.db.delete, "ToDo", {"allocated_to": AGENT})
		for source, text in self.everything_shown(placed):
			with self.subTest(source=source):
				self.assertNotIn(E164[3:], re.sub(r"\D", "", text))

	def everything_shown(self, placed: str):
		"""Yield (source, text) of all the agent can ask for that is about the call."""
		own, of_log = {"call": placed}, {"doctype": LOG}
		asked = {
			"c2c_frappe.api.call.numbers": {"doctype": GUARDED, "name": self.record},
			"c2c_frappe.api.call.state": own,
			"c2c_frappe.api.call.wrap_up_form": own,
			"frappe.client.get": {**of_log, "name": placed},
			"frappe.client.get_list": {**of_log, "fields": '["*"]'},
			"frappe.client.get_value": {**of_log, "filters": placed, "fieldname": '["number", "message"]'},
			"frappe.desk.reportview.get": {**of_log, "fields": '["*"]', "view": "Report"},
			"frappe.desk.search.search_link": {**of_log, "txt": "", "reference_doctype": "ToDo"},
		}
		for method, arguments in asked.items():
			yield method, str(site.send(AGENT, "POST", method, **arguments))
		for doctype, name in ((LOG, placed), (GUARDED, self.record)):
			frappe.local.response = frappe._dict(docs=[])
			site.send(AGENT, "GET", "frappe.desk.form.load.getdoc", doctype=doctype, name=name)
			yield f"form of {doctype}", frappe.as_json(frappe.local.response)
		with site.as_user(AGENT):
			yield "to do", str(frappe.get_all("ToDo", {"allocated_to": AGENT}, ["*"]))
			yield "boot", frappe.as_json(get_bootinfo().get("c2c"))

	def test_what_is_pushed_to_its_agent_holds_the_mask(self):
		with patch.object(frappe, "publish_realtime") as published:
			self.click(fieldname="mobile")
		((_event, reply), options) = published.call_args
		self.assertEqual((reply["number"], options["user"]), (MASK, AGENT))

	def test_the_agent_may_not_read_the_columns_that_hold_the_number(self):
		placed = self.click(fieldname="mobile")["call"]
		for column, for_managers in (("dialed_number", True), ("dial_key", False)):
			asked = {"doctype": LOG, "filters": placed, "fieldname": column}
			for user, is_told in ((AGENT, False), (MANAGER, for_managers)):
				with self.subTest(column=column, user=user):
					try:
						answer = site.send(user, "POST", "frappe.client.get_value", **asked)
					except frappe.PermissionError:
						answer = {}
					self.assertEqual(bool((answer or {}).get(column)), is_told)

	def test_its_agent_cannot_guess_it_by_filters_and_sorting(self):
		self.click(fieldname="mobile")
		guess = json.dumps([[LOG, "dialed_number", "like", f"{E164[:-1]}%"]])
		of_log = {"doctype": LOG}
		for method, asked in (
			("frappe.client.get_list", {"filters": guess}),
			("frappe.client.get_list", {"or_filters": guess}),
			("frappe.client.get_count", {"filters": guess}),
			("frappe.client.get_value", {"filters": guess, "fieldname": "name"}),
			("frappe.desk.reportview.get_count", {"filters": guess}),
			("frappe.desk.listview.get_group_by_count", {"current_filters": "[]", "field": "dialed_number"}),
			("frappe.desk.search.search_link", {"txt": E164[:-1], "searchfield": "dialed_number"}),
		):
			with self.subTest(method=method, asked=asked):
				try:
					answer = site.send(AGENT, "POST", method, **of_log, **asked)
				except frappe.PermissionError:
					continue
				self.assertFalse(answer)

	def test_a_pbx_that_repeats_the_number_does_not_show_it(self):
		for said in ("No route to 447700900321", "+44 (0) 7700–900321 is busy", "٤٤٧٧٠٠٩٠٠٣٢١", "900321?"):
			result = DialResult("pbx_rejected", f"CommPeak refused the call (HTTP 404): {said}")
			with patch.object(exchange, "place", lambda *_args, result=result: result):
				reply = self.click(fieldname="mobile")
			with self.subTest(said=said):
				reason = frappe.db.get_value("PBX Call Log", reply["call"], "failure_reason")
				self.assertIn("CommPeak refused the call (HTTP 404): ", reason)
				self.assertIn("XXXXXXXX", reason)
				for told in (reason, reply["message"]):
					self.assertNotRegex(told, r"\d{4}|٤٤")

	def test_a_masked_text_that_is_no_number_is_not_shown_by_its_refusal(self):
		for text in ("911", "+44 12", "1234567890123456"):
			frappe.db.set_value(GUARDED, self.record, "mobile", text)
			frappe.db.commit()
			reply = self.click(fieldname="mobile")
			with self.subTest(text=text):
				self.assertEqual(reply["status"], "Failed")
				self.assertNotIn(text, str(reply))
				self.assertIn("Ask someone who can see it", reply["message"])

	def test_a_refusal_by_policy_keeps_the_mask(self):
		frappe.db.set_value(GUARDED, self.record, "mobile", "+44 909 879 0123")
		frappe.db.commit()
		reply = self.click(fieldname="mobile")
		self.assertEqual((reply["failure_code"], reply["number"]), ("number_not_allowed", MASK))
		self.assertEqual(self.simulator.requests, ())


class TestChoosing(GuardedCase):
	def test_the_chooser_shows_masks_of_fields_and_of_rows(self):
		record = self.make_record(mobile=NUMBER, phones=[{"phone": OF_ROW}])
		with site.as_user(AGENT):
			shown = call.numbers(GUARDED, record)["numbers"]
		self.assertEqual(
			[(each["number"], bool(each["row"])) for each in shown], [(MASK, False), (MASK, True)]
		)
		with site.as_user(CHIEF):
			shown = call.numbers(GUARDED, record)["numbers"]
		self.assertEqual([each["number"] for each in shown], [NUMBER, OF_ROW])

	def test_a_mask_that_two_numbers_share_calls_neither(self):
		self.record = self.make_record(mobile=NUMBER, second=OTHER)
		reply = self.click(number=MASK)
		self.assertEqual(reply["failure_code"], "no_number")
		self.assertIn("Several numbers of this record look like", reply["message"])
		self.assertEqual(self.simulator.requests, ())
		self.assertEqual(self.click(number=MASK, fieldname="second")["status"], "Requested")
		self.assertEqual(self.last_dialed(), "447700900322")

	def test_of_several_masked_numbers_in_one_field_each_can_be_chosen(self):
		self.record = self.make_record(several=f"{NUMBER}, {OTHER}")
		with site.as_user(AGENT):
			_first, second = call.numbers(GUARDED, self.record)["numbers"]
		self.assertNotRegex(str(second), r"\d{3}")
		self.click(fieldname="several", number=second["number"])
		self.assertEqual(self.last_dialed(), "447700900322")

	def test_a_call_is_called_again_at_its_own_place(self):
		self.record = self.make_record(mobile=NUMBER, second=OTHER)
		self.click(CHIEF, fieldname="second")
		self.assertIn('data-c2c-fieldname="second"', self.timeline())


class TestTimelineOfMasks(GuardedCase):
	def test_each_reader_sees_what_he_sees_of_the_record(self):
		for caller in (AGENT, CHIEF):
			site.forget_calls()
			self.click(caller, fieldname="mobile")
			with self.subTest(caller=caller):
				self.assertIn(MASK, self.timeline(AGENT))
				self.assertNotIn("900321", self.timeline(AGENT))
				self.assertIn(NUMBER, self.timeline(CHIEF))

	def test_a_number_the_record_no_longer_holds_is_hidden(self):
		self.click(CHIEF, fieldname="mobile")
		frappe.db.set_value(GUARDED, self.record, "mobile", OTHER)
		self.assertIn("<bdi>XXXXXXXX</bdi>", self.timeline())

	def test_what_was_said_of_a_call_is_hidden_as_its_number_is(self):
		message = "+447700900321 is not in service."
		site.move(self.click(CHIEF, fieldname="mobile")["call"], failure_code="pbx_rejected", message=message)
		self.assertNotIn("900321", self.timeline())
		self.assertIn(message, self.timeline(CHIEF))


class TestTimelineOfLevels(SiteCase):
	"""A field that only some may read, on Frappe 15 and 16."""

	def shown(self, user: str, name: str) -> str:
		with site.as_user(user):
			return "".join(entry["content"] for entry in timeline.calls_of(crm.VISITOR, name))

	def test_a_number_of_a_field_the_reader_may_not_read_is_hidden_on_the_timeline(self):
		visitor = crm.make_visitor(AGENT, phone=crm.MOBILE, private=crm.LANDLINE)
		at_visitor = {"reference_doctype": crm.VISITOR, "reference_name": visitor}
		reply = self.dial(**at_visitor, fieldname="phone")
		site.move(reply["call"], requested_at="2026-01-01 10:00:00")
		draft = {**at_visitor, "agent": MANAGER, "number": "+442079460018", "status": "Completed"}
		row = {"doctype": LOG, **draft, "dialed_number": "+442079460018", "requested_at": frappe.utils.now()}
		frappe.get_doc(row).insert(ignore_permissions=True, ignore_links=True)
		frappe.db.commit()
		self.assertIn("7700 900123", self.shown(AGENT, visitor))
		self.assertNotIn("7946", self.shown(AGENT, visitor))
		self.assertIn("7946", self.shown("Administrator", visitor))

	def test_where_nothing_is_hidden_the_record_is_not_looked_at(self):
		self.dial_lead()
		with patch.object(record_numbers, "load", side_effect=AssertionError), site.as_user(AGENT):
			(entry,) = timeline.calls_of("Lead", self.lead)
		self.assertIn("+44 7700 900123", entry["content"])
