"""The row is the guard: reserves the right to one dial, records its result, sweeps what is past its deadline.

`request_id`, `dial_key`, `slot` and `site_slot` are unique columns, so inserting the row is taking the lock, over any
number of processes and machines. Nothing here speaks to a PBX or decides policy.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import frappe
from frappe import _
from frappe.query_builder import Case

from c2c_frappe import companies
from c2c_frappe.call_log import list_entries
from c2c_frappe.call_log.rows import (
	COLUMNS,
	DOCTYPE,
	NAME_DIGITS,
	change,
	change_all,
	evidence_columns,
	get,
	insert,
	lock,
	requested_columns,
	update,
	with_current_status,
)
from c2c_frappe.pbx.calls import in_flight, status
from c2c_frappe.pbx.calls.dial import DialResult
from c2c_frappe.pbx.calls.in_flight import Busy, Conflicts, DialLimits, dial_key
from c2c_frappe.pbx.calls.values import INTERNAL, OUTGOING
from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.site_time import utc_now
from c2c_frappe.transactions import ATTEMPTS, committed


@dataclass(frozen=True)
class Draft:
	"""A call that is about to be placed or refused; `number` is E.164 or "" when none was found.

	`number_extension` are the digits to dial once the customer's switchboard answers, without a number a colleague's
	extension. `mask` is what its agent sees instead of the number, "" for who sees it.
	"""

	agent: str
	request_id: str = ""
	account: str = ""
	extension: str = ""
	number: str = ""
	number_extension: str = ""
	mask: str = ""
	reference_doctype: str = ""
	reference_name: str = ""
	# The Contact of the record whose number it is, and whom the call is to, for the reply alone.
	contact: str = ""
	title: str = ""
	company: str = ""
	# What the customer is shown, "" where the PBX says that.
	caller_id: str = ""
	overridden: str = ""
	override_reason: str = ""
	# The entry of a list this is a call of.
	entry: str = ""
	name: str = field(default_factory=lambda: frappe.generate_hash(length=NAME_DIGITS))

	@property
	def is_internal(self) -> bool:
		"""Whether a colleague is called."""
		return bool(self.number_extension and not self.number)


@dataclass(frozen=True)
class Admission:
	"""What one more dial must pass: `check` counts the calls there are, and raises a PbxError when they are enough.

	Until its row is committed no other dial it counts is reserved: `locked` are the rows, as (DocType, name), behind
	which those wait.
	"""

	check: Callable[[], None]
	locked: Sequence[tuple[str, str]]


def find_conflicts(agent: str, request_id: str) -> Conflicts:
	"""Return what stands against a dial of this agent; dials in flight past their deadline are swept first."""
	table, moment = frappe.qb.DocType(DOCTYPE), utc_now()
	is_due, is_over = _is_due(table, moment), _is_past_repeat(table, moment)
	is_same = table.request_id == (request_id or None)
	# Each part by a unique index. Not get_all with "is set", which reads as `slot != ''` and scans the table.
	is_held = table.slot.isnotnull() | (table.dial_key.isnotnull() & (table.agent == agent))
	query = frappe.qb.from_(table).where(is_held | is_same)
	query = query.select(*(table[column] for column in (*COLUMNS, *in_flight.COLUMNS)))
	for mark, is_so in {"is_due": is_due, "is_over": is_over, "is_same_request": is_same}.items():
		query = query.select(Case(mark).when(is_so, 1).else_(0))
	rows = query.run(as_dict=True)
	if any(row.is_due for row in rows):
		sweep()
	return in_flight.conflicts_in(with_current_status(row) for row in rows)


def reserve(
	draft: Draft,
	limits: DialLimits,
	custom_data: dict[str, str],
	conflicts: Conflicts,
	admission: Admission | None = None,
) -> dict | None:
	"""Insert and commit the row that permits one dial, and return None.

	A row that is returned is that of a call which was placed already, by the same request or by the same agent to the
	same number. `conflicts` is what `find_conflicts` found. Raise Busy when no slot is free, and what `admission` raises.
	"""
	if getattr(frappe.db, "_disable_transaction_control", 0):
		raise RuntimeError(
			"A call cannot be placed from within a document's save: its row could not be committed."
		)
	for _attempt in range(ATTEMPTS):
		winner = conflicts.same_call(draft.agent, draft.number, draft.number_extension)
		if winner:
			return winner
		# From a place of one's own: those who dial at the same moment would all try the same one, and wait in turn.
		start = secrets.randbelow(limits.site_slots or 1)
		taken = conflicts.claim(draft.account, limits, utc_now(), start)
		row = {
			**_draft_columns(draft),
			**_dialing_columns(draft, limits),
			**taken,
			"custom_data": json.dumps(custom_data),
		}
		try:
			if insert(row, partial(_admit, draft, admission, conflicts.over)):
				return None
		except PbxError:
			# The last call that was allowed may have been this very one, clicked twice.
			frappe.db.rollback()
			winner = find_conflicts(draft.agent, draft.request_id).same_call(
				draft.agent, draft.number, draft.number_extension
			)
			if winner:
				return winner
			raise
		conflicts = find_conflicts(draft.agent, draft.request_id)
	raise Busy


def _admit(draft: Draft, admission: Admission | None, over: Sequence[str]) -> None:
	"""Do what must come before a dial's row in its transaction, which is then one decision with it.

	The lock is the first statement of the transaction: what is counted after it is all that was reserved before.
	"""
	if admission:
		if frappe.db.transaction_writes:
			frappe.db.commit()  # nosemgrep: frappe-manual-commit - what a caller wrote is kept, as with the row below
		frappe.db.rollback()
		for row in admission.locked:
			frappe.db.get_value(*row, "name", for_update=True, order_by=None)
		admission.check()
	if draft.entry:
		place = (draft.reference_doctype, draft.reference_name)
		list_entries.begin(draft.entry, draft.name, draft.agent, place)
	if over:
		_end_repeats(over)


def refuse(draft: Draft, failure_code: str, message: str) -> tuple[dict, bool]:
	"""Insert and commit the row of an attempt that was refused before anything was sent; return (row, is_new)."""
	row = {
		**_draft_columns(draft),
		**evidence_columns(status.refusal_evidence(failure_code)),
		"message": message,
	}
	for _attempt in range(ATTEMPTS):
		if insert(row):
			return get(draft.name), True
		winner = find_conflicts(draft.agent, draft.request_id).same_request
		if winner:
			return winner, False
	raise RuntimeError("The row of a refused call could not be written.")


def record_result(name: str, result: DialResult, words: dict, repeat_seconds: float) -> dict:
	"""Save and commit what the dial's reply said, unless better evidence is there already; free the slot.

	`words` are the message, and the failure_reason that only managers read.

	The repeat window starts anew: a second click may have waited for a web worker as long as the PBX took.
	"""
	repeat_until = utc_now() + timedelta(seconds=repeat_seconds)
	freed = {"slot": None, "site_slot": None, "reply_due": None, "repeat_until": repeat_until}
	if result.pbx_call_id:
		freed["pbx_call_id"] = result.pbx_call_id
	if status.is_final(result.status):
		freed["dial_key"] = None
	outcome = {**evidence_columns(result.evidence), **words}

	def save() -> dict:
		row = lock(name)
		return change(row, {**freed, **outcome} if row.evidence_rank < result.evidence.rank else freed)

	return committed(save)


def sweep() -> None:
	"""Free the guards that are past their deadline and turn dials nobody answered for into Unknown; commit."""
	table, moment = frappe.qb.DocType(DOCTYPE), utc_now()
	is_due = _is_due(table, moment)
	names = (
		frappe.qb.from_(table)
		.select(table.name)
		.where(is_due | _is_past_repeat(table, moment))
		.run(pluck=True)
	)
	if not names:
		return
	# By name, after a plain read: an UPDATE over these ranges would lock the gaps other dials insert into.
	is_named, interrupted = table.name.isin(names), status.dial_evidence("interrupted")
	outcome = {**evidence_columns(interrupted), "message": _(status.INTERRUPTED.template)}

	def free():
		change_all(outcome, is_named & is_due & (table.evidence_rank < interrupted.rank))
		update({"slot": None, "site_slot": None}, is_named & is_due)
		_end_repeats(names)

	committed(free)


def _is_due(table, moment: datetime):
	"""Whether a row's dial is in flight for longer than its reply could take."""
	return table.slot.isnotnull() & (table.reply_due < moment)


