"""Primevox's call list: the query for a page, and its rows. Sends nothing.

Written from support.primevox.net, "Call History / CDR (V2)" (/portal/en/kb/articles/call-history-cdr-v2). That `data`
is an object keyed by id, and that a voicemail is no answer, is from public code and assumed. Nothing here was tried on
a live account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from c2c_frappe.pbx.calls import status, values
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import CallRecord, Page, Window
from c2c_frappe.pbx.errors import PbxError, RejectedError, UnavailableError
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire import responses
from c2c_frappe.pbx.wire.http import HttpResponse

PER_PAGE = 500
# "A text/English representation of how the call ended": only what cannot be misread; the rest says nothing.
_LAST_EVENTS = {
	"answered": status.COMPLETED,
	"call answered": status.COMPLETED,
	"no answer": status.NO_ANSWER,
	"not answered": status.NO_ANSWER,
	"busy": status.BUSY,
	"canceled": status.CANCELED,
	"cancelled": status.CANCELED,
	"failed": status.FAILED,
	"call failed": status.FAILED,
}
_INCOMING, _OUTGOING = "1", "2"


def phone_filter(extension: str) -> dict[str, str]:
	"""Return what narrows a list to the incoming calls that one extension took, by a person or its voicemail."""
	return {
		"showInbound": "1",
		"showOutbound": "0",
		"showInternal": "0",
		"filterInboundExtenReceived": extension,
	}


def parameters(window: Window, page: int) -> dict[str, str]:
	"""Return what the call list is asked for: a page, counted from 1, of a window in UTC."""
	return {
		"fromDate": f"{window.since:%Y-%m-%d %H:%M:%S}",
		"toDate": f"{window.till:%Y-%m-%d %H:%M:%S}",
		"utcOffset": "0",
		"page": str(page),
	}


def read(
	response: HttpResponse,
	secrets: tuple[str, ...],
	link: Callable[[object], str],
	number_fields: Callable[[object], dict],
) -> Page:
	"""Return a page's records; raise RejectedError for a no, UnavailableError for what is no call list.

	`link` says which address of a recording may be kept, `number_fields` reads a number.
	"""
	body = responses.json_object(response)
	rows = body.get("data")
	# PHP writes an empty object as an empty list; null is assumed to be one too.
	rows = {} if rows is None and "data" in body else rows
	if not 200 <= response.status < 300 or not isinstance(rows, dict | list):
		raise _failure(response, secrets)
	if isinstance(rows, dict):
		rows = [{"id": key, **row} if isinstance(row, dict) else row for key, row in rows.items()]
	return Page.from_rows(
		rows, lambda row: _record(row, secrets, link, number_fields), has_more=len(rows) >= PER_PAGE
	)


def _failure(response: HttpResponse, secrets: tuple[str, ...]) -> PbxError:
	if response.status in (401, 403):
		return RejectedError(_("Primevox refused the API key (HTTP {0}).", response.status))
	detail = responses.excerpt(response.text, secrets) or _("an empty page")
	if 300 <= response.status < 500:
		return RejectedError(
			_(
				"Primevox refused to list the calls (HTTP {0}): {1} Check its address.",
				response.status,
				detail,
			)
		)
	return UnavailableError(
		_(
			"Primevox's server responded (HTTP {0}), but not with a call list: {1}",
			response.status,
			detail,
		)
	)


def _record(
	row: Mapping[str, object],
	secrets: tuple[str, ...],
	link: Callable[[object], str],
	number_fields: Callable[[object], dict],
) -> CallRecord | None:
	"""Return a row as a record, None for an internal call; raise ValueError for a row no call can be read from.

	An incoming call's names no extension.
	"""
	fields = {name: str(value).strip() for name, value in row.items() if isinstance(value, str | int | float)}
	call_id = responses.call_id(fields.get("callUuid"), secrets)
	record_id = call_id or responses.call_id(fields.get("id"), secrets)
	if not record_id or not fields.get("callDirection"):
		raise ValueError
	is_incoming = fields["callDirection"] == _INCOMING
	if not is_incoming and fields["callDirection"] != _OUTGOING:
		return None
	call_status = _status(fields, is_incoming)
	started_at, lasted = (
		values.parse_timestamp(fields.get("callDate")),
		values.parse_duration(fields.get("duration")),
	)
	place = "cidNum" if is_incoming else "numDialed"
	number = number_fields(fields.get(place))
	is_nameless = not number.get("number") and (place not in row or not values.is_withheld(fields.get(place)))
	event = CallEvent(
		"record",
		call_status,
		"pbx_rejected" if call_status == status.FAILED else "",
		pbx_call_id=call_id,
		extension="" if is_incoming else fields.get("cidNum", ""),
		**number,
		direction="Incoming" if is_incoming else "Outgoing",
		started_at=started_at,
		ended_at=started_at + timedelta(seconds=lasted) if started_at and lasted is not None else None,
		duration=lasted if call_status == status.COMPLETED else None,
		recording_url=link(fields.get("recordingUrl")),
		note="\n".join(text for text in (fields.get("callNotes"), fields.get("transcription")) if text),
		unread=_unread(fields, {place: is_nameless and place in fields}),
	)
	return CallRecord(record_id, event, row, is_nameless)


def _status(fields: Mapping[str, str], is_incoming: bool) -> str:
	"""Return how a call ended: of one that came in by whether a person was spoken to, else by `lastEvent`.

	"Whether the caller ever actually spoke to someone (only applies to inbound or internal calls) - 1 or 0".
	"""
	last_status = _LAST_EVENTS.get(fields.get("lastEvent", "").lower().rstrip("."), "")
	spoke, voicemail = fields.get("spokeToPerson"), fields.get("wentToVoicemail")
	if not is_incoming:
		return last_status
	if spoke == "1":
		return status.COMPLETED
	if spoke == "0" or voicemail == "1":
		return last_status if last_status not in ("", status.COMPLETED) else status.NO_ANSWER
	return last_status


def _unread(fields: Mapping[str, str], others: Mapping[str, bool]) -> str:
	"""Return "field: text" of what stands in a row and could not be read, `others` by their names among it."""
	unreadable = {
		"callDate": values.is_unreadable_timestamp(fields.get("callDate")),
		"duration": values.is_unreadable_duration(fields.get("duration")),
		**others,
	}
	return values.listed({name: fields[name] for name, is_so in unreadable.items() if is_so})
