"""CommPeak's call records: asks PBX Stats for a page, reads its rows. Sends nothing.

Written from docs.commpeak.com/reference/searchcdrs. From public code: which hangup causes there are, that times
without a zone are UTC, the key's header X-API-KEY, the envelopes beside `cdrs`, the durations written as a clock,
and the second shape of rows. Nothing here was tried on a live account.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from c2c_frappe.pbx.calls import status, values
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import CallRecord, Page, Window
from c2c_frappe.pbx.errors import PbxError, RejectedError, UnavailableError
from c2c_frappe.pbx.providers.commpeak import sides
from c2c_frappe.pbx.providers.commpeak.sides import Sides
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire import responses
from c2c_frappe.pbx.wire.http import HttpRequest, HttpResponse

PER_PAGE = 100
_ENVELOPES = ("cdrs", "data", "items", "results", "records")
# What a row says, and where: the page's own name first, then those of the second shape.
_FIELDS = {
	"id": ("id", "call_id", "uniqueid", "call_uuid"),
	"call_id": ("uniqueid", "call_uuid"),
	"start": ("call_start", "start_at"),
	"end": ("call_end", "end_at"),
	"talk": ("bill_duration",),
	"lasted": ("duration", "call_duration"),
	"type": ("type", "direction"),
	"extension": ("agent_pbxExtension",),
	"called": ("destination", "dst"),
	"caller": ("caller_id", "src"),
	"customer": ("client_callerid_number",),
	"cause": ("hangup_cause", "status"),
	"recording": ("recording_link", "public_recording_url"),
}
# The two sides of the second shape, which names no roles; and where any row's number may stand.
_SIDES = frozenset({"src", "dst"})
_NUMBER_PLACES = (*_FIELDS["called"], *_FIELDS["caller"], *_FIELDS["customer"])
_CAUSES = {
	"ANSWERED": (status.COMPLETED, ""),
	"ANSWER": (status.COMPLETED, ""),
	"NO_ANSWER": (status.NO_ANSWER, ""),
	"NOANSWER": (status.NO_ANSWER, ""),
	"NO_USER_RESPONSE": (status.NO_ANSWER, ""),
	"BUSY": (status.BUSY, ""),
	"USER_BUSY": (status.BUSY, ""),
	"CANCEL": (status.CANCELED, ""),
	"ORIGINATOR_CANCEL": (status.CANCELED, ""),
	"CONGESTION": (status.FAILED, "pbx_rejected"),
	"CHANUNAVAIL": (status.FAILED, "pbx_rejected"),
	"FAILED": (status.FAILED, "pbx_rejected"),
	"UNALLOCATED_NUMBER": (status.FAILED, "pbx_rejected"),
	# It ended, and no more: whether anybody answered the talk time says.
	"NORMAL_CLEARING": ("", ""),
	"NORMAL_UNSPECIFIED": ("", ""),
}
_OUR_KEY = re.compile(r"[A-Za-z0-9]{1,40}", re.ASCII)


def is_known_cause(hangup_cause: str) -> bool:
	"""Whether a hangup cause is one that is understood; what is not there is nothing unknown."""
	return not values.is_filled(hangup_cause) or _cause(hangup_cause) in _CAUSES


def meaning(hangup_cause: str, talk: int | None = None) -> tuple[str, str]:
	"""Return (status, failure code) of a hangup cause, two empty texts for one that says nothing.

	`talk` are the billed seconds: with some, an end without a cause of its own is that of a call.
	"""
	outcome = _CAUSES.get(_cause(hangup_cause), ("", ""))
	is_bare_end = _cause(hangup_cause) in _CAUSES and not outcome[0]
	return (status.COMPLETED, "") if is_bare_end and talk else outcome


def _cause(hangup_cause: str) -> str:
	return hangup_cause.strip().upper().replace(" ", "_")


def outcome_of_agents_leg(outcome: tuple[str, str]) -> tuple[str, str]:
	"""Return (status, failure code) of the call when `outcome` is how its agent's leg ended: a no is the agent's."""
	is_no = outcome[0] in (status.NO_ANSWER, status.BUSY, status.CANCELED)
	return (status.FAILED, "agent_unreachable") if is_no else ("", "")


def request(stats_url: str, api_key: str, window: Window, page: int, secrets: tuple[str, ...]) -> HttpRequest:
	"""Build the form-encoded POST for a page, counted from 1; oldest first, so that rows do not move to other pages.

	The reference says Authorization; the one measurement on a live PBX Stats found that only X-API-KEY is looked up.
	"""
	form = {
		"page": page,
		"cdrs_per_page": PER_PAGE,
		"sort_by": "call_start",
		"sort_direction": "asc",
		"from": f"{window.since:%Y-%m-%d %H:%M:%S}",
		"till": f"{window.till:%Y-%m-%d %H:%M:%S}",
	}
	headers = {
		"X-API-KEY": api_key,
		"Authorization": api_key,
		"Content-Type": "application/x-www-form-urlencoded",
	}
	return HttpRequest("POST", f"{stats_url}/api/cdrs", headers, urlencode(form).encode(), secrets)


def read(
	response: HttpResponse,
	secrets: tuple[str, ...],
	link: Callable[[object], str],
	number_fields: Callable[[object], dict],
) -> Page:
	"""Return a page's records; raise RejectedError for a no, UnavailableError for what is no list of records.

	`link` says which address of a recording may be kept, `number_fields` reads a number.
	How many rows a page may have is not documented, so only an empty one is known to be the last.
	"""
	body = responses.json_value(response)
	if _is_error(body):
		raise _refusal(response, body, secrets)
	rows = _rows(body)
	if not 200 <= response.status < 300 or rows is None:
		raise _failure(response, secrets)
	return Page.from_rows(rows, lambda row: _record(row, secrets, link, number_fields), has_more=bool(rows))


def _is_error(body: object) -> bool:
	if not isinstance(body, dict):
		return False
	return bool(body.get("error") or body.get("errors")) or body.get("success") is False


def _rows(body: object) -> list | None:
	"""Return the rows of a list, or of an envelope with one, or with an object keyed by id; None when there are none."""
	if isinstance(body, list):
		return body
	if not isinstance(body, dict):
		return None
	name = next((name for name in _ENVELOPES if name in body), None)
	if name is None:
		return [] if not body else None
	inner = body[name]
	if isinstance(inner, dict) and not any(name in inner for name in _ENVELOPES):
		inner = list(inner.values())
	return [] if inner is None else _rows(inner)


def _refusal(response: HttpResponse, body: Mapping[str, object], secrets: tuple[str, ...]) -> PbxError:
	"""Return the error for a page that says no, in whatever status it came."""
	detail = body.get("error") or body.get("errors") or body.get("message")
	text = responses.excerpt(detail if isinstance(detail, str) else json.dumps(detail), secrets)
	if response.status in (401, 403) or "api key" in text.lower():
		return _bad_key(response)
	if response.status >= 500:
		return _failure(response, secrets)
	return _not_listed(response, text)


def _bad_key(response: HttpResponse) -> PbxError:
	return RejectedError(
		_("PBX Stats refused the API key (HTTP {0}). Check the PBX Stats API key.", response.status)
	)


def _not_listed(response: HttpResponse, detail: str) -> PbxError:
	return RejectedError(
		_("PBX Stats refused to list the calls (HTTP {0}): {1} Check its address.", response.status, detail)
	)


def _failure(response: HttpResponse, secrets: tuple[str, ...]) -> PbxError:
	if response.status in (401, 403):
		return _bad_key(response)
	detail = responses.excerpt(response.text, secrets) or _("an empty page")
	if 300 <= response.status < 500:
		return _not_listed(response, detail)
	return UnavailableError(
		_("PBX Stats responded (HTTP {0}), but not with call records: {1}", response.status, detail)
	)


def _record(
	row: Mapping[str, object],
	secrets: tuple[str, ...],
	link: Callable[[object], str],
	number_fields: Callable[[object], dict],
) -> CallRecord | None:
	"""Return a row as a record, None for an internal call; raise ValueError for a row no call can be read from."""
	fields = {meaning: _text(row, names) for meaning, names in _FIELDS.items()}
	key = _our_key(row.get("custom_fields"))
	record_id = responses.call_id(fields["id"], secrets)
	if not record_id or not (key or fields["call_id"] or values.parse_timestamp(fields["start"])):
		raise ValueError
	who = sides.read(fields, not _SIDES.isdisjoint(row), number_fields)
	if who.direction == values.INTERNAL and not (key and who.is_agents):
		return None
	event = CallEvent(
		**_outcome(fields, who.is_agents),
		call=key,
		pbx_call_id=responses.call_id(fields["call_id"], secrets),
		extension=who.extension,
		**who.number,
		direction="" if who.is_agents else who.direction,
		started_at=values.parse_timestamp(fields["start"]),
		recording_url=link(fields["recording"]),
		unread=_unread(row, fields, who.unread),
	)
	return CallRecord(record_id, event, row, not key and _is_nameless(row, event, who))


def _is_nameless(row: Mapping[str, object], event: CallEvent, who: Sides) -> bool:
	"""Whether whose call it is cannot be read; that a number is masked or withheld is read."""
	has_place = any(name in row for name in _NUMBER_PLACES)
	return not (event.number or who.is_agents) and (bool(who.unread) or not has_place)


def _text(row: Mapping[str, object], names: tuple[str, ...]) -> str:
	"""Return the first of these fields that says something, without the host of an address."""
	values_found = (row.get(name) for name in names)
	texts = (str(value).strip() for value in values_found if isinstance(value, str | int | float))
	text = next((text for text in texts if text), "")
	return text if "://" in text else text.partition("@")[0]


def _outcome(fields: Mapping[str, str], is_agents: bool) -> dict:
	"""Return source, status and failure code, when it was answered and ended, and the talk time.

	A row without an end or a cause is of a call that goes on; with a cause it is over, and where no end is named it ended
	after its duration. The billed seconds are the call's last. Of an agent's leg they are no talk.
	"""
	ended_at, talk = values.parse_timestamp(fields["end"]), values.parse_duration(fields["talk"])
	if not fields["cause"] and not ended_at:
		return {"source": "progress", "status": status.RINGING}
	ended_at = ended_at or _end_by_duration(fields)
	leg_outcome = meaning(fields["cause"], talk)
	call_status, failure_code = outcome_of_agents_leg(leg_outcome) if is_agents else leg_outcome
	outcome = {"source": "record", "status": call_status, "failure_code": failure_code, "ended_at": ended_at}
	if not is_agents:
		outcome["duration"] = talk
		outcome["answered_at"] = ended_at - timedelta(seconds=talk) if ended_at and talk else None
	return outcome


def _end_by_duration(fields: Mapping[str, str]) -> datetime | None:
	"""Return start and duration together, which counts from the start; the billed seconds alone only the talk."""
	start, lasted = values.parse_timestamp(fields["start"]), values.parse_duration(fields["lasted"])
	return start + timedelta(seconds=lasted) if start and lasted is not None else None


def _unread(row: Mapping[str, object], fields: Mapping[str, str], unread_sides: Collection[str]) -> str:
	"""Return "field: text" of what stands in a row and could not be read; `unread_sides` are meanings."""
	unreadable = {
		"start": values.is_unreadable_timestamp(fields["start"]),
		"end": values.is_unreadable_timestamp(fields["end"]),
		"talk": values.is_unreadable_duration(fields["talk"]),
		"type": values.is_filled(fields["type"]) and not values.direction(fields["type"]),
		"cause": not is_known_cause(fields["cause"]),
		**dict.fromkeys(unread_sides, True),
	}
	names = {
		key: next(name for name in _FIELDS[key] if row.get(name))
		for key, is_so in unreadable.items()
		if is_so
	}
	return values.listed({name: fields[key] for key, name in names.items()})


def _our_key(custom_fields: object) -> str:
	"""Return the name of our call out of the custom data, which comes as JSON in a text."""
	try:
		data = json.loads(custom_fields) if isinstance(custom_fields, str) else custom_fields
	except (ValueError, RecursionError):
		return ""
	key = data.get("call") if isinstance(data, dict) else ""
	return key if isinstance(key, str) and _OUR_KEY.fullmatch(key) else ""
