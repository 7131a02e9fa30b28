"""A site on which CommPeak and Primevox tell of calls that come in, from a Lead's number and from others."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

import frappe

from c2c_frappe.events import intake
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import CallRecord
from c2c_frappe.tests.cases import crm, pbx_events, site
from c2c_frappe.tests.cases.site import COMMPEAK, PRIMEVOX, SiteCase

NUMBER, E164, NEW = "447700900801", "+447700900801", "447700900809"
FIELDS = (
	"direction", "status", "agent", "extension", "number", "reference_doctype", "reference_name",
	"contact", "pbx_call_id", "answered_at", "ended_at", "duration", "requested_at", "account",
)  # fmt: skip


class IncomingCase(SiteCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.caller = crm.make_lead(mobile_no=f"+{NUMBER}", phone=crm.LANDLINE)
		cls.addClassCleanup(crm.delete_past_checks, "Lead", cls.caller)

	def setUp(self):
		super().setUp()
		self.forget()
		self.addCleanup(self.forget)
		self.now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)

	def forget(self) -> None:
		pbx_events.forget()
		frappe.db.delete("ToDo", {"allocated_to": site.OURS["agent"]})
		frappe.db.delete("Notification Log", {"for_user": site.OURS["agent"]})
		site.forget_calls()

	def at(self, seconds: int) -> str:
		return str(self.now + timedelta(seconds=seconds))

	def told(self, kind: str, **more) -> str:
		"""Let CommPeak tell of the call that comes in; return the event's outcome."""
		known = {"uniqueid": "7.1", "extension": "1000", "number": NUMBER, "direction": "in"}
		times = {
			"start": {"started_at": self.at(0)},
			"answer": {"answered_at": self.at(5)},
			"end": {"ended_at": self.at(65), "hangup_cause": "ANSWERED", "duration": "60"},
		}
		payload = {"event": kind, **known, **times[kind], **more}
		return intake.receive(frappe.get_doc("PBX Account", COMMPEAK), payload)

	def missed(self, **more) -> str:
		return self.told("end", hangup_cause="NO ANSWER", duration="0", **more)

	def listed(self, account: str = COMMPEAK, record_id: str = "1", **values) -> dict:
		"""Let the PBX's call list have the call; return the outcomes."""
		known = {"pbx_call_id": "7.1", "extension": "1000", "number": E164, "direction": "Incoming"}
		event = CallEvent("record", **{**known, "started_at": self.now, **values})
		return dict(intake.receive_records(account, [CallRecord(record_id, event)], ()))

	def row(self) -> dict:
		(row,) = frappe.get_all("PBX Call Log", {"account": ("in", [COMMPEAK, PRIMEVOX])}, FIELDS)
		return row

	def todos(self) -> list:
		fields = ["allocated_to", "status", "reference_type", "reference_name", "description"]
		return frappe.get_all("ToDo", {"allocated_to": site.OURS["agent"]}, fields)

	@contextmanager
	def cards(self):
		"""Collect (user, caller) of each piece of news that goes out."""
		sent: list[tuple] = []
		with patch.object(frappe, "publish_realtime") as publish:
			yield sent
		for call in publish.call_args_list:
			if call.args[0] == "pbx_call":
				sent.append((call.kwargs["user"], call.args[1]["caller"]))
