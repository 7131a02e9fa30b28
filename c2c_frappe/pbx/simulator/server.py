"""The sockets of the simulated PBX: accepts on loopback, reads requests, hands them on, shuts down cleanly.

What a request means and what it is answered is decided elsewhere.
"""

from __future__ import annotations

import json
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from ipaddress import ip_address, ip_network

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.simulator.behaviour import OK, Behaviour
from c2c_frappe.pbx.simulator.calls import Call
from c2c_frappe.pbx.simulator.control import PREFIX, control
from c2c_frappe.pbx.simulator.delivery import deliver
from c2c_frappe.pbx.simulator.switchboard import Switchboard
from c2c_frappe.pbx.simulator.values import (
	DEFAULT_ALLOW,
	DEFAULT_EXTENSIONS,
	Answer,
	ReceivedRequest,
	Setup,
)
from c2c_frappe.pbx.simulator.webhooks import Delivery, Webhooks
from c2c_frappe.pbx.text import _

MAX_BODY = 1 << 16
READ_TIMEOUT = 60
STOP_TIMEOUT = 10
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Handler(BaseHTTPRequestHandler):
	"""One connection, one request: whatever the method, it is read here and answered by `deliver`."""

	server: _Server
	protocol_version = "HTTP/1.1"
	timeout = READ_TIMEOUT

	def handle(self) -> None:
		self.close_connection = True
		self.raw_requestline = self.rfile.readline(MAX_BODY)
		if not self.raw_requestline or not self.parse_request():
			return
		response, behaviour = self._decide()
		self.connection.settimeout(None)
		deliver(self.connection, response, behaviour, self.server.stopping)

	def _decide(self) -> tuple[Answer, Behaviour]:
		path = self.path.partition("?")[0]
		if path.startswith(PREFIX):
			return control(*self.server.inner, self.command, path, self._body()), OK
		if path == "/favicon.ico":
			return Answer(204, b""), OK
		headers = {name.lower(): value for name, value in self.headers.items()}
		# A browser says that it wants HTML; anything else at "/" is a client trying whether the PBX is there.
		if path == "/" and "text/html" in headers.get("accept", ""):
			return self.server.page, OK
		body = self._body()
		return self.server.inner[0].receive(self.client_address[0], self.command, self.path, headers, body)

	def _body(self) -> bytes:
		length = self.headers.get("Content-Length", "0")
		return self.rfile.read(min(int(length), MAX_BODY)) if length.isdigit() else b""

	def log_message(self, *args) -> None:
		"""Keep quiet: what arrived is in `requests`."""


class _Server(ThreadingHTTPServer):
	"""A thread per connection; `close_all` ends also those that hang on purpose."""

	daemon_threads = True
	request_queue_size = 1024

	def __init__(
		self, address: tuple[str, int], inner: tuple[Switchboard, Webhooks], tls: ssl.SSLContext | None
	):
		self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
		self.inner = inner
		self.page = Answer(200, files(__package__).joinpath("page.html").read_bytes(), "text/html")
		self.stopping = threading.Event()
		self._tls = tls
		self._open: set[socket.socket] = set()
		self._idle = threading.Condition()
		super().__init__(address, _Handler)

	def server_bind(self) -> None:
		"""Bind without the look-up of the host's own name that HTTPServer makes."""
		super(ThreadingHTTPServer, self).server_bind()

	def get_request(self) -> tuple[socket.socket, tuple]:
		"""Accept; the TLS handshake is left to the connection's own thread."""
		connection, client = super().get_request()
		if self._tls:
			connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
		with self._idle:
			self._open.add(connection)
		return connection, client

	def shutdown_request(self, request: socket.socket) -> None:
		super().shutdown_request(request)
		with self._idle:
			self._open.discard(request)
			self._idle.notify_all()

	def close_all(self) -> None:
		"""Cut every connection and wait until their threads are done with them."""
		self.stopping.set()
		with self._idle:
			for connection in self._open:
				_shut(connection)
			self._idle.wait_for(lambda: not self._open, STOP_TIMEOUT)

	def handle_error(self, request: socket.socket, client_address: tuple) -> None:
		"""Say nothing about clients that went away; show what is a mistake of ours."""
		if not isinstance(sys.exc_info()[1], OSError):
			super().handle_error(request, client_address)


