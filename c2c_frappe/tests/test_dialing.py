"""A click becomes one committed row and one request, on a running site against a simulated PBX."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import frappe
from frappe.utils.background_jobs import get_redis_connection_without_auth

from c2c_frappe.tests.cases import crm, site
from c2c_frappe.tests.cases.site import SiteCase

PAST = "2001-01-01 00:00:00"


class TestDialing(SiteCase):
	def test_a_lead_called_through_commpeak_reaches_the_pbx_once_with_its_leadid(self):
		reply = self.dial_lead(request_id="click-1")
		self.assertEqual((reply["status"], reply["failure_code"]), ("Requested", ""))
		(request,) = self.simulator.requests
		self.assertEqual(request.path, f"/call/12/{site.CLIENT_ID}/1000/447700900123")
		self.assertEqual(
			request.query,
			{
				"leadid": self.lead,
				"recordno": self.lead,
				"doctype": "Lead",
				"call": reply["call"],
				"userid": site.AGENT,
			},
		)

	def test_the_row_of_an_accepted_call_says_what_is_known_and_no_more(self):
		reply = self.dial_lead()
		(row,) = site.rows()
		self.assertEqual(row.name, reply["call"])
		self.assertEqual((row.status, row.number, row.extension), ("Requested", "+447700900123", "1000"))
		self.assertEqual(
			(row.reference_doctype, row.reference_name, row.agent), ("Lead", self.lead, site.AGENT)
		)
		self.assertEqual(row.pbx_call_id, self.simulator.calls[0].unique_id)
		self.assertFalse(row.answered_at or row.ended_at or row.duration)
		self.assertIsNone(row.slot)

	def test_a_contact_called_through_primevox_sends_exactly_its_five_parameters(self):
		self.use_primevox()
		row = self.contact_row(crm.MOBILE)
		reply = self.dial(
			reference_doctype="Contact", reference_name=self.contact, fieldname="phone", row=row
		)
		self.assertEqual((reply["status"], reply["failure_code"]), ("Unconfirmed", ""))
		(request,) = self.simulator.requests
		self.assertEqual(
			request.query,
			{
				"auth": site.API_KEY,
				"containerID": "123456",
				"tenantID": "001",
				"extension": "1000",
				"phoneNumber": "011447700900123",
			},
		)

	def test_a_contact_has_no_leadid(self):
		self.dial(reference_doctype="Contact", reference_name=self.contact)
		self.assertNotIn("leadid", self.simulator.requests[0].query)
		self.assertEqual(self.simulator.requests[0].query["recordno"], self.contact)

	def test_a_repeated_request_returns_the_same_call_and_sends_nothing(self):
		first = self.dial_lead(request_id="click-1")
		again = self.dial_lead(request_id="click-1")
		self.assertEqual(again, {**first, "repeated": True})
		self.assertEqual((len(self.simulator.requests), len(site.rows())), (1, 1))

	def test_request_ids_that_differ_in_case_alone_are_two_calls(self):
		"""MariaDB finds one by the other."""
		self.dial_lead(request_id="QzA")
		self.assertFalse(self.dial(number="+44 7700 900998", request_id="qza")["repeated"])
		self.assertEqual(len(self.simulator.requests), 2)

	def test_a_repeated_request_returns_the_same_refusal(self):
		self.set_lead(do_not_call=1)
		first = self.dial_lead(request_id="click-1")
		self.set_lead(do_not_call=0)
		again = self.dial_lead(request_id="click-1")
		self.assertEqual((again["call"], again["failure_code"]), (first["call"], "do_not_call"))
		self.assertEqual((len(self.simulator.requests), len(site.rows())), (0, 1))

	def test_another_users_request_is_refused(self):
		site.give_extension(site.OTHER_AGENT, "1001")
		self.dial_lead(request_id="click-1")
		with self.assertRaises(frappe.PermissionError):
			self.dial(site.OTHER_AGENT, number=crm.MOBILE, request_id="click-1")
		self.assertEqual(len(self.simulator.requests), 1)

	def test_a_second_click_inside_the_repeat_window_is_the_same_call(self):
		first = self.dial_lead(request_id="click-1")
		second = self.dial_lead(request_id="click-2")
		self.assertEqual((second["call"], second["repeated"]), (first["call"], True))
		self.assertRegex(second["message"], r"^Not dialed again: you called this number \d s ago\.$")
		self.assertEqual((len(self.simulator.requests), len(site.rows())), (1, 1))

	def test_a_second_click_inside_the_window_is_the_same_call_even_when_a_cap_is_reached(self):
		site.change_settings(max_calls_per_user_per_minute=1)
		first, second = self.dial_lead(), self.dial_lead()
		self.assertEqual((second["call"], second["repeated"]), (first["call"], True))

	def test_after_the_repeat_window_a_click_is_a_new_call(self):
		first = self.dial_lead()
		site.move(first["call"], repeat_until=PAST)
		second = self.dial_lead()
		self.assertNotEqual(second["call"], first["call"])
		self.assertEqual((second["repeated"], len(self.simulator.requests)), (False, 2))

	def test_without_a_repeat_window_the_next_click_is_a_new_call(self):
		site.change_settings(repeat_window=0)
		self.assertNotEqual(self.dial_lead()["call"], self.dial_lead()["call"])

	def test_a_redial_after_a_final_state_is_a_new_call_at_once(self):
		self.simulator.behave("refuse", times=1)
		first, second = self.dial_lead(), self.dial_lead()
		self.assertEqual((first["status"], second["status"]), ("Failed", "Requested"))
		self.assertFalse(second["repeated"])

	def test_a_call_without_an_answer_keeps_its_number_until_the_window_is_over(self):
		self.simulator.behave("drop", times=1)
		first, second = self.dial_lead(), self.dial_lead()
		self.assertEqual((first["status"], second["call"]), ("Unknown", first["call"]))
		self.assertEqual(len(self.simulator.requests), 1)

	def test_another_number_is_another_call(self):
		self.dial_lead()
		self.assertFalse(self.dial_lead(fieldname="phone")["repeated"])
		self.assertEqual(len(self.simulator.requests), 2)

	def test_a_dial_within_a_documents_save_is_refused(self):
		frappe.db._disable_transaction_control = 1
		try:
			with self.assertRaises(RuntimeError):
				self.dial_lead()
		finally:
			frappe.db._disable_transaction_control = 0
		self.assertEqual((len(self.simulator.requests), len(site.rows())), (0, 0))

	def test_the_browser_cannot_choose_the_extension(self):
		site.change_settings(confirmed_site_url=site.CONFIRMED_ADDRESS)
		site.send(site.AGENT, "POST", "c2c_frappe.api.call.dial", **self.at_lead, extension="1001")
		self.assertEqual(self.simulator.calls[0].extension, "1000")

	def test_the_pbx_keeps_the_custom_data_of_the_settings_table(self):
		site.change_settings(custom_data={"who": "user", "where": "site", "lead no": "lead"})
		self.dial_lead()
		self.assertEqual(
			self.simulator.requests[0].query,
			{"who": site.AGENT, "where": frappe.local.site, "lead no": self.lead},
		)
		self.assertEqual(json.loads(site.rows()[0].custom_data), dict(self.simulator.requests[0].query))

	def test_news_of_a_call_goes_to_its_agent_alone(self):
		with published() as news:
			reply = self.dial_lead()
		(event,) = (event for event in news if event["event"] == "pbx_call")
		self.assertEqual(event["room"], frappe.realtime.get_user_room(site.AGENT))
		self.assertEqual(event["message"], reply)

	def test_a_dial_needs_no_redis(self):
		reply = dial_without_redis(self.at_lead)
		self.assertEqual((reply["status"], len(self.simulator.requests)), ("Requested", 1))


class TestNumbers(SiteCase):
	"""Which number is dialed for what the browser sent."""

	def assert_dialed(self, digits: str, sent: dict) -> None:
		reply = self.dial(**sent)
		self.assertEqual(reply["status"], "Requested", reply["message"])
		self.assertEqual([call.number for call in self.simulator.calls], [digits])

	def assert_refused(self, code: str, sent: dict) -> None:
		reply = self.dial(**sent)
		self.assertEqual((reply["status"], reply["failure_code"]), ("Failed", code))
		self.assertEqual(self.simulator.requests, ())

	def at_visitor(self, fieldname: str, **values) -> dict:
		name = crm.make_visitor(site.AGENT, **values)
		return {"reference_doctype": crm.VISITOR, "reference_name": name, "fieldname": fieldname}

	def test_a_field_of_type_phone_is_read(self):
		self.assert_dialed("447700900123", self.at_visitor("phone", phone="+44-7700900123"))

	def test_a_national_number_is_read_in_the_records_country(self):
		site.change_settings(allowed_countries=["United Kingdom", "Germany"])
		self.assert_dialed("4930901820", self.at_visitor("several", several="030 901820", country="Germany"))

	def test_a_national_number_without_a_country_is_read_in_the_accounts(self):
		site.change_settings(allowed_countries=["United Kingdom", "Germany"])
		self.point_accounts_at(self.simulator.url, default_country="Germany")
		self.set_lead(mobile_no="030 901820")
		self.assert_dialed("4930901820", self.at_lead)

	def test_a_national_number_without_any_other_country_is_read_in_the_sites(self):
		self.assert_dialed("442079460018", {**self.at_lead, "fieldname": "phone"})

	def test_the_number_sent_chooses_among_several_in_one_field(self):
		visitor = self.at_visitor("several", several="020 7946 0018 / 07700 900123")
		self.assert_dialed("447700900123", {**visitor, "number": "+44 7700 900123"})

	def test_a_number_that_is_not_on_the_record_is_refused(self):
		self.assert_refused("no_number", {**self.at_lead, "number": "+44 20 7946 0999"})

	def test_a_number_of_another_field_is_refused(self):
		self.assert_refused("no_number", {**self.at_lead, "number": crm.LANDLINE})

	def test_a_number_that_stands_in_two_fields_is_dialed_from_either(self):
		self.set_lead(phone=crm.MOBILE)
		self.assert_dialed("447700900123", {**self.at_lead, "fieldname": "phone"})

	def test_a_contacts_own_field_is_dialed_though_a_row_holds_the_same_number(self):
		self.assert_dialed("447700900123", {**self.at_contact, "fieldname": "mobile_no"})

	def test_a_contact_is_called_on_its_primary_number_when_none_is_chosen(self):
		self.assert_dialed("442079460018", self.at_contact)

	def test_a_row_of_another_record_is_refused(self):
		other = crm.make_contact("+44 20 7946 0999")
		self.addCleanup(crm.delete_past_checks, "Contact", other)
		row = frappe.db.get_value("Contact Phone", {"parent": other})
		self.assert_refused("no_number", {**self.at_contact, "fieldname": "phone", "row": row})

	def test_a_fax_is_never_called(self):
		self.assert_refused("no_number", self.at_visitor("fax", fax="020 7946 0018"))

	def test_a_field_that_is_no_phone_field_is_never_called(self):
		self.set_lead(first_name="020 7946 0018")
		self.assert_refused("no_number", {**self.at_lead, "fieldname": "first_name"})

	def test_a_record_of_settings_has_no_number(self):
		settings = "Contact Us Settings"
		self.addCleanup(frappe.db.set_single_value, settings, "phone", "")
		frappe.db.set_single_value(settings, "phone", "020 7946 0018")
		site.make_user(site.AGENT, "PBX Agent", "Website Manager")
		self.addCleanup(site.make_user, site.AGENT, *site.ROLES[site.AGENT])
		self.assert_refused("no_number", {"reference_doctype": settings, "reference_name": settings})

	def test_a_typed_number_is_dialed_where_that_is_allowed(self):
		self.assert_dialed("442079460018", {"number": "020 7946 0018"})

	def test_a_typed_number_is_refused_where_only_records_are_called(self):
		site.change_settings(allow_any_number=0)
		self.assert_refused("number_not_allowed", {"number": "020 7946 0018"})
		self.assert_dialed("447700900123", self.at_lead)

	@property
	def at_contact(self) -> dict:
		return {"reference_doctype": "Contact", "reference_name": self.contact}


@contextmanager
def published() -> Iterator[list[dict]]:
	"""Collect what goes out through Redis to browsers of this site; it is all there when the block ends."""
	news: list[dict] = []
	subscription = get_redis_connection_without_auth().pubsub(ignore_subscribe_messages=False)
	subscription.subscribe("events")
	subscription.get_message(timeout=5)
	try:
		yield news
		while message := subscription.get_message(timeout=0.5):
			event = json.loads(message["data"])
			if event["namespace"] == frappe.local.site:
				news.append(event)
	finally:
		subscription.close()


DIAL = """
import json, sys
import frappe
from c2c_frappe.api import call
site, sites_path, user, sent = json.loads(sys.stdin.read())
frappe.init(site=site, sites_path=sites_path)
frappe.connect()
frappe.set_user(user)
print(frappe.as_json(call.dial(**sent)))
"""


def dial_without_redis(sent: dict) -> dict:
	"""Dial as the agent in a process of its own, on this site with a Redis address where nothing listens."""
	with TemporaryDirectory() as folder:
		sites = Path(folder, "sites")
		sites.mkdir()
		Path(folder, "logs").mkdir()
		for path in Path(frappe.local.sites_path).resolve().iterdir():
			(sites / path.name).symlink_to(path)
		config = sites / "common_site_config.json"
		dead = {"redis_cache": "redis://127.0.0.1:1", "redis_queue": "redis://127.0.0.1:1"}
		config.unlink()
		config.write_text(json.dumps({**frappe.get_common_site_config(), **dead}))
		done = subprocess.run(
			[sys.executable, "-c", DIAL],
			input=json.dumps([frappe.local.site, str(sites), site.AGENT, sent]),
			capture_output=True,
			text=True,
			cwd=sites,
			env={name: value for name, value in os.environ.items() if not name.startswith("FRAPPE_REDIS")},
			timeout=60,
			check=False,
		)
	if done.returncode:
		raise AssertionError(done.stderr[-2000:])
	return json.loads(done.stdout)
