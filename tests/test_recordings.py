"""Recordings come in pieces, from the account's own hosts, within a deadline, as audio, or not at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c2c_frappe.pbx import recordings
from c2c_frappe.pbx.errors import ConfigurationError, PbxError, RejectedError, UnavailableError
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.recordings import PIECE, Span, fetch, hosts, span
from c2c_frappe.pbx.simulator import Simulator
from c2c_frappe.pbx.wire import transport

WAV = "audio/wav"
AUDIO = b"RIFF" + bytes(range(256)) * 40
FIRST = Span(0, PIECE, is_whole=False)


def provider(url, **values):
	usual = {"base_url": url, "allow_http": "1", "allow_private": "1", "crm_id": "1", "client_id": "2345678"}
	return registry.build("commpeak", {**usual, **values})


def get(url, wanted=FIRST, path="/r.wav", lines="", **values):
	asked = provider(url, **values)
	return fetch(asked, f"{url}{path}", wanted, hosts(asked.addresses, lines))


def response(body=AUDIO, status="200 OK", content_type=WAV, *more):
	lines = [
		f"HTTP/1.1 {status}",
		f"Content-Type: {content_type}",
		f"Content-Length: {len(body)}",
		*more,
		"",
		"",
	]
	return "\r\n".join(lines).encode() + body


@pytest.fixture
def pbx():
	with Simulator() as simulator:
		yield simulator


@pytest.fixture
def recorded(pbx):
	"""The path of the recording of a call of some seconds."""
	call = pbx.begin("1000", "12025550147", at=time.time() - 20)
	pbx.answer(call.id)
	pbx.hang_up(call.id)
	return f"/recordings/{call.unique_id}.wav"


class TestPieces:
	@pytest.mark.parametrize(
		("header", "expected"),
		[
			("bytes=0-", Span(0, PIECE, False)),
			("bytes=0-1", Span(0, 2, False)),
			("bytes=500-999", Span(500, 500, False)),
			(f"bytes=0-{PIECE * 9}", Span(0, PIECE, False)),
			("bytes=7-", Span(7, PIECE, False)),
			(None, Span()),
			("", Span()),
			("bytes=-500", Span()),
			("bytes=0-1,5-6", Span()),
			("bytes=9-3", Span()),
			("items=0-1", Span()),
		],
	)
	def test_a_range_is_read_and_never_longer_than_a_piece(self, header, expected):
		assert span(header) == expected

	@given(st.text(max_size=30))
	def test_any_header_gives_a_span(self, header):
		found = span(header)
		assert found.start >= 0 and 0 < found.most <= recordings.WHOLE

	def test_the_pieces_of_a_recording_make_the_whole(self, pbx, recorded):
		whole = get(pbx.url, Span(), recorded)
		pieces = [
			get(pbx.url, Span(start, 3000, False), recorded) for start in range(0, len(whole.body), 3000)
		]
		assert b"".join(piece.body for piece in pieces) == whole.body
		assert whole.body.startswith(b"RIFF")
		assert {piece.total for piece in [whole, *pieces]} == {len(whole.body)}
		assert [piece.start for piece in pieces[:2]] == [0, 3000]
		assert {piece.content_type for piece in pieces} == {WAV}

	def test_a_pbx_that_knows_no_ranges_is_read_up_to_the_piece(self, serve_raw):
		server = serve_raw(response())
		clip = get(server.url, Span(1000, 50, False))
		assert (clip.body, clip.start, clip.total) == (AUDIO[1000:1050], 1000, len(AUDIO))

	def test_of_a_body_that_never_ends_a_piece_is_taken(self, serve_raw):
		def flood(connection):
			connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n")
			while True:
				connection.sendall(b"x" * 65536)

		clip = get(serve_raw(flood).url, Span(5, PIECE, False))
		assert (len(clip.body), clip.total) == (PIECE, None)

	def test_a_recording_too_long_to_be_sent_whole_is_refused_as_a_whole(self, serve_raw, monkeypatch):
		server = serve_raw(response())
		with pytest.raises(RejectedError, match="too long"):
			get(server.url, Span(0, 1000))
		assert len(get(server.url, Span(0, 20000)).body) == len(AUDIO)


class TestHosts:
	@pytest.mark.parametrize(
		"url",
		[
			"http://127.0.0.1:1/r.wav",
			"http://localhost:{port}/r.wav",
			"http://user@127.0.0.1:{port}/r.wav",
			"http://127.0.0.1@localhost:{port}/r.wav",
			"ftp://127.0.0.1:{port}/r.wav",
			"file:///etc/passwd",
			"//127.0.0.1:{port}/r.wav",
			"javascript:alert(1)",
			"http://[::1/r.wav",
			"",
		],
	)
	def test_an_address_of_another_host_or_port_is_asked_for_nothing(self, serve_raw, url):
		server = serve_raw(response())
		asked = provider(server.url)
		with pytest.raises(ConfigurationError, match="not a host of this account"):
			fetch(asked, url.format(port=server.port), FIRST, hosts(asked.addresses, ""))
		assert server.connections == 0

	def test_hosts_an_admin_named_are_asked_too(self, serve_raw):
		server = serve_raw(response())
		other = "http://pbx.example.com"
		asked = provider(other)
		allowed = hosts(asked.addresses, f"recordings.example.com\n127.0.0.1:{server.port}")
		assert fetch(asked, f"{server.url}/r.wav", FIRST, allowed).body == AUDIO
		assert ("recordings.example.com", 443) in allowed and ("pbx.example.com", 80) in allowed

	@pytest.mark.parametrize("line", ["https://x.example.com", "a/b", "x@y", "host:port", "host:99999"])
	def test_a_line_that_is_no_host_is_named(self, line):
		with pytest.raises(ConfigurationError) as caught:
			hosts((), f"good.example.com\n{line}")
		assert line in caught.value.message and caught.value.setting == "recording_hosts"

	def test_plain_http_is_asked_only_where_the_account_allows_it(self, serve_raw):
		server = serve_raw(response())
		asked = provider("https://pbx.example.com", allow_http="")
		with pytest.raises(ConfigurationError):
			fetch(asked, f"{server.url}/r.wav", FIRST, hosts((server.url,), ""))
		assert server.connections == 0

	def test_a_private_address_is_reached_only_for_a_pbx_on_the_premises(self, serve_raw):
		server = serve_raw(response())
		with pytest.raises(ConfigurationError, match="private address"):
			get(server.url, allow_private="")
		assert server.connections == 0

	def test_a_name_that_leads_to_a_private_address_is_not_reached_either(self, serve_raw):
		server = serve_raw(response())
		url = f"http://localhost:{server.port}"
		with pytest.raises(ConfigurationError, match="private address"):
			get(url, allow_private="")
		assert server.connections == 0


class TestRedirects:
	def test_one_within_the_account_is_followed_and_the_range_goes_along(self, serve_raw):
		def answer(connection):
			is_first = len(server.heads) == 1
			connection.sendall(
				response(b"", "302 Found", WAV, "Location: /elsewhere.wav") if is_first else response()
			)

		server = serve_raw(answer)
		assert get(server.url, Span(2, 10, False)).body == AUDIO[2:12]
		assert server.heads[1].startswith(b"GET /elsewhere.wav ")
		assert all(b"Range: bytes=2-11" in head for head in server.heads)

	@pytest.mark.parametrize(
		"place",
		[
			"http://127.0.0.1:{other}/x.wav",
			"http://169.254.169.254/latest",
			"file:///etc/passwd",
			"https://evil.example/x",
		],
	)
	def test_one_that_leads_away_is_not_followed(self, serve_raw, place):
		other = serve_raw(response())
		location = f"Location: {place.format(other=other.port)}"
		server = serve_raw(response(b"", "302 Found", WAV, location))
		with pytest.raises(ConfigurationError):
			get(server.url)
		assert (server.connections, other.connections) == (1, 0)

	def test_a_ring_of_them_ends(self, serve_raw):
		server = serve_raw(response(b"", "302 Found", WAV, "Location: /r.wav"))
		with pytest.raises(RejectedError, match="kept redirecting"):
			get(server.url)
		assert server.connections == recordings.HOPS + 1

	def test_the_simulated_pbx_redirects_to_another_name_and_is_not_followed(self, pbx, recorded):
		pbx.behave("redirect")
		with pytest.raises(ConfigurationError, match="localhost"):
			get(pbx.url, path=recorded)
		assert len(pbx.requests) == 1


class TestWhatComes:
	@pytest.mark.parametrize(
		("content_type", "path", "expected"),
		[
			("audio/mpeg", "/r", "audio/mpeg"),
			("audio/x-wav; charset=x", "/r", "audio/wav"),
			("application/octet-stream", "/r.ogg", "audio/ogg"),
			("application/octet-stream", "/r.bin", "audio/mpeg"),
			("video/mp4", "/r", "audio/mp4"),
			("", "/r.wav", "audio/wav"),
			("AUDIO/MPEG", "/r", "audio/mpeg"),
			("audio/../html", "/r", "audio/mpeg"),
		],
	)
	def test_its_type_is_one_of_audio_whatever_the_pbx_says(self, serve_raw, content_type, path, expected):
		server = serve_raw(response(AUDIO, "200 OK", content_type))
		assert get(server.url, path=path).content_type == expected

	@pytest.mark.parametrize(
		"content_type", ["text/html", "application/json", "image/svg+xml", "application/xhtml+xml"]
	)
	def test_a_page_is_no_recording(self, serve_raw, content_type):
		server = serve_raw(response(b"<script>alert(1)</script>", "200 OK", content_type))
		with pytest.raises(RejectedError, match="is not a recording"):
			get(server.url)

	@pytest.mark.parametrize(
		("kind", "words"),
		[
			("404", "no longer has"),
			("5xx", r"HTTP 500"),
			("401", r"HTTP 401"),
			("html", "is not a recording"),
		],
	)
	def test_a_refusal_says_what_it_is(self, pbx, recorded, kind, words):
		pbx.behave(kind)
		with pytest.raises(RejectedError, match=words):
			get(pbx.url, path=recorded)

	@pytest.mark.parametrize("kind", ["hang", "drip", "drip_body", "drop", "cut"])
	def test_a_sick_pbx_holds_nobody_longer_than_the_deadline(self, pbx, recorded, kind, monkeypatch):
		monkeypatch.setattr(recordings, "SECONDS", 0.6)
		pbx.behave(kind, seconds=0.05)
		began = time.monotonic()
		with pytest.raises(UnavailableError) as caught:
			get(pbx.url, path=recorded)
		assert time.monotonic() - began < 3
		assert recorded not in caught.value.message and "ring" not in caught.value.message
		assert caught.value.__context__ is None

	def test_a_part_past_the_end_says_so(self, pbx, recorded):
		with pytest.raises(RejectedError, match="ends before"):
			get(pbx.url, Span(10**9, 10, False), recorded)

	def test_what_is_packed_is_not_played(self, serve_raw):
		server = serve_raw(response(AUDIO, "200 OK", WAV, "Content-Encoding: gzip"))
		with pytest.raises(RejectedError):
			get(server.url)

	def test_a_fault_in_the_network_is_a_pbx_error(self):
		with pytest.raises(PbxError):
			get("http://127.0.0.1:1")


def test_a_download_reads_no_more_than_it_is_asked_for(serve_raw):
	sent = []

	def count(connection):
		connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: 90000000\r\n\r\n")
		while True:
			connection.sendall(b"x" * 65536)
			sent.append(65536)

	asked = provider("http://pbx.example.com")
	server = serve_raw(count)
	got = transport.download(asked.recording_request(server.url), asked.connection, 0, 1000)
	assert len(got.body) == 1000 and sum(sent) < 20_000_000
