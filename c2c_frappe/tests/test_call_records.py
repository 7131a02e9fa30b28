"""What the PBX lists becomes the truth of the call, however often it is read, and survives a crash half-way."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

import frappe

from c2c_frappe.api import account as api
from c2c_frappe.dialing import usage
from c2c_frappe.events import intake, reconcile
from c2c_frappe.locks import exclusive
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import CallRecord
from c2c_frappe.pbx.simulator import Simulator
from c2c_frappe.tests.cases import pbx_events, site
from c2c_frappe.tests.cases.error_log import NewErrors
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, PRIMEVOX, SiteCase

STATS_KEY = "stats-key-0123456789"
NUMBER, E164 = "12025550147", "+12025550147"
FIELDS = [
	"name",
	"status",
	"direction",
	"agent",
	"extension",
	"number",
	"ended_at",
	"duration",
	"pbx_call_id",
]


class RecordsCase(SiteCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		ids = {"crm_id": site.CRM_ID, "client_id": site.CLIENT_ID, "api_key": site.API_KEY}
		cls.simulator = Simulator(**ids, stats_api_key=STATS_KEY).start()
		cls.addClassCleanup(cls.simulator.stop)

	def setUp(self):
		super().setUp()
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.update({"stats_url": self.simulator.url, "stats_api_key": STATS_KEY, "allow_http": 1})
		account.save()
		pbx_events.forget()
		for name in (COMMPEAK, PRIMEVOX):
			self.set_mark(name, None)

	def tearDown(self):
		pbx_events.forget()
		frappe.db.set_value("PBX Account", COMMPEAK, {"stats_url": "", "stats_api_key": ""})
		frappe.db.commit()
		super().tearDown()

	def set_mark(self, account, moment):
		values = {"records_until": moment, "records_message": ""}
		frappe.db.set_value("PBX Account", account, values, update_modified=False)
		frappe.db.commit()

	def mark(self, account=COMMPEAK):
		return frappe.db.get_value("PBX Account", account, "records_until")

	def fetch(self, account=COMMPEAK):
		outcome = reconcile.fetch(account)
		self.assertTrue(outcome["ok"], outcome)
		return outcome

	def calls(self, **filters):
		return [tuple(row[f] for f in FIELDS) for row in site.rows(**filters)]

	def finish(self, nth=0, answers=1):
		"""Pick up that many phones of the nth call at the simulated PBX and end it."""
		call = self.simulator.calls[nth]
		for _leg in range(answers):
			self.simulator.answer(call.id)
		self.simulator.hang_up(call.id)

	def is_in_one_of_the_windows(self, moment):
		text = f"{moment:%Y-%m-%d %H:%M:%S}"
		asked = [r.form for r in self.simulator.requests if r.path == "/api/cdrs"]
		return any(form["from"] <= text <= form["till"] for form in asked)


class TestClickedCalls(RecordsCase):
	def test_a_clicked_call_ends_as_its_record_says_without_any_webhook(self):
		call = self.dial_lead()["call"]
		self.fetch()
		self.assertEqual(site.rows()[0].status, "Ringing")
		self.finish(answers=2)
		self.fetch()
		(row,) = site.rows()
		self.assertEqual((row.name, row.status, row.duration), (call, "Completed", 0))
		self.assertTrue(row.ended_at and row.answered_at is None)
		self.assertFalse(row.dial_key)

	def test_reading_the_same_records_again_changes_nothing(self):
		self.dial_lead()
		self.simulator.begin("1000", NUMBER)
		self.finish(0, answers=2)
		self.finish(1)
		self.assertEqual(self.fetch()["new"], 2)
		before = [self.calls(), pbx_events.all_of("name", "modified")]
		for mark in (self.mark(), None):
			self.set_mark(COMMPEAK, mark)
			self.assertEqual(self.fetch()["new"], 0)
		self.assertEqual(before, [self.calls(), pbx_events.all_of("name", "modified")])

	def test_a_primevox_call_is_found_by_extension_number_and_time(self):
		self.use_primevox()
		call = self.dial_lead()["call"]
		self.finish(answers=2)
		self.fetch(PRIMEVOX)
		(row,) = site.rows()
		self.assertEqual((row.name, row.status), (call, "Completed"))
		self.assertEqual(row.pbx_call_id, self.simulator.calls[0].unique_id)

	def test_a_record_and_the_events_of_its_call_end_in_the_same_row_in_both_orders(self):
		told = {
			"event": "end",
			"hangup_cause": "NO_ANSWER",
			"uniqueid": "9.9",
			"ended_at": "2026-11-23 12:00:00",
		}
		account = frappe.get_doc("PBX Account", COMMPEAK)
		seen = set()
		for is_event_first in (True, False):
			site.forget_calls()
			pbx_events.forget()
			self.simulator.reset()
			self.set_mark(COMMPEAK, None)
			call = self.dial_lead()["call"]
			clicked = self.simulator.calls[0]
			self.finish(answers=2)
			if is_event_first:
				intake.receive(account, {**told, "call": call})
			self.fetch()
			intake.receive(account, {**told, "call": call})
			(row,) = site.rows()
			seen.add((row.status, row.duration, row.ended_at.year, row.pbx_call_id == clicked.unique_id))
		self.assertEqual(len(seen), 1)
		self.assertEqual(seen.pop()[0], "Completed")


class TestOtherCalls(RecordsCase):
	def test_a_call_dialed_on_the_phone_and_an_incoming_one_become_rows_of_whose_phone_it_is(self):
		self.simulator.begin("1000", NUMBER)
		self.simulator.begin("1000", NUMBER, "in")
		self.finish()
		self.finish(1, answers=0)
		self.fetch()
		found = {(r.direction, r.status, r.agent, r.number, r.account) for r in site.rows()}
		self.assertEqual(
			found,
			{
				("Outgoing", "Completed", AGENT, E164, COMMPEAK),
				("Incoming", "No Answer", AGENT, E164, COMMPEAK),
			},
		)
		# Both started on the site's own clock, which is not UTC all year.
		now = frappe.utils.now_datetime()
		self.assertTrue(all(abs(now - r.requested_at) < timedelta(minutes=2) for r in site.rows()))

	def test_such_a_call_is_followed_to_its_end_though_that_comes_long_after_the_window(self):
		began = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(hours=3)
		self.simulator.begin("1000", NUMBER, at=time.time() - 3 * 3600)
		self.fetch()
		self.assertEqual([row.status for row in site.rows()], ["Ringing"])
		self.finish()
		self.fetch()
		self.assertEqual([row.status for row in site.rows()], ["Completed"])
		self.assertTrue(self.is_in_one_of_the_windows(began))

	def test_calls_of_phones_that_are_no_users_are_kept_as_events_and_become_no_rows(self):
		self.simulator.begin("1002", NUMBER)
		self.finish()
		self.assertEqual(self.fetch()["new"], 1)
		self.assertEqual(site.rows(), [])
		self.assertEqual(pbx_events.all_of("outcome"), [("Ignored",)])

	def test_calls_of_the_phone_do_not_use_up_what_the_agent_may_dial(self):
		self.simulator.begin("1000", NUMBER)
		self.finish()
		self.fetch()
		self.dial_lead()
		since = frappe.utils.add_to_date(None, hours=-1)
		self.assertEqual(usage.count_dials({"mine": (since, AGENT)}), {"mine": 1})

	def test_a_record_that_may_be_a_clicks_makes_no_second_row(self):
		call = self.dial_lead()["call"]
		began = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
		known = {"extension": "1000", "started_at": began, "ended_at": began}
		masked = CallEvent("record", status.COMPLETED, pbx_call_id="another.1", **known)
		other_leg = replace(masked, pbx_call_id="another.2", number="+447700900123")
		for record_id, event in (("1", masked), ("2", other_leg)):
			outcomes = intake.receive_records(COMMPEAK, [CallRecord(record_id, event)], ())
			self.assertEqual(outcomes, {"Waiting": 1})
		self.assertEqual([row.name for row in site.rows()], [call])
		# Once the click's own record has told its id, others are other calls, those too that came before it.
		own = replace(other_leg, call=call, pbx_call_id="own.1")
		records = [CallRecord("3", own), CallRecord("4", replace(other_leg, pbx_call_id="another.3"))]
		self.assertEqual(intake.receive_records(COMMPEAK, records, ()), {"Applied": 1, "Added": 1})
		self.assertEqual(len(site.rows()), 2)
		intake.retry_waiting()
		self.assertEqual(len(site.rows()), 4)

	def test_two_calls_of_a_phone_to_one_number_within_a_minute_are_two_rows_though_nothing_says_how_they_ended(
		self,
	):
		began = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
		event = CallEvent("record", extension="1000", number=E164, started_at=began, ended_at=began)
		records = [CallRecord(n, replace(event, pbx_call_id=n)) for n in ("1", "2")]
		for _time in range(2):
			intake.receive_records(COMMPEAK, records, ())
		self.assertEqual([row.status for row in site.rows()], ["Unknown", "Unknown"])


class TestReading(RecordsCase):
	def test_all_pages_are_read_and_the_mark_is_where_the_last_window_ended(self):
		for _call in range(230):
			self.simulator.begin("1002", NUMBER)
		before = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
		outcome = self.fetch()
		self.assertEqual((outcome["read"], outcome["new"]), (230, 230))
		self.assertEqual(pbx_events.count(), 230)
		self.assertGreaterEqual(self.mark(), before)

	def test_a_pbx_that_is_down_leaves_the_mark_and_says_so_once_without_a_key(self):
		mark = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0) - timedelta(hours=1)
		self.set_mark(COMMPEAK, mark)
		errors = NewErrors()
		for kind in ("5xx", "drop", "html"):
			self.simulator.behave(kind)
			outcome = reconcile.fetch(COMMPEAK)
			again = reconcile.fetch(COMMPEAK)
			self.assertEqual((outcome["ok"], again["ok"], self.mark()), (False, False, mark))
			self.assertEqual(
				frappe.db.get_value("PBX Account", COMMPEAK, "records_message"), outcome["message"]
			)
			self.assertNotIn("ring", outcome["message"])
		logged = errors.look()
		self.assertEqual(len(logged), 3)
		self.assertNotIn(STATS_KEY, str(logged))
		self.simulator.reset()
		self.fetch()
		self.assertEqual(frappe.db.get_value("PBX Account", COMMPEAK, "records_message"), "")

	def test_a_wrong_key_is_named_as_such(self):
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.stats_api_key = "another-key-0123456789"
		account.save()
		self.assertIn("API key", reconcile.fetch(COMMPEAK)["message"])
		self.assertIsNone(self.mark())

	def test_a_second_run_of_the_same_account_does_not_start(self):
		with exclusive(f"records {COMMPEAK}") as is_alone:
			self.assertTrue(is_alone)
			self.assertIsNone(reconcile.fetch(COMMPEAK)["ok"])
		self.fetch()

	def test_an_open_form_saved_later_does_not_turn_the_mark_back(self):
		form = frappe.get_doc("PBX Account", COMMPEAK)
		self.fetch()
		mark = self.mark()
		form.save()
		self.assertEqual((form.records_until, self.mark()), (mark, mark))


class TestCrash(RecordsCase):
	def test_killed_in_the_middle_of_a_page_the_rest_is_applied_the_next_time_and_nothing_twice(self):
		for _call in range(40):
			self.simulator.begin("1000", NUMBER)
		for nth in range(40):
			self.finish(nth)
		self.fetch_and_die_at_record(17)
		self.assertLess(self.mark(), datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(minutes=30))
		kept = pbx_events.count()
		self.assertEqual(kept, 17)
		self.assertLess(len(site.rows()), 40)
		self.assertEqual(self.fetch()["new"], 40 - kept)
		intake.retry_waiting()
		self.assertEqual(len({row.pbx_call_id for row in site.rows()}), 40)
		self.assertEqual({row.status for row in site.rows()}, {"Completed"})
		self.assertEqual(len(site.rows()), 40)
		self.assertEqual(pbx_events.count(outcome="Applied"), 40)

	def fetch_and_die_at_record(self, number):
		"""Fetch in a process of its own that kills itself once this many records were stored."""
		name = frappe.local.site
		pid = os.fork()
		if not pid:
			_fetch_and_die(name, number)
		_pid, ended = os.waitpid(pid, 0)
		self.assertEqual(os.WTERMSIG(ended), signal.SIGKILL)
		frappe.db.rollback()


def _fetch_and_die(site_name, number):
	frappe.init(site=site_name, sites_path=".")
	frappe.connect()
	frappe.set_user("Administrator")
	stored = []

	def try_or_die(*arguments):
		stored.append(arguments)
		if len(stored) == number:
			os.kill(os.getpid(), signal.SIGKILL)
		return usual(*arguments)

	usual, intake._match_and_apply = intake._match_and_apply, try_or_die
	reconcile.fetch(COMMPEAK)
	os._exit(1)


class TestAsking(RecordsCase):
	def due(self):
		with patch.object(frappe, "enqueue") as enqueue:
			reconcile.schedule()
		return {call.kwargs["account"] for call in enqueue.call_args_list} & {COMMPEAK, PRIMEVOX}

	def test_accounts_are_asked_when_it_is_long_ago_or_a_call_is_open_and_not_otherwise(self):
		self.assertEqual(self.due(), {COMMPEAK, PRIMEVOX})
		now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
		for name in (COMMPEAK, PRIMEVOX):
			self.set_mark(name, now)
		self.assertEqual(self.due(), set())
		call = self.dial_lead()["call"]
		self.assertEqual(self.due(), {COMMPEAK})
		site.move(call, requested_at=frappe.utils.add_to_date(None, days=-2))
		self.assertEqual(self.due(), set())

	def test_an_account_without_the_key_for_records_is_never_asked(self):
		frappe.db.set_value("PBX Account", COMMPEAK, {"stats_api_key": ""})
		self.assertEqual(self.due(), {PRIMEVOX})
		self.assertRaises(frappe.ValidationError, reconcile.request, COMMPEAK)

	def test_a_manager_may_ask_and_an_agent_may_not(self):
		with patch.object(frappe, "enqueue") as enqueue:
			site.send(site.MANAGER, "POST", "c2c_frappe.api.account.fetch_records", account=COMMPEAK)
			with site.as_user(AGENT):
				self.assertRaises(frappe.PermissionError, api.fetch_records, COMMPEAK)
		self.assertEqual(enqueue.call_args.kwargs["user"], site.MANAGER)
		self.assertEqual(enqueue.call_count, 1)

	def test_the_result_goes_to_who_asked(self):
		with patch.object(frappe, "publish_realtime") as publish:
			reconcile.run(COMMPEAK, user=site.MANAGER)
		told = [call for call in publish.call_args_list if call.args[0] == "msgprint"]
		self.assertEqual([call.kwargs["user"] for call in told], [site.MANAGER])
