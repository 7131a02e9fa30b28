"""One clock, the database's: deadlines, repeats and caps hold although web machines disagree on the time."""

from __future__ import annotations

from datetime import datetime, timedelta
from unittest.mock import patch

import frappe

from c2c_frappe import current_settings, site_time
from c2c_frappe.call_log import rows
from c2c_frappe.dialing import usage
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.site import AGENT, SiteCase

# The hour that comes twice in Berlin in 2026: 02:30 is 00:30 and 01:30 in UTC.
FIRST = datetime(2026, 10, 25, 0, 30)


class TestOneClock(SiteCase):
	def test_time_is_the_databases(self):
		"""A process whose clock is 16 s ahead reckons with the database's time all the same."""
		if frappe.db.db_type != "mariadb":
			self.skipTest("SQLite has no clock of its own.")
		site_time._asked.clear()
		ahead = datetime(2030, 1, 1)
		with patch.object(site_time, "datetime", wraps=datetime) as clock:
			clock.now.return_value = ahead
			found = site_time.utc_now()
		stored = frappe.db.sql("select utc_timestamp(6)")[0][0]
		self.assertLess(abs((stored - found).total_seconds()), 1)

	def test_it_is_asked_once_a_minute(self):
		"""In between the process counts on, so that a click costs no statement for the time."""
		site_time.utc_now()
		with patch.object(site_time, "_database_time", side_effect=AssertionError("asked again")):
			first = site_time.utc_now()
			self.assertLess(first, site_time.utc_now() + timedelta(microseconds=1))

	def test_calls_of_the_hour_that_comes_twice_are_an_hour_apart(self):
		"""The minute cap counts what was dialed within a minute, also when the clock was set back since."""
		self.addCleanup(site.forget_calls)
		with patch.object(site_time, "get_system_timezone", return_value="Europe/Berlin"):
			for n in range(3):
				name = frappe.generate_hash(length=20)
				row = {"agent": AGENT, "status": "Completed", "custom_data": "{}", "direction": "Outgoing"}
				columns = rows.requested_columns(FIRST + timedelta(seconds=n))
				self.assertEqual(columns["requested_at"].hour, 2)
				self.assertTrue(rows.insert({"name": name, **row, **columns}))
			an_hour_later = FIRST + timedelta(hours=1, seconds=3)
			self.assertEqual(site_time.to_local(an_hour_later).hour, 2)
			with patch.object(usage, "utc_now", return_value=an_hour_later):
				counts = usage.count_dials({"minute": (usage.last_minute(), AGENT)})
		self.assertEqual(counts["minute"], 0)


class TestPresentSettings(SiteCase):
	"""What decides a dial is the database's, whatever Redis remembers."""

	def remember(self, doctype: str, name: str):
		"""Let the cache hold the document as it is now, also after the next change."""
		document = frappe.get_doc(doctype, name)
		return patch.object(frappe, "get_cached_doc", side_effect=lambda *key: (
			document if key == (doctype, name) else frappe.get_doc(*key)
		))  # fmt: skip

	def test_switched_off_settings_stop_a_dial_despite_an_old_copy(self):
		"""A job with an older snapshot put the old settings back into Redis; no call is placed."""
		with self.remember("PBX Settings", "PBX Settings"):
			site.change_settings(enabled=0)
			self.assertEqual(self.dial_lead()["failure_code"], "disabled")
		self.assertEqual(len(self.simulator.requests), 0)

	def test_disabled_account_stops_a_dial_despite_an_old_copy(self):
		"""The same for the account."""
		with self.remember("PBX Account", site.COMMPEAK):
			account = frappe.get_doc("PBX Account", site.COMMPEAK)
			account.enabled = 0
			account.save()
			self.addCleanup(frappe.db.commit)
			self.addCleanup(frappe.db.set_value, "PBX Account", site.COMMPEAK, "enabled", 1)
			self.assertEqual(self.dial_lead()["failure_code"], "disabled")

	def test_a_present_copy_is_taken(self):
		"""Where nothing changed the cached copy serves, and no row of the tables is read again."""
		current_settings.settings()
		with patch.object(frappe, "get_doc", side_effect=AssertionError("read again")):
			self.assertTrue(current_settings.settings().enabled)
