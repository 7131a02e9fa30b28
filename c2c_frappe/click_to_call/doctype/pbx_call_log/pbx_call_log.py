"""One call. Written by `call_log/` alone; people write notes and disposition."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now
from frappe.utils import create_batch, get_datetime

from c2c_frappe import permissions
from c2c_frappe.call_log import crm_mirror, outbox, rows
from c2c_frappe.desk import outcomes, recordings
from c2c_frappe.messages import words
from c2c_frappe.phone_book import index
from c2c_frappe.replies import call_state, screen_pop
from c2c_frappe.site_time import to_utc

# So many names at a time in one statement.
BATCH = 1000
# The events of a document that is written already. Those before it may refuse a call.
HEARD_AFTER = ("after_insert", "on_update", "on_change")
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
	"disposition",
]


class PBXCallLog(Document):
	"""The record of a call and of every attempt that was refused."""

	def load_from_db(self):
		"""Load the call as it is to be read now, without a record whose DocType is gone: Frappe would not show it."""
		loaded = super().load_from_db()
		rows.with_current_status(vars(self))
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
		can_hang_up = permissions.is_own_call(self.agent) and call_state.can_hang_up(self.as_dict())
		self.set_onload("can_hang_up", can_hang_up)

	def before_insert(self):
		"""Give a call whose time was entered in the site's zone its time in UTC, which all arithmetic goes by."""
		if self.requested_at and not self.requested_utc:
			self.requested_utc = to_utc(get_datetime(self.requested_at))

	def before_validate(self):
		"""Take over what the row holds by now and this document does not."""
		if not self.is_new():
			rows.before_save(self)

	def validate(self):
		"""Keep what people wrote from being a formula in an export, and an outcome from being one the call cannot have."""
		for field in ("notes", "override_reason"):
			self.set(field, words(self.get(field)))
		if self.disposition and not self.is_new() and self.has_value_changed("disposition"):
			outcomes.check(self, bool(self.flags.has_follow_up or self.follow_up_task))

	def on_update(self):
		"""Do what a disposition says once it is chosen, in the wrap-up or on the form."""
		if self.disposition and self.has_value_changed("disposition"):
			outcomes.apply(self)
		if self.get_doc_before_save():
			rows.note_saved(self)

	def run_method(self, method, *args, **kwargs):
		"""Run it as any document does, and note when what only hears of the call fails; a quiet insert asks nobody else."""
		if method not in HEARD_AFTER:
			return super().run_method(method, *args, **kwargs)
		if self.flags.get(rows.QUIET_FLAG):
			own = getattr(type(self), method, None)
			return own(self) if own else None
		try:
			return super().run_method(method, *args, **kwargs)
		except Exception:
			self.flags[rows.FAILED_FLAG] = True
			raise

	def on_trash(self):
		"""Delete what waits to be told of it, and Frappe CRM's row of it."""
		outbox.forget([self.name])
		crm_mirror.forget([self.name])

	@staticmethod
	def clear_old_logs(days: int = 730) -> None:
		"""Delete calls older than this many days, for Frappe's Log Settings."""
		table = frappe.qb.DocType("PBX Call Log")
		is_old = table.creation < (Now() - Interval(days=days))
		mirrored = frappe.qb.from_(table).select(table.name).where(is_old & (table.in_crm == 1))
		for batch in create_batch(mirrored.run(pluck=True), BATCH):
			crm_mirror.forget(batch)
		frappe.db.delete(table, filters=is_old)


def on_doctype_update():
	"""Add the indexes by which the timeline, caps, the pause, open calls, the list, calls of a number and call backs are found.

	Reports are answered from theirs alone: their calls lie all over the table, and reading each takes seconds.
	"""
	frappe.db.add_index("PBX Call Log", ["reference_doctype", "reference_name", "requested_at"], "of_record")
	frappe.db.add_index("PBX Call Log", ["agent", "requested_utc"], "of_agent_utc")
	frappe.db.add_index("PBX Call Log", ["account", "requested_utc"], "of_account_utc")
	frappe.db.add_index("PBX Call Log", COUNTED, "of_report")
	frappe.db.add_index("PBX Call Log", ["status", "requested_at"], "of_status")
	frappe.db.add_index("PBX Call Log", ["number", "requested_at"], "of_number")
	frappe.db.add_index("PBX Call Log", ["dialed_number", "requested_utc"], "of_dialed_number")
