"""Primevox's call list: the query for a page, and its rows. Sends nothing.

Parameters and fields are from public code that speaks to it: `data` is an object keyed by id, 500 rows a page,
times in the offset asked for. Nothing here was tried on a live account.
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
from c2c_frappe.pbx.wire.http import HttpAnswer

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


def parameters(window: Window, page: int) -> dict[str, str]:
	"""Return what the call list is asked for: a page, counted from 1, of a window in UTC."""
	return {
		"fromDate": f"{window.since:%Y-%m-%d %H:%M:%S}",
		"toDate": f"{window.till:%Y-%m-%d %H:%M:%S}",
		"utcOffset": "0",
		"page": str(page),
	}


def read(
	answer: HttpAnswer,
	secrets: tuple[str, ...],
	link: Callable[[object], str],
	number_fields: Callable[[object], dict],
) -> Page:
	"""Return a page's records; raise RejectedError for a no, UnavailableError for what is no call list.

	`link` says which address of a recording may be kept, `number_fields` reads a number.
	"""
	body = responses.json_object(answer)
	rows = body.get("data")
	# PHP writes an empty object as an empty list.
	rows = {} if rows == [] else rows
	if not 200 <= answer.status < 300 or not isinstance(rows, dict):
		raise _failure(answer, secrets)
	found = [
		_record(key, row, secrets, link, number_fields) for key, row in rows.items() if isinstance(row, dict)
	]
	return Page(tuple(record for record in found if record), len(rows) >= PER_PAGE)


def _failure(answer: HttpAnswer, secrets: tuple[str, ...]) -> PbxError:
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
	key: str,
	row: Mapping[str, object],
	secrets: tuple[str, ...],
	link: Callable[[object], str],
	number_fields: Callable[[object], dict],
) -> CallRecord | None:
	"""Return a row as a record, None for an internal call and one without an id. An incoming call's names no extension."""
	said = {name: str(value).strip() for name, value in row.items() if isinstance(value, str | int | float)}
	is_incoming = said.get("callDirection") == _INCOMING
	if not is_incoming and said.get("callDirection") != _OUTGOING:
		return None
	call_status = _LAST_EVENTS.get(said.get("lastEvent", "").lower().rstrip("."), "")
	started_at, lasted = values.moment(said.get("callDate")), values.seconds(said.get("duration"))
	call_id = responses.call_id(said.get("callUuid"), secrets)
	event = CallEvent(
		"record",
		call_status,
		"pbx_rejected" if call_status == status.FAILED else "",
		pbx_call_id=call_id,
		extension="" if is_incoming else said.get("cidNum", ""),
		**number_fields(said.get("cidNum" if is_incoming else "numDialed")),
		direction="Incoming" if is_incoming else "Outgoing",
		started_at=started_at,
		ended_at=started_at + timedelta(seconds=lasted) if started_at and lasted is not None else None,
		duration=lasted if call_status == status.COMPLETED else None,
		recording_url=link(said.get("recordingUrl")),
	)
	record_id = call_id or responses.call_id(key, secrets)
	return CallRecord(record_id, event, row) if record_id else None
