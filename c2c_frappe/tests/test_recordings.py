"""Who hears a recording, for how long, from where; and that its address never leaves the server."""

from __future__ import annotations

import json
import time
from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime

from c2c_frappe.desk import recordings, timeline
from c2c_frappe.events import intake
from c2c_frappe.locks import exclusive
from c2c_frappe.pbx.calls import in_flight, status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import CallRecord
from c2c_frappe.tests import processes
from c2c_frappe.tests.cases import pbx_events, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, MANAGER, NOBODY, OTHER_AGENT, SiteCase

PLAY = "c2c_frappe.api.recording.play"


class RecordingCase(SiteCase):
	def setUp(self):
		super().setUp()
		pbx_events.forget()
		self.addCleanup(pbx_events.forget)
		self.point_accounts_at(self.simulator.url, allow_private=1, recording_hosts="")
		self.addCleanup(self.point_accounts_at, self.simulator.url, allow_private=0, recording_hosts="")
		site.change_settings(recording_days=90)
		self.call = self.dial_lead()["call"]
		recorded = self.simulator.begin("1002", "12025550147", at=time.time() - 5)
		self.simulator.answer(recorded.id)
		self.simulator.hang_up(recorded.id)
		self.url = f"{self.simulator.url}/recordings/{recorded.unique_id}.wav"
		self.tell(self.url)

	def tell(self, url: str, **more) -> None:
		"""Let the PBX tell of the call, with the address of its recording."""
		told = {
			"event": "end",
			"hangup_cause": "ANSWERED",
			"duration": "5",
			"call": self.call,
			"recording": url,
		}
		intake.receive(frappe.get_doc("PBX Account", COMMPEAK), {**told, **more})

	def play(self, user: str = AGENT, asked: str | None = "bytes=0-999"):
		with site.as_user(user):
			return recordings.play(self.call, asked)

	def refusal(self, error=frappe.ValidationError, **arguments) -> str:
		with self.assertRaises(error) as caught:
			self.play(**arguments)
		return str(caught.exception)

	def asked_for_it(self) -> int:
		return len([r for r in self.simulator.requests if r.path.startswith("/recordings/")])


class TestWho(RecordingCase):
	def test_an_agent_hears_own_calls_a_manager_all_and_nobody_else_any(self):
		for user in (AGENT, MANAGER):
			self.assertTrue(self.play(user).data.startswith(b"RIFF"))
		before = self.asked_for_it()
		for user in (OTHER_AGENT, NOBODY, "Guest"):
			self.refusal(frappe.PermissionError, user=user)
		self.assertEqual(self.asked_for_it(), before)

	def test_the_timeline_offers_it_to_its_agent_and_managers_and_shows_the_call_alone_to_others(self):
		offered = {}
		for user in (AGENT, OTHER_AGENT, "Administrator"):
			with site.as_user(user):
				(entry,) = timeline.calls_of("Lead", self.lead)
			offered[user] = f'src="/api/method/{PLAY}?call={self.call}"' in entry["content"]
			self.assertIn('preload="none"' if offered[user] else "called", entry["content"])
		self.assertEqual(offered, {AGENT: True, OTHER_AGENT: False, "Administrator": True})

	def test_the_form_offers_it_and_lets_managers_alone_delete_it(self):
		seen = {}
		for user in (AGENT, MANAGER):
			with site.as_user(user):
				call = frappe.get_doc("PBX Call Log", self.call)
				call.run_method("onload")
			seen[user] = call.get_onload("recording")["may_delete"]
		self.assertEqual(seen, {AGENT: False, MANAGER: True})

	def test_its_address_is_told_to_nobody(self):
		for user in (AGENT, MANAGER, "System Manager"):
			who = user if "@" in user else self.system_manager()
			for doctype, name in (
				("PBX Call Log", self.call),
				("PBX Event", frappe.db.get_value("PBX Event", {"call": self.call})),
			):
				if not frappe.has_permission(doctype, user=who):
					continue
				said = site.send(who, "GET", "frappe.client.get", doctype=doctype, name=name)
				fields = {"doctype": doctype, "fields": '["*"]'}
				listed = site.send(who, "GET", "frappe.client.get_list", **fields)
				self.assertNotIn("/recordings/", json.dumps([said, listed], default=str), (who, doctype))
		with site.as_user(AGENT):
			self.assertNotIn(self.url, str(timeline.calls_of("Lead", self.lead)))

	def system_manager(self) -> str:
		site.make_user("c2c-system@example.com", "System Manager")
		frappe.db.commit()
		return "c2c-system@example.com"


