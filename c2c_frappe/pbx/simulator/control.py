"""The JSON API under /_sim/ by which tests in other processes, and the page, drive the simulated PBX.

	GET  /_sim/calls              {"calls": [...], "extensions": [...], "behaviours": [...], "request_count": n}
	GET  /_sim/requests           {"requests": [...]}
	POST /_sim/behave             {"kind": ..., "extension", "number", "times", "seconds", "places_call"}
	POST /_sim/reset              forget calls, requests and behaviours
	POST /_sim/calls/<id>/answer  pick up the phone that rings; {"leg": "agent" | "customer"} answers only that one
	POST /_sim/calls/<id>/hangup

A mistake is answered with 400, 404 or 409 and {"error": sentence}. No vendor's API is here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields

from c2c_frappe.pbx.simulator.calls import CallStateError
from c2c_frappe.pbx.simulator.switchboard import Switchboard
from c2c_frappe.pbx.simulator.values import Answer

PREFIX = "/_sim/"
CALL_PATH = re.compile(r"/_sim/calls/(\d+)/(answer|hangup)", re.ASCII)
BEHAVE_KEYS = {"kind", "extension", "number", "times", "seconds", "places_call"}


def control(switchboard: Switchboard, method: str, path: str, body: bytes) -> Answer:
	"""Carry out one request to the control API and return its answer."""
	try:
		values = json.loads(body) if body.strip() else {}
		if not isinstance(values, dict):
			raise ValueError("The body must be a JSON object.")
		return _route(switchboard, method, path, values)
	except CallStateError as error:
		return _error(409, str(error))
	except ValueError as error:
		return _error(400, str(error))


def _route(switchboard: Switchboard, method: str, path: str, values: dict) -> Answer:
	route = (method, path)
	if route == ("GET", "/_sim/calls"):
		return _overview(switchboard)
	if route == ("GET", "/_sim/requests"):
		return _reply({"requests": [as_dict(request) for request in switchboard.requests]})
	if route == ("POST", "/_sim/behave"):
		return _behave(switchboard, values)
	if route == ("POST", "/_sim/reset"):
		switchboard.reset()
		return _reply({"reset": True})
	matched = CALL_PATH.fullmatch(path)
	if method == "POST" and matched:
		return _move(switchboard, int(matched[1]), matched[2], values)
	return _error(404, f"There is no {method} {path} here.")


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
		return _reply({"call": as_dict(switchboard.hang_up(call_id))})
	except KeyError:
		return _error(404, f"There is no call {call_id}.")


def as_dict(record) -> dict:
	"""Return a frozen record's fields as plain values for JSON."""
	values = {field.name: getattr(record, field.name) for field in fields(record)}
	return {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}


def _reply(values: dict, status: int = 200) -> Answer:
	return Answer(status, json.dumps(values).encode())


def _error(status: int, message: str) -> Answer:
	return _reply({"error": message}, status)
