"""What listens to calls hears of each change, once and in order: Frappe's own tools, set up as an administrator would."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from unittest import SkipTest
from unittest.mock import Mock, patch

import frappe
from frappe.utils import background_jobs

from c2c_frappe import personal_data
from c2c_frappe.api import call as api
from c2c_frappe.automation import drain, posts
from c2c_frappe.call_log import dial_guard, rows
from c2c_frappe.site_time import utc_now
from c2c_frappe.tests.cases import crm, jobs, mail, site
from c2c_frappe.tests.cases.call_changes import (
	LOG,
	NOTES_OF_SCRIPTS,
	UNKNOWN,
	ChangeCase,
	Receiver,
	heard,
)
from c2c_frappe.tests.cases.site import AGENT, MANAGER
from c2c_frappe.tests.processes import require_durable_database

MISSED = 'doc.direction == "Incoming" and doc.status == "No Answer" and doc.has_value_changed("status")'
NO_REDIS = "redis://127.0.0.1:1"
WORKER = (
	"import sys, frappe; frappe.init(site=sys.argv[1], sites_path='.'); frappe.connect();"
	" from c2c_frappe.automation import drain; sys.stdin.read(1); drain.run()"
)


class TestCallChanges(ChangeCase):
	def receive_missed(self) -> Receiver:
		"""Let a Webhook post missed calls until the test is over; return who receives them."""
		receiver = Receiver()
		self.addCleanup(receiver.stop)
		self.make(
			"Webhook",
			name="C2C Test Missed",
			webhook_doctype=LOG,
			webhook_docevent="on_change",
			condition=MISSED,
			request_url=receiver.url,
			request_structure="JSON",
			webhook_json='{"call": "{{ doc.name }}", "status": "{{ doc.status }}"}',
		)
		return receiver

	def test_a_webhook_posts_a_missed_call_once(self):
		receiver = self.receive_missed()
		call = self.miss()
		self.assertEqual(receiver.bodies, [])
		drain.run()
		self.change(call, recording_url="https://pbx.example.com/secret.wav")
		drain.run()
		drain.run()
		self.assertEqual(receiver.bodies, [{"call": call, "status": "No Answer"}])
		self.assertEqual(self.waiting(call), [])

	def test_a_notification_mails_the_manager_of_a_call_that_failed(self):
		mail.require_sender(self)
		self.make(
			"Notification",
			name="C2C Test Failed",
			subject="Failed: {{ doc.name }}",
			document_type=LOG,
			event="Value Change",
			value_changed="status",
			condition='doc.status == "Failed"',
			channel="Email",
			message="It failed.",
			recipients=[{"receiver_by_role": "PBX Manager"}],
		)
		frappe.db.delete("Email Queue", {"reference_doctype": LOG})
		call = self.dial_lead()["call"]
		self.change(call, status="Ringing")
		self.change(call, status="Failed", failure_code="agent_unreachable")
		self.change(call, message="only its words")
		drain.run()
		mails = frappe.get_all(
			"Email Queue", {"reference_doctype": LOG, "reference_name": call}, pluck="name"
		)
		to = {row.recipient for name in mails for row in frappe.get_doc("Email Queue", name).recipients}
		self.assertIn(MANAGER, to)
		texts = [frappe.db.get_value("Email Queue", name, "message") for name in mails]
		self.assertEqual(len([text for text in texts if f"Failed: {call}" in text]), 1)

	def test_a_server_script_makes_a_lead_of_an_unknown_caller(self):
		self.make_script(
			"if doc.direction == 'Incoming' and doc.status == 'No Answer' and not doc.reference_name:\n"
			"	lead = frappe.get_doc({'doctype': 'Lead', 'first_name': 'Caller',"
			" 'mobile_no': doc.dialed_number}).insert()\n"
			"	doc.reference_doctype = 'Lead'\n"
			"	doc.reference_name = lead.name\n"
			"	doc.save()\n"
		)
		call = self.miss()
		drain.run()
		(lead,) = frappe.get_all("Lead", {"mobile_no": UNKNOWN}, pluck="name")
		row = rows.read_whole(call)
		self.assertEqual((row.reference_doctype, row.reference_name, row.status), ("Lead", lead, "No Answer"))

	def test_an_assignment_rule_assigns_a_missed_call(self):
		days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
		self.make(
			"Assignment Rule",
			name="C2C Test Missed",
			document_type=LOG,
			description=f"{NOTES_OF_SCRIPTS} to call back",
			assign_condition='direction == "Incoming" and status == "No Answer"',
			rule="Round Robin",
			users=[{"user": MANAGER}],
			assignment_days=[{"day": day} for day in days],
		)
		# Of a caller on no record the ToDo is about the call, which is so assigned already: Frappe's rules leave that be.
		lead = crm.make_lead(mobile_no=UNKNOWN, phone="")
		self.addCleanup(crm.delete_past_checks, "Lead", lead)
		frappe.db.commit()
		call = self.miss()
		drain.run()
		assigned = {"reference_type": LOG, "reference_name": call, "allocated_to": MANAGER}
		self.assertEqual(frappe.db.count("ToDo", assigned), 1)

	def test_another_app_hears_of_each_change_in_order_with_what_it_was_before(self):
		self.listen()
		call = self.dial_lead()["call"]
		self.change(call, status="Ringing")
		self.change(call, status="In Progress")
		self.change(call, status="In Progress", duration=7)
		self.change(call, recording_url="https://pbx.example.com/secret.wav")
		with site.as_user(AGENT):
			api.wrap_up(call, "Interested")
		frappe.db.commit()
		drain.run()
		self.assertEqual(
			[(each["sequence"], each["before"]) for each in heard],
			[
				(1, {"status": "Dialing", "message": None} | heard[0]["before"]),
				(2, {"status": "Requested"}),
				(3, {"status": "Ringing"}),
				(4, {"recording_url": None}),
				(5, {"disposition": None}),
			],
		)
		self.assertEqual(
			[each["status"] for each in heard],
			["Requested", "Ringing", "In Progress", "In Progress", "In Progress"],
		)
		self.assertEqual({each["call"] for each in heard}, {call})
		self.assertNotIn("secret.wav", json.dumps(heard))

	def test_a_sweep_and_a_record_that_comes_later_are_told_too(self):
		self.listen()
		call = self.dial_lead()["call"]
		drain.run()
		heard.clear()
		site.move(
			call, status="Dialing", evidence_rank=0, slot="x 1", reply_due=utc_now() - timedelta(minutes=1)
		)
		site.move(call, reference_doctype=None, reference_name=None)
		dial_guard.sweep()
		rows.link([rows.read_whole(call).dialed_number], "Lead", self.lead)
		frappe.db.commit()
		drain.run()
		self.assertEqual([each["after"]["status"] for each in heard], ["Unknown", "Unknown"])
		self.assertEqual(heard[1]["after"]["reference_name"], self.lead)

	def test_a_post_whose_job_was_lost_is_sent_later(self):
		"""A worker that is killed and a Redis that forgets take the job along."""
		receiver, call = self.receive_missed(), self.miss()
		with patch.object(frappe, "enqueue"):
			drain.run()
		self.assertEqual((receiver.bodies, self.waiting(call)), ([], ["No Answer"]))
		self.drain_later()
		self.drain_later()
		self.assertEqual(receiver.bodies, [{"call": call, "status": "No Answer"}])
		self.assertEqual(self.waiting(call), [])

	def test_a_post_whose_worker_was_killed_is_enqueued_again(self):
		"""Redis has its job as one that runs, whose worker gives no sign of life; seen with a worker that was killed."""
		self.use_queue(frappe.local.conf.redis_queue)
		now = datetime.now(timezone.utc)
		for silent_for, is_lost in ((timedelta(seconds=40), False), (timedelta(minutes=3), True)):
			job = Mock(last_heartbeat=now - silent_for, **{"get_status.return_value": "started"})
			with (
				self.subTest(silent_for=silent_for),
				patch.object(posts, "get_job", return_value=job),
				patch.object(frappe, "enqueue") as enqueue,
				patch.dict(frappe.flags, in_test=False),
			):
				posts.enqueue("a-000001", [("on_change", "C2C Test Missed")])
				self.assertEqual(enqueue.call_args.kwargs["deduplicate"], not is_lost)

	def test_a_post_that_waits_holds_up_no_later_change(self):
		self.listen()
		receiver, call = self.receive_missed(), self.miss()
		with patch.object(frappe, "enqueue"):
			drain.run()
			self.change(call, recording_url="https://pbx.example.com/secret.wav")
			drain.run()
		self.assertIn("recording_url", heard[-1]["changed"])
		self.drain_later()
		self.assertEqual([body["status"] for body in receiver.bodies], ["No Answer"])

	def test_nothing_is_lost_while_redis_is_away(self):
		self.listen()
		call = self.dial_lead()["call"]
		drain.run()
		heard.clear()
		began = time.monotonic()
		self.use_queue(NO_REDIS)
		self.change(call, status="Ringing")
		self.assertLess(time.monotonic() - began, 1, "the click's path waited for Redis")
		self.assertEqual(self.waiting(call), ["Ringing"])
		drain.run()
		self.assertEqual([each["after"]["status"] for each in heard], ["Ringing"])

	def test_a_worker_tells_it_without_waiting_for_the_scheduler(self):
		self.use_queue(frappe.local.conf.redis_queue)
		if not background_jobs.get_workers():
			raise SkipTest("No worker runs here.")
		call = self.dial_lead()["call"]
		deadline = time.monotonic() + jobs.JOBS_SECONDS
		while self.waiting(call) and time.monotonic() < deadline:
			time.sleep(0.1)
			frappe.db.rollback()
		self.assertEqual(self.waiting(call), [])


class TestListeners(ChangeCase):
	def test_one_that_fails_is_logged_and_tried_again_and_stops_no_other(self):
		self.listen()
		bad, good = self.dial_lead()["call"], self.dial(number="+44 7700 900812")["call"]
		drain.run()
		heard.clear()
		self.make_script(f"if doc.name == '{bad}' and doc.status == 'Ringing':\n	frappe.throw('broken')")
		for call in (bad, good):
			self.change(call, status="Ringing")
			self.change(call, status="In Progress")
		drain.run()
		told = [(each["call"], each["status"]) for each in heard]
		self.assertEqual(told, [(bad, "Ringing"), (good, "Ringing"), (good, "In Progress")])
		self.assertEqual(self.waiting(bad), ["Ringing", "In Progress"])
		for _more in range(drain.TRIES):
			self.drain_later()
		told = [each["status"] for each in heard if each["call"] == bad]
		self.assertEqual((told, self.waiting(bad)), (["Ringing", "In Progress"], []))
		self.assertEqual(
			frappe.db.count(
				"Error Log", {"method": "Listener for call changes failed", "error": ("like", f"{bad}%")}
			),
			drain.TRIES,
		)

	def test_one_that_fails_at_a_new_call_stops_neither_a_dial_nor_a_call_that_comes_in(self):
		self.make_script("frappe.throw('your script is broken')")
		call = self.dial_lead()
		self.assertEqual((call["status"], call["failure_code"]), ("Requested", ""))
		missed = self.miss()
		self.assertEqual(rows.read_whole(missed).status, "No Answer")
		for name in (call["call"], missed):
			found = {"method": "Listener for call changes failed", "error": ("like", f"{name}%broken%")}
			self.assertTrue(frappe.db.exists("Error Log", found), name)

	def test_a_script_before_the_save_may_refuse_a_call(self):
		self.make_script("frappe.throw('Not on Sundays.')", event="Before Save")
		before = len(site.rows())
		with self.assertRaises(frappe.ValidationError):
			self.dial_lead()
		frappe.db.rollback()
		self.assertEqual(len(site.rows()), before)

	def test_a_script_that_changes_the_call_it_hears_of_comes_to_an_end(self):
		call = self.dial_lead()["call"]
		drain.run()
		self.listen(change_again)
		again.clear()
		self.change(call, status="Ringing")
		drain.run()
		self.assertTrue(2 < len(again) < 20, again)
		self.assertEqual(self.waiting(call), [])

	def test_a_script_that_saves_whenever_the_call_is_saved_comes_to_an_end(self):
		call = self.dial_lead()["call"]
		drain.run()
		self.make_script("doc.save()")
		self.change(call, status="Ringing")
		for _more in range(drain.TRIES):
			self.drain_later()
		self.assertEqual((self.waiting(call), rows.read_whole(call).status), ([], "Ringing"))

	def test_a_script_that_saves_what_it_heard_overwrites_nothing_newer(self):
		call = self.dial_lead()["call"]
		drain.run()
		self.make_script(
			"if doc.status == 'Ringing' and not doc.notes:\n	doc.notes = 'rang'\n	doc.save()"
		)
		self.change(call, status="Ringing")
		self.change(call, status="Completed", duration=9)
		drain.run()
		row = rows.read_whole(call)
		self.assertEqual((row.status, row.duration, row.notes), ("Completed", 9, "rang"))

	def test_forgetting_a_person_and_deleting_a_call_forget_what_waits(self):
		first, second = self.dial_lead()["call"], self.dial(number="+44 7700 900812")["call"]
		self.assertEqual((self.waiting(first), self.waiting(second)), (["Requested"], ["Requested"]))
		personal_data.erase(doctype="Lead", name=self.lead)
		frappe.delete_doc(LOG, second)
		frappe.db.commit()
		self.assertEqual((self.waiting(first), self.waiting(second)), ([], []))


again: list[str] = []


def change_again(document, _change: dict) -> None:
	"""Listen as an app does that never rests."""
	again.append(document.status)
	to = "Ringing" if document.status == "In Progress" else "In Progress"
	rows.change(rows.lock(document.name), {"status": to})


class TestManyWorkers(ChangeCase):
	def test_several_at_once_tell_each_change_once_and_in_order(self):
		require_durable_database()
		statuses = ["Ringing", "In Progress", "Ringing", "Completed"]
		calls = [self.dial(number=f"+44 7700 90082{n}")["call"] for n in range(6)]
		drain.run()
		self.make_script(
			f"frappe.get_doc({{'doctype': 'ToDo', 'reference_type': doc.doctype, 'reference_name': doc.name,"
			f" 'description': '{NOTES_OF_SCRIPTS} ' + doc.status}}).insert()"
		)
		for status in statuses:
			for call in calls:
				self.change(call, status=status)
		argv = [sys.executable, "-c", WORKER, frappe.local.site]
		workers = [subprocess.Popen(argv, stdin=subprocess.PIPE) for _ in range(4)]
		for worker in workers:
			worker.stdin.close()
		self.assertEqual([worker.wait(120) for worker in workers], [0] * 4)
		frappe.db.rollback()
		for call in calls:
			told = frappe.get_all("ToDo", {"reference_name": call}, pluck="description", order_by="creation")
			self.assertEqual([text[len(NOTES_OF_SCRIPTS) + 1 :] for text in told], statuses, call)
			self.assertEqual(self.waiting(call), [])
