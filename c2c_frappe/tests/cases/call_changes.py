"""What the tests of changes share: a listener of each kind, calls that change, a web server that is posted to. Asserts nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import SkipTest

import frappe
from frappe.utils import background_jobs
from frappe.utils.safe_exec import is_safe_exec_enabled

from c2c_frappe.automation import drain
from c2c_frappe.call_log import outbox, rows
from c2c_frappe.events import intake
from c2c_frappe.tests.cases import crm, jobs, pbx_events, site
from c2c_frappe.tests.cases.site import COMMPEAK, SiteCase
from c2c_frappe.transactions import committed

LOG, CHANGE = "PBX Call Log", "PBX Call Change"
STRANGER, UNKNOWN = "447700900811", "+447700900811"
NOTES_OF_SCRIPTS = "c2c told"
heard: list[dict] = []


def hear(document, change: dict) -> None:
	"""Listen as another app does."""
	heard.append({**change, "status": document.status})


class Receiver:
	"""A web server that keeps the JSON it is sent, and (body, signature) of each."""

	def __init__(self):
		bodies: list[dict] = []
		signed: list[tuple[bytes, str]] = []
		self.bodies, self.signed = bodies, signed

		class Handler(BaseHTTPRequestHandler):
			def do_POST(self):
				body = self.rfile.read(int(self.headers["Content-Length"]))
				bodies.append(json.loads(body))
				signed.append((body, self.headers.get("X-Frappe-Webhook-Signature", "")))
				self.send_response(200)
				self.end_headers()

			def log_message(self, *_args):
				pass

		self._server = HTTPServer(("127.0.0.1", 0), Handler)
		self.url = f"http://127.0.0.1:{self._server.server_port}/"
		threading.Thread(target=self._server.serve_forever, daemon=True).start()

	def stop(self) -> None:
		"""Stop serving."""
		self._server.shutdown()
		self._server.server_close()


def forget_people(numbers: str) -> None:
	"""Delete the Leads with numbers like this, and the Contacts that ERPNext made of them."""
	like = ("like", numbers)
	frappe.db.delete("Lead", {"mobile_no": like})
	frappe.db.delete("PBX Phone Number", {"number": like})
	for contact in set(frappe.get_all("Contact Phone", {"phone": like}, pluck="parent")):
		crm.delete_past_checks("Contact", contact)


class ChangeCase(SiteCase):
	def setUp(self):
		super().setUp()
		self.forget()
		self.addCleanup(self.forget)
		self.now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)

	def use_queue(self, address: str) -> None:
		"""Let this process look for Redis's queue there until the test is over, and wake the workers by it."""
		self.addCleanup(self._point_queue_at, frappe.local.conf.redis_queue)
		self._point_queue_at(address)
		self.addCleanup(setattr, outbox, "wake", outbox.wake)
		outbox.wake = jobs.WAKE

	def _point_queue_at(self, address: str) -> None:
		frappe.local.conf.redis_queue = address
		# Frappe keeps the connection for as long as the process lives.
		background_jobs._redis_queue_conn = None

	def forget(self) -> None:
		"""Delete what the tests leave behind, and commit."""
		pbx_events.forget()
		frappe.db.delete("ToDo", {"description": ("like", f"{NOTES_OF_SCRIPTS}%")})
		frappe.db.delete("ToDo", {"allocated_to": site.OURS["agent"]})
		forget_people(UNKNOWN)
		frappe.db.delete("Error Log", {"method": "Listener for call changes failed"})
		outbox.forget([row.name for row in site.rows()])
		frappe.db.commit()

	def make(self, doctype: str, **values):
		"""Insert a document until the test is over, and commit."""
		document = frappe.get_doc({"doctype": doctype, **values}).insert()
		frappe.db.commit()
		self.addCleanup(self.remove, doctype, document.name)
		return document

	def remove(self, doctype: str, name: str) -> None:
		"""Delete a document, and commit."""
		frappe.delete_doc(doctype, name, force=True, ignore_missing=True)
		frappe.db.commit()
		# Frappe 16 keeps a Webhook that is gone in its cache.
		frappe.clear_cache()

	def make_script(self, script: str, name: str = "C2C Test Script", event: str = "After Save") -> None:
		"""Make a Server Script that hears of every change, or of another event."""
		if not is_safe_exec_enabled():
			raise SkipTest(
				"This bench does not allow Server Scripts: bench set-config -g server_script_enabled 1"
			)
		self.make(
			"Server Script",
			name=name,
			script_type="DocType Event",
			reference_doctype=LOG,
			doctype_event=event,
			script=script,
		)

	def listen(self, listener: Callable = hear) -> None:
		"""Let a function hear as if another app named it in its hooks."""
		heard.clear()
		self.addCleanup(frappe.cache.delete_value, "app_hooks")
		path = f"{listener.__module__}.{listener.__name__}"
		frappe.cache.set_value("app_hooks", {**frappe.get_hooks(), "c2c_call_changed": [path]})

	def change(self, call: str, **values) -> None:
		"""Change a call as the log is changed, and commit."""
		committed(lambda: rows.change(rows.lock(call), values))

	def post(self, kind: str, **more) -> str:
		"""Let CommPeak report the stranger's call."""
		known = {"event": kind, "uniqueid": "8.1", "extension": "1000", "number": STRANGER, "direction": "in"}
		times = {"started_at": str(self.now), **more}
		return intake.receive(frappe.get_doc("PBX Account", COMMPEAK), {**known, **times})

	def miss(self) -> str:
		"""Let a call of a stranger come in and ring in vain; return it."""
		ended_at = str(self.now + timedelta(seconds=20))
		self.post("start")
		self.post("end", ended_at=ended_at, hangup_cause="NO ANSWER", duration="0")
		return frappe.db.get_value(LOG, {"dialed_number": UNKNOWN})

	def drain_later(self) -> None:
		"""Drain when what failed before may be tried again, and what was not posted is missed."""
		frappe.db.set_value(CHANGE, {"call": ("is", "set")}, "modified", "2026-01-01", update_modified=False)
		frappe.db.commit()
		drain.run()

	def waiting(self, call: str) -> list[str]:
		"""Return the statuses of a call that nobody was told yet, in their order."""
		changes = frappe.get_all(CHANGE, {"call": call}, pluck="change", order_by="name")
		return [json.loads(change)["after"]["status"] for change in changes]
