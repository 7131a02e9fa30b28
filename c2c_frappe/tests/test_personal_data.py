"""What is known of a person can be told and forgotten; what accounting needs, and do-not-call, stays. Old rows go."""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path
from unittest import SkipTest

import frappe
from click.testing import CliRunner
from frappe.utils import add_days, now_datetime

from c2c_frappe.accounts import providers
from c2c_frappe.api import call, personal_data
from c2c_frappe.dialing import usage
from c2c_frappe.events import intake
from c2c_frappe.phone_book import index
from c2c_frappe.tests.cases import pbx_events, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, MANAGER, SiteCase
from c2c_frappe.tests.secret_search import Search

NUMBER, OTHER = "+44 7700 900451", "+44 7700 900452"
E164 = "+447700900451"
NATIONAL, OTHER_NATIONAL = "7700900451", "7700900452"
LOG, EVENT = "PBX Call Log", "PBX Event"
# Where the app and Frappe itself note a number.
TRACES = (
	("ToDo", "description"),
	("Comment", "content"),
	("Comment", "subject"),
	("Deleted Document", "data"),
)
KEPT = ("agent", "account", "status", "requested_at", "duration", "disposition", "direction", "pbx_call_id")


class PersonalCase(SiteCase):
	"""Two calls to a person, one to another, with notes, a follow-up, a recording and news of the PBX."""

	def setUp(self):
		super().setUp()
		self.forget()
		self.addCleanup(self.forget)
		self.set_lead(mobile_no=NUMBER)
		self.call = self.dial_lead()["call"]
		self.tell(self.call, number=NATIONAL)
		with site.as_user(AGENT):
			call.wrap_up(self.call, notes=f"Call {NUMBER}", follow_up_on=frappe.utils.today())
		self.typed = self.dial(number=f"{NUMBER} or so")["call"], self.dial(number=NUMBER)["call"]
		self.other = self.dial(number=OTHER)["call"]
		self.tell(self.other, number=OTHER_NATIONAL)
		frappe.db.commit()

	def forget(self) -> None:
		"""Delete what was noted of the two numbers, which no other test calls."""
		pbx_events.forget()
		for (doctype, field), number in itertools.product(TRACES, (NATIONAL, NUMBER, OTHER_NATIONAL, OTHER)):
			frappe.db.delete(doctype, {field: ("like", f"%{number}%")})
		frappe.db.commit()

	def tell(self, of_call: str, **told) -> None:
		"""Let the PBX say how a call ended."""
		known = {"event": "end", "call": of_call, "uniqueid": f"9.{of_call}", "hangup_cause": "ANSWERED"}
		known |= {"ended_at": "2026-11-23 12:01:09", "duration": "60"}
		intake.receive(frappe.get_doc("PBX Account", COMMPEAK), {**known, **told})

	def row(self, name: str) -> dict:
		return frappe.db.get_value(LOG, name, "*", as_dict=True)

	def as_manager(self, method, **sent) -> dict:
		with site.as_user(MANAGER):
			found = method(**sent)
		frappe.db.commit()
		return found


