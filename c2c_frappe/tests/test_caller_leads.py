"""A Lead of an unknown caller: only when the option is on, once per number, within a day's limit, whoever runs."""

from __future__ import annotations

import subprocess
import sys

import frappe
from frappe.utils import add_days, nowdate

from c2c_frappe import site_memory
from c2c_frappe.automation import caller_leads, drain
from c2c_frappe.call_log import rows
from c2c_frappe.tests.cases import site
from c2c_frappe.tests.cases.call_changes import LOG, UNKNOWN, ChangeCase, forget_people
from c2c_frappe.tests.processes import require_durable_database

LEDGER = caller_leads.DOCTYPE
FAULT_TITLE = "Lead for an unknown caller not created"
# Of no real caller: each test's strangers begin like this.
NUMBERS = "+4477009008%"
WORKER = (
	"import sys, frappe; frappe.init(site=sys.argv[1], sites_path='.'); frappe.connect();"
	" frappe.db.sql('set session innodb_snapshot_isolation = ' + sys.argv[2]) if frappe.db.sql(\"show variables like"
	" 'innodb_snapshot_isolation'\") else None;"
	" from c2c_frappe.automation import drain; sys.stdin.read(1); drain.run()"
)


class CallerLeadCase(ChangeCase):
	def setUp(self):
		super().setUp()
		self.forget_leads()
		self.addCleanup(self.forget_leads)
		self.addCleanup(site.change_settings, make_leads=0, max_leads_per_day=50)
		site.change_settings(make_leads=1, max_leads_per_day=50)

	def forget_leads(self) -> None:
		"""Delete what the option made of the tests' strangers, and commit."""
		forget_people(NUMBERS)
		frappe.db.delete(LEDGER, {"number": ("like", NUMBERS)})
		frappe.db.delete("PBX Do Not Call", {"name": ("like", NUMBERS)})
		frappe.db.delete("Error Log", {"method": FAULT_TITLE})
		site_memory.remember(caller_leads.FAULT, None)
		frappe.db.commit()

	def leads(self, number: str = UNKNOWN) -> list[str]:
		"""Return the Leads with a number once all is told."""
		drain.run()
		return frappe.get_all("Lead", {"mobile_no": number}, pluck="name")

	def call_in(self, number: str, status: str = "No Answer", **more) -> str:
		"""Let a call of this number come in and end; return it."""
		call = self.dial(number="+44 7700 900899")["call"]
		of_stranger = {"direction": "Incoming", "reference_doctype": None, "reference_name": None, **more}
		site.move(call, dial_key=None, number=number, dialed_number=number, **of_stranger)
		drain.run()
		self.change(call, status=status)
		return call


class TestCallerLeads(CallerLeadCase):
	def test_a_missed_strangers_call_becomes_a_lead_once_and_is_its_call(self):
		call = self.miss()
		(lead,) = self.leads()
		self.assertEqual(rows.read_whole(call).reference_name, lead)
		frappe.delete_doc("Lead", lead, force=True)
		self.call_in(UNKNOWN)
		self.assertEqual(self.leads(), [], "a Lead that somebody deleted was made again")

	def test_a_call_that_was_answered_becomes_one_when_it_is_over(self):
		call = self.call_in(UNKNOWN, "In Progress")
		self.assertEqual(self.leads(), [])
		self.change(call, status="Completed", duration=9)
		self.assertEqual(len(self.leads()), 1)

	def test_nothing_is_made_while_the_option_is_off(self):
		site.change_settings(make_leads=0)
		self.miss()
		self.assertEqual(self.leads(), [])
		self.assertEqual(frappe.get_meta("PBX Settings").get_field("make_leads").default, "0")

	def test_no_lead_of_a_call_that_is_no_strangers_or_long_over(self):
		frappe.get_doc({"doctype": "PBX Do Not Call", "number": "+447700900821"}).insert()
		frappe.db.commit()
		self.call_in("+447700900821")
		self.call_in("")
		self.call_in("+447700900822", direction="Outgoing")
		self.call_in("+447700900823", requested_at=add_days(None, -3))
		self.call_in("+447700900824", reference_doctype="Lead", reference_name=self.lead)
		self.call_in("+447700900123")
		self.call_in("+447700900825")
		drain.run()
		made = frappe.get_all(LEDGER, {"number": ("like", "+447700900%")}, pluck="number")
		self.assertEqual(made, ["+447700900825"])

	def test_a_day_makes_no_more_than_its_limit(self):
		before = frappe.db.count(LEDGER, {"slot": ("like", f"{nowdate()} %")})
		site.change_settings(max_leads_per_day=before + 2)
		for n in range(4):
			self.call_in(f"+44770090083{n}")
		drain.run()
		self.assertEqual(frappe.db.count("Lead", {"mobile_no": ("like", "+44770090083%")}), 2)

	def test_a_missing_mandatory_field_makes_none_and_is_said_once(self):
		field = {"dt": "Lead", "fieldname": "c2c_must", "label": "Must", "fieldtype": "Data", "reqd": 1}
		if frappe.get_meta("Lead").custom:
			self.skipTest("Lead is the tests' own DocType here.")
		# Whoever reads the DocType while its field is being deleted puts it back into the cache.
		self.addCleanup(frappe.clear_cache, doctype="Lead")
		self.make("Custom Field", **field)
		for n in range(2):
			self.call_in(f"+44770090084{n}")
		drain.run()
		made = {"mobile_no": ("like", "+44770090084%")}
		said = frappe.get_all("Error Log", {"method": FAULT_TITLE}, pluck="error")
		self.assertEqual((frappe.db.count("Lead", made), len(said)), (0, 1))
		self.assertIn("c2c_must", said[0])
		self.assertEqual(frappe.db.count(LEDGER, {"number": ("like", "+44770090084%")}), 0)
		self.remove("Custom Field", "Lead-c2c_must")
		frappe.clear_cache(doctype="Lead")
		self.call_in("+447700900840")
		self.assertEqual(len(self.leads("+447700900840")), 1)


class TestRaces(CallerLeadCase):
	def test_several_workers_make_one_lead_of_a_number_and_keep_the_limit(self):
		require_durable_database()
		before = frappe.db.count(LEDGER, {"slot": ("like", f"{nowdate()} %")})
		site.change_settings(max_leads_per_day=before + 3)
		numbers = [f"+44770090085{n}" for n in range(5)]
		# Three calls of each of five strangers, all told at once.
		calls = [self.call_in(number, "Ringing") for number in numbers for _time in range(3)]
		drain.run()
		for call in calls:
			self.change(call, status="No Answer")
		argv = [sys.executable, "-c", WORKER, frappe.local.site]
		workers = [subprocess.Popen([*argv, str(n % 2)], stdin=subprocess.PIPE) for n in range(4)]
		for worker in workers:
			worker.stdin.close()
		self.assertEqual([worker.wait(120) for worker in workers], [0] * 4)
		frappe.db.rollback()
		for call in calls:
			self.assertEqual(self.waiting(call), [])
		leads = frappe.get_all("Lead", {"mobile_no": ("in", numbers)}, pluck="mobile_no")
		self.assertEqual((len(leads), len(set(leads))), (3, 3), leads)
		rows_of = frappe.get_all(LEDGER, {"number": ("in", numbers)}, ["number", "reference_name"])
		self.assertEqual({row.number for row in rows_of}, set(leads))
		self.assertTrue(all(row.reference_name for row in rows_of))
		self.assertFalse(frappe.get_all("Error Log", {"method": "Listener for call changes failed"}))
		self.assertTrue(frappe.get_all(LOG, {"name": ("in", calls)}))
