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
	answer: HttpResponse,
	secrets: tuple[str, ...],
	link: Callable[[object], str],
	number_fields: Callable[[object], dict],
) -> Page:
	"""Return a page's records; raise RejectedError for a no, UnavailableError for what is no call list.

	`link` says which address of a recording may be kept, `number_fields` reads a number.
	"""
	body = responses.json_object(answer)
	rows = body.get("data")
	# PHP writes an empty object as an empty list; null is assumed to be one too.
	rows = {} if rows is None and "data" in body else rows
	if not 200 <= answer.status < 300 or not isinstance(rows, dict | list):
		raise _failure(answer, secrets)
	if isinstance(rows, dict):
		rows = [{"id": key, **row} if isinstance(row, dict) else row for key, row in rows.items()]
	return Page.from_rows(
		rows, lambda row: _record(row, secrets, link, number_fields), has_more=len(rows) >= PER_PAGE
	)


def _failure(answer: HttpResponse, secrets: tuple[str, ...]) -> PbxError:
	if answer.status in (401, 403):
		return RejectedError(_("Primevox refused the API key (HTTP {0}).", answer.status))
	said = responses.excerpt(answer.text, secrets) or _("an empty page")
	if 300 <= answer.status < 500:
		return RejectedError(
			_("Primevox refused to list the calls (HTTP {0}): {1} Check its address.", answer.status, said)
		)
	return UnavailableError(
		_("Primevox's server answered (HTTP {0}), but not as its call list does: {1}", answer.status, said)
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
	said = {name: str(value).strip() for name, value in row.items() if isinstance(value, str | int | float)}
	call_id = responses.call_id(said.get("callUuid"), secrets)
	record_id = call_id or responses.call_id(said.get("id"), secrets)
	if not record_id or not said.get("callDirection"):
		raise ValueError
	is_incoming = said["callDirection"] == _INCOMING
	if not is_incoming and said["callDirection"] != _OUTGOING:
		return None
	call_status = _status(said, is_incoming)
	started_at, lasted = (
		values.parse_timestamp(said.get("callDate")),
		values.parse_duration(said.get("duration")),
	)
	place = "cidNum" if is_incoming else "numDialed"
	number = number_fields(said.get(place))
	is_nameless = not number.get("number") and (place not in row or not values.is_withheld(said.get(place)))
	event = CallEvent(
		"record",
		call_status,
		"pbx_rejected" if call_status == status.FAILED else "",
		pbx_call_id=call_id,
		extension="" if is_incoming else said.get("cidNum", ""),
		**number,
		direction="Incoming" if is_incoming else "Outgoing",
		started_at=started_at,
		ended_at=started_at + timedelta(seconds=lasted) if started_at and lasted is not None else None,
		duration=lasted if call_status == status.COMPLETED else None,
		recording_url=link(said.get("recordingUrl")),
		note="\n".join(text for text in (said.get("callNotes"), said.get("transcription")) if text),
		unread=_unread(said, {place: is_nameless and place in said}),
	)
	return CallRecord(record_id, event, row, is_nameless)


def _status(said: Mapping[str, str], is_incoming: bool) -> str:
	"""Return how a call ended: of one that came in by whether a person was spoken to, else by `lastEvent`.

	"Whether the caller ever actually spoke to someone (only applies to inbound or internal calls) - 1 or 0".
	"""
	told = _LAST_EVENTS.get(said.get("lastEvent", "").lower().rstrip("."), "")
	spoke, voicemail = said.get("spokeToPerson"), said.get("wentToVoicemail")
	if not is_incoming:
		return told
	if spoke == "1":
		return status.COMPLETED
	if spoke == "0" or voicemail == "1":
		return told if told not in ("", status.COMPLETED) else status.NO_ANSWER
	return told


def _unread(said: Mapping[str, str], others: Mapping[str, bool]) -> str:
	"""Return "field: text" of what stands in a row and could not be read, `others` by their names among it."""
	unreadable = {
		"callDate": values.is_unreadable_timestamp(said.get("callDate")),
		"duration": values.is_unreadable_duration(said.get("duration")),
		**others,
	}
	return values.listed({name: said[name] for name, is_so in unreadable.items() if is_so})
