"""Calls with one's own device: the checks of any call, the row before the link, and nothing for a PBX to do."""

from __future__ import annotations

import uuid
from datetime import timedelta

import frappe

from c2c_frappe.api import call
from c2c_frappe.call_log import dial_guard
from c2c_frappe.desk import boot
from c2c_frappe.site_time import utc_now
from c2c_frappe.tests.cases import races, site
from c2c_frappe.tests.cases.races import MANY_WORKERS, TWELVE, RaceCase
from c2c_frappe.tests.cases.site import AGENT, CHIEF, COMMPEAK, MANAGER, OTHER_AGENT, ChiefCase

URL = "tel:+447700900123"


class DeviceCase(ChiefCase):
	def setUp(self):
		super().setUp()
		site.change_settings(allow_device_calls=1)

	def by_device(self, user: str = AGENT, **sent) -> dict:
		"""Ask to call the Lead's mobile number, or what is sent, with the user's own device."""
		with site.as_user(user):
			return call.dial_from_device(**({**self.at_lead, **sent} if "number" not in sent else sent))

	def assert_refused(self, failure_code: str, reply: dict) -> None:
		found = (reply["status"], reply["failure_code"], reply["url"])
		self.assertEqual(found, ("Failed", failure_code, ""))


class TestDeviceCalls(DeviceCase):
	def test_row_is_committed_when_the_link_is_given_out_and_no_pbx_is_asked(self):
		reply = self.by_device()
		frappe.db.rollback()
		(row,) = site.rows()
		self.assertEqual((reply["call"], reply["url"], reply["failure_code"]), (row.name, URL, ""))
		self.assertEqual((row.status, row.dialed_number, row.agent), ("Unconfirmed", "+447700900123", AGENT))
		self.assertEqual((row.reference_name, row.account or "", row.extension or ""), (self.lead, "", ""))
		self.assertIn("your device", reply["message"])
		self.assertFalse(row.slot or row.site_slot or reply["can_hang_up"])
		self.assertEqual(self.simulator.requests, ())

	def test_neither_extension_nor_account_is_needed(self):
		site.change_settings(default_account=None)
		self.assertEqual(self.by_device(OTHER_AGENT, number="+44 7700 900123")["url"], URL)

	def test_digits_behind_the_connect_go_with_the_link(self):
		self.set_lead(mobile_no="+44 7700 900123 x12")
		self.assertEqual(self.by_device()["url"], f"{URL};ext=12")

	def test_off_it_is_refused_and_offered_nowhere(self):
		site.change_settings(allow_device_calls=0)
		self.assert_refused("disabled", self.by_device())
		self.assert_refused("disabled", self.by_device(CHIEF, override="I want to."))
		self.assertEqual(self.offers(), ({False}, None))
		site.change_settings(allow_device_calls=1)
		self.assertEqual(self.offers(), ({True}, True))

	def offers(self) -> tuple:
		info = frappe._dict()
		with site.as_user(AGENT):
			boot.extend(info)
			numbers = call.numbers("Lead", self.lead)["numbers"]
		return {number["by_device"] for number in numbers}, info.c2c.get("device_calls")

	def test_who_may_not_call_may_not_so(self):
		self.assertRaises(frappe.PermissionError, self.by_device, MANAGER)
		with self.assertRaises(frappe.PermissionError), site.as_user(AGENT, impersonated_by="Administrator"):
			call.dial_from_device(**self.at_lead)
		self.assertEqual(site.rows(), [])

	def test_it_stays_unconfirmed_however_long_and_whatever_sweeps(self):
		name = self.by_device()["call"]
		long_ago = utc_now() - timedelta(days=2)
		site.move(name, requested_utc=long_ago, repeat_until=long_ago)
		dial_guard.sweep()
		races.run_scheduled_sweep()
		(row,) = site.rows()
		self.assertEqual((row.status, row.dial_key), ("Unconfirmed", None))