class TestErase(PersonalCase):
	def test_nothing_of_the_number_is_left_but_what_is_said_to_stay(self):
		frappe.delete_doc(LOG, self.typed[1], force=True)
		before = self.row(self.call)
		done = self.as_manager(personal_data.erase, number=NUMBER)
		self.assertEqual((done["calls"], done["under_way"], done["events"]), (1, 0, 1))
		self.set_lead(mobile_no="")
		index.refresh("Lead", [self.lead])
		# The attempt that was refused held no number: only the text somebody typed.
		frappe.db.delete(LOG, {"name": self.typed[0]})
		frappe.db.commit()
		found = {place for form in (NATIONAL, NUMBER) for place in Search([form]).tables()}
		self.assertEqual(found, set())
		after = self.row(self.call)
		self.assertEqual({name: after[name] for name in KEPT}, {name: before[name] for name in KEPT})
		self.assertFalse(after.reference_name or after.notes or after.message)

	def test_another_person_s_calls_stay_as_they_are(self):
		before = (
			self.row(self.other),
			frappe.get_all(EVENT, {"call": self.other}, ["payload", "parsed_event", "outcome"]),
		)
		self.as_manager(personal_data.erase, number=NUMBER)
		after = (
			self.row(self.other),
			frappe.get_all(EVENT, {"call": self.other}, ["payload", "parsed_event", "outcome"]),
		)
		self.assertEqual(after, before)

	def test_what_the_pbx_tells_later_does_not_bring_the_person_back(self):
		self.as_manager(personal_data.erase, number=NUMBER)
		self.tell(self.call, number=NATIONAL, recording="https://pbx.example.com/1.mp3", duration="61")
		row = self.row(self.call)
		self.assertEqual((row.duration, row.number, row.dialed_number), (61, "", ""))
		self.assertFalse(row.recording_url or row.reference_name)

	def test_an_event_that_was_erased_does_not_come_again(self):
		self.as_manager(personal_data.erase, number=NUMBER)
		self.tell(self.call, number=NATIONAL)
		self.assertEqual(frappe.db.count(EVENT, {"payload": ("like", f"%{NATIONAL}%")}), 0)
		self.assertEqual(
			intake.retry_all([name for (name,) in pbx_events.all_of("name")]), {"Ignored": 1, "Applied": 1}
		)

	def test_an_erased_call_that_came_in_spends_no_cap(self):
		"""Nobody dialed it, before and after."""
		came_in = {
			"event": "start",
			"uniqueid": "45.1",
			"number": NATIONAL,
			"direction": "in",
			"extension": "1000",
		}
		intake.receive(frappe.get_doc("PBX Account", COMMPEAK), came_in)
		(name,) = frappe.get_all(LOG, {"pbx_call_id": "45.1"}, pluck="name")
		asked = {"day": (usage.today(), frappe.db.get_value(LOG, name, "agent"))}
		before = usage.count_dials(asked)
		self.as_manager(personal_data.erase, number=NUMBER)
		self.assertFalse(self.row(name).number)
		self.assertEqual(usage.count_dials(asked), before)

	def test_by_record_its_calls_are_meant(self):
		done = self.as_manager(personal_data.erase, doctype="Lead", name=self.lead)
		self.assertEqual((done["calls"], self.row(self.call).number), (1, ""))
		self.assertEqual(self.row(self.typed[1]).number, E164)

	def test_a_dial_that_waits_for_its_answer_stays(self):
		site.move(self.typed[1], slot=f"{COMMPEAK}#9", reply_due="2999-01-01 00:00:00", dial_key="x|y")
		done = self.as_manager(personal_data.erase, number=NUMBER)
		self.assertEqual((done["calls"], done["under_way"]), (1, 1))
		self.assertEqual(self.row(self.typed[1]).dial_key, "x|y")

	def test_do_not_call_stays_and_so_does_the_record_s_own_number(self):
		frappe.get_doc({"doctype": "PBX Do Not Call", "number": NUMBER}).insert()
		self.addCleanup(frappe.delete_doc, "PBX Do Not Call", E164, force=True)
		index.refresh("Lead", [self.lead])
		done = self.as_manager(personal_data.erase, number=NUMBER)
		self.assertEqual(done["do_not_call"], [E164])
		self.assertIn({"doctype": "Lead", "name": self.lead}, done["records"])
		self.assertEqual(self.dial_lead()["failure_code"], "do_not_call")

	def test_a_text_that_is_no_number_erases_nothing(self):
		for wrong in ({"number": "nobody"}, {"number": "%"}, {}, {"doctype": "Lead"}, {"name": self.lead}):
			with site.as_user(MANAGER), self.assertRaises(frappe.ValidationError):
				personal_data.erase(**wrong)
		self.assertEqual(self.row(self.call).dialed_number, E164)


class TestExport(PersonalCase):
	def test_it_tells_all_there_is_about_the_number(self):
		found = self.as_manager(personal_data.export, number="07700 900451")
		self.assertEqual({each["name"] for each in found["calls"]}, {self.call, self.typed[1]})
		self.assertEqual(found["numbers"], [E164])
		self.assertIn(NATIONAL, found["events"][0]["payload"])
		self.assertEqual(json.loads(json.dumps(found)), found)
		(noted,) = [each for each in found["calls"] if each.get("notes")]
		self.assertEqual((noted["notes"], noted["reference_name"]), (f"Call {NUMBER}", self.lead))

	def test_of_a_record_it_tells_its_calls(self):
		found = self.as_manager(personal_data.export, doctype="Lead", name=self.lead)
		self.assertEqual([each["name"] for each in found["calls"]], [self.call])

	def test_it_tells_no_secret_and_no_other_person(self):
		text = json.dumps(self.as_manager(personal_data.export, number=NUMBER))
		self.assertNotIn("900452", text)
		self.assertNotIn(providers.webhook_token(frappe.get_doc("PBX Account", COMMPEAK)) or "?", text)


