"""Primevox's Click-to-Call (V2) as its page describes the request (support.primevox.net). Keeps nothing.

From the page: the path, the five parameters with their case, and what each may hold. Assumed, as the page
says nothing about any answer: every status and every body below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from c2c_frappe.pbx.simulator.values import Answer, Dial, Setup

PROVIDER = "primevox"
PATH = "/api/c2c_v2.php"
# The path and `data` being an object are from the vendor's pages; an empty list of calls is all there is here.
CALL_LIST = "/api/call_list.php"
NO_CALLS = Answer(200, b'{"data":{}}')
REQUIRED = ("auth", "containerID", "extension", "phoneNumber")
# "the 6-digit Container ID", "the 3-digit (or 0/omitted) Tenant ID"
FORMS = {"containerID": re.compile(r"\d{6}", re.ASCII), "tenantID": re.compile(r"0|\d{3}", re.ASCII)}
# "a 10-digit number, 11-digit e164, or an international number with 011 in front"
NUMBER = re.compile(r"011\d+|1?\d{10}", re.ASCII)


def handles(path: str) -> bool:
	"""Say whether a path belongs to this API."""
	return path in (PATH, CALL_LIST)


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
		return NO_CALLS
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


def _text(text: str, status: int = 200) -> Answer:
	return Answer(status, text.encode(), "text/plain")
