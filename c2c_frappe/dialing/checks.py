"""What stands between a number and its dial: do not call, policy, calling hours, caps, a PBX that does not answer.

All but the caps are looked at once; these are counted as the row is reserved. Raises RefusedError with the code and
the sentence. Decides nothing that `pbx/` can decide, and sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timezone

import frappe
from frappe import _
from frappe.utils import get_system_timezone, get_time

from c2c_frappe import permissions
from c2c_frappe.call_log.dial_guard import Draft
from c2c_frappe.dialing import usage
from c2c_frappe.pbx.errors import RefusedError
from c2c_frappe.pbx.numbers import phone, policy
from c2c_frappe.pbx.numbers.phone import PhoneNumber
from c2c_frappe.phone_book import countries, index
from c2c_frappe.site_time import to_local, utc_now

DO_NOT_CALL = "PBX Do Not Call"


@dataclass(frozen=True)
class Request:
	"""A call somebody wants: `override` is the reason given for placing it despite an earlier refusal.

	`is_repeat` tells that it is no further call: `dial_guard.reserve` answers with the one that is under way.
	"""

	draft: Draft
	number: PhoneNumber
	is_refused_by_record: bool
	override: str
	is_repeat: bool
	# When the account was last changed, in the site's time.
	account_modified: str


def screen(wanted: Request, settings) -> str:
	"""Return the failure code that was overridden, "" when nothing stood against the call; raise RefusedError."""
	overridden = ""
	for check in (_do_not_call, _number, _hours, _pause):
		try:
			check(wanted, settings)
		except RefusedError as refusal:
			if not _is_overridden(wanted, refusal):
				raise
			overridden = overridden or refusal.failure_code
	return overridden


def _is_overridden(wanted: Request, refusal: RefusedError) -> bool:
	return bool(wanted.override and policy.way_to_override(refusal.failure_code, permissions.sees_all()))


def _do_not_call(wanted: Request, _settings) -> None:
	if wanted.is_refused_by_record:
		raise RefusedError(
			"do_not_call",
			_("This record asks not to be called. If that is wrong, correct it on the record first."),
		)
	looked_at = (wanted.draft.reference_doctype, wanted.draft.reference_name)
	if index.not_to_be_called([wanted.number.e164], looked_at):
		raise RefusedError(
			"do_not_call",
			_(
				"This number belongs to a record that asks not to be called. If that is wrong, correct it on that"
				" record first."
			),
		)
	if frappe.db.exists(DO_NOT_CALL, wanted.number.e164):
		raise RefusedError(
			"do_not_call", _("This number is on the list Do Not Call. A PBX Manager can take it off.")
		)


def _number(wanted: Request, settings) -> None:
	verdict = policy.judge(wanted.number, policy.Rules(countries.allowed_countries(settings)))
	if not verdict.allowed:
		raise RefusedError(verdict.failure_code, verdict.message)


def _hours(wanted: Request, settings) -> None:
	bounds = (settings.calling_hours_start, settings.calling_hours_end)
	start, end = (get_time(bound) if bound else None for bound in bounds)
	zones = phone.time_zones(wanted.number)
	if not policy.within_hours(
		utc_now().replace(tzinfo=timezone.utc), start, end, zones, get_system_timezone()
	):
		sentence = _("It is outside calling hours there: calls are placed from {0} to {1} local time.")
		raise RefusedError("outside_hours", sentence.format(f"{start:%H:%M}", f"{end:%H:%M}"))


def caps(settings) -> dict[str, int]:
	"""Return the limits that are set, by their names."""
	limits = {
		"user_minute": settings.max_calls_per_user_per_minute,
		"user_day": settings.max_calls_per_user_per_day,
		"site_minute": settings.max_calls_per_minute,
		"site_day": settings.max_calls_per_day,
	}
	return {name: limit for name, limit in limits.items() if limit}


def check_caps(agent: str, limits: Mapping[str, int]) -> None:
	"""Raise CapReachedError when another call is more than a cap allows; `reserve` calls it when nobody else can dial."""
	spans = {"minute": usage.last_minute(), "day": usage.today()}
	counts = usage.count_dials(
		{name: (spans[name.partition("_")[2]], agent if name.startswith("user") else "") for name in limits}
	)
	reached = policy.over_cap(counts, limits)
	if reached:
		raise CapReachedError(reached, limits[reached])


class CapReachedError(RefusedError):
	"""So many calls were placed that the cap of this name is reached."""

	def __init__(self, cap: str, limit: int):
		super().__init__("rate_limited", _cap_sentence(cap).format(limit))
		self.cap, self.limit = cap, limit


def _cap_sentence(cap: str) -> str:
	return {
		"user_minute": _("You have reached your call limit of {0} per minute. Wait a moment."),
		"user_day": _("You have reached your call limit of {0} per day. A PBX Manager can raise it."),
		"site_minute": _("The site has reached its call limit of {0} per minute. Wait a moment."),
		"site_day": _("The site has reached its call limit of {0} per day. A PBX Manager can raise it."),
	}[cap]


def _pause(wanted: Request, _settings) -> None:
	pause = usage.open_circuit(wanted.draft.account, wanted.account_modified)
	if pause and not wanted.is_repeat:
		sentence = _("{0} has not answered for {1} seconds. Calls are paused until {2}.")
		seconds = round((utc_now() - pause.since).total_seconds())
		raise RefusedError(
			"circuit_open",
			sentence.format(wanted.draft.account, seconds, f"{to_local(pause.until):%H:%M:%S}"),
		)