class TestAgents(PersonalCase):
	def test_an_agent_who_is_renamed_is_renamed_in_all_calls(self):
		gone, anonymous = "c2c-leaver@example.com", "c2c-deleted-7@example.com"
		site.make_user(gone, "PBX Agent")
		site.give_extension(gone, "1005")
		placed = self.dial(gone, number=OTHER)["call"]
		frappe.rename_doc("User", gone, anonymous, force=True, show_alert=False)
		self.addCleanup(frappe.delete_doc, "User", anonymous, force=True)
		row = self.row(placed)
		self.assertEqual((row.agent, json.loads(row.custom_data)["userid"]), (anonymous, anonymous))
		self.assertNotIn(gone, str({**row, "owner": "", "modified_by": ""}))


class TestRetention(PersonalCase):
	LONG = 20 * 365

	def test_calls_and_events_older_than_the_days_set_go(self):
		"""Log Settings clear our two logs; here with days so many that nobody else has a row as old."""
		if frappe.db.db_type == "sqlite":
			self.skipTest("Frappe clears no logs on SQLite.")
		settings = frappe.get_doc("Log Settings")
		settings.add_default_logtypes()
		ours = [row for row in settings.logs_to_clear if row.ref_doctype in (LOG, EVENT)]
		self.assertEqual({row.ref_doctype: row.days for row in ours}, {LOG: 730, EVENT: 90})
		for row in ours:
			row.days = self.LONG
		(of_call,) = frappe.get_all(EVENT, {"call": self.call}, pluck="name")
		for doctype, name in ((LOG, self.call), (EVENT, of_call)):
			frappe.db.set_value(doctype, name, "creation", add_days(now_datetime(), -self.LONG - 1))
		settings.set("logs_to_clear", ours)
		settings.clear_logs()
		self.assertFalse(frappe.db.exists(LOG, self.call) or frappe.db.exists(EVENT, of_call))
		self.assertTrue(frappe.db.exists(LOG, self.other))
		self.assertTrue(frappe.db.exists(EVENT, {"call": self.other}))


class TestCommands(PersonalCase):
	def bench(self, *words: str) -> subprocess.CompletedProcess:
		"""Run a command as bench does."""
		folder = Path(frappe.utils.get_bench_path())
		program = folder / "env/bin/python"
		argv = [
			program,
			"-m",
			"frappe.utils.bench_helper",
			"frappe",
			"--site",
			frappe.local.site,
			"c2c",
			*words,
		]
		done = subprocess.run(
			argv, cwd=folder / "sites", capture_output=True, text=True, timeout=120, check=False
		)
		frappe.db.rollback()
		return done

	def setUp(self):
		super().setUp()
		try:
			from frappe.commands import pass_context  # noqa: F401
		except ImportError:
			raise SkipTest("The embedded Desk has no bench.") from None

	def test_a_number_is_exported_and_forgotten_by_bench(self):
		told = self.bench("export", NUMBER)
		self.assertEqual(len(json.loads(told.stdout)["calls"]), 2, told.stderr)
		done = self.bench("forget", NUMBER, "--yes")
		self.assertEqual(json.loads(done.stdout)["calls"], 2, done.stderr)
		self.assertEqual(self.row(self.call).dialed_number, "")

	def test_nothing_is_forgotten_by_bench_before_somebody_said_yes(self):
		from c2c_frappe import commands

		for answer in ("n\n", ""):
			asked = CliRunner().invoke(
				commands.c2c, ["forget", NUMBER], input=answer, obj=frappe._dict(profile=False)
			)
			self.assertEqual((asked.exit_code, "cannot be undone" in asked.output), (1, True))
		self.assertEqual(self.row(self.call).dialed_number, E164)
