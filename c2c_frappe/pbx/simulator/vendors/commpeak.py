"""CommPeak's Click2Call as its page describes it (helpcenter.commpeak.com, "Click2Call Information for CRM
Developers"), and PBX Stats' call records (docs.commpeak.com, "searchcdrs"). Keeps nothing, sends nothing.

From the page: both URL shapes, 404 for an address that is not allow-listed, both JSON answers, `leg_b` with
a leading `*`. Assumed, as the page does not say: 404 for wrong ids too, status 200 with the JSON no, the
wording for a number that is not digits, and that the `/call/` shape takes custom data. Of the call records:
the order of rows nobody asked to be sorted, the most a page holds, the cause of a call whose agent did not pick up.
Measured on a live PBX Stats by a public client: the key is looked up in X-API-KEY, with Authorization it is as if
none were given, and what is said then; that it comes with status 200 is assumed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from ipaddress import ip_address, ip_network
from urllib.parse import unquote

from c2c_frappe.pbx.simulator import audio
from c2c_frappe.pbx.simulator.calls import ENDED, Call
from c2c_frappe.pbx.simulator.values import Answer, Dial, ReceivedRequest, Setup

PROVIDER = "commpeak"
PBX_NAME = "simulated.pbx.commpeak.com"
CDRS = "/api/cdrs"
MAX_PER_PAGE = 100
NOT_FOUND = Answer(404, b"<html><body><h1>404 Not Found</h1></body></html>", "text/html")


def handles(path: str) -> bool:
	"""Say whether a path belongs to this API."""
	return path == CDRS or path.startswith(("/call/", "/click2call/"))


def lists_calls(path: str) -> bool:
	"""Say whether a path asks for call records."""
	return path == CDRS


def read(path: str, query: Mapping[str, str]) -> Dial | None:
	"""Return what the request asks for, None when it has neither of the two shapes."""
	shape, *values = (unquote(part) for part in path.removeprefix("/").split("/"))
	if shape == "call":
		values = values[2:]
	if not 2 <= len(values) <= 3 or not all(values):
		return None
	return Dial(PROVIDER, shape, values[0], values[1], "".join(values[2:]), query)


def stop(path: str, query: Mapping[str, str], client: str, setup: Setup) -> Answer | None:
	"""Return the 404 for who is not let in, None for who is."""
	if not any(ip_address(client) in ip_network(entry, strict=False) for entry in setup.allow):
		return NOT_FOUND
	if path.startswith("/call/"):
		given = [unquote(part) for part in path.split("/")[2:4]]
		wanted = (setup.crm_id, setup.client_id)
		if len(given) < 2 or any(want not in ("", got) for want, got in zip(wanted, given, strict=True)):
			return NOT_FOUND
	return None


def objection(dial: Dial, setup: Setup) -> str:
	"""Return why the PBX says no to this dial, "" when it takes it."""
	if dial.extension not in setup.extensions:
		return "Extension does not exist."
	if not (dial.number.isascii() and dial.number.isdigit()):
		return "Invalid number."
	return ""


def accepted(dial: Dial, unique_id: str) -> Answer:
	"""Return the page's success answer."""
	return _answer(dial, unique_id, True, "OK")


def refused(dial: Dial, unique_id: str, reason: str) -> Answer:
	"""Return the page's error answer."""
	return _answer(dial, unique_id, False, reason)


def _answer(dial: Dial, unique_id: str, success: bool, message: str) -> Answer:
	reply = {
		"success": success,
		"message": message,
		"unique_id": unique_id,
		"leg_a": dial.extension,
		"leg_b": f"*{dial.number}",
		"pbx": PBX_NAME,
	}
	return Answer(200, json.dumps(reply, separators=(",", ":")).encode())


def call_records(request: ReceivedRequest, calls: Sequence[Call], setup: Setup) -> Answer:
	"""Return a page of the calls that started in the window asked for, newest first unless asked otherwise."""
	key = request.headers.get("x-api-key", "")
	if not key:
		return _json({"error": "No valid API key was given."})
	if setup.stats_api_key not in ("", key):
		return _json({"error": "No user found for given API key."})
	form = request.form
	rows = [
		_row(call, f"http://{request.headers.get('host', '')}")
		for call in calls
		if form.get("from", "") <= _time(call.requested_at) <= form.get("till", "~")
	]
	is_ascending = form.get("sort_direction", "desc").lower() == "asc"
	rows.sort(key=lambda row: row.get(form.get("sort_by", "id"), ""), reverse=not is_ascending)
	size = min(int(form.get("cdrs_per_page", MAX_PER_PAGE)), MAX_PER_PAGE)
	start = (int(form.get("page", 1)) - 1) * size
	return _json({"cdrs": rows[start : start + size] or {}})


def _json(value: object) -> Answer:
	return Answer(200, json.dumps(value).encode())


def _row(call: Call, origin: str) -> dict[str, str]:
	"""Return a call as a row of texts, which says nothing of the end while there is none."""
	is_incoming = call.direction == "in"
	talk = round(call.ended_at - call.answered_at) if call.ended_at and call.answered_at else 0
	return {
		"id": str(call.id),
		"uniqueid": call.unique_id,
		"type": "Inbound" if is_incoming else "Outbound",
		"call_start": _time(call.requested_at),
		"call_end": _time(call.ended_at) if call.ended_at else "",
		"bill_duration": str(talk),
		"agent_pbxExtension": call.extension,
		"destination": call.extension if is_incoming else call.number,
		"caller_id": call.number if is_incoming else call.extension,
		"hangup_cause": _cause(call),
		"recording_link": f"{origin}{audio.path_of(call)}" if audio.path_of(call) else "",
		"custom_fields": json.dumps(dict(call.custom_data)),
	}


def events(call: Call, origin: str = "") -> Iterator[tuple[float, str, dict[str, str]]]:
	"""Yield (moment, event, values) of what webhooks named as the provider asks tell of a call so far.

	When Call Start and Call Answer come is assumed: at the first ring, and at the customer's answer. `origin` is this
	PBX's own address, for the link to the recording.
	"""
	common = {
		"uniqueid": call.unique_id,
		"call": call.custom_data.get("call", ""),
		"extension": call.extension,
		"number": call.number,
		"direction": call.direction,
		"started_at": _time(call.requested_at),
	}
	yield call.requested_at, "start", {"event": "start", **common}
	if call.answered_at:
		common["answered_at"] = _time(call.answered_at)
		yield call.answered_at, "answer", {"event": "answer", **common}
	if call.ended_at:
		row = _row(call, origin)
		ended = {"ended_at": row["call_end"], "duration": row["bill_duration"]}
		ended |= {"hangup_cause": row["hangup_cause"], "recording": row["recording_link"]}
		yield call.ended_at, "end", {"event": "end", **common, **ended}


def _cause(call: Call) -> str:
	if call.state != ENDED:
		return ""
	if call.cause == "busy" or (call.cause and call.direction == "in"):
		return "BUSY"
	if call.answered_at:
		return "ANSWERED"
	return "NO_ANSWER" if call.agent_answered_at or call.shape == "phone" else "CANCEL"


def _time(moment: float) -> str:
	return f"{datetime.fromtimestamp(moment, timezone.utc):%Y-%m-%d %H:%M:%S}"
