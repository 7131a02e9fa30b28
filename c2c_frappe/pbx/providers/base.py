"""What a provider is, and what it says it can do. Sends nothing, stores nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Protocol

from c2c_frappe.pbx.calls.dial import DialRequest, DialResult
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import OVERLAP, Page, Window
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.numbers import pbx_number
from c2c_frappe.pbx.providers.settings import Setting, checked, is_ticked, trimmed
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire.http import Connection, HttpRequest, HttpResponse

# A page of call records is longer than a dial's answer and may take longer to come; no phone waits for it.
MAX_RECORDS_RESPONSE = 8 * 1024 * 1024
RECORDS_SECONDS = 30


@dataclass(frozen=True)
class Capabilities:
	"""What the support table says of a provider; `support` is Verified or Documented, never implied."""

	support: str
	custom_data: bool
	call_id: bool
	confirms_dial: bool
	call_records: bool = False
	events: bool = False
	hang_up: bool = False
	phones: bool = False


# What a provider says to its PBX: requests go out, answers come in, and what is known is returned at the end. A
# question that gets no answer comes in as the PbxError that says why.
DialSteps = Generator[HttpRequest, HttpResponse, "DialResult"]
# The same with nothing but questions.
ConnectionTest = Generator["HttpRequest | EventQuestion", "HttpResponse | Mapping | None", "Finding"]
StatusQuery = Generator[HttpRequest, HttpResponse, "CallEvent | None"]
# Of what lives on a PBX: its channels and its bridges, as it describes them.
Snapshot = tuple[list[Mapping], list[Mapping]]
SnapshotQuery = Generator[HttpRequest, HttpResponse, Snapshot]


@dataclass(frozen=True)
class Phone:
	"""A phone the PBX knows, by its extension; `is_online` None where the PBX does not say."""

	extension: str
	is_online: bool | None = None


@dataclass(frozen=True)
class EventStream:
	"""Where a PBX tells of calls as they go: `opening` is the request of its WebSocket.

	`narrowing` is sent once that is open, and asks for no more events than are read.
	"""

	opening: HttpRequest
	narrowing: HttpRequest


@dataclass(frozen=True)
class EventQuestion:
	"""A question that an event answers: `asking` is sent once the stream is open, and `is_answer` knows the event.

	None comes in where none was heard within a moment, or the PBX refused.
	"""

	stream: EventStream
	asking: HttpRequest
	is_answer: Callable[[Mapping], bool]
	is_question: ClassVar[bool] = True


class CallUpdate(Protocol):
	"""What is new of a call nobody clicked, see `CallTracker`.

	`event` says how it stands, `is_new` whether it stands otherwise than before, `is_resumed` that its
	beginning was not heard; `ringing` and `rang` are extensions that ring and that
	ever rang, `stopped` those that neither ring nor talk any more, `started` those that do one of them
	since the last update, `answered_by` the one that took the call.
	"""

	call_id: str
	event: CallEvent
	is_new: bool
	is_resumed: bool
	ringing: frozenset[str]
	rang: tuple[str, ...]
	stopped: frozenset[str]
	started: frozenset[str]
	answered_by: str


class CallTracker(Protocol):
	"""Makes calls of what a PBX tells of its channels; `now` is any number of seconds that grows."""

	def feed(self, payload: Mapping[str, object], now: float) -> list[CallUpdate]:
		"""Take what came; return what is new of calls."""

	def settle(self, now: float) -> list[CallUpdate]:
		"""Return what is new because nothing more came."""

	def resume(self, snapshot: Snapshot, now: float) -> list[CallUpdate]:
		"""Take what lives after a silence; what does not live any more has ended meanwhile."""

	def living(self) -> set[str]:
		"""Return the ids of the calls that live."""


class TokenCache(Protocol):
	"""Where an account's token outlives a dial; as secret there as a stored password."""

	def get(self) -> str:
		"""Return the token, "" when there is none or it has expired."""

	def put(self, token: str, seconds: int) -> None:
		"""Keep a token for so many seconds."""

	def drop(self) -> None:
		"""Forget the token: the PBX did not take it."""


