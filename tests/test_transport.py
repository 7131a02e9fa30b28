"""One request over real sockets: what was sent, what its answer or error is, and that the deadline holds."""

import gzip
import logging
import socket
import time
import traceback
import tracemalloc
from urllib.parse import quote

import pytest

from c2c_frappe.pbx.errors import OutcomeUnknownError, PbxError, UnavailableError
from c2c_frappe.pbx.simulator import Simulator
from c2c_frappe.pbx.wire import transport
from c2c_frappe.pbx.wire.http import MAX_RESPONSE, Connection, HttpRequest

SECRET = "s3cr3t/Key+42"
DIAL = "/call/1/2/1000/447700900123"
# For what must not end before the deadline, and for what must end long before it.
QUICK = Connection(connect_timeout=0.3, read_timeout=0.4)
PATIENT = Connection(connect_timeout=10, read_timeout=10)
# What starting threads and closing sockets may take on a busy machine.
MARGIN = 1
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Outcome:
	"""What one `send` came to: `answer` or `error`, and the seconds it took."""

	def __init__(self, base, connection=PATIENT, target=DIAL, **request):
		started = time.monotonic()
		self.answer = self.error = None
		try:
			url = f"{base}{target}?auth={quote(SECRET, safe='')}"
			self.answer = transport.send(HttpRequest("GET", url, **request), connection)
		except PbxError as error:
			self.error = error
		self.seconds = time.monotonic() - started

	def assert_unknown(self, code, at_most=5):
		"""Bytes left, no answer came: it may ring."""
		assert type(self.error) is OutcomeUnknownError and self.error.failure_code == code
		assert "may still ring" in self.error.message
		self._assert_clean(at_most)

	def assert_unsent(self, words="", at_most=5):
		assert type(self.error) is UnavailableError and self.error.failure_code == "not_sent"
		assert words in self.error.message
		self._assert_clean(at_most)

	def _assert_clean(self, at_most):
		"""In time, and with neither the URL nor the key anywhere in the error or its frames."""
		assert self.seconds <= at_most + MARGIN
		assert self.error.__cause__ is None and self.error.__context__ is None
		own = self.error.__traceback__.tb_next
		frames = traceback.TracebackException(type(self.error), self.error, own, capture_locals=True)
		shown = "".join([str(self.error), repr(self.error), *frames.format()])
		for hidden in (SECRET, quote(SECRET, safe=""), "/call/1", "auth="):
			assert hidden not in shown


@pytest.fixture
def pbx():
	with Simulator() as simulator:
		yield simulator


