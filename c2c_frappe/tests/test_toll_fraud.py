"""No number that costs more than a call to a customer reaches the PBX, whoever wants it and however it is written."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import frappe
from frappe.utils import get_system_timezone

from c2c_frappe.api import account
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, CHIEF, COMMPEAK, MANAGER, ChiefCase

REASON = "It is urgent."
NEVER = {
	"premium": (
		"0909 879 0123",
		"+44 909 879 0123",
		"+1 900 555 0123",
		"+49 900 1234567",
		"+33 899 12 34 56",
	),
	"premium by its exchange": ("+1 212 976 1234", "+1 976 555 0123"),
	"follow me": ("070 1234 5678", "+44 70 1234 5678", "+1 500 555 0123", "+1 533 555 0123"),
	"pager": ("+44 76 4512 3456",),
	"shared cost": ("0843 123 4567", "+44 845 123 4567", "+49 180 5 123456", "+39 848 123456"),
	"satellite": ("+870 773 123456", "+881 6 12345678", "+881 8 12345678", "+882 16 12345678"),
	"international network": (
		"+883 5100 01234567",
		"+979 123 456 789",
		"+878 10 1234567890",
		"+808 12345678",
	),
	"universal freephone": ("+800 1234 5678",),
	"short": ("118118", "118 500", "116 123", "101", "111", "+44 118 118"),
	"emergency": ("999", "112", "911", "+44 999", "0044 112"),
	"star": (
		"*21*07700900123#",
		"#31#07700900123",
		"**62*07700900123#",
		"＊21＊07700900123",
		"07700 900123#",
	),
	"premium in disguise": (
		"０９０９ ８７９ ０１２３",
		"٠٩٠٩٨٧٩٠١٢٣",
		"09\u200b09 879 0123",
		"tel:0909 879 0123",
		"00 44 909 879 0123",
		"+44 (0) 909 879 0123",
		"(0909) 879-0123",
		"0909.879.0123",
	),
}
ABROAD = (
	"+33 1 23 45 67 89",
	"+1 202 555 0147",
	"+1 876 922 0000",
	"+1 242 322 1234",
	"+1 268 462 0000",
	"+247 62123",
	"+252 1 234567",
	"+225 27 20 21 22 23",
	"+53 7 8601234",
	"+7 495 123 45 67",
	"+44 1481 960 194",
	"00 371 67 12 34 56",
)
HOME = ("+44 7700 900123", "020 7946 0018", "0044 20 7946 0018")


class TollCase(ChiefCase):
	def setUp(self):
		super().setUp()
		site.change_settings(repeat_window=0)

	def replies(self, number: str):
		"""Try to call a number in every way there is; yield (way, reply)."""
		self.set_lead(mobile_no=number)
		for user in (AGENT, CHIEF):
			for way, sent in (("record", self.at_lead), ("typed", {"number": number})):
				yield f"{way} by {user}", self.dial(user, **sent)
				yield f"{way} by {user}, overridden", self.dial(user, **sent, override=REASON)
		with site.as_user(CHIEF):
			yield "test call", account.test_call(COMMPEAK, number)

	def assert_never_dialed(self, numbers, codes: set[str]) -> None:
		for number in numbers:
			for way, reply in self.replies(number):
				with self.subTest(number=number, way=way):
					self.assertEqual(reply["status"], "Failed")
					self.assertIn(reply["failure_code"], codes)
					self.assertEqual(reply["override"], "")
		self.assertEqual(self.simulator.requests, ())


class TestTollFraud(TollCase):
	def test_numbers_that_cost_extra_are_dialed_in_no_way_even_where_all_countries_are_allowed(self):
		site.change_settings(all_countries=1)
		for kind, numbers in NEVER.items():
			with self.subTest(kind=kind):
				self.assert_never_dialed(numbers, {"number_not_allowed", "invalid_number"})

	def test_other_countries_are_dialed_in_no_way(self):
		self.assert_never_dialed(ABROAD, {"number_not_allowed"})

	def test_the_country_of_a_record_does_not_allow_that_country(self):
		self.set_lead(country="France", mobile_no="01 23 45 67 89")
		self.assertEqual(self.dial_lead()["failure_code"], "number_not_allowed")
		self.assertEqual(self.simulator.requests, ())

	def test_the_very_same_ways_dial_a_number_at_home_and_one_in_an_allowed_country(self):
		site.change_settings(allowed_countries=["United Kingdom", "France"])
		for number in (*HOME, ABROAD[0]):
			for way, reply in self.replies(number):
				with self.subTest(number=number, way=way):
					self.assertEqual(reply["status"], "Requested")
		self.assertEqual(len(self.simulator.requests), 9 * 4)


class TestCallingHours(TollCase):
	MOBILE_IN_AUSTRALIA = "+61 412 345 678"
	FREEPHONE = "+44 808 157 0192"

	def setUp(self):
		super().setUp()
		site.change_settings(allowed_countries=["Australia", "United Kingdom"])

	def open_since(self, zone: str, minutes: int) -> None:
		"""Set twelve hours of calling that began so many minutes ago, or begin later, by the clocks of a zone."""
		start = datetime.now(ZoneInfo(zone)) - timedelta(minutes=minutes)
		end = start + timedelta(hours=12)
		site.change_settings(calling_hours_start=f"{start:%H:%M:%S}", calling_hours_end=f"{end:%H:%M:%S}")

	def outermost(self, number: str) -> tuple[str, str]:
		"""Return the zones of a number where it is earliest and where it is latest."""
		now = datetime.now(timezone.utc)
		zones = phone.time_zones(phone.read(number))
		found = sorted(zones, key=lambda zone: now.astimezone(ZoneInfo(zone)).utcoffset())
		return found[0], found[-1]

	def test_they_hold_in_every_zone_the_number_may_be_in(self):
		west, east = self.outermost(self.MOBILE_IN_AUSTRALIA)
		self.open_since(west, 30)
		self.assertEqual(self.dial(number=self.MOBILE_IN_AUSTRALIA)["status"], "Requested")
		# In the east it is open; in the west, hours behind, not yet.
		self.open_since(east, 30)
		self.assertEqual(self.dial(number=self.MOBILE_IN_AUSTRALIA)["failure_code"], "outside_hours")

	def test_of_a_number_that_is_nowhere_the_site_s_own_hours_count(self):
		for minutes, code in ((30, ""), (-30, "outside_hours")):
			self.open_since(get_system_timezone(), minutes)
			self.assertEqual(self.dial(number=self.FREEPHONE)["failure_code"], code)

	def test_only_who_is_a_manager_too_calls_outside_them_and_the_reason_is_kept(self):
		self.open_since(self.outermost(self.MOBILE_IN_AUSTRALIA)[1], 30)
		for user, override, code in (
			(AGENT, REASON, "outside_hours"),
			(CHIEF, "", "outside_hours"),
			(CHIEF, REASON, ""),
		):
			reply = self.dial(user, number=self.MOBILE_IN_AUSTRALIA, override=override)
			self.assertEqual(reply["failure_code"], code)
		self.assertEqual(len(self.simulator.requests), 1)
		(row,) = site.rows(status="Requested")
		self.assertEqual((row.overridden, row.override_reason), ("outside_hours", REASON))

	def test_a_manager_who_is_no_agent_calls_at_no_time(self):
		with self.assertRaises(frappe.PermissionError):
			self.dial(MANAGER, **self.at_lead, override=REASON)