def _is_past_repeat(table, moment: datetime):
	"""Whether another dial of the agent to the number is no repeat of a row any more."""
	is_answered = table.slot.isnull() | (table.reply_due < moment)
	return table.dial_key.isnotnull() & (table.repeat_until < moment) & is_answered


def _end_repeats(names: Sequence[str]) -> None:
	table = frappe.qb.DocType(DOCTYPE)
	update({"dial_key": None}, table.name.isin(names) & _is_past_repeat(table, utc_now()))


def _draft_columns(draft: Draft) -> dict:
	return {
		"name": draft.name,
		"direction": INTERNAL if draft.is_internal else OUTGOING,
		"agent": draft.agent,
		"account": draft.account,
		"extension": draft.extension,
		"number": draft.mask or draft.number,
		"dialed_number": draft.number,
		"number_extension": draft.number_extension,
		"reference_doctype": draft.reference_doctype,
		"reference_name": draft.reference_name,
		"contact": draft.contact,
		companies.FIELD: draft.company,
		"caller_id": draft.caller_id,
		"request_id": draft.request_id,
		"overridden": draft.overridden,
		"override_reason": draft.override_reason,
		"call_list_entry": draft.entry or None,
		**requested_columns(utc_now()),
	}


def _dialing_columns(draft: Draft, limits: DialLimits) -> dict:
	key = {"dial_key": dial_key(draft.agent, draft.number, draft.number_extension)}
	if limits.site_slots:
		return {**evidence_columns(status.dial_evidence("none_yet")), **key}
	evidence = evidence_columns(status.dial_evidence("unconfirmed"))
	return {**evidence, **key, "message": _(status.FROM_DEVICE.template)}