class TestAnswers:
	def test_a_whole_answer_is_returned_with_status_text_and_type(self, pbx):
		answer = Outcome(pbx.url).answer
		assert answer.status == 200 and '"success":true' in answer.text
		assert answer.content_type.startswith("application/json")

	def test_the_address_goes_out_as_it_was_built_with_only_the_headers_we_name(self, pbx):
		Outcome(pbx.url)
		[request] = pbx.requests
		assert request.target == f"{DIAL}?auth=s3cr3t%2FKey%2B42"
		assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding"}
		assert request.headers["accept-encoding"] == "identity"

	@pytest.mark.parametrize(
		("kind", "status"), [("404", 404), ("5xx", 500), ("html", 200), ("refuse", 200), ("slow", 200)]
	)
	def test_an_answer_of_any_kind_is_an_answer(self, pbx, kind, status):
		pbx.behave(kind, seconds=0.2)
		assert Outcome(pbx.url).answer.status == status
		assert len(pbx.requests) == 1

	def test_a_redirect_is_not_followed(self, pbx):
		pbx.behave("redirect")
		assert Outcome(pbx.url).answer.status == 302
		assert len(pbx.requests) == 1

	def test_of_a_huge_body_64_kb_are_read(self, pbx):
		pbx.behave("huge")
		assert len(Outcome(pbx.url).answer.text) == MAX_RESPONSE

	def test_of_a_redirects_body_64_kb_are_read_too(self, serve_raw):
		head = b"HTTP/1.1 302 Found\r\nLocation: http://[broken/\r\n\r\n"
		server = serve_raw(lambda connection: [connection.sendall(head), _pour(connection)])
		outcome = Outcome(server.url)
		assert outcome.answer.status == 302 and len(outcome.answer.text) == MAX_RESPONSE
		assert outcome.seconds < PATIENT.read_timeout

	def test_a_try_again_later_is_answered_at_once_and_never_obeyed(self, serve_raw):
		server = serve_raw(b"HTTP/1.1 503 Busy\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n")
		outcome = Outcome(server.url)
		assert outcome.answer.status == 503 and outcome.seconds < 1 + MARGIN
		assert server.connections == 1

	def test_a_body_without_a_length_ends_where_the_server_closes(self, serve_raw):
		server = serve_raw(b'HTTP/1.1 200 OK\r\n\r\n{"a":1}')
		assert Outcome(server.url).answer.text == '{"a":1}'

	def test_a_chunked_body_is_put_together(self, serve_raw):
		server = serve_raw(
			b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
		)
		assert Outcome(server.url).answer.text == "abc"

	def test_a_byte_order_mark_and_bytes_that_are_no_utf8_do_no_harm(self, serve_raw):
		server = serve_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\xef\xbb\xbfa\xffb")
		assert Outcome(server.url).answer.text == "a\ufffdb"

	def test_continue_is_waited_past(self, serve_raw):
		server = serve_raw(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)
		assert Outcome(server.url).answer.text == "ok"

	@pytest.mark.parametrize("interim", ["102 Processing", "103 Early Hints", "199 Own"])
	def test_no_interim_response_is_the_answer(self, serve_raw, interim):
		"""A 103 in front of a yes is no 103: the final response counts, its headers alone too."""
		hint = f"HTTP/1.1 {interim}\r\nLink: </a.css>; rel=preload\r\nContent-Length: 9\r\n\r\n".encode()
		server = serve_raw(hint + hint + OK)
		answer = Outcome(server.url).answer
		assert (answer.status, answer.text) == (200, "ok")

	def test_a_packed_body_is_unpacked_though_none_was_asked_for(self, serve_raw):
		assert Outcome(serve_raw(_packed(gzip.compress(b"yes"), "gzip")).url).answer.text == "yes"

	@pytest.mark.parametrize("layers", [1, 2, 3])
	def test_a_gzip_bomb_costs_no_memory(self, serve_raw, layers):
		bomb = bytes(64 << 20)
		for _layer in range(layers):
			bomb = gzip.compress(bomb)
		server = serve_raw(_packed(bomb, ", ".join(["gzip"] * layers)))
		tracemalloc.start()
		answer = Outcome(server.url).answer
		peak = tracemalloc.get_traced_memory()[1]
		tracemalloc.stop()
		assert len(answer.text) <= MAX_RESPONSE and peak < 4 << 20

	def test_what_is_called_packed_and_is_not_reads_as_nothing(self, serve_raw):
		assert Outcome(serve_raw(_packed(b"plain", "gzip")).url).answer.text == ""

	def test_a_body_of_our_own_is_sent_once(self, serve_raw):
		server = serve_raw(OK)
		outcome = Outcome(server.url, body=b"a=1", headers={"X-Key": SECRET})
		assert outcome.answer.status == 200 and server.connections == 1
		assert b"Content-Length: 3\r\n" in server.heads[0] and b"X-Key: " + SECRET.encode() in server.heads[0]


