"""The simulated PBX itself: records what arrives, places calls, decides the answer. Opens no socket.

Everything goes through one lock, so counts are exact however many requests arrive at once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from threading import Condition
from types import MappingProxyType
from urllib.parse import parse_qsl

from c2c_frappe.pbx.simulator import audio
from c2c_frappe.pbx.simulator.behaviour import Behaviour, Behaviours
from c2c_frappe.pbx.simulator.calls import Call, CallList
from c2c_frappe.pbx.simulator.listing import Listing
from c2c_frappe.pbx.simulator.values import Answer, Dial, ReceivedRequest, Setup
from c2c_frappe.pbx.simulator.vendors import commpeak, generic, primevox

VENDORS = (commpeak, primevox, generic)
REDIRECTED = "/redirected"
POSTED = (commpeak.CDRS,)
HTML = Answer(200, b"<!doctype html><title>Sign in</title><h1>Sign in to continue</h1>", "text/html")
ROOT = Answer(200, b"Simulated PBX: open this address in a browser.", "text/plain")
NOT_FOUND = Answer(404, b"Not found", "text/plain")
NO_METHOD = Answer(405, b"Method not allowed", "text/plain", {"Allow": "GET"})
HUGE_BODY = b'{"padding":"' + b"x" * (8 << 20) + b'","success":true}'


class Switchboard:
	"""A PBX in memory, safe to use from any thread."""

	def __init__(self, setup: Setup):
		self.setup = setup
		self._changed = Condition()
		self._calls = CallList(setup.answer_after)
		self._behaviours = Behaviours()
		self._listing = Listing()
		self._requests: list[ReceivedRequest] = []
		self._last_request = 0
		# Like the PBX's own ids: seconds, a dot, a counter; so no two runs give out the same one.
		self._started = int(time.time())
		self._last_unique_id = 999

	def receive(
		self, client: str, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
	) -> tuple[Answer, Behaviour]:
		"""Record a request, place the call it earns, and return the answer and how to deliver it."""
		path, _mark, query_text = target.partition("?")
		query = MappingProxyType(dict(parse_qsl(query_text, keep_blank_values=True)))
		with self._changed:
			self._last_request += 1
			request = ReceivedRequest(
				self._last_request,
				time.time(),
				client,
				method,
				target,
				path,
				query,
				MappingProxyType(dict(headers)),
				form=MappingProxyType(_fields(body.decode("utf-8", "replace"))),
			)
			response, behaviour, call = self._decide(request)
			self._requests.append(
				replace(request, behaviour=behaviour.kind, call_id=call.id if call else None)
			)
			self._changed.notify_all()
		return response, behaviour

	def _decide(self, request: ReceivedRequest) -> tuple[Answer, Behaviour, Call | None]:
		vendor = next((vendor for vendor in VENDORS if vendor.handles(request.path)), None)
		dial = vendor.read(request.path, _asked(vendor, request)) if vendor else None
		behaviour = self._behaviours.take(dial)
		response = self._recording(request) or _barrier(vendor, request, self.setup)
		if not response and vendor.lists_calls(request.path):
			response = self._listed(vendor, request)
		if response or dial is None:
			return _bent(response or NOT_FOUND, behaviour, request), behaviour, None
		response, call = self._dialed(vendor, dial, behaviour, request.time)
		return _bent(response, behaviour, request), behaviour, call

	def _recording(self, request: ReceivedRequest) -> Answer | None:
		if not request.path.startswith(audio.FOLDER):
			return None
		calls = self._calls.all(request.time)
		call = next((call for call in calls if audio.path_of(call) == request.path), None)
		return audio.answer(call, request.headers.get("range", ""))

	def _listed(self, vendor, request: ReceivedRequest) -> Answer:
		calls = [call for call in self._calls.all(request.time) if call.provider == vendor.PROVIDER]
		response = vendor.call_records(request, self._listing.shown(calls, request.time), self.setup)
		if self._listing.changing and calls:
			# A call that began and ended while its neighbours are read: rows move to other pages.
			moved = self._calls.begin(
				vendor.PROVIDER,
				calls[0].extension,
				calls[0].number,
				"out",
				self._next_unique_id(),
				request.time,
			)
			self._calls.hang_up(moved.id, request.time)
		return response

	def _dialed(self, vendor, dial: Dial, behaviour: Behaviour, now: float) -> tuple[Answer, Call | None]:
		unique_id = self._next_unique_id()
		reason = vendor.objection(dial, self.setup)
		call = self._calls.place(dial, unique_id, now) if behaviour.places_call and not reason else None
		if behaviour.kind == "refuse":
			reason = reason or "Call refused."
		if reason:
			return vendor.refused(dial, unique_id, reason), call
		return vendor.accepted(dial, unique_id), call

	def _next_unique_id(self) -> str:
		self._last_unique_id += 1
		return f"{self._started}.{self._last_unique_id}"

	@property
	def calls(self) -> tuple[Call, ...]:
		"""Return every call as it stands now, oldest first."""
		with self._changed:
			return self._calls.all(time.time())

	@property
	def requests(self) -> tuple[ReceivedRequest, ...]:
		"""Return every request, oldest first."""
		with self._changed:
			return tuple(self._requests)

	@property
	def behaviours(self) -> tuple[Behaviour, ...]:
		"""Return the rules in force, newest first."""
		with self._changed:
			return self._behaviours.all()

	def behave(
		self,
		kind: str,
		extension: str | None = None,
		number: str | None = None,
		times: int | None = None,
		seconds: float | None = None,
		places_call: bool | None = None,
	) -> Behaviour:
		"""Add a rule; see `behaviour.KINDS`."""
		with self._changed:
			return self._behaviours.add(kind, extension, number, times, seconds, places_call)

	def answer(self, call_id: int, leg: str | None = None) -> Call:
		"""Pick up the phone that rings; see `CallList.answer`."""
		with self._changed:
			return self._calls.answer(call_id, time.time(), leg)

	def hang_up(self, call_id: int, by: str = "", cause: str = "") -> Call:
		"""End a call; see `CallList.hang_up`."""
		with self._changed:
			return self._calls.hang_up(call_id, time.time(), by, cause)

	def list_calls(self, **how) -> Listing:
		"""Say how call records come from now on; see `Listing`."""
		with self._changed:
			self._listing = Listing(**how)
			return self._listing

	def begin(
		self,
		extension: str,
		number: str,
		direction: str = "out",
		provider: str = "commpeak",
		at: float | None = None,
	) -> Call:
		"""Add a call nobody clicked, `at` seconds since the epoch; see `CallList.begin`."""
		with self._changed:
			now = time.time() if at is None else at
			return self._calls.begin(provider, extension, number, direction, self._next_unique_id(), now)

	def reset(self) -> None:
		"""Forget calls, requests and rules."""
		with self._changed:
			self._calls.clear()
			self._requests.clear()
			self._behaviours.clear()
			self._listing = Listing()

	def wait_for_requests(self, count: int, timeout: float = 10) -> tuple[ReceivedRequest, ...]:
		"""Return the requests once at least `count` arrived; raise TimeoutError after `timeout` seconds."""
		with self._changed:
			if not self._changed.wait_for(lambda: len(self._requests) >= count, timeout):
				raise TimeoutError(f"{len(self._requests)} of {count} requests arrived in {timeout} s.")
			return tuple(self._requests)


def _fields(body: str) -> dict[str, str]:
	"""Return the fields of a form, or of a JSON object as text."""
	try:
		values = json.loads(body)
	except (ValueError, RecursionError):
		values = None
	if isinstance(values, dict):
		return {
			str(name): value if isinstance(value, str) else json.dumps(value)
			for name, value in values.items()
		}
	return dict(parse_qsl(body))


def _asked(vendor, request: ReceivedRequest) -> Mapping[str, str]:
	"""Return the values a vendor reads: of the query, and the body's where it takes any."""
	return {**request.query, **request.form} if vendor is generic else request.query


