"""CommPeak's Click2Call as its page describes it (helpcenter.commpeak.com, "Click2Call Information for CRM
Developers"): URL shapes, who is let in, answers. Keeps nothing, sends nothing.

From the page: both URL shapes, 404 for an address that is not allow-listed, both JSON answers, `leg_b` with
a leading `*`. Assumed, as the page does not say: 404 for wrong ids too, status 200 with the JSON no, the
wording for a number that is not digits, and that the `/call/` shape takes custom data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from urllib.parse import unquote

from c2c_frappe.pbx.simulator.values import Answer, Dial, Setup

PROVIDER = "commpeak"
PBX_NAME = "simulated.pbx.commpeak.com"
NOT_FOUND = Answer(404, b"<html><body><h1>404 Not Found</h1></body></html>", "text/html")


def handles(path: str) -> bool:
	"""Say whether a path belongs to this API."""
	return path.startswith(("/call/", "/click2call/"))


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
