"""The use case "play a recording": for how long and from where; the browser never learns its address.

A piece at a time, and few at once: a web worker is held for seconds at most, whatever the PBX and the listener do.
"""

from __future__ import annotations

from urllib.parse import quote

import frappe
from frappe import _
from frappe.utils import add_to_date, cint, get_datetime, now_datetime
from werkzeug.wrappers import Response

from c2c_frappe import messages, permissions
from c2c_frappe.accounts import providers
from c2c_frappe.call_log import rows, search
from c2c_frappe.events import store
from c2c_frappe.locks import semaphore
from c2c_frappe.pbx import recordings
from c2c_frappe.pbx.calls import in_flight
from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.pbx.recordings import Clip

DOCTYPE = rows.DOCTYPE
# Seconds a request waits while others fetch theirs.
SLOT_TIMEOUT = 2
BATCH = 500
# What comes is played and nothing else, whatever the PBX sent.
HEADERS = {
	"Accept-Ranges": "bytes",
	"Cache-Control": "private, no-store",
	"Content-Security-Policy": "default-src 'none'; sandbox",
	"X-Content-Type-Options": "nosniff",
}


class PlayersBusyError(frappe.ValidationError):
	"""As many recordings are being fetched as may be at once."""

	http_status_code = 503


def is_offered(row: dict) -> bool:
	"""Whether the logged-in user is offered a call's recording: there is one, and permissions.py lets them hear it."""
	return bool(row["recording_url"]) and permissions.is_own_call(row["agent"]) and not _is_too_old(row)


def offer(call: str) -> dict | None:
	"""Return {source, may_delete} of a call's recording for its form, None where the user is to hear none."""
	row = rows.get(call)
	if not row or not is_offered(row):
		return None
	return {"source": source(call), "may_delete": permissions.sees_all()}


def source(call: str) -> str:
	"""Return where the browser's player finds a call's recording: here, never at the PBX."""
	return f"/api/method/c2c_frappe.api.recording.play?call={quote(call)}"


def play(call: str, asked_range: str | None) -> Response:
	"""Return a piece of a call's recording to its agent or a manager; raise with a sentence for people."""
	frappe.get_doc(DOCTYPE, call).check_permission("read")
	row = rows.get(call)
	if not permissions.is_own_call(row["agent"]):
		frappe.throw(
			_("Only the agent of a call, or a manager, can hear its recording."), frappe.PermissionError
		)
	if not row["recording_url"] or _is_too_old(row):
		frappe.throw(_("This call has no recording, or one that may no longer be played."))
	wanted = recordings.span(asked_range)
	with semaphore(
		"recording", in_flight.slots_of_site(cint(frappe.conf.gunicorn_workers)), SLOT_TIMEOUT
	) as has_place:
		if not has_place:
			frappe.throw(_("Too many recordings are being played. Try again in a moment."), PlayersBusyError)
		clip = _fetch(row, wanted)
	return _response(call, clip, wanted)


def _fetch(row: dict, wanted: recordings.Span) -> Clip:
	account = frappe.get_cached_doc("PBX Account", row["account"])
	try:
		provider = providers.provider_of(account)
		hosts = recordings.hosts(provider.addresses, account.recording_hosts)
		return recordings.fetch(provider, row["recording_url"], wanted, hosts)
	except PbxError as error:
		sentence = messages.sentence(error.message)
	# Out here, so that no frame with the address is part of what is raised.
	frappe.throw(sentence)


def _response(call: str, clip: Clip, wanted: recordings.Span) -> Response:
	response = Response(clip.body, 200 if wanted.is_whole else 206, HEADERS, mimetype=clip.content_type)
	ending = clip.content_type.rpartition("/")[2]
	response.headers["Content-Disposition"] = f'inline; filename="call-{call}.{ending}"'
	if not wanted.is_whole:
		end = clip.start + len(clip.body) - 1
		response.headers["Content-Range"] = f"bytes {clip.start}-{end}/{clip.total or '*'}"
	return response


def _is_too_old(row: dict) -> bool:
	first = _first_day()
	return bool(first) and get_datetime(row["requested_at"]) < first


def _first_day():
	days = cint(frappe.get_cached_doc("PBX Settings").recording_days)
	return add_to_date(now_datetime(), days=-days) if days else None


def delete(call: str) -> None:
	"""Delete the link to a call's recording for good and note on the call who did it; the PBX keeps its file."""
	rows.forget_recording(call)
	store.forget_recording(call)
	frappe.get_doc(DOCTYPE, call).add_comment("Info", _("deleted the link to the recording"))


def delete_old() -> None:
	"""Delete the links of calls older than recordings may be played. Commits batch by batch."""
	first = _first_day()
	while first and (calls := search.with_recordings(first, BATCH)):
		for call in calls:
			delete(call)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit - a crash repeats one batch, not all
