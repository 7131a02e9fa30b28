"""Places one call: build the request, send it once, read the answer. Never raises, never sends twice."""

from __future__ import annotations

from collections.abc import Callable

from c2c_frappe.pbx import transport
from c2c_frappe.pbx.base import (
	Connection,
	DialRequest,
	DialResult,
	Finding,
	HttpAnswer,
	HttpRequest,
	Provider,
)
from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.pbx.text import _

Send = Callable[[HttpRequest, Connection], HttpAnswer]


def place(provider: Provider, dial: DialRequest, send: Send = transport.send) -> DialResult:
	"""Ask the PBX to place the call and say what is known afterwards."""
	try:
		return provider.read_dial_answer(send(provider.dial_request(dial), provider.connection))
	except PbxError as error:
		return DialResult(error.failure_code, error.message)
	except Exception as error:  # noqa: BLE001  the frames in between hold the key: nothing may travel up
		sentence = _(
			"A fault in this app ({0}) while calling. The phone may still ring.", type(error).__name__
		)
		return DialResult("bad_reply", sentence)


def probe(provider: Provider, send: Send = transport.send) -> Finding:
	"""Ask the PBX something that cannot ring a phone and say what that shows."""
	try:
		return provider.read_probe_answer(send(provider.probe_request(), provider.connection))
	except PbxError as error:
		return Finding(False, error.message, (_("Everything else: the PBX gave no answer."),))
