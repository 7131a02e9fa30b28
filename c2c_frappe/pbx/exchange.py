"""One exchange with a PBX: build the request, send it once, read the answer. Never dials twice.

Placing a call and testing an account never raise; asking for call records and foretelling a call raise a PbxError
and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

from c2c_frappe.pbx.calls.dial import DialRequest, DialResult
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import Page, Window
from c2c_frappe.pbx.errors import (
	ConfigurationError,
	OutcomeUnknownError,
	PbxError,
	RejectedError,
	UnavailableError,
)
from c2c_frappe.pbx.providers.base import DialSteps, EventQuestion, Finding, Phone, Provider, Snapshot
from c2c_frappe.pbx.text import Text, _
from c2c_frappe.pbx.wire import transport
from c2c_frappe.pbx.wire.http import Connection, HttpRequest, HttpResponse, shown

Send = Callable[[HttpRequest, Connection], HttpResponse]
LATE = _("The PBX did not respond in time. Try again.")
RECORDS_LATE = _("The PBX did not send its call records in time. They will be requested again.")
# Seconds a dial or a question must have left of the deadline, or it is not worth sending.
SHORTEST = 0.5
# Seconds for which an event that answers a question is listened for.
EVENT_SECONDS = 2


def place(provider: Provider, dial: DialRequest, send: Send = transport.send) -> DialResult:
	"""Ask the PBX to place the call and say what is known afterwards."""
	placing = _Placing(provider.connection, send)
	try:
		return placing.run(provider.dial_steps(dial))
	except PbxError as error:
		return placing.failed(error)
	except Exception as error:  # noqa: BLE001  the frames in between hold the key: nothing may travel up
		return placing.broke(error)


class _Placing:
	"""One dial: lets a single request leave that may ring a phone, all of them within one deadline."""

	def __init__(self, connection: Connection, send: Send):
		self._connection = connection
		self._send = send
		self._ends_at = time.monotonic() + connection.deadline
		self._has_dialed = False
		self._dial_error: PbxError | None = None

	def run(self, talk: DialSteps) -> DialResult:
		"""Carry requests out and answers back until the provider says what is known."""
		return _carry(talk, self._ask)

	def _ask(self, request: HttpRequest) -> HttpResponse:
		left = self._ends_at - time.monotonic()
		if request.is_question:
			return self._send(request, self._connection.within(max(left, SHORTEST)))
		if self._has_dialed:
			raise RuntimeError("A dial may be sent once.")
		if left < SHORTEST:
			raise UnavailableError(_("The PBX took too long to respond to a query. Nothing was dialed."))
		self._has_dialed = True
		try:
			return self._send(request, self._connection.within(left))
		except PbxError as error:
			self._dial_error = error
			raise

	def failed(self, error: PbxError) -> DialResult:
		"""Return what a PbxError means here: what it says if it is the dial's own, else whether anything rang."""
		if error is self._dial_error:
			return DialResult(error.failure_code, error.message)
		if self._has_dialed:
			return DialResult("bad_reply", _("{0} The phone may still ring.", error.message))
		if isinstance(error, OutcomeUnknownError):
			return DialResult(
				"not_sent", _("The PBX did not respond to a query in time. Nothing was dialed.")
			)
		return DialResult(error.failure_code, error.message)

	def broke(self, error: Exception) -> DialResult:
		"""Return what a fault in a provider's code means here."""
		if self._has_dialed:
			return DialResult("bad_reply", _fault(error, _("The phone may still ring.")))
		return DialResult("not_sent", _fault(error, _("Nothing was sent.")))


def _carry(talk: Generator, ask: Callable[[HttpRequest], HttpResponse]) -> Any:
	"""Ask what a provider yields and give it the answers until it returns what is known; return that."""
	say, word = talk.send, None
	try:
		while True:
			request = say(word)
			try:
				say, word = talk.send, ask(request)
			except PbxError as error:
				if not request.is_question:
					raise
				say, word = talk.throw, error
	except StopIteration as end:
		return end.value


def _question(connection: Connection, send: Send) -> Callable[[HttpRequest], HttpResponse]:
	"""Return what asks a PBX questions within one deadline, and refuses to send anything else."""
	ends_at = time.monotonic() + connection.deadline

	def ask(request: HttpRequest | EventQuestion) -> HttpResponse | dict | None:
		if not request.is_question:
			raise RuntimeError("Only a dial may ring a phone.")
		if isinstance(request, EventQuestion):
			return _hear_answer(request, connection, send)
		return send(request, connection.within(max(ends_at - time.monotonic(), SHORTEST)))

	return ask


