"""Primevox's Click-to-Call (V2) as its page describes the request (support.primevox.net). Keeps nothing.

From the page: the path, the five parameters with their case, and what each may hold. Assumed, as the page
says nothing about any answer: every status and every body below. The call list's parameters and fields are from "Call
History / CDR (V2)", those of webhooks from "Webhooks (Real-Time Events)".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone

from c2c_frappe.pbx.simulator import audio
from c2c_frappe.pbx.simulator.calls import ENDED, Call
from c2c_frappe.pbx.simulator.values import Answer, Dial, ReceivedRequest, Setup

PROVIDER = "primevox"
PATH = "/api/c2c_v2.php"
CALL_LIST = "/api/call_list.php"
PER_PAGE = 500
REQUIRED = ("auth", "containerID", "extension", "phoneNumber")
# "the 6-digit Container ID", "the 3-digit (or 0/omitted) Tenant ID"
FORMS = {"containerID": re.compile(r"\d{6}", re.ASCII), "tenantID": re.compile(r"0|\d{3}", re.ASCII)}
# "a 10-digit number, 11-digit e164, or an international number with 011 in front"
NUMBER = re.compile(r"011\d+|1?\d{10}", re.ASCII)


def handles(path: str) -> bool:
	"""Say whether a path belongs to this API."""
	return path in (PATH, CALL_LIST)


def lists_calls(path: str) -> bool:
	"""Say whether a path asks for call records."""
	return path == CALL_LIST


def read(path: str, query: Mapping[str, str]) -> Dial | None:
	"""Return what the request dials, None when a parameter is missing or spelt in another case."""
	if path != PATH or not all(query.get(name) for name in REQUIRED):
		return None
	return Dial(PROVIDER, "c2c_v2", query["extension"], query["phoneNumber"])


def stop(path: str, query: Mapping[str, str], client: str, setup: Setup) -> Answer | None:
	"""Return the answer to who is not let in or does not dial, None for who may go on. Assumed."""
	if setup.api_key not in ("", query.get("auth")):
		return _text("Invalid API key.", 403)
	if path == CALL_LIST:
		return None
	missing = [name for name in REQUIRED if not query.get(name)]
	if missing:
		return _text(f"Missing parameter: {', '.join(missing)}", 400)
	malformed = [name for name, form in FORMS.items() if not form.fullmatch(query.get(name, "0"))]
	return _text(f"Invalid parameter: {', '.join(malformed)}", 400) if malformed else None


def objection(dial: Dial, setup: Setup) -> str:
	"""Return why the PBX says no to this dial, "" when it takes it. Assumed."""
	if dial.extension not in setup.extensions:
		return "Extension does not exist."
	if not NUMBER.fullmatch(dial.number):
		return "Invalid phone number."
	return ""


def accepted(dial: Dial, unique_id: str) -> Answer:
	"""Return a short text with 200. Assumed."""
	return _text("OK")


def refused(dial: Dial, unique_id: str, reason: str) -> Answer:
	"""Return a short text, with 200 too. Assumed."""
	return _text(f"Error: {reason}")


def call_records(request: ReceivedRequest, calls: Sequence[Call], setup: Setup) -> Answer:
	"""Return a page of the calls that started in the window asked for and have ended, newest first."""
	query = request.query
	since, till = query.get("fromDate", ""), query.get("toDate", "~")
	ended = [
		call
		for call in calls
		if call.state == ENDED and since <= _time(call.requested_at) <= till and _is_shown(call, query)
	]
	start = (int(query.get("page", 1)) - 1) * PER_PAGE
	origin = f"http://{request.headers.get('host', '')}"
	rows = {str(call.id): _row(call, origin) for call in ended[::-1][start : start + PER_PAGE]}
	return Answer(200, json.dumps({"data": rows}).encode())


def _is_shown(call: Call, query: Mapping[str, str]) -> bool:
	"""Say whether the list is to hold this call: by its direction, and by the phone that took it or should have."""
	if call.direction != "in":
		return query.get("showOutbound", "1") == "1"
	return query.get("showInbound", "1") == "1" and query.get("filterInboundExtenReceived") in (
		None,
		"",
		call.extension,
	)


def _row(call: Call, origin: str) -> dict:
	is_incoming = call.direction == "in"
	spoke = {"spokeToPerson": int(bool(call.answered_at)), "wentToVoicemail": 0} if is_incoming else {}
	return {
		"callUuid": call.unique_id,
		"callDate": _time(call.requested_at),
		"callDirection": 1 if is_incoming else 2,
		"cidNum": call.number if is_incoming else call.extension,
		"numDialed": "12025550100" if is_incoming else call.number,
		"duration": round(call.ended_at - (call.answered_at or call.ended_at)),
		"callRecorded": int(bool(audio.path_of(call))),
		"recordingUrl": f"{origin}{audio.path_of(call)}" if audio.path_of(call) else "",
		"lastEvent": _last_event(call),
		**spoke,
	}


def _last_event(call: Call) -> str:
	if call.answered_at:
		return "Answered"
	return {"busy": "Busy", "rejected": "Canceled"}.get(call.cause, "No Answer")


def events(call: Call, origin: str = "") -> Iterator[tuple[float, str, dict[str, str]]]:
	"""Yield (moment, event, values) of the webhooks about a call that came in so far, as their page names them."""
	if call.direction != "in":
		return
	common = {"callUuid": call.unique_id, "callerIdNum": call.number}
	inbound = {"eventType": "InboundCall", "eventTarget": "phoneNumber", "didNumber": "12025550100"}
	yield call.requested_at, "InboundCall", {**inbound, **common}
	if call.ended_at:
		yield call.ended_at, "HangupCall", {"eventType": "HangupCall", "extNumber": call.extension, **common}


def _time(moment: float) -> str:
	return f"{datetime.fromtimestamp(moment, timezone.utc):%Y-%m-%d %H:%M:%S}"


def _text(text: str, status: int = 200) -> Answer:
	return Answer(status, text.encode(), "text/plain")
