"""What a click and an event cost the database, in statements beyond those of a method that does nothing.

The yardsticks hold for a usual record: its number is also that of a Contact, all caps are set, and the agent called the
same number before. Beginning and committing a transaction are no statements here; they are counted apart.
"""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import frappe
from frappe.database.database import Database

from c2c_frappe.tests.cases import crm, pbx_events, site
from c2c_frappe.tests.cases.site import AGENT, COMMPEAK, SiteCase
from c2c_frappe.tests.processes import token_of
from c2c_frappe.tests.web import Web

NOTHING = "frappe.ping"
TOKEN = "cost-token-0123456789"
# Of no other record.
NUMBER = "+44 7700 900777"
# Frappe itself asks three of these with each insert of a document, and one with a record that has a table.
# One of a click's locks what it counts for the caps, and one of each keeps the change for what listens.
CLICK, EVENT = 19, 13
# Whatever it is: its row inserted and updated, the account and the settings looked at.
FEWEST = 4
# The row before the request leaves and the answer after it; the event before and after it is applied.
COMMITS = 2


class Meter:
	"""Counts the statements and commits that all threads of this process send to the database."""

	def __init__(self):
		self.statements: list[str] = []
		self.commits = 0

	def measure(self, act: Callable) -> Meter:
		"""Count what this costs when it is done for the second time, with everything cached that Frappe caches."""
		engine = frappe.db.__class__  # SQLite's has a commit of its own
		sql, commit = Database.sql, engine.commit

		def counted_sql(database, query, *args, **kwargs):
			if str(query).split(None, 1)[0].upper() in ("SELECT", "INSERT", "UPDATE", "DELETE"):
				self.statements.append(str(query))
			return sql(database, query, *args, **kwargs)

		def counted_commit(database, *args, **kwargs):
			self.commits += 1
			return commit(database, *args, **kwargs)

		# As in production: with a development server Frappe reads each DocType's own record over and over.
		with patch.object(frappe, "_dev_server", 0):
			act()
			with patch.object(Database, "sql", counted_sql), patch.object(engine, "commit", counted_commit):
				act()
		return self


class TestCost(SiteCase):
	def setUp(self):
		super().setUp()
		caps = ("max_calls_per_user_per_minute", "max_calls_per_user_per_day")
		site_caps = ("max_calls_per_minute", "max_calls_per_day")
		site.change_settings(repeat_window=0, **dict.fromkeys((*caps, *site_caps), 100_000))
		self.called = crm.make_lead(mobile_no=NUMBER)
		contact = frappe.get_doc("Contact", crm.make_contact(NUMBER))
		contact.append("links", {"link_doctype": "Lead", "link_name": self.called})
		contact.save()
		self.addCleanup(crm.delete_past_checks, "Lead", self.called)
		self.addCleanup(crm.delete_past_checks, "Contact", contact.name)
		account = frappe.get_doc("PBX Account", COMMPEAK)
		account.update({"webhook_token": TOKEN, "webhook_addresses": ""})
		account.save()
		self.key = account.webhook_key
		self.agent, self.pbx = Web(token_of(AGENT)), Web()
		self.addCleanup(pbx_events.forget)

	def click(self) -> dict:
		sent = {**self.at_lead, "reference_name": self.called, "request_id": frappe.generate_hash()}
		reply = self.agent.call("c2c_frappe.api.call.dial", **sent).json["message"]
		self.assertEqual((reply["status"], reply["repeated"]), ("Requested", False))
		return reply

	def tell(self, call: str, event: str) -> None:
		known = {"call": call, "uniqueid": "55.1", "extension": "1000", "number": "447700900777"}
		query = {"account": self.key, "token": TOKEN}
		told = {"event": event, f"{event}ed_at": "2026-11-23 12:00:00", **known}
		answer = self.pbx.ask("/api/method/c2c_frappe.api.webhook.receive", query_string=query, json=told)
		self.assertEqual(answer.json["message"], {"outcome": "Applied"})

	def assert_own_cost(self, act: Callable, client: Web, most: int) -> None:
		of_nothing = Meter().measure(lambda: client.call(NOTHING))
		found = Meter().measure(act)
		self.assertEqual(found.commits - of_nothing.commits, COMMITS)
		own = len(found.statements) - len(of_nothing.statements)
		# Fewer than this cannot be: then the meter does not see them.
		self.assertTrue(FEWEST <= own <= most, "\n".join([str(own), *found.statements]))
		written = {text.split(None, 1)[0].upper() for text in found.statements if "PBX" in text}
		self.assertLessEqual({"SELECT", "INSERT", "UPDATE"}, written)

	def test_a_click_costs_few_statements(self):
		self.assert_own_cost(self.click, self.agent, CLICK)

	def test_click_reads_no_contact_and_asks_the_index_once(self):
		"""Whether any record with the number asks not to be called stands in the index of numbers."""
		sent = Meter().measure(self.click).statements
		self.assertEqual([statement for statement in sent if "`tabContact`" in statement], [])
		(asked,) = [statement for statement in sent if "tabPBX Phone Number" in statement]
		self.assertIn("refuses=1", asked.replace("`", "").replace('"', ""))

	def test_an_event_costs_few_statements(self):
		call, told = self.click()["call"], iter(("start", "answer"))
		self.assert_own_cost(lambda: self.tell(call, next(told)), self.pbx, EVENT)
