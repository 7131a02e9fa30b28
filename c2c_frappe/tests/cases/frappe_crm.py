"""A site with Frappe CRM: a CRM Lead to call, what CRM's pages ask, what they are told. Skipped where it is not installed."""

from __future__ import annotations

import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

import frappe
from frappe.handler import execute_cmd

from c2c_frappe.events import intake
from c2c_frappe.tests.cases import pbx_events, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, SiteCase

NUMBER, E164, OTHER = "447700900821", "+447700900821", "+447700900822"
LEAD, DEAL, LOG = "CRM Lead", "CRM Deal", "CRM Call Log"
API = "crm.integrations.api"
MAKE_A_CALL = "crm.integrations.exotel.handler.make_a_call"
ADD_NOTE, ADD_TASK = f"{API}.add_note_to_call_log", f"{API}.add_task_to_call_log"
CALL = "PBX Call Log"
PAGES = {LEAD: "leads", DEAL: "deals", "Contact": "contacts"}


class CrmCase(SiteCase):
	"""A CRM Lead with one number, which belongs to the agent: CRM lets nobody else of its Sales Users read it."""

	OWNER = AGENT

	@classmethod
	def setUpClass(cls):
		if "crm" not in frappe.get_installed_apps():
			raise unittest.SkipTest("Frappe CRM is not installed here")
		super().setUpClass()

	def setUp(self):
		super().setUp()
		self.forget()
		self.addCleanup(self.forget)
		site.change_settings(call_from_crm=1, confirmed_site_url=site.CONFIRMED_ADDRESS)
		self.lead = self.make(LEAD, first_name="Grace", mobile_no=E164)

	def forget(self) -> None:
		pbx_events.forget()
		frappe.db.delete(LOG, {"medium": COMMPEAK})
		site.forget_calls()

	def make(self, doctype: str, **values) -> str:
		status = frappe.get_all(f"{doctype} Status", {"type": "Open"}, pluck="name", limit=1)[0]
		document = frappe.get_doc({"doctype": doctype, "status": status, **self.owned(doctype), **values})
		name = document.insert(ignore_permissions=True).name
		frappe.db.commit()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(self.delete, doctype, name)
		return name

	def owned(self, doctype: str) -> dict:
		return {"lead_owner" if doctype == LEAD else "deal_owner": self.OWNER}

	def make_contact(self, number: str):
		rows = [{"phone": number, "is_primary_mobile_no": 1}]
		contact = frappe.get_doc({"doctype": "Contact", "first_name": "Ada", "phone_nos": rows})
		contact.insert(ignore_permissions=True)
		self.addCleanup(self.delete, "Contact", contact.name)
		return contact

	def delete(self, doctype: str, name: str) -> None:
		tasks = frappe.get_all("CRM Task", {"reference_docname": name}, pluck="name")
		frappe.db.delete("ToDo", {"reference_type": "CRM Task", "reference_name": ("in", tasks)})
		frappe.db.delete("CRM Task", {"reference_docname": name})
		frappe.db.delete("FCRM Note", {"reference_docname": name})
		frappe.db.delete(LOG, {"reference_docname": name})
		frappe.delete_doc(doctype, name, force=True, ignore_permissions=True)

	def hear(self, kind: str, **more) -> str:
		"""Let CommPeak tell of a call that comes in from the Lead; return the event's outcome."""
		now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
		known = {"uniqueid": "8.1", "extension": "1000", "number": NUMBER, "direction": "in"}
		times = {"started_at": str(now)}
		times |= {"ended_at": str(now + timedelta(seconds=20))} if kind == "end" else {}
		account = frappe.get_doc("PBX Account", COMMPEAK)
		return intake.receive(account, {"event": kind, **known, **times, **more})

	def hear_of(self, call: str, kind: str, **more) -> str:
		"""Let CommPeak tell of a call that was placed here."""
		return intake.receive(frappe.get_doc("PBX Account", COMMPEAK), {"event": kind, "call": call, **more})

	def ask(self, command: str, user: str = AGENT, http: str = "POST", page: tuple | None = None, **sent):
		"""Ask as a page of CRM does, by the method's own name; `page` is the record that it shows."""
		with site.as_user(user), site.web_request(method=http):
			referer = f"{site.CONFIRMED_ADDRESS}/crm/{PAGES[page[0]]}/{page[1]}" if page else ""
			frappe.local.request.headers = {"Referer": referer}
			frappe.local.form_dict = frappe._dict(sent)
			return execute_cmd(command)

	def press(self, number: str = E164, **how) -> str:
		"""Press a call button of CRM; return the call's name."""
		return self.ask(MAKE_A_CALL, to_number=number, **how)["CallSid"]

	def make_own_row(self) -> str:
		"""Return a row that is CRM's own."""
		row = {"doctype": LOG, "from": "1", "to": "2", "type": "Incoming", "status": "Ringing"}
		own = frappe.get_doc(row).insert()
		self.addCleanup(frappe.delete_doc, LOG, own.name, force=True)
		return own.name

	def refusal(self, error=frappe.ValidationError, **how) -> str:
		with self.assertRaises(error) as caught:
			self.press(**how)
		frappe.db.rollback()
		return str(caught.exception)

	def log(self, name: str):
		return frappe.get_doc(LOG, name)

	@contextmanager
	def told(self, event: str) -> Iterator[list]:
		"""Collect (user, data) of what is published under this name."""
		sent: list[tuple] = []
		with patch.object(frappe, "publish_realtime") as publish:
			yield sent
		sent += [(c.kwargs["user"], c.args[1]) for c in publish.call_args_list if c.args[0] == event]


class MirrorCase(CrmCase):
	"""A call of the Lead, and what people say of it."""

	def place(self) -> str:
		return self.press(page=(LEAD, self.lead))

	def end(self, call: str, **more) -> str:
		return self.hear_of(call, "end", hangup_cause="ANSWERED", duration="5", **more)

	def add_note(self, call: str, **note):
		made = self.ask(ADD_NOTE, call_sid=call, note={"title": "Call Note", **note})
		frappe.db.commit()
		self.addCleanup(frappe.db.delete, "FCRM Note", {"name": made.name})
		self.addCleanup(frappe.db.delete, "Comment", {"reference_name": call})
		return made

	def comments(self, call: str) -> list[str]:
		about = {"reference_doctype": CALL, "reference_name": call, "comment_type": "Comment"}
		return frappe.get_all("Comment", about, pluck="content")
