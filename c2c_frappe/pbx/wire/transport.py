"""Sends one HTTP request once, within a deadline. The only file that imports requests.

Never retries, never follows a redirect, never reads proxies from the environment unless asked to, never puts
a URL into an error or a log. Whether bytes left this machine is observed at the socket, not guessed from an
exception. The name lookup is the system resolver's and outside the deadline; nothing is sent after it. An
address that a connection's `reach` leaves out is not connected to, whatever name led there.
"""

from __future__ import annotations

import logging
import os
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.exceptions import SSLError as PoolSSLError
from urllib3.exceptions import TimeoutError as PoolTimeoutError

from c2c_frappe import __version__
from c2c_frappe.pbx.errors import ConfigurationError, OutcomeUnknownError, PbxError, UnavailableError
from c2c_frappe.pbx.text import Text, _
from c2c_frappe.pbx.wire import addresses
from c2c_frappe.pbx.wire.http import Connection, HttpRequest, HttpResponse

HEADERS = {
	"User-Agent": f"c2c_frappe/{__version__}",
	"Accept": "application/json, */*;q=0.5",
	"Accept-Encoding": "identity",
}
# What requests, urllib3 and the socket raise between them; ValueError is a host name IDNA cannot encode.
_NETWORK_ERRORS = (requests.RequestException, HTTPError, OSError, ValueError)


def send(request: HttpRequest, connection: Connection) -> HttpResponse:
	"""Send the request once and return the answer, its body cut at the connection's `max_response` bytes.

	Raise UnavailableError when nothing was sent, OutcomeUnknownError when something was and no whole answer
	came, ConfigurationError when the CA file cannot be read or all addresses of the host are out of reach.
	"""
	_check_ca_file(connection.ca_file)
	exchange = _Exchange(connection)
	response = exchange.attempt(request)
	# Raised out here so that the library's exception, whose text holds the URL, is no context of ours.
	if response is None:
		raise exchange.error()
	return response


def download(request: HttpRequest, connection: Connection, start: int, most: int) -> Download:
	"""Send a question once and return at most `most` bytes of a file from `start` on; raise as `send` does.

	A server that was asked for a range and sends the whole file is read past what was not asked for.
	"""
	_check_ca_file(connection.ca_file)
	exchange = _Exchange(connection, partial(_read_bytes, start=start, most=most))
	response = exchange.attempt(request)
	if response is None:
		raise exchange.error()
	return response


def _check_ca_file(path: str) -> None:
	if path and not _is_readable(path):
		raise ConfigurationError(
			_("The CA file cannot be read. Give the path of a PEM file on the server."), "ca_file"
		)


def _is_readable(ca_file: str) -> bool:
	if not os.path.isfile(ca_file):
		return False  # to open a pipe is to wait for who writes into it
	try:
		ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca_file)
	except OSError:  # ssl.SSLError is one
		return False
	return True


@dataclass(frozen=True)
class Download:
	"""A part of a file: the HTTP status, headers by lower-case name, and the bytes."""

	status: int
	headers: Mapping[str, str] = field(repr=False)
	body: bytes = field(repr=False, default=b"")


Answer = HttpResponse | Download


