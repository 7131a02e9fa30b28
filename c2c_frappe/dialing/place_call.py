"""The use case "place a call": the row that permits one dial, one request, and what its response means.

In the web request on purpose: an agent must not wait behind a queue. Sends nothing twice, and decides nothing that
`pbx/` can decide.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import replace
from functools import partial

import frappe
from frappe import _

from c2c_frappe import locks, messages
from c2c_frappe.call_log import dial_guard, list_entries, rows
from c2c_frappe.call_log.dial_guard import Admission, Draft
from c2c_frappe.dialing import alerts, checks
from c2c_frappe.dialing.checks import CapReachedError
from c2c_frappe.dialing.prepare import Click, Prepared, Refusal, prepare
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import failure_codes, in_flight, status
from c2c_frappe.pbx.calls.in_flight import Busy, Conflicts
from c2c_frappe.pbx.errors import RefusedError
from c2c_frappe.pbx.numbers.phone import tel_url
from c2c_frappe.pbx.numbers.phone_text import without_numbers
from c2c_frappe.replies import call_state
from c2c_frappe.site_time import utc_now


def dial(click: Click) -> dict:
	"""Place one call for the logged-in user, who may call, and return the reply for the browser.

	Raise PermissionError if the user may not read the record or the request id is another user's.
	"""
	click = replace(click, request_id=_storable(click.request_id))
	conflicts = dial_guard.find_conflicts(frappe.session.user, click.request_id)
	if conflicts.same_request:
		return _repeat_reply(conflicts.same_request)
	return _place(prepare(click, conflicts), conflicts)


def dial_from_device(click: Click) -> dict:
	"""Let the logged-in user's own device place one call; the reply also has `url`, "" where nothing is to be opened.

	Checks, row and repeat are those of `dial`. The row is committed before the device gets the number, and what came of
	the call nobody tells.
	"""
	click = replace(click, request_id=_storable(click.request_id), is_from_device=True)
	conflicts = dial_guard.find_conflicts(frappe.session.user, click.request_id)
	if conflicts.same_request:
		return {**_repeat_reply(conflicts.same_request), "url": ""}
	call = prepare(click, conflicts)
	reply = _place(call, conflicts)
	is_placed = isinstance(call, Prepared) and reply["call"] == call.draft.name and not reply["failure_code"]
	return {**reply, "url": tel_url(call.draft.number, call.draft.number_extension) if is_placed else ""}


def test_call(account: str, number: str) -> dict:
	"""Call a number through this account as `dial` does; the reply also has `request`, its secrets masked."""
	conflicts = dial_guard.find_conflicts(frappe.session.user, "")
	call = prepare(Click(number=number, account=account), conflicts)
	reply = _place(call, conflicts)
	is_refused = reply["status"] == status.FAILED and reply["failure_code"] in status.REFUSALS
	# The call that this one would repeat may be another account's, and nothing was sent for this one.
	is_sent = not is_refused and not reply["repeated"]
	return {**reply, "request": _masked_request(call) if is_sent else ""}


def _storable(request_id: str) -> str:
	"""Return a request's id as it may be stored and shown: the hash of one that is too long or has capitals or odd signs."""
	# MariaDB finds an id in other letter case too.
	is_plain = re.fullmatch(r"[a-z0-9_.:-]{0,140}", request_id)
	return request_id if is_plain else hashlib.sha256(request_id.encode("utf-8", "replace")).hexdigest()


def _place(call: Prepared | Refusal, conflicts: Conflicts) -> dict:
	if isinstance(call, Refusal):
		return _refuse(call.draft, call.failure_code, call.message)
	try:
		earlier = _reserve(call, conflicts)
	except Busy:
		return _refuse(call.draft, "pbx_busy", _busy_sentence())
	except RefusedError as refusal:
		if isinstance(refusal, CapReachedError):
			alerts.cap_reached(call.draft.agent, call.draft.company, refusal.cap, refusal.limit)
		return _refuse(call.draft, refusal.failure_code, refusal.message)
	return _repeat_reply(earlier) if earlier else _reply_of(_send(call), call.draft)


