"""The channel variables that go with a call to Asterisk. Nothing a dialplan acts on is in one."""

from __future__ import annotations

import re
from urllib.parse import quote

from c2c_frappe.pbx.calls.dial import DialRequest

_NO_NAME = re.compile(r"\W", re.ASCII)
# What ends the name of a caller ID, or a line of SIP.
_NO_QUOTE = re.compile(r"[\x00-\x1f\x7f\"\\<>]+")
MAX_NAME = 60
# What a value may hold besides letters and digits: all else means something to a dialplan.
_SAFE = frozenset(" .:/@+#-_")


def channel_variables(dial: DialRequest, caller_id: str = "", answer_header: str = "") -> dict[str, str]:
	"""Return our call's name and each pair of custom data: inherited by the customer's channel, and in its record.

	The extension behind the number is for the dialplan's Dial to send, so it is digits and never custom data.
	`caller_id` is what the customer is to see, `answer_header` a header of SIP by which the agent's phone picks up.
	"""
	values = {"__C2C_CALL": dial.call}
	for key, value in dial.custom_data.items():
		name = _NO_NAME.sub("_", key)
		values[f"__C2C_{name.upper()}"] = values[f"CDR({name})"] = _harmless(value)
	values["__C2C_NUMBER_EXTENSION"] = dial.number_extension
	values["C2C_CALLER_ID"] = caller_id
	if answer_header:
		name, _colon, value = answer_header.partition(":")
		values[f"PJSIP_HEADER(add,{name})"] = value.strip()
	return {name: value for name, value in values.items() if value}


def shown_caller(dial: DialRequest) -> str:
	"""Return what the agent's phone is to show, as a caller ID: the customer's name, and the number where they may see it."""
	name = _NO_QUOTE.sub(" ", dial.shown_name).strip()[:MAX_NAME]
	if name:
		return f'"{name}" <{dial.shown_number}>'
	return dial.shown_number


def _harmless(value: str) -> str:
	"""Return a value with the rest written as in a URL: & would ring two phones, a comma begin the next argument."""
	return "".join(c if c.isalnum() or c in _SAFE else quote(c, "", errors="replace") for c in value)