class _Exchange:
	"""One request's way through a socket: whether it was sent, when to stop, and why it failed."""

	def __init__(self, connection: Connection, read: Callable[[requests.Response], Answer] | None = None):
		self.connection = connection
		self.read = read or partial(_read, max_response=connection.max_response)
		self.ends_at = time.monotonic() + connection.deadline
		self.is_sent = False
		self.is_expired = False
		self.host = ""
		self.failure: Text | None = None
		self.is_timeout = False
		self.refusal: Text | None = None
		self.socket: socket.socket | None = None

	def attempt(self, request: HttpRequest) -> Answer | None:
		"""Perform the request; at the deadline shut the socket, for a read timeout starts anew with each byte."""
		timer = threading.Timer(self.connection.deadline, self._expire)
		timer.daemon = True
		timer.start()
		_thread.is_exchanging = True
		try:
			response = self._perform(request)
			# A body without a length ends where the socket was shut: that is no whole answer.
			return None if self.is_expired else response
		except _NETWORK_ERRORS as error:
			causes = tuple(_causes(error))
			self.is_timeout = any(isinstance(c, TimeoutError | PoolTimeoutError) for c in causes)
			self.failure = _unsent_reason(causes, self.host, self.is_expired)
			return None
		finally:
			_thread.is_exchanging = False
			timer.cancel()
			timer.join()
			if self.socket is not None:
				self.socket.close()

	def _expire(self):
		self.is_expired = True
		if self.socket is not None:
			with suppress(OSError):
				self.socket.shutdown(socket.SHUT_RDWR)

	def _perform(self, request: HttpRequest) -> Answer:
		# Not through a Session: that reads .netrc, and the whole body of a redirect it was told not to follow.
		prepared = requests.Request(
			request.method, request.url, headers={**HEADERS, **request.headers}, data=request.body
		).prepare()
		proxies = get_environ_proxies(prepared.url, no_proxy=None) if self.connection.use_proxy else {}
		adapter = _OnceAdapter(self)
		try:
			response = adapter.send(
				prepared,
				stream=True,
				timeout=(self.connection.connect_timeout, self.connection.read_timeout),
				verify=self.connection.ca_file or True,
				proxies=proxies,
			)
			with response:
				return self.read(response)
		finally:
			adapter.close()

	def open_socket(self, host: str, port: int) -> socket.socket:
		"""Connect to the first address that answers, within the connect timeout for all of them together."""
		self.host = host
		candidates = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
		allowed = [each for each in candidates if addresses.may_connect(each[4][0], self.connection.reach)]
		if not allowed:
			self.refusal = _out_of_reach(host, [address[0] for *_rest, address in candidates])
		until = min(time.monotonic() + self.connection.connect_timeout, self.ends_at)
		failure: OSError = TimeoutError()
		for family, kind, protocol, _name, address in allowed:
			left = until - time.monotonic()
			if left <= 0:
				break
			opened = socket.socket(family, kind, protocol)
			opened.settimeout(left)
			try:
				opened.connect(address)
			except OSError as error:
				opened.close()
				failure = error
			else:
				opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
				# A second handle on the same connection: TLS takes the first away while it still shakes hands.
				self.socket = opened.dup()
				return opened
		raise failure

	def before_sending(self):
		"""Note that bytes leave now; refuse if the deadline passed while the name was looked up."""
		if self.is_expired:
			raise TimeoutError
		self.is_sent = True

	def error(self) -> PbxError:
		"""Say what went wrong, for people, without the URL."""
		seconds = f"{round(self.connection.deadline, 1):g}"
		if self.refusal:
			return ConfigurationError(self.refusal, "allow_private")
		if self.is_sent and (self.is_expired or self.is_timeout):
			return OutcomeUnknownError(
				_("The PBX did not respond within {0} seconds. The phone may still ring.", seconds), "timeout"
			)
		if self.is_sent:
			return OutcomeUnknownError(
				_("The connection to the PBX was lost after the request was sent. The phone may still ring.")
			)
		return UnavailableError(self.failure or _("The PBX could not be reached. Nothing was sent."))


def _out_of_reach(host: str, candidates: list[str]) -> Text:
	"""Return the sentence for a host none of whose addresses may be connected to."""
	if any(addresses.may_connect(address, addresses.PRIVATE_TOO) for address in candidates):
		return _(
			"{0} resolves to a private address. Nothing was sent. If your PBX is there, tick On-Premises PBX.",
			host,
		)
	return _("{0} resolves to an address that is not allowed for a PBX. Nothing was sent.", host)


def _read(response: requests.Response, max_response: int) -> HttpResponse:
	# Before urllib3 2 a body shorter than its Content-Length passes for whole unless this is set.
	response.raw.enforce_content_length = True
	body = bytearray()
	# Not decoded by urllib3, whose older versions unpack a bomb whole.
	for chunk in response.raw.stream(8192, decode_content=False):
		body += chunk
		if len(body) >= max_response:
			break
	if response.headers.get("Content-Encoding", "").strip().lower() in ("gzip", "x-gzip", "deflate"):
		body = _unpacked(body, max_response)
	content_type = response.headers.get("Content-Type", "")
	text = body[:max_response].decode("utf-8-sig", "replace")
	return HttpResponse(
		response.status_code, text, content_type, response.headers.get("WWW-Authenticate", "")
	)


def _read_bytes(response: requests.Response, start: int, most: int) -> Download:
	body, left_out = bytearray(), 0 if response.status_code == 206 else start
	headers = {name.lower(): value for name, value in response.headers.items()}
	if response.status_code in (200, 206):
		response.raw.enforce_content_length = True
		for chunk in response.raw.stream(65536, decode_content=False):
			body += chunk[left_out:]
			left_out = max(0, left_out - len(chunk))
			if len(body) >= most:
				break
	return Download(response.status_code, headers, bytes(body[:most]))