class TestSentButNotAnswered:
	@pytest.mark.parametrize("kind", ["hang", "drip", "drip_body"])
	def test_what_never_ends_is_a_timeout_at_the_deadline_after_one_request(self, pbx, kind):
		pbx.behave(kind, seconds=None if kind == "hang" else 0.05)
		Outcome(pbx.url, QUICK).assert_unknown("timeout", QUICK.deadline)
		assert len(pbx.wait_for_requests(1)) == 1

	@pytest.mark.parametrize("kind", ["drop", "cut"])
	def test_a_connection_lost_is_no_answer_and_is_not_tried_again(self, pbx, kind):
		pbx.behave(kind)
		Outcome(pbx.url).assert_unknown("bad_reply")
		assert len(pbx.requests) == 1

	def test_a_body_without_a_length_that_drips_is_no_whole_answer(self, serve_raw):
		server = serve_raw(
			lambda connection: server.drip(connection, b'HTTP/1.1 200 OK\r\n\r\n{"success":true}')
		)
		Outcome(server.url, QUICK).assert_unknown("timeout", QUICK.deadline)
		assert server.connections == 1

	@pytest.mark.parametrize("interim", [b"100 Continue", b"103 Early Hints"])
	def test_interim_answers_without_end_are_a_timeout(self, serve_raw, interim):
		def forever(connection):
			while not server.stopping.wait(0.02):
				connection.sendall(b"HTTP/1.1 %s\r\n\r\n" % interim)

		server = serve_raw(forever)
		Outcome(server.url, QUICK).assert_unknown("timeout", QUICK.deadline)

	@pytest.mark.parametrize(
		"reply",
		[
			pytest.param(b"hello\r\n", id="HTTP/0.9"),
			pytest.param(b"\x16\x03\x01\x00\xff\r\n" * 9, id="binary"),
			pytest.param(b"HTTP/1.1 yes OK\r\n\r\n", id="no status"),
			pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n", id="header flood"),
			pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000, id="endless header"),
			pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", id="shorter than announced"),
			pytest.param(
				b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", id="two lengths"
			),
			pytest.param(
				b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", id="chunk cut in the middle"
			),
			pytest.param(
				b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab", id="chunk of no size"
			),
			pytest.param(
				b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", id="chunks without end"
			),
			pytest.param(b"", id="nothing"),
		],
	)
	def test_an_answer_that_is_broken_or_cut_is_unknown(self, serve_raw, reply):
		server = serve_raw(reply)
		Outcome(server.url).assert_unknown("bad_reply")
		assert server.connections == 1

	def test_a_server_that_hangs_up_before_reading_may_still_have_got_it(self, serve_raw):
		server = serve_raw(b"", reads=False)
		Outcome(server.url).assert_unknown("bad_reply")
		assert server.connections == 1

	def test_a_server_that_resets_the_connection_may_still_have_got_it(self, serve_raw):
		linger_not = b"\x01\x00\x00\x00\x00\x00\x00\x00"
		server = serve_raw(
			lambda connection: connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
		)
		Outcome(server.url).assert_unknown("bad_reply")
		assert len(server.heads) == 1


class TestNothingSent:
	def test_a_refused_connection(self):
		Outcome(_free_address()).assert_unsent("refused the connection")

	def test_a_host_that_does_not_pick_up_takes_the_connect_timeout(self):
		with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
			listener.bind(("127.0.0.1", 0))
			listener.listen(0)
			# The queue holds one; what comes after it gets no answer at all.
			for each in (first, second):
				each.setblocking(False)
				each.connect_ex(listener.getsockname())
			late = Connection(connect_timeout=0.3, read_timeout=10)
			outcome = Outcome(f"http://127.0.0.1:{listener.getsockname()[1]}", late)
		outcome.assert_unsent("in time", at_most=late.connect_timeout)

	def test_a_name_that_is_not_found(self):
		Outcome("https://pbx.invalid").assert_unsent("pbx.invalid was not found", at_most=60)

	@pytest.mark.parametrize("host", ["a" * 64 + ".example", "pbx..example", "\u2488.example"])
	def test_a_name_that_cannot_be_one(self, host):
		Outcome(f"http://{host}").assert_unsent(at_most=60)

	def test_when_the_name_takes_longer_than_the_deadline_nothing_is_sent_any_more(
		self, serve_raw, monkeypatch
	):
		server, look_up = serve_raw(OK), socket.getaddrinfo
		monkeypatch.setattr(
			socket, "getaddrinfo", lambda *a, **k: [time.sleep(QUICK.deadline + 0.1), look_up(*a, **k)][1]
		)
		Outcome(server.url, QUICK).assert_unsent("in time", at_most=QUICK.deadline + 0.1)
		assert server.connections == 0

	def test_the_next_address_of_a_name_is_tried_when_the_first_refuses(self, serve_raw, monkeypatch):
		server, look_up = serve_raw(OK), socket.getaddrinfo
		dead = int(_free_address().rpartition(":")[2])
		monkeypatch.setattr(
			socket,
			"getaddrinfo",
			lambda host, port, **k: [*look_up(host, dead, **k), *look_up(host, port, **k)],
		)
		assert Outcome(server.url).answer.text == "ok" and len(server.heads) == 1


