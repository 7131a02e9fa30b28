"""The use case "who is next": one entry, claimed for who asked, so that nobody else gets it. Places no call.

The list's row is locked first, so takers of one list come one after another; the entry's own row is the guard
against its call. A claim ends by itself: its entry is due again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial

import frappe
from frappe import _
from frappe.model import table_fields
from frappe.utils import format_datetime, get_datetime

from c2c_frappe import messages, permissions
from c2c_frappe.call_lists import candidates, rights
from c2c_frappe.call_lists.candidates import Found
from c2c_frappe.call_lists.rights import ENTRY, LIST, OPEN_LIST
from c2c_frappe.call_log import list_entries, rows
from c2c_frappe.pbx.lists import entries, next_entry, script
from c2c_frappe.pbx.lists.entries import CALLBACK, CLAIM, USUAL, Turn
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.numbers.choice import local_time
from c2c_frappe.phone_book import people
from c2c_frappe.site_time import to_local, utc_now
from c2c_frappe.transactions import committed

PAGE = 20
# So many in one transaction: others wait for the list's row meanwhile.
PAGES_AT_ONCE = 5
# So many that may be called now are compared, where hours end sooner at some than at others.
COMPARED = 5

Page = Sequence[tuple]


@dataclass(frozen=True)
class Position:
	"""Where a list is looked through from: entries of a priority, after one by its (name, due time)."""

	priority: int
	after: tuple | None = None


def take(name: str) -> dict:
	"""Claim the next entry of a list for the logged-in user, who works it, and return it as `_shown` does.

	Without one return {entry: None, list, title, message, next_at, wait}: why there is none, and when one may be called,
	as the site's time and in seconds.
	"""
	# Nothing was read before the lock: what others committed meanwhile is seen after it.
	frappe.db.commit()  # nosemgrep: frappe-manual-commit - what a caller wrote is kept
	position: Position | None = Position(CALLBACK)
	while position:
		found, call_list, position = committed(partial(_take, name, position))
	return _shown(found, call_list) if found else _nothing(name, call_list)


def current(name: str, call: str) -> dict:
	"""Return what is before the logged-in user of a list, as `take` does, after a reload and in another tab.

	That is the entry of `call`, which they placed and gave no outcome yet; else one they claimed; else one they are
	calling. Where there is none the next is claimed.
	"""
	row = _of_call(name, call) or _being_called(name)
	call_list = frappe.db.get_value(LIST, name, "*", as_dict=True)
	found = candidates.find(row, call_list.consent_field, utc_now()) if row else None
	if not (found and found.number):
		return take(name)
	return {**_shown(found, call_list), "call": row["call"]}


def _of_call(name: str, call: str) -> dict | None:
	"""Return the entry of a call of the logged-in user that has no outcome yet, while no later call was made of it."""
	placed = rows.get(call) if call else None
	if not placed or placed["agent"] != frappe.session.user or placed["disposition"]:
		return None
	held = {"name": placed["call_list_entry"] or "", "call_list": name, "call": call}
	return frappe.db.get_value(ENTRY, held, "*", as_dict=True)


def _being_called(name: str) -> dict | None:
	held = {"claimed_by": frappe.session.user, "call_list": name}
	states = frappe.get_all(ENTRY, {**held, "state": ("in", entries.OPEN)}, pluck="state")
	if entries.CLAIMED in states or not states:
		return None
	return frappe.db.get_value(ENTRY, held, "*", as_dict=True, order_by="modified desc")


def _take(name: str, position: Position) -> tuple[Found | None, dict, Position | None]:
	"""Claim the first entry from a position on; return it, the list, and from where to look on, None at the end."""
	call_list = frappe.db.get_value(LIST, name, "*", as_dict=True, for_update=True)
	if call_list.state != OPEN_LIST:
		return None, call_list, None
	now = utc_now()
	found, following = _own(call_list, now), None
	if not found:
		found, following = _first_due(call_list, now, position)
	if found:
		claimed = Turn(entries.CLAIMED, now + CLAIM, found.row["reason"] or "", found.candidate.priority)
		list_entries.move(found.row["name"], claimed, claimed_by=frappe.session.user)
	return found, call_list, following


def _own(call_list: dict, now: datetime) -> Found | None:
	"""Return the entry that is before the user already, as after a reload or in another tab."""
	held = {"claimed_by": frappe.session.user, "call_list": call_list.name, "state": entries.CLAIMED}
	for name in frappe.get_all(ENTRY, held, pluck="name"):
		row = list_entries.lock(name)
		# Meanwhile it may be called, from another tab.
		if not row or any(row[column] != value for column, value in held.items()):
			continue
		# Its due time is that of the claim.
		found = candidates.find({**row, "due_utc": now}, call_list.consent_field, now)
		if found and _is_callable(found, now):
			return found
	return None


def _first_due(call_list: dict, now: datetime, position: Position) -> tuple[Found | None, Position | None]:
	"""Return the entry to call from a position on, or from where to look on: an entry that may not be called costs time."""
	callable_now: list[Found] = []
	for _page in range(PAGES_AT_ONCE):
		page = _page_at(call_list, position, now)
		for found in _due(call_list, page, now):
			if _is_callable(found, now):
				callable_now.append(found)
			if len(callable_now) == (COMPARED if callable_now and callable_now[0].candidate.closes_at else 1):
				return _best(callable_now), None
		following = _following(position, page)
		if callable_now and (not following or following.priority != position.priority):
			break
		if not following:
			return None, None
		position = following
	return (_best(callable_now), None) if callable_now else (None, position)


def _best(callable_now: list[Found]) -> Found:
	by_name = {found.candidate.name: found for found in callable_now}
	return by_name[next_entry.in_order(found.candidate for found in callable_now)[0].name]


def _page_at(call_list: dict, position: Position, now: datetime) -> Page:
	"""Return (name, due, DocType, record) of the entries that are due from a position on."""
	table = frappe.qb.DocType(ENTRY)
	is_due = (
		(table.call_list == call_list.name) & (table.priority == position.priority) & (table.due_utc <= now)
	)
	query = frappe.qb.from_(table).where(is_due)
	query = query.select(table.name, table.due_utc, table.reference_doctype, table.reference_name)
	if position.after:
		name, due = position.after
		query = query.where((table.due_utc > due) | ((table.due_utc == due) & (table.name > name)))
	return query.orderby(table.due_utc).orderby(table.name).limit(PAGE).run()


def _following(position: Position, page: Page) -> Position | None:
	if len(page) == PAGE:
		return Position(position.priority, page[-1][:2])
	return Position(USUAL) if position.priority == CALLBACK else None


def _due(call_list: dict, page: Page, now: datetime) -> Iterator[Found]:
	"""Yield the entries of a page that are due still, and whose records the user may read; each is locked."""
	kept_away = candidates.unreadable((doctype, record) for _name, _due, doctype, record in page)
	for name, _due_utc, *record in page:
		if tuple(record) in kept_away:
			continue
		row = list_entries.lock(name)
		# Meanwhile it may have been taken, or moved to another list.
		if row and row.call_list == call_list.name and row.due_utc and get_datetime(row.due_utc) <= now:
			found = candidates.find(row, call_list.consent_field, now)
			if found:
				yield found


def _is_callable(found: Found, now: datetime) -> bool:
	"""Whether an entry may be called now; one that may not is moved to where it belongs."""
	turn = next_entry.judge(found.candidate, now)
	if turn:
		list_entries.move(found.row["name"], turn)
	return turn is None


def _shown(found: Found, call_list: dict) -> dict:
	"""Return {entry, call, list, title, purpose, reference_doctype, reference_name, record_title, number, local_time, why,
	attempts, last_outcome, script} of a claimed entry."""
	row, document, number = found.row, found.record.document, found.number
	outcome = row["outcome"]
	shown = found.chosen.shown if found.chosen.is_masked else phone.display_whole(number)
	return {
		"entry": row["name"],
		"call": "",
		"list": call_list.name,
		"title": call_list.title,
		"purpose": call_list.purpose,
		"reference_doctype": document.doctype,
		"reference_name": document.name,
		"record_title": people.title_of(document),
		"number": shown,
		"local_time": local_time(number.e164, datetime.now(timezone.utc)),
		"why": _(str(next_entry.why_now(found.candidate))),
		"attempts": row["attempts"] or 0,
		"last_outcome": _(outcome) if outcome else "",
		"script": script.fill(call_list.script or "", _readable_values(document, call_list.script or "")),
	}


def _readable_values(document, text: str) -> dict[str, str]:
	"""Return the values of the fields a script names, those the user may read and sees unmasked."""
	levels = permissions.readable_levels(document.meta)
	fields = (document.meta.get_field(name) for name in script.fields_of(text))
	open_fields = [
		f
		for f in fields
		if f and (f.permlevel or 0) in levels and f.fieldtype not in (*table_fields, "Password")
	]
	return {f.fieldname: document.get(f.fieldname) for f in open_fields if not f.get("mask")}


def _nothing(name: str, call_list: dict) -> dict:
	nothing = {"entry": None, "list": name, "title": call_list.title, "next_at": None, "wait": None}
	if call_list.state != OPEN_LIST:
		return {**nothing, "message": _("This list cannot be worked now: {0}.").format(_(call_list.state))}
	row = _next_open(name)
	if not row:
		return {**nothing, "message": _("All entries on this list are done.")}
	if row.state == entries.WAITING and get_datetime(row.due_utc) <= utc_now():
		return {
			**nothing,
			"message": _(
				"You do not have permission to read the next records. Ask the person who created this list."
			),
		}
	moment = to_local(get_datetime(row.due_utc))
	if row.state == entries.WAITING and row.reason:
		why = _(row.reason)
	elif row.claimed_by == frappe.session.user:
		why = _("Your own call has not ended yet.")
	else:
		why = _("Someone else is working on it.")
	sentence = _("Nobody can be called now. The next entry is due at {0}: {1}")
	message = sentence.format(format_datetime(moment, "yyyy-MM-dd HH:mm"), messages.sentence(why))
	wait = max(0, int((get_datetime(row.due_utc) - utc_now()).total_seconds()))
	return {**nothing, "message": message, "next_at": str(moment), "wait": wait}


def _next_open(name: str) -> dict | None:
	rows = []
	for priority in (CALLBACK, USUAL):
		held = {"call_list": name, "priority": priority, "due_utc": (">", "1970-01-01")}
		columns = ["due_utc", "reason", "state", "claimed_by"]
		rows += frappe.get_all(ENTRY, held, columns, order_by="due_utc", limit=1)
	return min(rows, key=lambda row: get_datetime(row.due_utc), default=None)


def skip(name: str, reason: str) -> None:
	"""Close the entry before the logged-in user for a reason in their words; commit."""
	reason = messages.sentence(reason.strip())
	if not reason:
		frappe.throw(_("Enter why you are skipping this entry."), title=_("Skip"))
	_leave(name, lambda _row: Turn(entries.SKIPPED, None, reason))


def _leave(name: str, turn_of) -> None:
	frappe.db.commit()  # nosemgrep: frappe-manual-commit - what a caller wrote is kept

	def leave() -> None:
		row = list_entries.lock(name)
		rights.require_own(row)
		if row.state != entries.CLAIMED:
			frappe.throw(_("This entry is being called."), title=_("Skip"))
		list_entries.move(name, turn_of(row))

	committed(leave)


def put_back(name: str) -> None:
	"""Give back what the logged-in user has of a list, so that others may take it at once; commit."""
	held = {"claimed_by": frappe.session.user, "call_list": name, "state": entries.CLAIMED}
	for entry in frappe.get_all(ENTRY, held, pluck="name"):
		_leave(entry, lambda row: Turn(entries.WAITING, utc_now(), row.reason or "", row.priority))