def _barrier(vendor, request: ReceivedRequest, setup: Setup) -> Answer | None:
	"""Return the answer to a request that gets no further than the door, None for one that does."""
	if request.path.startswith(REDIRECTED):
		return HTML
	if vendor is None:
		return ROOT if request.path == "/" else NOT_FOUND
	if vendor is generic:
		return generic.stop(request, _asked(vendor, request), setup)
	if request.method != ("POST" if request.path in POSTED else "GET"):
		return NO_METHOD
	return vendor.stop(request.path, request.query, request.client, setup)


def _bent(response: Answer, behaviour: Behaviour, request: ReceivedRequest) -> Answer:
	"""Return the answer a behaviour puts in place of the vendor's own; most leave it as it is."""
	kind = "500" if behaviour.kind == "5xx" else behaviour.kind
	if kind.isdigit():
		return Answer(int(kind), b"<h1>Something is wrong</h1>", "text/html")
	if kind == "html":
		return HTML
	if kind == "huge":
		return Answer(200, HUGE_BODY)
	if kind == "redirect":
		return Answer(302, b"", "text/html", {"Location": _elsewhere(request)})
	return response


def _elsewhere(request: ReceivedRequest) -> str:
	"""Return an address under another host name that still leads here, so a client that follows is seen."""
	host, _colon, port = request.headers.get("host", "").rpartition(":")
	other = "127.0.0.1" if host == "localhost" else "localhost"
	query = request.target.partition("?")[2]
	return f"//{other}:{port}{REDIRECTED}{request.path}{'?' if query else ''}{query}"
