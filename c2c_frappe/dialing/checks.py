"""What stands between a number and its dial: do not call, policy, calling hours, caps, a PBX that does not answer.

All but the caps are looked at once; these are counted as the row is reserved. Raises RefusedError with the code and
the sentence. Decides nothing that `pbx/` can decide, and sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from frappe import _
from frappe.utils import cint, get_system_timezone, get_time

from c2c_frappe import permissions
from c2c_frappe.call_log.dial_guard import Draft
from c2c_frappe.dialing import usage
from c2c_frappe.pbx.errors import RefusedError
from c2c_frappe.pbx.lists.hours import Hours
from c2c_frappe.pbx.lists.number_caps import NumberCaps
from c2c_frappe.pbx.numbers import phone, policy
from c2c_frappe.pbx.numbers.phone import PhoneNumber
from c2c_frappe.phone_book import countries, refusals
from c2c_frappe.site_time import to_local, utc_now


@dataclass(frozen=True)
class Request:
	"""A call somebody wants: `override` is the reason given for placing it despite an earlier refusal.

	`is_repeat` tells that it is no further call: `dial_guard.reserve` answers with the one that is under way.
	"""

	draft: Draft
	# None of a colleague's extension, about which a country, a list and calling hours say nothing.
	number: PhoneNumber | None
	is_refused_by_record: bool
	override: str
	is_repeat: bool
	# When the account was last changed, in the site's time.
	account_modified: str
	# The agent's phone, where it is a public number: to ring it is a call, too.
	own_number: PhoneNumber | None


def screen(wanted: Request, settings) -> str:
	"""Return the failure code that was overridden, "" when nothing stood against the call; raise RefusedError."""
	overridden = ""
	of_number = (_do_not_call, _number, _own_number, _hours, _pause)
	for check in of_number if wanted.number else (_own_number, _pause):
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
			_("This record is marked Do Not Call. If that is wrong, correct it on the record first."),
		)
	draft = wanted.draft
	refused_by = refusals.refusal_of(wanted.number.e164, draft.reference_doctype, draft.reference_name)
	if refused_by == refusals.BY_RECORD:
		raise RefusedError(
			"do_not_call",
			_(
				"This number belongs to a record marked Do Not Call. If that is wrong, correct it on that"
				" record first."
			),
		)
	if refused_by == refusals.BY_LIST:
		raise RefusedError(
			"do_not_call", _("This number is on the Do Not Call list. A PBX Manager can remove it.")
		)


def _number(wanted: Request, settings) -> None:
	verdict = verdict_on(wanted.number, settings)
	if not verdict.allowed:
		raise RefusedError(verdict.failure_code, verdict.message)


def _own_number(wanted: Request, settings) -> None:
	if wanted.own_number and not verdict_on(wanted.own_number, settings).allowed:
		sentence = _("Your phone {0} is a number that may not be called from here. Choose another phone.")
		raise RefusedError("number_not_allowed", sentence.format(wanted.draft.extension))


def verdict_on(number: PhoneNumber, settings) -> policy.Verdict:
	"""Return whether a number may be dialed from this site at all."""
	return policy.judge(number, policy.Rules(countries.allowed_countries(settings)))


def _hours(wanted: Request, settings) -> None:
	hours = calling_hours(settings)
	if not hours.are_on(utc_now(), phone.time_zones(wanted.number)):
		sentence = _("It is outside calling hours there: calls are placed from {0} to {1} local time.")
		raise RefusedError("outside_hours", sentence.format(f"{hours.start:%H:%M}", f"{hours.end:%H:%M}"))


def calling_hours(settings) -> Hours:
	"""Return the site's calling hours."""
	bounds = (settings.calling_hours_start, settings.calling_hours_end)
	return Hours(*(get_time(bound) if bound else None for bound in bounds), get_system_timezone())


def caps(settings) -> dict[str, int]:
	"""Return the limits that are set, by their names."""
	limits = {
		"user_minute": settings.max_calls_per_user_per_minute,
		"user_day": settings.max_calls_per_user_per_day,
		"site_minute": settings.max_calls_per_minute,
		"site_day": settings.max_calls_per_day,
	}
	return {name: limit for name, limit in limits.items() if limit}


def number_caps(settings) -> NumberCaps:
	"""Return how often one number may be called from lists."""
	return NumberCaps(
		cint(settings.max_list_calls_per_number_per_day), cint(settings.max_list_calls_per_number_per_week)
	)


def check_counts(draft: Draft, limits: Mapping[str, int], of_number: NumberCaps) -> None:
	"""Raise RefusedError when another call is more than a cap allows; `reserve` calls it when nobody else can dial."""
	check_caps(draft.agent, limits)
	now = utc_now()
	if draft.entry and usage.free_at(draft.number, of_number, now) > now:
		raise RefusedError(
			"rate_limited", _("This number has reached its call limit for lists. Take the next entry.")
		)


def check_caps(agent: str, limits: Mapping[str, int]) -> None:
	"""Raise CapReachedError when another call is more than a cap allows."""
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
	account = wanted.draft.account
	# A device asks no PBX.
	pause = usage.open_circuit(account, wanted.account_modified) if account else None
	if pause and not wanted.is_repeat:
		sentence = _("{0} has not responded for {1} seconds. Calls are paused until {2}.")
		seconds = round((utc_now() - pause.since).total_seconds())
		raise RefusedError(
			"circuit_open",
			sentence.format(account, seconds, f"{to_local(pause.until):%H:%M:%S}"),
		)