def _unpacked(body: bytes, max_response: int) -> bytes:
	"""Return the start of what a server packed though it was asked not to; b"" if it cannot be unpacked."""
	try:
		return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, max_response)
	except zlib.error:
		return b""


def _causes(error: BaseException) -> Iterator[BaseException]:
	"""Yield an exception and all it wraps: requests and urllib3 keep the real one in args, reason or context."""
	seen: set[int] = set()
	waiting: list[object] = [error]
	while waiting:
		cause = waiting.pop()
		if isinstance(cause, BaseException) and id(cause) not in seen:
			seen.add(id(cause))
			yield cause
			waiting += [cause.__context__, cause.__cause__, getattr(cause, "reason", None), *cause.args]


def _unsent_reason(causes: tuple[BaseException, ...], host: str, is_expired: bool) -> Text:
	"""Return the sentence for the most telling cause; "" as host is a failure before any connection."""
	late = _("{0} could not be reached in time. Nothing was sent.", host)
	untrusted = _("The certificate of {0} is not trusted. Nothing was sent.", host)
	if is_expired:
		return late
	for kind, sentence in (
		(socket.gaierror, _("The name {0} was not found. Check the address.", host)),
		(ssl.SSLCertVerificationError, untrusted),
		(ssl.SSLError, _("{0} does not speak TLS as expected. Nothing was sent.", host)),
		# Without ssl's own error inside it is urllib3 before 2 that compared the host's name itself.
		(PoolSSLError, untrusted),
		(ConnectionRefusedError, _("{0} refused the connection. Nothing was sent.", host)),
		(TimeoutError, late),
		(PoolTimeoutError, late),
	):
		if any(isinstance(cause, kind) for cause in causes):
			return sentence
	return _("The PBX could not be reached. Nothing was sent.")


class _Silence(logging.Filter):
	"""Drops what urllib3 logs about an exchange of ours: its debug lines and its warnings hold the URL."""

	def filter(self, record):
		return not getattr(_thread, "is_exchanging", False)


_thread = threading.local()
for _logger in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry"):
	logging.getLogger(_logger).addFilter(_Silence())


class _FinalResponse(HTTPConnection.response_class):
	"""A response that is none of the interim ones before it, of which Python knows 100 alone."""

	def begin(self):
		super().begin()
		while 100 <= self.status < 200 and self.status != HTTPStatus.SWITCHING_PROTOCOLS:
			# With headers it takes itself for begun.
			self.headers = self.msg = None
			super().begin()


class _ObservedConnection:
	"""Lets an exchange open the socket and see the first byte leave; TLS and proxy greetings do not count."""

	exchange: _Exchange
	is_connecting = False
	response_class = _FinalResponse

	def connect(self):
		self.is_connecting = True
		try:
			super().connect()
		finally:
			self.is_connecting = False

	def _new_conn(self):
		return self.exchange.open_socket(self._dns_host.strip("[]"), self.port)

	def send(self, data):
		if not self.is_connecting:
			if self.sock is None:
				self.connect()
			self.exchange.before_sending()
		return super().send(data)


class _HTTPConnection(_ObservedConnection, HTTPConnection):
	pass


class _HTTPSConnection(_ObservedConnection, HTTPSConnection):
	pass


class _OnceAdapter(HTTPAdapter):
	"""Requests' adapter without retries, whose connections report to one exchange."""

	def __init__(self, exchange: _Exchange):
		self.exchange = exchange
		super().__init__(max_retries=0)

	def init_poolmanager(self, *args, **kwargs):
		super().init_poolmanager(*args, **kwargs)
		self._observe(self.poolmanager)

	def proxy_manager_for(self, *args, **kwargs):
		manager = super().proxy_manager_for(*args, **kwargs)
		self._observe(manager)
		return manager

	def _observe(self, manager):
		manager.pool_classes_by_scheme = {
			"http": partial(self._pool, HTTPConnectionPool, _HTTPConnection),
			"https": partial(self._pool, HTTPSConnectionPool, _HTTPSConnection),
		}

	def _pool(self, pool_class, connection_class, *args, **kwargs):
		pool = pool_class(*args, **kwargs)
		pool.ConnectionCls = type(connection_class.__name__, (connection_class,), {"exchange": self.exchange})
		return pool
