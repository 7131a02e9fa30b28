"""The use case "a PBX lets us listen": calls nobody clicked, as they go on, and the card on each phone that rings.

What an update of a call says goes the way of every event (intake.py), so its row is made and told there. Here is what
only a listener knows: which other phones ring as well, and which of them have stopped. Decides nothing of a call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

import frappe
from frappe.utils import get_fullname

from c2c_frappe import current_settings, messages
from c2c_frappe.accounts import extensions
from c2c_frappe.call_log import from_events, rows
from c2c_frappe.events import intake, missed_calls
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.incoming import INCOMING
from c2c_frappe.pbx.providers.base import CallUpdate
from c2c_frappe.replies import call_state
from c2c_frappe.site_time import utc_now
from c2c_frappe.transactions import committed

ACCOUNT = "PBX Account"
# A call that lasts longer than this has lost its end, and nobody looks for it any more.
OLD = timedelta(hours=24)
MAX_CALLS = 1000


def receive(account: str, update: CallUpdate) -> None:
	"""Store and apply what is new of a call, and let everyone see it whose phone rings or has stopped. Commits."""
	current_settings.forget_process_caches()
	phones = {update.event.extension, update.answered_by, *update.rang, *update.started, *update.stopped}
	users = extensions.users_with(account, phones)
	call = from_events.find_by_origin(account, update.call_id)
	event = _as_far_as_known(call, _at_users_phone(users, update), update.is_resumed)
	is_new = update.is_new or (not call and update.ringing)
	if is_new and (call or event.extension in users or _is_alone(account)):
		intake.ingest(account, {"type": "call", "stage": event.status, **event.as_stored()}, event)
		call = call or from_events.find_by_origin(account, update.call_id)
	if call and event.direction == INCOMING:
		if update.started or update.stopped:
			_show(users, rows.get(call), update)
		if is_new and event.is_end and not update.answered_by:
			rang = [users[extension] for extension in sorted(update.rang) if extension in users]
			committed(lambda: missed_calls.tell_others(rows.lock(call), rang))
	frappe.db.rollback()


def _at_users_phone(users: Mapping[str, str], update: CallUpdate) -> CallEvent:
	"""Return the event of a call nobody answered yet, or ever, as of the first phone that is somebody's.

	While it rings no other phone is named: the next one may be somebody's, and of two the row would have to choose.
	"""
	if update.answered_by or update.event.direction != INCOMING:
		return update.event
	own = (each for each in update.rang if each in users)
	otherwise = "" if update.event.status == status.RINGING else update.event.extension
	return replace(update.event, extension=next(own, otherwise))


def _is_alone(account: str) -> bool:
	"""Whether no other account is on this PBX: of several a call is that of the account whose user's phone it is."""
	address = frappe.get_cached_value(ACCOUNT, account, "base_url")
	others = {"enabled": 1, "base_url": address, "name": ("!=", account)}
	return not frappe.db.exists(ACCOUNT, others)


def _as_far_as_known(call: str, event: CallEvent, is_resumed: bool) -> CallEvent:
	"""Return the event without who answered, when that was heard before a silence: by now it may be the next phone."""
	is_answered = is_resumed and call and rows.get(call)["status"] == status.IN_PROGRESS
	return replace(event, extension="", transferred_to="") if is_answered else event


def _show(users: Mapping[str, str], row: dict, update: CallUpdate) -> None:
	"""Bring the card to whose phone rings, and take it from whose phone has stopped; the row's agent has heard already."""
	answerer = users.get(update.answered_by, "")
	# Who answered is news when they do; who leaves a call later was in it.
	is_answer = update.is_new and update.event.status == status.IN_PROGRESS
	colleague = (get_fullname(answerer) if answerer else update.answered_by) if is_answer else ""
	for extension in sorted((update.started | update.stopped) & users.keys()):
		user = users[extension]
		is_answerer_gone = extension in update.stopped and user == answerer
		# The row's agent is told what is new by the event itself; who had the call keeps it to wrap it up.
		if is_answerer_gone or (update.is_new and user == row["agent"]):
			continue
		with messages.in_language_of(user):
			reply = (
				call_state.describe_gone(row, colleague)
				if extension in update.stopped
				else call_state.describe_to_other(row, user, extension, _status_at(extension, update))
			)
		frappe.publish_realtime(call_state.EVENT, reply, user=user)


def _status_at(extension: str, update: CallUpdate) -> str:
	return status.RINGING if extension in update.ringing else status.IN_PROGRESS


def end_missing(account: str, open_calls: Iterable[tuple[str, str]], living: Collection[str]) -> None:
	"""End the calls that were open and do not live any more: how they ended, nobody heard. Commits each."""
	for pbx_id, call_status in open_calls:
		if pbx_id in living:
			continue
		outcome = (
			(status.COMPLETED, "") if call_status == status.IN_PROGRESS else (status.UNKNOWN, "no_end_event")
		)
		event = CallEvent("end", *outcome, pbx_call_id=pbx_id, direction="", began_at_pbx=True)
		intake.ingest(account, {"asked_about": pbx_id, **event.as_stored()}, event)


def open_calls(account: str) -> list[tuple[str, str]]:
	"""Return (the PBX's id, status) of the account's calls that began at the PBX and are open."""
	now = utc_now()
	filters = {
		"account": account,
		"origin_key": ("is", "set"),
		"status": ("in", (status.RINGING, status.IN_PROGRESS)),
		"requested_utc": ("between", (now - OLD, now)),
	}
	fields = ["pbx_call_id", "status"]
	return frappe.get_all(rows.DOCTYPE, filters, fields, limit=MAX_CALLS, as_list=True)
