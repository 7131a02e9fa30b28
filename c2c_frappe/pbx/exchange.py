"""One exchange with a PBX: build the request, send it once, read the answer. Never sends twice.

Placing a call and testing an account never raise; asking for call records raises a PbxError and nothing else.
"""

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
from c2c_frappe.pbx.errors import OutcomeUnknownError, PbxError, RejectedError, UnavailableError
from c2c_frappe.pbx.records import Page, Window
from c2c_frappe.pbx.text import Text, _

Send = Callable[[HttpRequest, Connection], HttpAnswer]


def place(provider: Provider, dial: DialRequest, send: Send = transport.send) -> DialResult:
	"""Ask the PBX to place the call and say what is known afterwards."""
	try:
		request = provider.dial_request(dial)
	except PbxError as error:
		return DialResult(error.failure_code, error.message)
	except Exception as error:  # noqa: BLE001  the frames in between hold the key: nothing may travel up
		return DialResult("not_sent", _fault(error, _("Nothing was sent.")))
	try:
		return provider.read_dial_answer(send(request, provider.connection))
	except PbxError as error:
		return DialResult(error.failure_code, error.message)
	except Exception as error:  # noqa: BLE001  as above
		return DialResult("bad_reply", _fault(error, _("The phone may still ring.")))


def masked(build: Callable[[], HttpRequest]) -> str:
	"""Return the request that `build` makes as people may see it, "" when it cannot be made."""
	try:
		return build().masked()
	except Exception:  # noqa: BLE001  as above; whoever sends it says what is wrong
		return ""


def probe(provider: Provider, send: Send = transport.send) -> Finding:
	"""Ask the PBX something that cannot ring a phone and say what that shows."""
	unchecked = (_("Everything else: the PBX gave no answer."),)
	try:
		return provider.read_probe_answer(send(provider.probe_request(), provider.connection))
	except PbxError as error:
		return Finding(False, error.message, unchecked)
	except Exception as error:  # noqa: BLE001  as above
		return Finding(None, _fault(error, ""), unchecked)


def fetch_records(provider: Provider, window: Window, page: int, send: Send = transport.send) -> Page:
	"""Ask the PBX for a page of its call records; raise a PbxError, whose text holds no secret, without one."""
	try:
		request = provider.records_request(window, page)
		return provider.read_records(send(request, provider.records_connection))
	except OutcomeUnknownError:
		failure = UnavailableError(
			_("The PBX did not send its call records in time. They are asked for again.")
		)
	except PbxError as error:
		failure = error
	except Exception as error:  # noqa: BLE001  as above
		failure = RejectedError(_fault(error, ""))
	# Out here, so that nothing the library raised, whose text may hold the key, is its context.
	raise failure


def _fault(error: Exception, outcome: str) -> Text:
	return _("There is a fault in this app ({0}). {1}", type(error).__name__, outcome)
