"""The WebSocket for a PBX's events, on real sockets: what arrives, what is refused, and how its end is noticed."""

import base64
import hashlib
import re
import struct
import time

import pytest

from c2c_frappe.pbx.errors import RejectedError, UnavailableError
from c2c_frappe.pbx.wire import event_socket
from c2c_frappe.pbx.wire.event_socket import EventSocket
from c2c_frappe.pbx.wire.http import Connection, HttpRequest

SECRET = "Basic c2VjcmV0LW9mLWFyaQ=="
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def frame(kind, data=b""):
	head = (
		struct.pack("!BB", 0x80 | kind, len(data))
		if len(data) < 126
		else struct.pack("!BBH", 0x80 | kind, 126, len(data))
	)
	return head + data


@pytest.fixture
def stream(serve_raw):
	"""A function that returns a server which greets a WebSocket and then runs `act(connection, server)`."""

	def start(act, **options):
		def script(connection):
			key = re.search(rb"Sec-WebSocket-Key: (\S+)", server.heads[-1])[1].decode()
			accept = base64.b64encode(hashlib.sha1(f"{key}{GUID}".encode()).digest()).decode()  # noqa: S324
			head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
			connection.sendall(f"{head}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
			act(connection, server)

		server = serve_raw(script, **options)
		return server

	return start


@pytest.fixture
def open_at():
	"""A function that opens a server's WebSocket; it is closed at the end."""
	opened = []

	def open_one(server, **connection):
		url = server.url.replace("http", "ws") + "/ari/events?app=a"
		request = HttpRequest("GET", url, {"Authorization": SECRET})
		opened.append(EventSocket(request, Connection(1, 1, **connection)))
		return opened[-1]

	yield open_one
	for each in opened:
		each.close()


def test_events_arrive_in_turn_and_what_is_no_event_is_passed_over(stream, open_at):
	def act(connection, server):
		for data in (
			b'{"type":"Dial"}',
			b"[1]",
			'{"name":"Müller"}'.encode(),
			b'{"a":"' + b"x" * 500 + b'"}',
		):
			connection.sendall(frame(TEXT, data))
		server.stopping.wait(5)

	server = stream(act)
	heard = open_at(server)
	assert [heard.receive(2) for _ in range(4)] == [
		{"type": "Dial"},
		None,
		{"name": "Müller"},
		{"a": "x" * 500},
	]
	assert heard.receive(0.1) is None
	assert SECRET.encode() in server.heads[0] and b"Origin" not in server.heads[0]


def test_a_ping_is_answered_and_is_no_event(stream, open_at):
	answers = []

	def act(connection, server):
		connection.sendall(frame(PING, b"hello"))
		answers.append(connection.recv(100)[0] & 0x0F)

	heard = open_at(stream(act))
	assert heard.receive(2) is None
	with pytest.raises(UnavailableError):
		heard.receive(2)
	assert answers == [PONG]


@pytest.mark.parametrize("end", [frame(CLOSE), b"", b"\xff\xff\xff", frame(TEXT, b"{no json")])
def test_an_end_or_nonsense_is_told_as_a_lost_connection(stream, end, open_at):
	heard = open_at(stream(lambda connection, server: connection.sendall(end)))
	with pytest.raises(UnavailableError) as caught:
		for _ in range(3):
			heard.receive(2)
	assert caught.value.__context__ is None


def test_a_pbx_that_is_silently_gone_is_noticed(stream, monkeypatch, open_at):
	monkeypatch.setattr(event_socket, "PING_AFTER", 0.1)
	monkeypatch.setattr(event_socket, "GONE_AFTER", 0.5)
	heard = open_at(stream(lambda connection, server: server.stopping.wait(5)))
	began = time.monotonic()
	with pytest.raises(UnavailableError):
		while time.monotonic() - began < 5:
			heard.receive(0.1)
	assert time.monotonic() - began < 3


def test_a_pbx_that_has_nothing_to_say_but_lives_is_listened_to(stream, monkeypatch, open_at):
	monkeypatch.setattr(event_socket, "PING_AFTER", 0.05)
	monkeypatch.setattr(event_socket, "GONE_AFTER", 0.4)

	def act(connection, server):
		while connection.recv(100):
			connection.sendall(frame(PONG))

	heard = open_at(stream(act))
	ends_at = time.monotonic() + 1
	while time.monotonic() < ends_at:
		assert heard.receive(0.1) is None


@pytest.mark.parametrize(
	("status", "words"),
	[(401, "refused to send events to this user"), (403, "this user"), (404, "HTTP 404"), (200, "HTTP 200")],
)
def test_a_refusal_is_told_with_its_status_and_without_a_secret(serve_raw, status, words, open_at):
	server = serve_raw(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
	with pytest.raises(RejectedError) as caught:
		open_at(server)
	assert words in caught.value.message and caught.value.__context__ is None


def test_a_redirect_is_not_followed(serve_raw, open_at):
	elsewhere = serve_raw(b"")
	server = serve_raw(
		f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}/\r\nContent-Length: 0\r\n\r\n".encode()
	)
	with pytest.raises(UnavailableError):
		open_at(server)
	assert not elsewhere.connections


def test_a_pbx_that_is_not_there_is_told_so():
	with pytest.raises(UnavailableError) as caught:
		EventSocket(
			HttpRequest("GET", "ws://127.0.0.1:1/ari/events", {"Authorization": SECRET}), Connection(1, 1)
		)
	assert caught.value.__context__ is None


def test_a_pbx_that_never_greets_is_given_up(serve_raw, open_at):
	server = serve_raw(lambda connection: server.stopping.wait(10))
	began = time.monotonic()
	with pytest.raises(UnavailableError):
		open_at(server)
	assert time.monotonic() - began < 4


def test_a_proxy_of_the_environment_sees_nothing(stream, serve_raw, monkeypatch, open_at):
	proxy = serve_raw(b"")
	for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
		monkeypatch.setenv(name, proxy.url)
	heard = open_at(stream(lambda connection, server: connection.sendall(frame(TEXT, b'{"type":"Dial"}'))))
	assert heard.receive(2) == {"type": "Dial"} and not proxy.connections


class TestTls:
	def test_a_certificate_nobody_signed_is_refused_before_the_secret_leaves(self, stream, tls, open_at):
		server = stream(lambda connection, server: None, tls=tls)
		with pytest.raises(UnavailableError):
			open_at(server)
		assert not server.heads

	def test_the_accounts_own_authority_is_trusted_for_its_own_host(self, stream, tls, certificate, open_at):
		def act(connection, server):
			connection.sendall(frame(TEXT, b'{"type":"Dial"}'))

		server = stream(act, tls=tls)
		assert open_at(server, ca_file=certificate[0]).receive(2) == {"type": "Dial"}
		server.url = server.url.replace("127.0.0.1", "localhost")
		with pytest.raises(UnavailableError):
			open_at(server, ca_file=certificate[0])