class TestSameChecks(DeviceCase):
	def test_do_not_call_gives_way_to_a_managers_reason_alone(self):
		self.set_lead(do_not_call=1)
		self.assert_refused("do_not_call", self.by_device())
		self.assert_refused("do_not_call", self.by_device(override="It is urgent."))
		self.assertEqual(self.by_device(CHIEF, override="She asked.")["url"], URL)
		(row,) = site.rows(status="Unconfirmed")
		self.assertEqual((row.overridden, row.override_reason), ("do_not_call", "She asked."))

	def test_policy_gives_way_to_nobody(self):
		for number in ("0909 879 0123", "+33 1 23 45 67 89", "999", "*21*07700900123#"):
			for user in (AGENT, CHIEF):
				reply = self.by_device(user, number=number, override="It is urgent.")
				self.assertEqual((reply["status"], reply["url"]), ("Failed", ""))

	def test_calling_hours(self):
		now = utc_now()
		hours = {
			"calling_hours_start": now + timedelta(hours=3),
			"calling_hours_end": now + timedelta(hours=5),
		}
		site.change_settings(**{name: f"{moment:%H:%M:%S}" for name, moment in hours.items()})
		self.assert_refused("outside_hours", self.by_device())

	def test_numbers_on_no_record_only_where_they_may_be_called(self):
		site.change_settings(allow_any_number=0)
		self.assert_refused("number_not_allowed", self.by_device(number="+44 7700 900999"))

	def test_caps_count_both_kinds_of_call(self):
		site.change_settings(max_calls_per_user_per_minute=2)
		self.by_device()
		self.dial_lead(fieldname="phone")
		self.assert_refused("rate_limited", self.by_device(number="+44 7700 900999"))
		self.assertEqual(self.dial(number="+44 7700 900998")["failure_code"], "rate_limited")

	def test_repeat_opens_no_second_link_by_phone_or_device(self):
		request_id = str(uuid.uuid4())
		first = self.by_device(request_id=request_id)
		for again in (self.by_device(), self.by_device(request_id=request_id)):
			self.assertEqual((again["call"], again["url"], again["repeated"]), (first["call"], "", True))
		self.assertTrue(self.dial_lead()["repeated"])
		self.assertEqual((len(site.rows()), self.simulator.requests), (1, ()))
		placed = self.dial_lead(fieldname="phone")
		again = self.by_device(fieldname="phone")
		self.assertEqual((again["call"], again["url"]), (placed["call"], ""))

	def test_an_account_that_is_switched_off_or_away_is_none_of_the_devices_business(self):
		frappe.db.set_value("PBX Account", COMMPEAK, "enabled", 0)
		frappe.db.commit()
		self.assertEqual(self.dial_lead()["failure_code"], "disabled")
		self.assertEqual(self.by_device()["url"], URL)


class TestDeviceRaces(RaceCase):
	def setUp(self):
		super().setUp()
		site.change_settings(allow_device_calls=1)

	def assert_one_link(self, clicks: list[dict]) -> None:
		calls = [{**click, "method": "dial_from_device"} for click in clicks]
		outcomes = self.dialers.dial(calls, gunicorn_workers=MANY_WORKERS)
		self.assert_no_noise(outcomes)
		frappe.db.rollback()
		(row,) = site.rows()
		self.assertEqual({outcome["reply"]["call"] for outcome in outcomes}, {row.name})
		self.assertEqual(sorted(outcome["reply"]["url"] for outcome in outcomes), [""] * (TWELVE - 1) + [URL])

	def test_twelve_processes_with_one_request_id_keep_one_row_and_open_one_link(self):
		self.assert_one_link([self.click(request_id=str(uuid.uuid4()))] * TWELVE)

	def test_twelve_clicks_on_one_number_keep_one_row_and_open_one_link(self):
		self.assert_one_link([self.click() for _ in range(TWELVE)])

	def test_phone_and_device_at_the_same_moment_are_one_call(self):
		ways = ("dial", "dial_from_device")
		calls = [{**self.click(), "method": ways[n % 2]} for n in range(TWELVE)]
		outcomes = self.dialers.dial(calls, gunicorn_workers=MANY_WORKERS)
		self.assert_no_noise(outcomes)
		links = [outcome["reply"]["url"] for outcome in outcomes if outcome["reply"].get("url")]
		frappe.db.rollback()
		self.assertEqual(len(site.rows()), 1)
		self.assertEqual(len(links) + len(self.simulator.requests), 1)
