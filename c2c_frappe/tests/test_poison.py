"""One bad item never stops the others: what was erased, what cannot be applied, DocTypes that are gone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

import frappe
from frappe.desk.form.load import getdoc
from frappe.utils import nowdate

from c2c_frappe import personal_data
from c2c_frappe.desk import wrap_up
from c2c_frappe.events import call_matching, intake
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import CallRecord
from c2c_frappe.phone_book import index, refusals
from c2c_frappe.tests.cases import crm, pbx_events, site
from c2c_frappe.tests.cases.site import COMMPEAK, SiteCase

NUMBER = "+447700900888"
GONE = "C2C Test Gone"


class PoisonCase(SiteCase):
	def setUp(self):
		super().setUp()
		pbx_events.forget()
		self.addCleanup(pbx_events.forget)
		self.addCleanup(site.forget_calls)
		self.now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)

	def receive(self, kind: str, **more) -> str:
		known = {"uniqueid": "66.1", "extension": "1000", "number": NUMBER[1:], "direction": "in"}
		times = {"start": "started_at", "answer": "answered_at", "end": "ended_at"}
		payload = {"event": kind, **known, times[kind]: str(self.now), **more}
		return intake.receive(frappe.get_doc("PBX Account", COMMPEAK), payload)


class TestErased(PoisonCase):
	"""A person who was erased, and the next event of their call."""

	def test_event_after_erasure_is_applied(self):
		"""The emptied events of the call say nothing, and the new one is taken."""
		self.receive("start")
		personal_data.erase(NUMBER)
		frappe.db.commit()
		self.assertEqual(self.receive("end", hangup_cause="ANSWERED", duration="9"), "Applied")
		(row,) = site.rows()
		self.assertEqual((row.status, row.dialed_number), ("Completed", ""))

	def test_records_after_erasure_go_on(self):
		"""A call record of the erased call stops none of those behind it."""
		self.receive("start")
		personal_data.erase(NUMBER)
		frappe.db.commit()
		events = [
			CallEvent("record", "Completed", pbx_call_id=f"66.{n}", extension="1000", number=NUMBER,
				direction="Incoming", started_at=self.now, duration=5)
			for n in (1, 2)
		]  # fmt: skip
		records = [CallRecord(f"r{n}", event) for n, event in enumerate(events)]
		outcomes = intake.receive_records(COMMPEAK, records, ())
		self.assertEqual(outcomes.total(), 2)
		self.assertNotIn("Invalid", outcomes)


class TestInvalid(PoisonCase):
	"""An event that cannot be applied."""

	def fail_for(self, pbx_call_id: str):
		usual = call_matching.place

		def place(account, event, *rest):
			if event.pbx_call_id == pbx_call_id:
				raise KeyError("a fault of ours")
			return usual(account, event, *rest)

		return patch.object(call_matching, "place", place)

	def test_it_is_marked_with_its_reason_and_the_next_is_applied(self):
		"""The job that tries again does not end at the first one that fails."""
		waiting = {"direction": "out", "call": "not-yet-there"}
		self.receive("start", **waiting)
		self.receive("start", uniqueid="66.2", **waiting)
		with self.fail_for("66.1"):
			intake.retry_waiting()
		found = dict(pbx_events.all_of("pbx_call_id", "outcome"))
		self.assertEqual(found, {"66.1": "Invalid", "66.2": "Waiting"})
		self.assertIn("KeyError", pbx_events.one(outcome="Invalid").reason)

	def test_it_is_applied_once_the_cause_is_gone(self):
		"""A manager tries it again and the call is there."""
		with self.fail_for("66.1"):
			self.assertEqual(self.receive("start"), "Invalid")
		name = pbx_events.one(outcome="Invalid").name
		outcome = intake.retry(name)
		self.assertEqual((outcome, frappe.db.get_value("PBX Event", name, "reason") or ""), ("Applied", ""))
		self.assertEqual([row.status for row in site.rows()], ["Ringing"])

	def test_stored_event_that_cannot_be_read_stops_no_other(self):
		"""Whatever got into the column, the next one waits behind it no longer."""
		waiting = {"direction": "out", "call": "not-yet-there"}
		self.receive("start", **waiting)
		self.receive("start", uniqueid="66.2", **waiting)
		broken = pbx_events.one(pbx_call_id="66.1").name
		frappe.db.set_value("PBX Event", broken, "parsed_event", "{")
		frappe.db.commit()
		intake.retry_waiting()
		self.assertEqual(frappe.db.get_value("PBX Event", broken, "outcome"), "Invalid")
		self.assertEqual(pbx_events.one(pbx_call_id="66.2").tries, 2)

	def test_records_behind_one_that_fails_are_applied(self):
		"""Of three call records one fails, and the others are rows."""
		events = [
			CallEvent("record", "Completed", pbx_call_id=f"66.{n}", extension="1000", number=NUMBER,
				direction="Incoming", started_at=self.now + timedelta(minutes=10 * n), duration=5)
			for n in range(3)
		]  # fmt: skip
		with self.fail_for("66.1"):
			records = [CallRecord(f"r{n}", event) for n, event in enumerate(events)]
			outcomes = intake.receive_records(COMMPEAK, records, ())
		self.assertEqual((outcomes["Added"], outcomes["Invalid"]), (2, 1))


class TestMissingDocTypes(PoisonCase):
	"""Rows of an app that is gone."""

	def test_index_rows_of_a_missing_doctype_are_skipped(self):
		"""Neither an incoming call nor do-not-call fails on a DocType that was deleted."""
		place = (NUMBER, "C2C Gone Visitor", "someone", "phone", "")
		row = (index._name_of(place), "Administrator", "Administrator", self.now, self.now, *place, 0, 0)
		frappe.db.bulk_insert(index.DOCTYPE, index.COLUMNS, [row])
		self.addCleanup(frappe.db.delete, index.DOCTYPE, {"reference_doctype": "C2C Gone Visitor"})
		self.assertEqual(index.matching_records(NUMBER), ())
		self.assertEqual(self.receive("start"), "Applied")
		self.assertEqual(json.loads(frappe.as_json(refusals.refusing_records([NUMBER]))), {})

	def test_a_deleted_doctype_is_forgotten_by_all_that_named_it(self):
		"""The form of its record's call opens, a follow-up and the settings are saved, a missed call makes its ToDo."""
		self.make_gone_doctype()
		place = {"reference_doctype": GONE, "reference_name": frappe.get_doc({"doctype": GONE}).insert().name}
		call = self.add_call(**place)
		frappe.delete_doc("DocType", GONE)
		frappe.db.commit()
		getdoc("PBX Call Log", call)
		frappe.get_doc("PBX Settings").save()
		wrap_up.save(call, "", "words", nowdate(), "")
		self.assertTrue(frappe.db.exists("ToDo", {"reference_name": call}))
		index.forget_gone_doctypes()
		self.assertFalse(frappe.get_doc("PBX Call Log", call).reference_doctype)
		self.assertFalse(frappe.db.exists("PBX Indexed DocType", {"document_type": GONE}))

	def test_what_named_a_doctype_that_went_unseen_is_forgotten_on_migrate(self):
		"""An app whose tables somebody dropped by hand."""
		call = self.add_call(reference_doctype="C2C Never There", reference_name="someone")
		index.forget_gone_doctypes()
		self.assertFalse(frappe.db.get_value("PBX Call Log", call, "reference_doctype"))

	def make_gone_doctype(self) -> None:
		field = {"fieldname": "phone", "fieldtype": "Data", "options": "Phone", "label": "Phone"}
		crm.make_doctype(GONE, [field], [])
		self.addCleanup(frappe.delete_doc_if_exists, "DocType", GONE)
		settings = frappe.get_doc("PBX Settings")
		settings.append("indexed_doctypes", {"document_type": GONE})
		settings.save()

	def add_call(self, **values) -> str:
		call = self.dial_lead()["call"]
		frappe.db.set_value("PBX Call Log", call, values)
		frappe.db.commit()
		return call
