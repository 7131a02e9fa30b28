"""Calls nobody clicked, as an account reads them: which channels are phones, what an update of a call is as an event.

Pure. What belongs to one call is call_tracker.py's, what that comes to call_row.py's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.values import INTERNAL, OUTGOING
from c2c_frappe.pbx.errors import RejectedError
from c2c_frappe.pbx.providers.asterisk import legs
from c2c_frappe.pbx.providers.asterisk.call_row import CallRow
from c2c_frappe.pbx.providers.asterisk.call_tracker import ENDED, RINGING, CallTracker, CallUpdate
from c2c_frappe.pbx.providers.base import Snapshot, SnapshotQuery
from c2c_frappe.pbx.providers.settings import Setting, is_ticked
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire import responses
from c2c_frappe.pbx.wire.http import HttpRequest, HttpResponse

_PLACE = "{extension}"
# What a Local channel of the endpoint pattern rings in the end.
_ANY_PHONE = rf"(?:PJSIP|SIP)/{re.escape(_PLACE)}"
_LISTED = re.compile(r"[,;\s]+")

SETTINGS = (
	Setting(
		"ari_prefixes",
		_("Dial Prefixes"),
		kind="text",
		pattern=r"[0-9+*#]{1,12}([,;\s]+[0-9+*#]{1,12}){0,9}",
		hint=_("digits, separated by commas"),
	),
	Setting(
		"ari_trunks",
		_("Numeric Trunk Names"),
		kind="text",
		pattern=r"[0-9]{1,20}([,;\s]+[0-9]{1,20}){0,50}",
		hint=_("digits, separated by commas"),
	),
	Setting("log_internal_calls", _("Log Internal Calls"), kind="check"),
)

Request = Callable[..., HttpRequest]


@dataclass(frozen=True)
class Update:
	"""What is new of a call, as base.CallUpdate says."""

	call_id: str
	event: CallEvent
	is_new: bool
	is_resumed: bool
	ringing: frozenset[str]
	rang: tuple[str, ...]
	stopped: frozenset[str]
	started: frozenset[str]
	answered_by: str


class Tracker:
	"""A call_tracker.CallTracker that tells of calls as events of an account with these settings."""

	def __init__(self, values: Mapping[str, Any], number_fields: Callable[[str], dict]):
		extension_of = extension_finder(values["endpoint_pattern"], values["ari_trunks"])
		self._calls = CallTracker(extension_of, is_ticked(values["log_internal_calls"]))
		self._number_fields, self._prefixes = number_fields, values["ari_prefixes"]

	def feed(self, payload: Mapping[str, object], now: float) -> list[Update]:
		"""Take an event of ARI."""
		return self._as_events(self._calls.feed(payload, now))

	def settle(self, now: float) -> list[Update]:
		"""Return what is new because nothing more came."""
		return self._as_events(self._calls.settle(now))

	def resume(self, snapshot: Snapshot, now: float) -> list[Update]:
		"""Take what lives after a silence."""
		return self._as_events(self._calls.resume(*snapshot, now))

	def living(self) -> set[str]:
		"""Return the ids of the calls that live."""
		return self._calls.living()

	def _as_events(self, updates: list[CallUpdate]) -> list[Update]:
		return [
			Update(
				each.call_id,
				as_event(each, self._number_fields, self._prefixes),
				each.is_new_stage,
				each.is_resumed,
				each.row.ringing,
				each.row.rang,
				each.stopped,
				each.started,
				each.row.extension if each.row.is_answered else "",
			)
			for each in updates
		]


def extension_finder(endpoint_pattern: str, trunks: str) -> Callable[[str], str]:
	"""Return what gives the extension of a channel's endpoint, "" for a trunk; `trunks` are those named by digits."""
	written = (
		_ANY_PHONE
		if endpoint_pattern.startswith("Local/")
		else re.escape(endpoint_pattern.removesuffix("/n"))
	)
	form = re.compile(written.replace(re.escape(_PLACE), r"(\d{1,20})"), re.ASCII)
	known = set(listed(trunks))

	def extension_of(endpoint: str) -> str:
		found = form.fullmatch(endpoint)
		return found[1] if found and found[1] not in known else ""

	return extension_of


def listed(text: str) -> list[str]:
	"""Return the entries of a list that stands in one field."""
	return [each for each in _LISTED.split(text) if each]


def without_prefix(number: str, prefixes: str) -> str:
	"""Return a number as the customer has it: without the longest prefix that stands before it."""
	for prefix in sorted(listed(prefixes), key=len, reverse=True):
		if number.startswith(prefix) and len(number) > len(prefix):
			return number.removeprefix(prefix)
	return number


def as_event(update: CallUpdate, number_fields: Callable[[str], dict], prefixes: str) -> CallEvent:
	"""Return what an update says of its call."""
	row = update.row
	number = without_prefix(row.number, prefixes) if row.direction == OUTGOING else row.number
	named = {} if row.direction == INTERNAL else number_fields(number)
	return CallEvent(
		*_outcome(update, row),
		pbx_call_id=update.call_id,
		extension=row.extension,
		**named,
		direction=row.direction,
		started_at=row.started_at,
		answered_at=row.answered_at,
		ended_at=row.ended_at,
		began_at_pbx=True,
		called_number=row.called,
		queue=row.queue,
		transferred_to=row.then if update.stage == ENDED else "",
		ended_by=row.ended_by,
	)


def _outcome(update: CallUpdate, row: CallRow) -> tuple[str, str, str]:
	"""Return (source, status, failure code)."""
	if update.stage != ENDED:
		return "progress", status.RINGING if update.stage == RINGING else status.IN_PROGRESS, ""
	if update.is_lost and not row.ended_at:
		# As of a clicked call: that they talked is known, how an unanswered one ended is not.
		return ("end", status.COMPLETED, "") if row.answered_at else ("end", status.UNKNOWN, "no_end_event")
	return "end", row.status, row.failure_code


def ask_what_lives(request: Request, refusal: Callable[[HttpResponse], object]) -> SnapshotQuery:
	"""Ask for the channels, for the call of each that does not say it, and for the bridges."""
	channels = _listed_in((yield request("GET", "channels")), refusal)
	for channel in channels:
		if not legs.linked_id(channel):
			question = request("GET", "channels", str(channel.get("id")), "variable", variable=legs.LINKED)
			linked = responses.json_object((yield question)).get("value")
			channel["channelvars"] = {legs.LINKED: linked}
	bridges = _listed_in((yield request("GET", "bridges")), refusal)
	return channels, bridges


def _listed_in(response: HttpResponse, refusal: Callable[[HttpResponse], object]) -> list[dict]:
	rows = responses.json_list(response)
	if response.status != 200 or rows is None:
		raise RejectedError(refusal(response))
	return [row for row in rows if isinstance(row, dict)]
