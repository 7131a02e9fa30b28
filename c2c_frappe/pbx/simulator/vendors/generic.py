"""A PBX of no vendor, for the provider Generic HTTP: one call, answered in the ways PBXs answer. Keeps nothing.

	/generic/json/call    {"success": true, "call": {"id": ...}}, or false and a message
	/generic/text/call    +OK id, or -ERR reason
	/generic/empty/call   204 and no body, or 404
	/generic/signed/call  as json, for who sends `Authorization: Bearer` and the token
	/generic/token        {"access_token": ..., "expires_in": 1800} for who sends the API key as client_secret

Any method will do. `extension` and `number` come in the query, in a form or in a JSON body; all else is custom data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from c2c_frappe.pbx.simulator.values import Answer, Dial, ReceivedRequest, Setup

PROVIDER = "generic_http"
PREFIX = "/generic/"
SHAPES = ("json", "text", "empty", "signed")
TOKEN_PATH = f"{PREFIX}token"
TOKEN = "simulated-t0ken/of+the=PBX"  # noqa: S105  # nosec B105 - of a simulated PBX
_REFUSED = Answer(401, b'{"success": false, "message": "Unauthorized"}')


def handles(path: str) -> bool:
	"""Say whether a path belongs to this API."""
	return path.startswith(PREFIX)


def lists_calls(path: str) -> bool:
	"""It has no call records."""
	return False


def read(path: str, values: Mapping[str, str]) -> Dial | None:
	"""Return what the request dials, None when its path is no call or a value is missing."""
	shape = path.removeprefix(PREFIX).removesuffix("/call")
	others = {name: value for name, value in values.items() if name not in ("extension", "number")}
	if shape not in SHAPES or not (values.get("extension") and values.get("number")):
		return None
	return Dial(PROVIDER, shape, values["extension"], values["number"].lstrip("+"), custom_data=others)


def stop(request: ReceivedRequest, values: Mapping[str, str], setup: Setup) -> Answer | None:
	"""Return the token, or the answer to who has none; None for who may go on."""
	if request.path == TOKEN_PATH:
		if setup.api_key not in ("", values.get("client_secret")):
			return _REFUSED
		return _json(200, access_token=TOKEN, expires_in=1800)
	is_signed = request.headers.get("authorization") == f"Bearer {TOKEN}"
	return _REFUSED if request.path == f"{PREFIX}signed/call" and not is_signed else None


def objection(dial: Dial, setup: Setup) -> str:
	"""Return why the PBX says no to this dial, "" when it takes it."""
	return "" if dial.extension in setup.extensions else "Extension does not exist."


def accepted(dial: Dial, unique_id: str) -> Answer:
	"""Return the yes of the request's shape."""
	if dial.shape == "text":
		return Answer(200, f"+OK {unique_id}\n".encode(), "text/plain")
	if dial.shape == "empty":
		return Answer(204, b"")
	return _json(200, success=True, call={"id": unique_id})


def refused(dial: Dial, unique_id: str, reason: str) -> Answer:
	"""Return the no of the request's shape."""
	if dial.shape == "text":
		return Answer(200, f"-ERR {reason}\n".encode(), "text/plain")
	if dial.shape == "empty":
		return Answer(404, b"")
	return _json(200, success=False, message=reason)


def _json(status: int, **values) -> Answer:
	return Answer(status, json.dumps(values).encode())