class TestTheEnvironment:
	def test_its_proxies_are_ignored(self, pbx, monkeypatch):
		for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
			monkeypatch.setenv(name, _free_address())
		monkeypatch.delenv("NO_PROXY", raising=False)
		monkeypatch.delenv("no_proxy", raising=False)
		assert Outcome(pbx.url).answer.status == 200

	def test_its_proxy_is_used_when_the_account_says_so(self, serve_raw, monkeypatch):
		proxy = serve_raw(OK)
		_use_proxy(monkeypatch, proxy.url)
		outcome = Outcome("http://pbx.invalid", Connection(10, 10, use_proxy=True))
		assert outcome.answer.text == "ok" and len(proxy.heads) == 1
		assert proxy.heads[0].startswith(b"GET http://pbx.invalid/call/1/2/")

	def test_a_proxy_that_is_not_there_means_nothing_was_sent(self, pbx, monkeypatch):
		_use_proxy(monkeypatch, _free_address())
		Outcome(pbx.url, Connection(10, 10, use_proxy=True)).assert_unsent("refused")
		assert not pbx.requests

	@pytest.mark.parametrize("reply", [b"HTTP/1.1 407 Who are you\r\n\r\n", b"nonsense\r\n\r\n", b""])
	def test_what_a_proxy_refuses_to_tunnel_was_not_sent(self, serve_raw, monkeypatch, reply):
		proxy = serve_raw(reply)
		_use_proxy(monkeypatch, proxy.url)
		Outcome("https://pbx.invalid", Connection(10, 10, use_proxy=True)).assert_unsent()
		[head] = proxy.heads
		assert head.startswith(b"CONNECT pbx.invalid:443 ") and b"/call/" not in head

	@pytest.mark.parametrize("use_proxy", [False, True])
	def test_a_password_in_netrc_stays_there(self, pbx, monkeypatch, tmp_path, use_proxy):
		(tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n")
		monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
		assert Outcome(pbx.url, Connection(10, 10, use_proxy=use_proxy)).answer.status == 200
		assert "authorization" not in pbx.requests[0].headers


class TestLogs:
	def test_urllib3_says_nothing_about_a_request_of_ours(self, serve_raw, caplog):
		caplog.set_level(logging.DEBUG)
		# A header line without a colon is what urllib3 warns about, with the whole address.
		server = serve_raw(b"HTTP/1.1 200 OK\r\nA: b\r\nnot a header\r\nContent-Length: 2\r\n\r\nok")
		Outcome(server.url)
		Outcome(_free_address())
		assert not caplog.records

	def test_it_still_speaks_about_requests_of_others(self, caplog):
		caplog.set_level(logging.DEBUG)
		logging.getLogger("urllib3.connectionpool").debug("another app's request")
		assert caplog.messages == ["another app's request"]


def _packed(body, encoding):
	head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
	return head.encode() + body


def _pour(connection):
	while True:
		connection.sendall(b"x" * 65536)


def _free_address():
	with socket.create_server(("127.0.0.1", 0)) as listener:
		return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _use_proxy(monkeypatch, address):
	for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
		monkeypatch.setenv(name, address)
	for name in ("NO_PROXY", "no_proxy"):
		monkeypatch.delenv(name, raising=False)