class Simulator:
	"""A simulated PBX in a thread of this process, as a context manager.

	`port` 0 takes a free one. An empty `crm_id`, `client_id`, `api_key` or `stats_api_key` accepts any. `certfile` (and
	`keyfile`) make it HTTPS. Raise ValueError for a host that is not loopback or an unreadable allow-list.
	"""

	def __init__(
		self,
		port: int = 0,
		*,
		host: str = "127.0.0.1",
		crm_id: str = "",
		client_id: str = "",
		api_key: str = "",
		extensions: Sequence[str] = DEFAULT_EXTENSIONS,
		allow: Sequence[str] = DEFAULT_ALLOW,
		answer_after: float | None = None,
		certfile: str | None = None,
		keyfile: str | None = None,
		stats_api_key: str = "",
	):
		if not ip_address(host).is_loopback:
			raise ValueError(f"The simulator listens on loopback only, not on {host}.")
		for entry in allow:
			ip_network(entry, strict=False)
		self._address = (host, port)
		self._certificate = (certfile, keyfile) if certfile else None
		self._switchboard = Switchboard(
			Setup(crm_id, client_id, api_key, tuple(extensions), tuple(allow), answer_after, stats_api_key)
		)
		self._webhooks = Webhooks(lambda: self._switchboard.calls, lambda: self.url)
		self._server: _Server | None = None
		self._thread: threading.Thread | None = None
		self.url = ""
		self.behave = self._switchboard.behave
		self.begin = self._switchboard.begin
		self.answer = self._switchboard.answer
		self.hang_up = self._switchboard.hang_up
		self.reset = self._switchboard.reset
		self.list_calls = self._switchboard.list_calls
		self.send_webhooks = self._webhooks.configure
		self.wait_for_requests = self._switchboard.wait_for_requests

	def start(self) -> Simulator:
		"""Listen; return when `url` answers. Raise OSError when the port is taken."""
		tls = None
		if self._certificate:
			tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
			tls.load_cert_chain(*self._certificate)
		self._server = _Server(self._address, (self._switchboard, self._webhooks), tls)
		host, port = self._server.server_address[:2]
		self.url = f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
		self._thread = threading.Thread(
			target=self._server.serve_forever, args=(0.05,), name="simulated-pbx", daemon=True
		)
		self._thread.start()
		return self

	def stop(self) -> None:
		"""Close the port and every connection; what was recorded stays readable."""
		if self._server and self._thread:
			self._server.shutdown()
			self._thread.join()
			self._server.server_close()
			self._server.close_all()
			self._webhooks.stop()
			self._server = self._thread = None

	def __enter__(self) -> Simulator:
		return self if self._server else self.start()

	def __exit__(self, *exception) -> None:
		self.stop()

	@property
	def calls(self) -> tuple[Call, ...]:
		"""Return the calls placed, oldest first, as they stand now."""
		return self._switchboard.calls

	@property
	def deliveries(self) -> tuple[Delivery, ...]:
		"""Return the webhooks sent of late, oldest first."""
		return self._webhooks.deliveries

	@property
	def requests(self) -> tuple[ReceivedRequest, ...]:
		"""Return the requests that arrived, oldest first; a browser's for the page and those to /_sim/ do not count."""
		return self._switchboard.requests


def _shut(connection: socket.socket) -> None:
	try:
		# Past SSLSocket.shutdown, which takes the TLS state away from the thread that is reading.
		socket.socket.shutdown(connection, socket.SHUT_RDWR)
	except OSError:
		return  # the client was faster


def serve(
	port: int,
	crm_id: str = "",
	client_id: str = "",
	api_key: str = "",
	extensions: Sequence[str] = DEFAULT_EXTENSIONS,
	allow: Sequence[str] = DEFAULT_ALLOW,
	answer_after: float | None = None,
) -> None:
	"""Run in the foreground until SIGTERM or SIGINT; print one JSON line on stdout when ready.

	Port 0 takes a free one; an empty id or key accepts any; `answer_after` seconds of ringing each phone is
	picked up by itself. The line is {"listening": address, "extensions": [...], "allow": [...]}.
	Call it from the main thread. Raise ConfigurationError when the port is taken or the allow-list unreadable.
	"""
	# Blocked before any thread starts, so that all inherit it: a signal that another thread received would
	# not wake the main one.
	earlier = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
	try:
		with _started(
			port,
			crm_id=crm_id,
			client_id=client_id,
			api_key=api_key,
			extensions=extensions,
			allow=allow,
			answer_after=answer_after,
		) as simulator:
			ready = {"listening": simulator.url, "extensions": list(extensions), "allow": list(allow)}
			print(json.dumps(ready), flush=True)
			signal.sigwait(STOP_SIGNALS)
	finally:
		signal.pthread_sigmask(signal.SIG_SETMASK, earlier)


def _started(port: int, **setup) -> Simulator:
	try:
		simulator = Simulator(port, **setup)
	except ValueError as error:
		raise ConfigurationError(_("The allow-list cannot be read: {0}.", error), "allow") from None
	try:
		return simulator.start()
	except (OSError, OverflowError):
		raise ConfigurationError(
			_("Port {0} cannot be used; it may be taken. Choose another one.", port), "port"
		) from None