class TestHow(RecordingCase):
	def test_it_comes_in_the_ranges_a_player_asks_for_and_as_audio_alone(self):
		part = self.play(asked="bytes=10-19")
		whole = self.play(asked=None)
		self.assertEqual((part.status_code, whole.status_code), (206, 200))
		self.assertEqual(part.data, whole.data[10:20])
		self.assertEqual(part.headers["Content-Range"], f"bytes 10-19/{len(whole.data)}")
		for response in (part, whole):
			self.assertEqual(response.headers["Content-Type"], "audio/wav")
			self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
			self.assertIn("sandbox", response.headers["Content-Security-Policy"])
			self.assertIn("no-store", response.headers["Cache-Control"])

	def test_other_hosts_are_asked_only_once_a_manager_named_them(self):
		elsewhere = self.url.replace("127.0.0.1", "localhost")
		self.tell(elsewhere, duration="6")
		self.assertIn("localhost", self.refusal())
		host = elsewhere.split("/")[2]
		self.point_accounts_at(self.simulator.url, allow_private=1, recording_hosts=host)
		self.assertEqual(self.play().status_code, 206)

	def test_a_private_address_is_asked_only_of_a_pbx_on_the_premises(self):
		self.point_accounts_at(self.simulator.url, allow_private=0)
		self.assertIn("On-Premises", self.refusal())
		self.assertEqual(self.asked_for_it(), 0)

	def test_a_host_that_cannot_be_one_is_refused_when_the_account_is_saved(self):
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.recording_hosts = "https://recordings.example.com/path"
		self.assertRaises(frappe.ValidationError, account.save)

	def test_when_all_places_are_taken_it_says_so_and_asks_nobody(self):
		held = [
			exclusive(f"recording {n}")
			for n in range(in_flight.slots_of_site(frappe.conf.gunicorn_workers or 0))
		]
		for lock in held:
			self.assertTrue(lock.__enter__())
			self.addCleanup(lock.__exit__, None, None, None)
		with patch.object(recordings, "SLOT_TIMEOUT", 0.1):
			self.assertIn("Too many recordings", self.refusal(recordings.PlayersBusyError))
		self.assertEqual(self.asked_for_it(), 0)

	def test_what_the_pbx_refuses_is_said_without_its_address(self):
		self.simulator.behave("404")
		said = self.refusal()
		self.assertIn("no longer has this recording", said)
		self.assertNotIn("/recordings/", said)


class TestHowLong(RecordingCase):
	def age(self, days: int) -> None:
		site.move(self.call, requested_at=add_to_date(now_datetime(), days=-days))

	def comments(self) -> list:
		of_call = {"reference_doctype": "PBX Call Log", "reference_name": self.call}
		return frappe.get_all("Comment", {**of_call, "comment_type": "Info"}, ["owner", "content"])

	def test_it_is_played_for_as_many_days_as_the_settings_say(self):
		self.age(89)
		self.assertEqual(self.play().status_code, 206)
		self.age(91)
		self.assertIn("no recording", self.refusal())
		site.change_settings(recording_days=0)
		self.assertEqual(self.play().status_code, 206)

	def test_old_links_are_deleted_each_day_and_that_is_noted(self):
		recordings.delete_old()
		self.assertEqual(self.comments(), [])
		self.age(91)
		recordings.delete_old()
		self.assertFalse(frappe.db.get_value("PBX Call Log", self.call, "recording_url"))
		self.assertEqual(len(self.comments()), 1)
		recordings.delete_old()
		self.assertEqual(len(self.comments()), 1)

	def test_a_deleted_link_is_noted_and_does_not_come_back_whatever_the_pbx_tells(self):
		with site.as_user(AGENT):
			self.assertRaises(
				frappe.PermissionError, frappe.call, "c2c_frappe.api.recording.delete", self.call
			)
		site.send(MANAGER, "POST", "c2c_frappe.api.recording.delete", call=self.call)
		self.assertEqual([comment.owner for comment in self.comments()], [MANAGER])
		self.tell(self.url, duration="9")
		ended = CallEvent("record", status.COMPLETED, call=self.call, recording_url=self.url)
		intake.receive_records(COMMPEAK, [CallRecord("1", ended)], ())
		self.assertFalse(frappe.db.get_value("PBX Call Log", self.call, "recording_url"))
		self.assertEqual(frappe.db.get_value("PBX Call Log", self.call, "duration"), 9)
		self.refusal()

	def test_a_link_that_comes_later_than_the_rest_is_taken(self):
		pbx_events.forget()
		site.move(self.call, recording_url=None)
		for url in ("", self.url):
			told = CallEvent("record", status.COMPLETED, call=self.call, recording_url=url)
			self.assertEqual(intake.receive_records(COMMPEAK, [CallRecord("1", told)], ()), {"Applied": 1})
		self.assertEqual(self.play().status_code, 206)

	def test_an_address_longer_than_most_is_kept_whole(self):
		long = f"{self.url}?signature={'a' * 900}"
		self.tell(long, duration="7")
		self.assertEqual(self.play().status_code, 206)


class TestOverHttp(RecordingCase):
	def test_a_browser_gets_its_range_and_a_guest_nothing(self):
		server = processes.WebServer(1)
		self.addCleanup(server.stop)
		path = f"/api/method/{PLAY}?call={self.call}"
		token = {"Authorization": f"token {processes.token_of(AGENT)}"}
		status_code, text = server.ask("GET", path, None, {**token, "Range": "bytes=0-3"})
		self.assertEqual((status_code, text), (206, "RIFF"))
		self.assertEqual(server.ask("GET", path)[0], 403)
