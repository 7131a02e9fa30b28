"""One call. Written by `call_log/` alone; people write notes and disposition."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now
from frappe.utils import get_datetime

from c2c_frappe.call_log import rows
from c2c_frappe.desk import outcomes, recordings
from c2c_frappe.pbx.formula_escaping import escape
from c2c_frappe.phone_book import index
from c2c_frappe.replies import call_state, screen_pop
from c2c_frappe.site_time import to_utc

# All that reports ask of calls, beginning with when they were. DocField's `length` keeps it below what MariaDB takes.
COUNTED = [
	"requested_at",
	"direction",
	"agent",
	"account",
	"status",
	"failure_code",
	"duration",
	"reference_doctype",
	"reference_name",
]


class PBXCallLog(Document):
	"""The record of a call and of every attempt that was refused."""

	def load_from_db(self):
		"""Load the call without a record whose DocType is gone: Frappe would neither show nor save it."""
		loaded = super().load_from_db()
		if not rows.place_of(vars(self)):
			self.reference_doctype = self.reference_name = None
		return loaded

	def onload(self):
		"""Tell the form who else has the number, whether there is a recording to hear, whether the call may be ended."""
		owners = index.matching_records(self.dialed_number or "")
		records = screen_pop.records_of(owners, frappe.session.user)
		own = {(self.reference_doctype, self.reference_name), ("Contact", self.contact)}
		others = [record for record in records if (record["doctype"], record["name"]) not in own]
		self.set_onload("others", others)
		self.set_onload("recording", recordings.offer(self.name))
		self.set_onload("can_hang_up", call_state.can_hang_up(self.as_dict()))

	def before_insert(self):
		"""Give a call whose time was entered in the site's zone its time in UTC, which all arithmetic goes by."""
		if self.requested_at and not self.requested_utc:
			self.requested_utc = to_utc(get_datetime(self.requested_at))

	def validate(self):
		"""Keep what people wrote from being a formula in an export."""
		for field in ("notes", "override_reason"):
			self.set(field, escape(self.get(field)))

	def on_update(self):
		"""Do what a disposition says once it is chosen, in the wrap-up or on the form."""
		if self.disposition and self.has_value_changed("disposition"):
			outcomes.apply(self)

	@staticmethod
	def clear_old_logs(days: int = 730) -> None:
		"""Delete calls older than this many days, for Frappe's Log Settings."""
		table = frappe.qb.DocType("PBX Call Log")
		frappe.db.delete(table, filters=(table.creation < (Now() - Interval(days=days))))


def on_doctype_update():
	"""Add the indexes by which the timeline, caps, the pause, open calls, the list and calls of a number are found.

	Reports are answered from theirs alone: their calls lie all over the table, and reading each takes seconds.
	"""
	frappe.db.add_index("PBX Call Log", ["reference_doctype", "reference_name", "requested_at"], "of_record")
	frappe.db.add_index("PBX Call Log", ["agent", "requested_utc"], "of_agent_utc")
	frappe.db.add_index("PBX Call Log", ["account", "requested_utc"], "of_account_utc")
	frappe.db.add_index("PBX Call Log", COUNTED, "of_report")
	frappe.db.add_index("PBX Call Log", ["status", "requested_at"], "of_status")
	frappe.db.add_index("PBX Call Log", ["number", "requested_at"], "of_number")
