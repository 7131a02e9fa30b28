"""What ended while nobody listened gets its end from Asterisk's own CSV, as cdr_csv of a real Asterisk wrote it."""

from __future__ import annotations

from datetime import timedelta

import frappe

from c2c_frappe.events import file_import, live_calls
from c2c_frappe.tests.cases import pbx_events, site
from c2c_frappe.tests.cases.site import AGENT, MANAGER
from c2c_frappe.tests.test_asterisk_account import ASTERISK
from c2c_frappe.tests.test_live_calls import LiveCase, recorded

HEADINGS = (
	"accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,"
	"disposition,amaflags,uniqueid"
)
# Of calls to 203, whose phone rings in vain, and to a queue, in which 1101 answered and 1102 rang as well.
IN_VAIN = '"","+447700900801","203","c2c-lab-in","""Customer"" <+447700900801>","PJSIP/carrier-00000004","PJSIP/1103-00000005","Dial","PJSIP/1103,4","{start}",,"{end}",4,0,"NO ANSWER","DOCUMENTATION","{id}"'
QUEUE = '''"","+447700900801","230","c2c-lab-in","""Customer"" <+447700900801>","PJSIP/carrier-00000006","PJSIP/1101-00000007","Queue","c2c-lab-sales,,,,12","{start}","{start}","{end}",4,4,"ANSWERED","DOCUMENTATION","{id}"
"","+447700900801","230","c2c-lab-in","""Customer"" <+447700900801>","PJSIP/carrier-00000006","PJSIP/1102-00000008","Queue","c2c-lab-sales,,,,12","{start}","{start}","{start}",0,0,"NO ANSWER","DOCUMENTATION","{id}"'''


class TestAsterisksCsv(LiveCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.db.delete, "PBX Call Import", pbx_events.OURS)
		self.addCleanup(frappe.db.delete, "File", {"file_name": ("like", "c2c-test-%")})

	def silence(self, name: str, until: str) -> dict:
		"""Hear a call until an event of this kind and nothing more; return its row once nothing lives."""
		events = recorded(name)
		self.hear(events[: [each["type"] for each in events].index(until)])
		open_calls = live_calls.open_calls(ASTERISK)
		self.tracker = self.provider.call_tracker()
		live_calls.end_missing(ASTERISK, open_calls, ())
		return self.row()

	def imported(self, lines: str, row: dict) -> None:
		call_id, start = frappe.db.get_value("PBX Call Log", row.name, ["pbx_call_id", "requested_utc"])
		times = {
			"start": start.replace(microsecond=0),
			"end": start.replace(microsecond=0) + timedelta(seconds=4),
		}
		content = f"{HEADINGS}\n{lines.format(id=call_id, **times)}\n"
		with site.as_user(MANAGER):
			file = frappe.get_doc(
				{"doctype": "File", "file_name": "c2c-test-Master.csv", "is_private": 1, "content": content}
			)
			file.insert(ignore_permissions=True)
			values = {"account": ASTERISK, "file": file.file_url, "time_zone": "UTC"}
			name = frappe.get_doc({"doctype": "PBX Call Import", **values}).insert().name
		frappe.db.commit()
		file_import.run(name)
		document = frappe.get_doc("PBX Call Import", name)
		self.assertEqual(
			(document.status, document.matched, document.added), ("Done", len(lines.splitlines()), 0)
		)

	def test_unknown_end_of_a_call_that_rang_becomes_no_answer(self):
		site.give_extension(AGENT, "1103", ASTERISK)
		row = self.silence("nobody_answers", "ChannelHangupRequest")
		self.assertEqual((row.status, row.failure_code), ("Unknown", "no_end_event"))
		self.imported(IN_VAIN, row)
		row = self.row()
		self.assertEqual((row.status, row.failure_code, row.agent), ("No Answer", "", AGENT))
		self.assertTrue(row.ended_at and row.missed_call_task)

	def test_talk_without_an_end_gets_its_end_from_the_records_of_a_queue(self):
		row = self.silence("a_queue", "ChannelLeftBridge")
		self.assertEqual((row.status, row.ended_at), ("Completed", None))
		self.imported(QUEUE, row)
		row = self.row()
		self.assertEqual((row.status, row.agent, row.extension), ("Completed", AGENT, "1101"))
		self.assertTrue(row.ended_at and row.duration)
