"""Which call an event is about: one that was dialed here, or the row of one that began at the PBX.

Loads what pbx/calls/matching.py decides by. Never changes a row that is there.
"""

from __future__ import annotations

from datetime import timedelta

import frappe

from c2c_frappe import companies
from c2c_frappe.accounts import extensions
from c2c_frappe.call_log import from_events, search
from c2c_frappe.events.store import APPLIED, DOCTYPE, IGNORED, UNMATCHED, WAITING
from c2c_frappe.pbx.calls import events
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.facts import Changes
from c2c_frappe.pbx.calls.incoming import INCOMING
from c2c_frappe.pbx.calls.matching import Candidate, is_new_pbx_call, match
from c2c_frappe.phone_book import index

# Of records only, and not stored: the row was made for it.
ADDED = "Added"
# An event that fits no call may be early; after this long it is not early any more.
MATCH_TIMEOUT = timedelta(hours=24)
# By then every dial has its reply, and with it the PBX's id: an outgoing call nobody clicked began at the phone.
REPLY_KNOWN_AFTER = timedelta(minutes=2)


def resolve_number(account: str, event: CallEvent) -> CallEvent:
	"""Return the event with the reading of its number that a call of its minutes has, else a record."""
	if not event.other_numbers:
		return event
	of_calls = {candidate.number for candidate in search.candidates(account, event)}
	is_of_call = not of_calls.isdisjoint(event.numbers)
	return events.resolve_number(event, of_calls if is_of_call else index.numbers_on_records(event.numbers))


def place(account: str, event: CallEvent, record_id: str, age: timedelta) -> tuple[str, str]:
	"""Return (call, outcome): the call that is meant, or the row of one that began at the PBX."""
	candidates = _untaken(search.candidates(account, event), event, record_id)
	call = match(event, candidates)
	if call:
		return call, APPLIED
	is_settled = (
		bool(record_id) or event.began_at_pbx or event.direction == INCOMING or age >= REPLY_KNOWN_AFTER
	)
	pbx_id = event.pbx_call_id or record_id
	if is_settled and pbx_id:
		return _originated_at_pbx(account, event, pbx_id, record_id, candidates) or (
			"",
			_outcome_without_call(age),
		)
	return "", _outcome_without_call(age)


def _untaken(candidates: list[Candidate], event: CallEvent, record_id: str) -> list[Candidate]:
	"""Return the calls a record may be about: of several without the PBX's ids each is about a call of its own."""
	if event.call or event.pbx_call_id or not (record_id and candidates):
		return candidates
	others = {"call": ("in", [c.name for c in candidates]), "record_id": ("not in", ("", record_id))}
	taken = set(frappe.get_all(DOCTYPE, others, pluck="call"))
	return [candidate for candidate in candidates if candidate.name not in taken]


def _originated_at_pbx(
	account: str, event: CallEvent, pbx_id: str, record_id: str, candidates: list[Candidate]
) -> tuple[str, str] | None:
	"""Return (call, outcome) of an event no click explains, None while a click might; the row is added if need be."""
	call = from_events.find_by_origin(account, pbx_id)
	if call:
		return call, APPLIED
	agent = extensions.user_with(account, event.extension)
	columns = {"agent": agent, companies.FIELD: _company(account, agent), **_record_of(event.number)}
	is_ours = columns["agent"] or (event.direction == INCOMING and "reference_name" in columns)
	# A disabled account is told of how its last calls end, and of no new ones; records are read where somebody asks.
	is_taken = record_id or frappe.get_cached_value("PBX Account", account, "enabled")
	if not (is_ours and is_taken):
		return "", IGNORED
	near = search.calls_near(account, columns["agent"], event.known_at) if event.known_at else []
	if not is_new_pbx_call(event, [*candidates, *_untaken(near, event, record_id)]):
		return None
	return from_events.add(account, pbx_id, event, columns), ADDED


def _record_of(number: str) -> dict:
	parties = index.fold_contacts(index.matching_records(number))
	if not parties:
		return {}
	columns = {"reference_doctype": parties[0].doctype, "reference_name": parties[0].name}
	return {**columns, "contact": parties[0].contact} if parties[0].contact else columns


def _company(account: str, agent: str) -> str:
	"""Return the company of a call that began at the PBX."""
	return companies.of_call(frappe.get_cached_doc("PBX Account", account), agent)


def parties(row: dict, changes: Changes) -> dict:
	"""Return agent and record of a call that began at the PBX, for what changes in its extension and number."""
	columns = {}
	if "extension" in changes.origin:
		# A phone that is nobody's makes it nobody's call: whose phone rang first did not answer it.
		columns["agent"] = extensions.user_with(row["account"], changes.origin["extension"])
		if companies.are_known():
			columns[companies.FIELD] = _company(row["account"], columns["agent"])
	if changes.origin.get("number") and not row["reference_name"]:
		columns.update(_record_of(changes.origin["number"]))
	return columns


def _outcome_without_call(age: timedelta) -> str:
	return UNMATCHED if age > MATCH_TIMEOUT else WAITING
