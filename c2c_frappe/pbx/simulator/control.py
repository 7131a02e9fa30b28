"""The JSON API under /_sim/ by which tests in other processes, and the page, drive the simulated PBX.

	GET  /_sim/calls              {"calls": [...], "extensions": [...], "behaviours": [...], "request_count": n}
	GET  /_sim/requests           {"requests": [...]}
	POST /_sim/behave             {"kind": ..., "extension", "number", "times", "seconds", "places_call"}
	POST /_sim/reset              forget calls, requests and behaviours
	POST /_sim/calls              a call nobody clicked: {"extension", "number", "direction": "in" | "out", "provider"}
	POST /_sim/calls/<id>/answer  pick up the phone that rings; {"leg": "agent" | "customer"} answers only that one
	POST /_sim/calls/<id>/hangup  {"by": "agent" | "customer"}, and while a phone rings {"cause": "busy" | "rejected"}
	POST /_sim/records            how call records come: {"after": seconds, "masked", "changing"}
	GET  /_sim/webhooks           {"webhooks": [...], "deliveries": [...]}
	POST /_sim/webhooks           tell of calls: {"provider", "url", "way", "delay", "times", "reordered", "lost", ...}

A mistake is answered with 400, 404 or 409 and {"error": sentence}. No vendor's API is here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields

from c2c_frappe.pbx.simulator.calls import CallStateError
from c2c_frappe.pbx.simulator.listing import Listing
from c2c_frappe.pbx.simulator.switchboard import Switchboard
from c2c_frappe.pbx.simulator.values import Answer
from c2c_frappe.pbx.simulator.webhooks import Webhook, Webhooks

PREFIX = "/_sim/"
CALL_PATH = re.compile(r"/_sim/calls/(\d+)/(answer|hangup)", re.ASCII)
BEHAVE_KEYS = {"kind", "extension", "number", "times", "seconds", "places_call"}
CALL_KEYS = {"extension", "number", "direction", "provider"}
HANG_UP = {"by": ("", "agent", "customer"), "cause": ("", "busy", "rejected")}


def control(switchboard: Switchboard, webhooks: Webhooks, method: str, path: str, body: bytes) -> Answer:
	"""Carry out one request to the control API and return its answer."""
	try:
		values = json.loads(body) if body.strip() else {}
		if not isinstance(values, dict):
			raise ValueError("The body must be a JSON object.")
		return _route(switchboard, webhooks, method, path, values)
	except CallStateError as error:
		return _error(409, str(error))
	except ValueError as error:
		return _error(400, str(error))


def _route(switchboard: Switchboard, webhooks: Webhooks, method: str, path: str, values: dict) -> Answer:
	routes = {
		("GET", "/_sim/calls"): lambda: _overview(switchboard),
		("GET", "/_sim/requests"): lambda: _reply(
			{"requests": [as_dict(request) for request in switchboard.requests]}
		),
		("GET", "/_sim/webhooks"): lambda: _webhooks(webhooks),
		("POST", "/_sim/behave"): lambda: _behave(switchboard, values),
		("POST", "/_sim/calls"): lambda: _begin(switchboard, values),
		("POST", "/_sim/records"): lambda: _list(switchboard, values),
		("POST", "/_sim/webhooks"): lambda: _configure(webhooks, values),
		("POST", "/_sim/reset"): lambda: _reset(switchboard),
	}
	matched = CALL_PATH.fullmatch(path)
	if method == "POST" and matched:
		return _move(switchboard, int(matched[1]), matched[2], values)
	return routes.get((method, path), lambda: _error(404, f"There is no {method} {path} here."))()


def _reset(switchboard: Switchboard) -> Answer:
	switchboard.reset()
	return _reply({"reset": True})


def _webhooks(webhooks: Webhooks) -> Answer:
	state = {"webhooks": webhooks.all, "deliveries": webhooks.deliveries}
	return _reply({name: [as_dict(record) for record in records] for name, records in state.items()})


def _configure(webhooks: Webhooks, values: dict) -> Answer:
	webhook = webhooks.configure(
		**_known(values, {field.name for field in fields(Webhook)}, ("provider", "url"))
	)
	return _reply({"webhook": webhook and as_dict(webhook)})


def _list(switchboard: Switchboard, values: dict) -> Answer:
	return _reply(
		{"records": as_dict(switchboard.list_calls(**_known(values, {f.name for f in fields(Listing)})))}
	)


def _begin(switchboard: Switchboard, values: dict) -> Answer:
	return _reply({"call": as_dict(switchboard.begin(**_known(values, CALL_KEYS, ("extension", "number"))))})


def _known(values: dict, names: set[str], required: tuple[str, ...] = ()) -> dict:
	"""Return the values, lists as tuples; raise ValueError for a name that means nothing here or one that is missing."""
	if not set(required) <= values.keys() <= names:
		raise ValueError(f"Give {', '.join(required) or 'any'} of {', '.join(sorted(names))}.")
	return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _overview(switchboard: Switchboard) -> Answer:
	return _reply(
		{
			"calls": [as_dict(call) for call in switchboard.calls],
			"extensions": list(switchboard.setup.extensions),
			"behaviours": [as_dict(rule) for rule in switchboard.behaviours],
			"request_count": len(switchboard.requests),
		}
	)


def _behave(switchboard: Switchboard, values: dict) -> Answer:
	unknown = sorted(values.keys() - BEHAVE_KEYS)
	if unknown or not isinstance(values.get("kind"), str):
		raise ValueError(f"Give kind and any of the rest of {', '.join(sorted(BEHAVE_KEYS))}.")
	for name in ("times", "seconds"):
		if not isinstance(values.get(name), int | float | None):
			raise ValueError(f"{name} must be a number.")
	return _reply({"behaviour": as_dict(switchboard.behave(**values))})


def _move(switchboard: Switchboard, call_id: int, action: str, values: dict) -> Answer:
	try:
		if action == "answer":
			return _reply({"call": as_dict(switchboard.answer(call_id, values.get("leg")))})
		return _reply({"call": as_dict(switchboard.hang_up(call_id, **_end_of(values)))})
	except KeyError:
		return _error(404, f"There is no call {call_id}.")


def _end_of(values: dict) -> dict:
	for name, value in values.items():
		if value not in HANG_UP.get(name, ()):
			choices = [choice for choice in HANG_UP.get(name, ("left out",)) if choice]
			raise ValueError(f"{name} must be one of {', '.join(choices)}.")
	return values


def as_dict(record) -> dict:
	"""Return a frozen record's fields as plain values for JSON."""
	values = {field.name: getattr(record, field.name) for field in fields(record)}
	return {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}


def _reply(values: dict, status: int = 200) -> Answer:
	return Answer(status, json.dumps(values).encode())


def _error(status: int, message: str) -> Answer:
	return _reply({"error": message}, status)
