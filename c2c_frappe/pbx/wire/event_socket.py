"""Listens to a PBX's WebSocket. The only file that imports websocket-client.

Never connects anew by itself, never follows a redirect, never goes through a proxy, and no error of it holds an address or a secret. A PBX that is
gone without a word is noticed: silence is broken by a ping, and a ping without a pong is the end.
"""

from __future__ import annotations

import json
import socket
import ssl
import time
from urllib.parse import urlsplit

import certifi
import websocket

from c2c_frappe.pbx.errors import RejectedError, UnavailableError
from c2c_frappe.pbx.text import Text, _
from c2c_frappe.pbx.wire.http import Connection, HttpRequest

PING_AFTER = 15
GONE_AFTER = 40
# What the library and the socket below it raise between them; ValueError is an address it cannot read.
_ERRORS = (websocket.WebSocketException, OSError, ValueError)


class EventSocket:
	"""An open WebSocket; a closed or broken one raises UnavailableError from then on."""

	def __init__(self, opening: HttpRequest, connection: Connection):
		"""Connect; raise RejectedError when the PBX refused it, UnavailableError when it was not reached."""
		failure = None
		try:
			self._socket = _open(opening, connection)
		except websocket.WebSocketBadStatusException as error:
			failure = RejectedError(_refusal(error.status_code))
		except _ERRORS:
			failure = UnavailableError(_("Could not connect to the PBX's event stream."))
		# Out here, so that the library's exception, whose text may hold the address, is no context of ours.
		if failure:
			raise failure
		self._heard_at = self._pinged_at = time.monotonic()

	def receive(self, seconds: float) -> dict | None:
		"""Return the next event, None when none came within the seconds; raise UnavailableError at the end."""
		try:
			return self._receive(seconds)
		except _ERRORS:
			self.close()
		raise UnavailableError(_("The connection to the PBX's event stream was lost."))

	def _receive(self, seconds: float) -> dict | None:
		self._socket.settimeout(seconds)
		try:
			kind, frame = self._socket.recv_data_frame(control_frame=True)
		except websocket.WebSocketTimeoutException:
			self._look_for_life()
			return None
		self._heard_at = time.monotonic()
		if kind == websocket.ABNF.OPCODE_CLOSE:
			raise websocket.WebSocketConnectionClosedException
		event = json.loads(frame.data) if kind == websocket.ABNF.OPCODE_TEXT else None
		return event if isinstance(event, dict) else None

	def _look_for_life(self) -> None:
		now = time.monotonic()
		if now - self._heard_at > GONE_AFTER:
			raise websocket.WebSocketConnectionClosedException
		if now - max(self._heard_at, self._pinged_at) > PING_AFTER:
			self._pinged_at = now
			self._socket.ping()

	def close(self) -> None:
		"""Close it, without waiting for the other side."""
		self._socket.shutdown()


def _open(opening: HttpRequest, connection: Connection) -> websocket.WebSocket:
	"""Connect by a socket of our own: the library's would ask the environment for a proxy."""
	parts = urlsplit(opening.url)
	is_secure = parts.scheme == "wss"
	address = (parts.hostname, parts.port or (443 if is_secure else 80))
	opened = socket.create_connection(address, timeout=connection.connect_timeout)
	try:
		if is_secure:
			context = ssl.create_default_context(cafile=connection.ca_file or certifi.where())
			opened = context.wrap_socket(opened, server_hostname=parts.hostname)
		opened.settimeout(connection.deadline)
		header = [f"{name}: {value}" for name, value in opening.headers.items()]
		greeted = websocket.create_connection(
			opening.url, socket=opened, header=header, suppress_origin=True, redirect_limit=0
		)
		if greeted.getstatus() != 101:  # a redirect, which the library takes for a greeting
			raise websocket.WebSocketException
		return greeted
	except BaseException:
		opened.close()
		raise


def _refusal(http_status: int) -> Text:
	if http_status in (401, 403):
		return _("The PBX refused to send events to this user (HTTP {0}).", http_status)
	return _("The PBX refused to send events (HTTP {0}).", http_status)
