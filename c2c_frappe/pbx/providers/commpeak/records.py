"""CommPeak's call records: asks PBX Stats for a page, reads its rows. Sends nothing.

Written from docs.commpeak.com/reference/searchcdrs; which hangup causes there are, and that times without a zone
are UTC, is from public code. Nothing here was tried on a live account.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlencode

from c2c_frappe.pbx.calls import events, status, values
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import CallRecord, Page, Window
from c2c_frappe.pbx.errors import PbxError, RejectedError, UnavailableError
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire import responses
from c2c_frappe.pbx.wire.http import HttpAnswer, HttpRequest

PER_PAGE = 100
# A cause that is not here leaves the status as it is.
_CAUSES = {
	"ANSWERED": (status.COMPLETED, ""),
	"ANSWER": (status.COMPLETED, ""),
	"NO_ANSWER": (status.NO_ANSWER, ""),
	"NOANSWER": (status.NO_ANSWER, ""),
	"BUSY": (status.BUSY, ""),
	"CANCEL": (status.CANCELED, ""),
	"CONGESTION": (status.FAILED, "pbx_rejected"),
	"CHANUNAVAIL": (status.FAILED, "pbx_rejected"),
	"FAILED": (status.FAILED, "pbx_rejected"),
}
_OUR_KEY = re.compile(r"[A-Za-z0-9]{1,40}", re.ASCII)


def meaning(hangup_cause: str) -> tuple[str, str]:
	"""Return (status, failure code) of a hangup cause, two empty texts for one that says nothing."""
	return _CAUSES.get(hangup_cause.strip().upper().replace(" ", "_"), ("", ""))


def request(stats_url: str, api_key: str, window: Window, page: int, secrets: tuple[str, ...]) -> HttpRequest:
	"""Build the form-encoded POST for a page, counted from 1."""
	form = {
		"page": page,
		"cdrs_per_page": PER_PAGE,
		"from": f"{window.since:%Y-%m-%d %H:%M:%S}",
		"till": f"{window.till:%Y-%m-%d %H:%M:%S}",
	}
	headers = {"Authorization": api_key, "Content-Type": "application/x-www-form-urlencoded"}
	return HttpRequest("POST", f"{stats_url}/api/cdrs", headers, urlencode(form).encode(), secrets)


def read(answer: HttpAnswer, secrets: tuple[str, ...], link: Callable[[object], str]) -> Page:
	"""Return a page's records; raise RejectedError for a no, UnavailableError for what is no list of records.

	`link` says which address of a recording may be kept.
	How many rows a page may have is not documented, so only an empty one is known to be the last.
	"""
	rows = responses.json_object(answer).get("cdrs")
	if not 200 <= answer.status < 300 or not isinstance(rows, list):
		raise _failure(answer, secrets)
	found = [_record(row, secrets, link) for row in rows if isinstance(row, dict)]
	return Page(tuple(record for record in found if record), bool(rows))


def _failure(answer: HttpAnswer, secrets: tuple[str, ...]) -> PbxError:
	if answer.status in (401, 403):
		return RejectedError(
			_("PBX Stats refused the API key (HTTP {0}). Check the PBX Stats API key.", answer.status)
		)
	said = responses.excerpt(answer.text, secrets) or _("an empty page")
	if 300 <= answer.status < 500:
		return RejectedError(
			_("PBX Stats refused to list the calls (HTTP {0}): {1} Check its address.", answer.status, said)
		)
	return UnavailableError(
		_("PBX Stats answered (HTTP {0}), but not with call records: {1}", answer.status, said)
	)


def _record(
	row: Mapping[str, object], secrets: tuple[str, ...], link: Callable[[object], str]
) -> CallRecord | None:
	"""Return a row as a record, None for an internal call and a row without an id."""
	said = {name: str(value).strip() for name, value in row.items() if isinstance(value, str | int | float)}
	record_id = responses.call_id(said.get("id") or said.get("uniqueid"), secrets)
	kind = said.get("type", "").lower()
	if not record_id or kind.startswith("internal"):
		return None
	is_incoming = kind.startswith("in")
	event = CallEvent(
		*_outcome(said),
		call=_our_key(row.get("custom_fields")),
		pbx_call_id=responses.call_id(said.get("uniqueid"), secrets),
		extension=said.get("agent_pbxExtension", ""),
		number=events.e164(said.get("caller_id" if is_incoming else "destination")),
		direction="Incoming" if is_incoming else "Outgoing",
		started_at=values.moment(said.get("call_start")),
		recording_url=link(said.get("recording_link")),
		**_end(said),
	)
	return CallRecord(record_id, event, row)


def _outcome(said: Mapping[str, str]) -> tuple[str, str, str]:
	"""Return (source, status, failure code); a row without an end or a cause is of a call that goes on."""
	call_status, failure_code = meaning(said.get("hangup_cause", ""))
	if not call_status and not said.get("hangup_cause") and not values.moment(said.get("call_end")):
		return "progress", status.RINGING, ""
	return "record", call_status, failure_code


def _end(said: Mapping[str, str]) -> dict:
	"""Return when it was answered and ended, and the talk time: the billed seconds are the call's last."""
	ended_at, talk = values.moment(said.get("call_end")), values.seconds(said.get("bill_duration"))
	answered_at = ended_at - timedelta(seconds=talk) if ended_at and talk else None
	return {"answered_at": answered_at, "ended_at": ended_at, "duration": talk if ended_at else None}


def _our_key(custom_fields: object) -> str:
	"""Return the name of our call out of the custom data, which comes as JSON in a text."""
	try:
		data = json.loads(custom_fields) if isinstance(custom_fields, str) else custom_fields
	except (ValueError, RecursionError):
		return ""
	key = data.get("call") if isinstance(data, dict) else ""
	return key if isinstance(key, str) and _OUR_KEY.fullmatch(key) else ""
