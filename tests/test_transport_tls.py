"""One request over TLS: whom it trusts, that nothing is sent before it does, and that the deadline holds."""

import ssl
import time

import pytest

from c2c_frappe.pbx.errors import ConfigurationError, OutcomeUnknownError, PbxError, UnavailableError
from c2c_frappe.pbx.simulator import Simulator
from c2c_frappe.pbx.wire import transport
from c2c_frappe.pbx.wire.http import Connection, HttpRequest

TARGET = "/call/1/2/1000/447700900123?auth=s3cr3t"
MARGIN = 1
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def connection(ca_file="", **options):
	return Connection(**{"connect_timeout": 10, "read_timeout": 10, "ca_file": ca_file, **options})


def quick(ca_file=""):
	return connection(ca_file, connect_timeout=0.5, read_timeout=0.5)


def send(url, how):
	"""Return (answer or error, seconds)."""
	started = time.monotonic()
	try:
		outcome = transport.send(HttpRequest("GET", url + TARGET), how)
	except PbxError as error:
		outcome = error
	return outcome, time.monotonic() - started


def assert_unsent(outcome, words):
	assert type(outcome) is UnavailableError and outcome.failure_code == "not_sent"
	assert words in outcome.message and "s3cr3t" not in outcome.message
	assert outcome.__cause__ is None and outcome.__context__ is None


def test_a_certificate_of_the_accounts_own_ca_file_is_trusted(certificate):
	with Simulator(certfile=certificate[0], keyfile=certificate[1]) as pbx:
		outcome, _seconds = send(pbx.url, connection(certificate[0]))
		assert outcome.status == 200 and len(pbx.requests) == 1


def test_a_certificate_nobody_vouches_for_is_not_trusted_and_nothing_is_sent(serve_raw, tls):
	server = serve_raw(OK, tls=tls)
	outcome, _seconds = send(server.url, connection())
	assert_unsent(outcome, "certificate of 127.0.0.1 is not trusted")
	assert server.connections == 1 and not server.heads


def test_a_certificate_for_another_host_is_not_trusted_and_nothing_is_sent(serve_raw, tls, certificate):
	server = serve_raw(OK, tls=tls)
	outcome, _seconds = send(server.url.replace("127.0.0.1", "localhost"), connection(certificate[0]))
	assert_unsent(outcome, "certificate of localhost is not trusted")
	assert not any(server.heads)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("use_proxy", [False, True])
def test_whom_the_environment_trusts_is_not_asked(serve_raw, tls, certificate, monkeypatch, name, use_proxy):
	monkeypatch.setenv(name, certificate[0])
	outcome, _seconds = send(serve_raw(OK, tls=tls).url, connection(use_proxy=use_proxy))
	assert_unsent(outcome, "not trusted")


def test_a_server_that_speaks_no_tls_gets_nothing(serve_raw):
	server = serve_raw(b"HTTP/1.1 400 This is HTTP\r\n\r\n", reads=False)
	outcome, _seconds = send(server.url.replace("http:", "https:"), connection())
	assert_unsent(outcome, "127.0.0.1")


def test_a_handshake_that_hangs_is_given_up_in_time(serve_raw):
	server = serve_raw(lambda _connection: server.stopping.wait(), reads=False)
	how = connection(connect_timeout=0.4)
	outcome, seconds = send(server.url.replace("http:", "https:"), how)
	assert_unsent(outcome, "could not be reached in time")
	assert seconds <= 0.4 + MARGIN


def test_a_handshake_that_drips_is_given_up_at_the_deadline(serve_raw):
	# The header of a handshake record of 16 kB, then a byte now and then.
	server = serve_raw(lambda each: server.drip(each, b"\x16\x03\x03\x40\x00\x02"), reads=False)
	outcome, seconds = send(
		server.url.replace("http:", "https:"), connection(connect_timeout=0.6, read_timeout=0.2)
	)
	assert_unsent(outcome, "could not be reached in time")
	assert seconds <= 0.8 + MARGIN


def test_a_slow_proxy_and_a_slow_handshake_together_keep_the_deadline(serve_raw, monkeypatch):
	def tunnel_at_last(connection):
		proxy.stopping.wait(1.9)
		connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
		proxy.stopping.wait()

	proxy = serve_raw(tunnel_at_last)
	monkeypatch.setenv("HTTPS_PROXY", proxy.url)
	monkeypatch.setenv("https_proxy", proxy.url)
	outcome, seconds = send(
		"https://pbx.invalid", connection(connect_timeout=2, read_timeout=0.1, use_proxy=True)
	)
	assert_unsent(outcome, "could not be reached in time")
	assert seconds <= 2.1 + MARGIN


@pytest.mark.parametrize("kind", ["hang", "drip", "drip_body"])
def test_what_never_ends_over_tls_is_a_timeout_at_the_deadline(certificate, kind):
	with Simulator(certfile=certificate[0], keyfile=certificate[1]) as pbx:
		pbx.behave(kind, seconds=None if kind == "hang" else 0.05)
		outcome, seconds = send(pbx.url, quick(certificate[0]))
		assert type(outcome) is OutcomeUnknownError and outcome.failure_code == "timeout"
		assert seconds <= 1 + MARGIN and len(pbx.wait_for_requests(1)) == 1


def test_a_body_without_a_length_that_drips_over_tls_is_no_whole_answer(serve_raw, tls, certificate):
	server = serve_raw(lambda each: server.drip(each, b"HTTP/1.1 200 OK\r\n\r\n{}"), tls=tls)
	outcome, seconds = send(server.url, quick(certificate[0]))
	assert type(outcome) is OutcomeUnknownError and outcome.failure_code == "timeout"
	assert seconds <= 1 + MARGIN


def test_a_connection_lost_over_tls_is_no_answer(serve_raw, tls, certificate):
	server = serve_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", tls=tls)
	outcome, _seconds = send(server.url, connection(certificate[0]))
	assert type(outcome) is OutcomeUnknownError and outcome.failure_code == "bad_reply"
	assert len(server.heads) == 1


def test_old_protocols_are_not_spoken(serve_raw, certificate):
	context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	context.load_cert_chain(*certificate)
	context.set_ciphers("ALL:@SECLEVEL=0")
	context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
	with pytest.warns(DeprecationWarning):
		context.maximum_version = ssl.TLSVersion.TLSv1_1
	server = serve_raw(OK, tls=context)
	outcome, _seconds = send(server.url, connection(certificate[0]))
	assert_unsent(outcome, "does not speak TLS as expected")


@pytest.mark.parametrize("content", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_ca_file_that_cannot_be_used_is_a_setting_to_correct(serve_raw, tls, tmp_path, content):
	path = tmp_path / "ca.pem"
	if content is not None:
		path.write_text(content)
	server = serve_raw(OK, tls=tls)
	outcome, _seconds = send(server.url, connection(str(path)))
	assert type(outcome) is ConfigurationError and outcome.setting == "ca_file"
	assert outcome.__context__ is None and server.connections == 0


def test_a_folder_is_no_ca_file(tmp_path):
	outcome, _seconds = send("https://127.0.0.1:1", connection(str(tmp_path)))
	assert type(outcome) is ConfigurationError
