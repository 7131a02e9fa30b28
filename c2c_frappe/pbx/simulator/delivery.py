"""Puts an answer on a socket the way a behaviour says: whole, late, in drips, in half, or not at all.

Decides nothing about the answer itself. Any of these may end in OSError when the client has gone.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from http import HTTPStatus
from threading import Event

from c2c_frappe.pbx.simulator.behaviour import Behaviour
from c2c_frappe.pbx.simulator.values import Answer

SLOW_SECONDS = 2
DRIP_SECONDS = 0.1
# Announced by a body that drips; nobody waits for its end.
ENDLESS = 1 << 30


def deliver(connection: socket.socket, response: Answer, behaviour: Behaviour, stopping: Event) -> None:
	"""Send the answer as the behaviour's kind says; return when done, or soon after `stopping` is set."""
	DELIVERIES.get(behaviour.kind, _whole)(connection, response, behaviour, stopping)


def head(response: Answer, length: int) -> bytes:
	"""Return status line and headers, without the empty line that ends them."""
	status = HTTPStatus(response.status) if response.status in set(HTTPStatus) else None
	lines = [
		f"HTTP/1.1 {response.status} {status.phrase if status else 'Status'}",
		"Server: simulated-pbx",
		f"Content-Type: {response.content_type}; charset=utf-8",
		f"Content-Length: {length}",
		"Cache-Control: no-store",
		"Connection: close",
		*(f"{name}: {value}" for name, value in response.headers.items()),
	]
	return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n"


def _whole(connection: socket.socket, response: Answer, behaviour: Behaviour, stopping: Event) -> None:
	connection.sendall(head(response, len(response.body)) + b"\r\n" + response.body)


def _slow(connection: socket.socket, response: Answer, behaviour: Behaviour, stopping: Event) -> None:
	if not stopping.wait(_seconds(behaviour, SLOW_SECONDS)):
		_whole(connection, response, behaviour, stopping)


def _hang(connection: socket.socket, response: Answer, behaviour: Behaviour, stopping: Event) -> None:
	"""Read until the client gives up, the server stops (it shuts the socket) or the time is over."""
	connection.settimeout(behaviour.seconds)
	while connection.recv(4096):
		pass


def _drip(connection: socket.socket, response: Answer, behaviour: Behaviour, stopping: Event) -> None:
	_drop_by_drop(connection, head(response, len(response.body)) + b"X-Drip: ", behaviour, stopping)


def _drip_body(connection: socket.socket, response: Answer, behaviour: Behaviour, stopping: Event) -> None:
	connection.sendall(head(response, ENDLESS) + b"\r\n")
	_drop_by_drop(connection, response.body, behaviour, stopping)


def _drop_by_drop(connection: socket.socket, start: bytes, behaviour: Behaviour, stopping: Event) -> None:
	"""Send `start` one byte at a time and then x for ever."""
	sent = 0
	while not stopping.wait(_seconds(behaviour, DRIP_SECONDS)):
		connection.sendall(start[sent : sent + 1] or b"x")
		sent += 1


def _drop(connection: socket.socket, response: Answer, behaviour: Behaviour, stopping: Event) -> None:
	connection.shutdown(socket.SHUT_RDWR)


def _cut(connection: socket.socket, response: Answer, behaviour: Behaviour, stopping: Event) -> None:
	half = response.body[: len(response.body) // 2]
	connection.sendall(head(response, len(response.body)) + b"\r\n" + half)


def _seconds(behaviour: Behaviour, default: float) -> float:
	return default if behaviour.seconds is None else behaviour.seconds


DELIVERIES: dict[str, Callable[[socket.socket, Answer, Behaviour, Event], None]] = {
	"slow": _slow,
	"hang": _hang,
	"drip": _drip,
	"drip_body": _drip_body,
	"drop": _drop,
	"cut": _cut,
}