def _hear_answer(question: EventQuestion, connection: Connection, send: Send) -> dict | None:
	"""Open the stream, ask, and return the event that answers, None where none comes within a moment."""
	# Only who tests an Asterisk needs its library.
	from c2c_frappe.pbx.wire.event_socket import EventSocket

	opened = EventSocket(question.stream.opening, connection)
	try:
		requests = (question.stream.narrowing, question.asking)
		if any(send(request, connection).status >= 300 for request in requests):
			return None
		ends_at = time.monotonic() + EVENT_SECONDS
		while (left := ends_at - time.monotonic()) > 0:
			event = opened.receive(left)
			if event and question.is_answer(event):
				return event
		return None
	finally:
		opened.close()


def redacted(build: Callable[[], HttpRequest]) -> str:
	"""Return the request that `build` makes as people may see it, "" when it cannot be made."""
	try:
		return build().masked()
	except Exception:  # noqa: BLE001  as above; whoever sends it says what is wrong
		return ""


def preview(provider: Provider, dial: DialRequest) -> list[dict]:
	"""Return what placing a call would send, as people may see it; raise a PbxError when it cannot be made."""
	try:
		return [shown(request) for request in provider.requests(dial)]
	except PbxError as error:
		failure = error
	except Exception as error:  # noqa: BLE001  as above
		failure = ConfigurationError(_fault(error, _("Nothing was sent.")))
	raise failure


def read_response(provider: Provider, response: HttpResponse) -> DialResult:
	"""Say what this answer to a dial would mean."""
	try:
		return provider.read_dial_response(response)
	except Exception as error:  # noqa: BLE001  as above
		return DialResult("bad_reply", _fault(error, ""))


def probe(provider: Provider, send: Send = transport.send) -> Finding:
	"""Ask the PBX something that cannot ring a phone and say what that shows."""
	unchecked = (_("Everything else: the PBX did not respond."),)
	try:
		return _carry(provider.connection_test(), _question(provider.connection, send))
	except ConfigurationError as error:
		return Finding(False, error.message, unchecked, error.setting)
	except PbxError as error:
		return Finding(False, error.message, unchecked, provider.address_setting)
	except Exception as error:  # noqa: BLE001  as above
		return Finding(None, _fault(error, ""), unchecked)


def fetch_records(provider: Provider, window: Window, page: int, send: Send = transport.send) -> Page:
	"""Ask the PBX for a page of its call records; raise a PbxError, whose text holds no secret, without one."""
	return _asked(
		lambda: provider.read_records(
			send(provider.records_request(window, page), provider.records_connection)
		),
		RECORDS_LATE,
	)


def fetch_phone_records(
	provider: Provider, window: Window, page: int, extension: str, send: Send = transport.send
) -> Page:
	"""Ask the PBX for a page of the incoming calls one phone took, as records that name it; raise as `fetch_records`."""

	def ask() -> Page:
		request = provider.phone_records_request(window, page, extension)
		return provider.read_records(send(request, provider.records_connection)).at_phone(extension)

	return _asked(ask, RECORDS_LATE)


def fetch_phones(provider: Provider, send: Send = transport.send) -> tuple[Phone, ...]:
	"""Ask the PBX for its list of phones; raise a PbxError, whose text holds no secret, without one."""
	return _asked(lambda: provider.read_phones(send(provider.phones_request(), provider.connection)))


def query_status(
	provider: Provider, call: str, call_status: str, send: Send = transport.send
) -> CallEvent | None:
	"""Ask the PBX how a call stands, which here has the status `call_status`; raise a PbxError without an answer."""
	return _asked(
		lambda: _carry(provider.status_query(call, call_status), _question(provider.connection, send))
	)


def fetch_snapshot(provider: Provider, send: Send = transport.send) -> Snapshot:
	"""Ask the PBX what lives on it; raise a PbxError without an answer."""
	return _asked(lambda: _carry(provider.snapshot_query(), _question(provider.connection, send)))


def hang_up(provider: Provider, call: str, send: Send = transport.send) -> Finding:
	"""Ask the PBX to end a call and say whether it is over; what was ended stays so, however often this is sent."""
	try:
		return _asked(
			lambda: provider.read_hang_up_response(send(provider.hang_up_request(call), provider.connection))
		)
	except PbxError as error:
		return Finding(False, error.message)


def _asked(ask: Callable[[], Any], late: Text = LATE) -> Any:
	"""Return what asking gives; whatever goes wrong becomes a PbxError that says nothing of a ringing phone."""
	try:
		return ask()
	except OutcomeUnknownError:
		failure = UnavailableError(late)
	except PbxError as error:
		failure = error
	except Exception as error:  # noqa: BLE001  as above
		failure = RejectedError(_fault(error, ""))
	# Out here, so that nothing the library raised, whose text may hold the key, is its context.
	raise failure


def _fault(error: Exception, outcome: str) -> Text:
	return _("Internal error ({0}). {1}", type(error).__name__, outcome)