class Provider:
	"""A brand's API as pure functions of an account's settings. Subclasses know no Frappe and open no socket."""

	slug: ClassVar[str]
	label: ClassVar[str]
	docs_url: ClassVar[str]
	capabilities: ClassVar[Capabilities]
	settings: ClassVar[tuple[Setting, ...]]
	default_base_url: ClassVar[str] = ""
	# What the admin is to enter at the PBX's webhook, as (name, meaning) pairs; empty where the PBX names them.
	event_parameters: ClassVar[tuple[tuple[str, str], ...]] = ()
	extension_pattern: ClassVar[str] = r"[0-9]{1,20}"
	# Whether this account can be asked for call records, and how late one may turn up or change.
	has_call_records: bool = False
	# Whether the records of one phone can be asked for, where those of all do not name the phone of an incoming call.
	has_phone_records: bool = False
	records_overlap: ClassVar[timedelta] = OVERLAP
	# Which setting is to blame when no connection is made.
	address_setting: str = "base_url"
	# Where tokens are kept for the next call; the shell sets it, without it each call asks for one.
	token_cache: TokenCache | None = None
	# Whose numbers the PBX gives without a country code: what the vendor documents goes before the account's country
	# and the site's, which the shell sets.
	documented_countries: ClassVar[tuple[str, ...]] = ()
	countries: tuple[str, ...] = ()

	def __init__(self, values: Mapping[str, object]):
		"""Take the account's settings by field name; raise ConfigurationError naming the one that is unusable."""
		self.values = checked(self.settings, values)

	def __repr__(self) -> str:
		return f"<{type(self).__name__}>"

	@property
	def secrets(self) -> tuple[str, ...]:
		"""Return the values that must never be shown."""
		return tuple(
			self.values[s.name] for s in self.settings if s.kind == "password" and self.values[s.name]
		)

	@property
	def connection(self) -> Connection:
		"""Return how this account is to be reached."""
		connect, read = int(self.values["connect_timeout"]), int(self.values["read_timeout"])
		return Connection(connect, read, self.values["ca_file"], bool(self.values["use_proxy"]))

	@property
	def records_connection(self) -> Connection:
		"""Return how this account is to be asked for call records."""
		patient = max(self.connection.read_timeout, RECORDS_SECONDS)
		return replace(self.connection, read_timeout=patient, max_response=MAX_RECORDS_RESPONSE)

	@property
	def addresses(self) -> tuple[str, ...]:
		"""Return the web addresses of this account's PBX."""
		own = [self.values[s.name] for s in self.settings if s.kind == "url" and self.values[s.name]]
		return tuple(
			own if self.values["base_url"] or not self.default_base_url else [*own, self.default_base_url]
		)

	def recording_link(self, text: object) -> str:
		"""Return a recording's address as it is, "" for what may not be fetched: plain http only where it is allowed."""
		url = str(text or "").strip()
		schemes = "https?" if is_ticked(self.values["allow_http"]) else "https"
		return url if re.fullmatch(rf"{schemes}://[^\s<>\"'`\\]+", url) else ""

	def recording_request(self, url: str) -> HttpRequest:
		"""Build the request for a recording, whose host is one of this account's or an admin named it."""
		return HttpRequest(
			"GET", url, {"Accept": "audio/*, */*;q=0.5"}, secrets=self.secrets, is_question=True
		)

	@property
	def sets_caller_id(self) -> bool:
		"""Return whether this account's PBX is sent the number that a customer is to see."""
		return False

	@property
	def calls_extensions(self) -> bool:
		"""Return whether this account may call the PBX's own extensions."""
		return False

	def number_fields(self, text: object) -> dict[str, object]:
		"""Return the fields of a CallEvent for what this PBX calls a number."""
		return pbx_number.named(text, (*self.documented_countries, *self.countries))

	def checked_extension(self, extension: str) -> str:
		"""Return the agent's extension if this PBX can ring it; raise ConfigurationError if not."""
		extension = trimmed(extension)
		if not re.fullmatch(self.extension_pattern, extension, re.ASCII):
			raise ConfigurationError(
				_("{0} cannot ring extension {1}: digits only.", self.label, extension), "extension"
			)
		return extension

	def dial_steps(self, dial: DialRequest) -> DialSteps:
		"""Place this call: yield the dial's own request once, and questions before and after it where need be."""
		response = yield self.dial_request(dial)
		return self.read_dial_response(response)

	def requests(self, dial: DialRequest) -> tuple[HttpRequest, ...]:
		"""Return what placing this call sends, in its order, as far as it is known before any answer."""
		return (self.dial_request(dial),)

	def dial_request(self, dial: DialRequest) -> HttpRequest:
		"""Build the one request that places this call."""
		raise NotImplementedError

	def read_dial_response(self, response: HttpResponse) -> DialResult:
		"""Say what the PBX's answer to a dial means; raises nothing."""
		raise NotImplementedError

	def parse_event(self, payload: Mapping[str, object]) -> CallEvent | None:
		"""Return what a webhook's payload says, None when it is no event of this provider; raises nothing."""
		return None

	def records_request(self, window: Window, page: int) -> HttpRequest:
		"""Build the request for a page, counted from 1, of the calls that started in a window."""
		raise NotImplementedError

	def phone_records_request(self, window: Window, page: int, extension: str) -> HttpRequest:
		"""Build the request for a page of the incoming calls of a window that one phone took."""
		raise NotImplementedError

	def read_records(self, response: HttpResponse) -> Page:
		"""Read a page of call records; raise RejectedError or UnavailableError when the answer is none."""
		raise NotImplementedError

	def event_stream(self, listener: str) -> EventStream | None:
		"""Return where to listen to events, None where the PBX sends them itself; two listeners differ in name."""
		return None

	def call_tracker(self) -> CallTracker | None:
		"""Return what makes calls of the events of a stream, those nobody clicked; None where it tells of no others."""
		return None

	def snapshot_query(self) -> SnapshotQuery:
		"""Ask what lives on the PBX, where there is a `call_tracker`."""
		raise NotImplementedError

	def status_query(self, call: str, call_status: str) -> StatusQuery:
		"""Ask how a call stands that may have moved on unheard; `call_status` is its status here."""
		raise NotImplementedError

	def hang_up_request(self, call: str) -> HttpRequest:
		"""Build the request that ends a call, by our own name of it."""
		raise NotImplementedError

	def read_hang_up_response(self, response: HttpResponse) -> Finding:
		"""Say whether the call is over now; raises nothing."""
		raise NotImplementedError

	def phones_request(self) -> HttpRequest:
		"""Build the request for the list of phones, where `capabilities.phones` says that there is one."""
		raise NotImplementedError

	def read_phones(self, response: HttpResponse) -> tuple[Phone, ...]:
		"""Read the list of phones; raise RejectedError when the answer is none."""
		raise NotImplementedError

	def connection_test(self) -> ConnectionTest:
		"""Find out for "Test connection" whether this account can work: yield nothing that can ring a phone."""
		response = yield replace(self.probe_request(), is_question=True)
		return self.read_probe_response(response)

	def probe_request(self) -> HttpRequest:
		"""Build the first request of `connection_test`."""
		raise NotImplementedError

	def read_probe_response(self, response: HttpResponse) -> Finding:
		"""Say what the answer to the probe shows, and what it leaves unchecked."""
		raise NotImplementedError


@dataclass(frozen=True)
class Finding:
	"""What "Test connection" found: `ok` True, False or None (could not be told), and sentences for the admin.

	True is said of what can be tested at all: the rest stands in `unchecked`. `setting` is the PBX Account field to
	look at, "" when it is none.
	"""

	ok: bool | None
	message: str
	unchecked: tuple[str, ...] = ()
	setting: str = ""