def _reserve(call: Prepared, conflicts: Conflicts) -> dict | None:
	"""Reserve the right to this dial, waiting a moment for a slot; return the call it would repeat, None for none.

	Raise CapReachedError, and Busy at once while a PBX hangs, and for more clicks than there are slots: they would hold
	the web workers.
	"""
	try:
		return _try_to_reserve(call, conflicts)
	except Busy:
		with locks.semaphore("waiting dial", call.limits.site_slots, 0) as may_wait:
			if not may_wait:
				raise
			return _reserve_in_time(call, time.monotonic() + in_flight.MAX_WAIT)


def _reserve_in_time(call: Prepared, until: float) -> dict | None:
	while True:
		# Between attempts no transaction is open: the others' rows must be seen.
		frappe.db.rollback()
		conflicts = dial_guard.find_conflicts(call.draft.agent, call.draft.request_id)
		if conflicts.is_hung(utc_now()):
			raise Busy
		try:
			return _try_to_reserve(call, conflicts)
		except Busy:
			if time.monotonic() >= until:
				raise
		time.sleep(locks.PAUSE)


def _try_to_reserve(call: Prepared, conflicts: Conflicts) -> dict | None:
	data, admission = call.request.custom_data, _admission(call)
	return dial_guard.reserve(call.draft, call.limits, data, conflicts, admission)


def _admission(call: Prepared) -> Admission | None:
	"""Return what is counted as the row is reserved, and behind which rows others wait meanwhile; None for nothing."""
	caps, draft = call.caps, call.draft
	if not caps and not draft.entry:
		return None
	is_of_site = any(name.startswith("site") for name in caps)
	locked = [("DocType", dial_guard.DOCTYPE)] if is_of_site or draft.entry else []
	if caps and not is_of_site:
		locked.append(("User", draft.agent))
	return Admission(partial(checks.check_counts, draft, caps, call.number_caps), locked)


def _send(call: Prepared) -> dict:
	"""Send the one request of a row that is committed, save what came of it, and return the row."""
	if not call.provider:
		return rows.get(call.draft.name)
	result = exchange.place(call.provider, call.request)
	for_agent = failure_codes.sentence_for_agents(result.failure_code, result.message)
	message, reason = (
		_redact_for_agent(call.draft, messages.sentence(text)) for text in (for_agent, result.message)
	)
	words = {"message": message, "failure_reason": reason if result.failure_code else ""}
	return dial_guard.record_result(call.draft.name, result, words, call.limits.repeat_seconds)


def _refuse(draft: Draft, failure_code: str, message: str) -> dict:
	if draft.entry and not list_entries.is_claimed_by(draft.entry, draft.agent):
		draft = replace(draft, entry="")
	row, is_new = dial_guard.refuse(draft, failure_code, _redact_for_agent(draft, message))
	return _reply_of(row, draft) if is_new else _repeat_reply(row)


def _redact_for_agent(draft: Draft, message: str) -> str:
	"""Return what is said of a call as its agent may read it: a PBX likes to repeat the number it was sent."""
	return without_numbers(message) if draft.mask else message


def _repeat_reply(row: dict) -> dict:
	if row["agent"] != frappe.session.user:
		frappe.throw(_("This request belongs to another user."), frappe.PermissionError)
	reply = call_state.describe(row, repeated=True)
	# The same request that came twice is told how its call stands, as if it had come once.
	return reply if row["is_same_request"] else {**reply, "message": _not_dialed_again(row)}


def _not_dialed_again(row: dict) -> str:
	seconds = max(1, round((utc_now() - row["requested_utc"]).total_seconds()))
	return _("Not dialed again: you called this number {0} s ago.").format(seconds)


def _reply_of(row: dict, draft: Draft) -> dict:
	reply = call_state.describe(row, title=draft.title)
	frappe.publish_realtime(call_state.EVENT, reply, user=row["agent"])
	return reply


def _masked_request(call: Prepared) -> str:
	return exchange.redacted(lambda: call.provider.dial_request(call.request))


def _busy_sentence() -> str:
	return _(
		"The PBX is responding slowly and its in-flight limit is reached. Nothing was dialed. Try again in a moment."
	)
