"""What several tests of the core share: a server that says exactly the given bytes, and certificates."""

import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.append(str(Path(__file__).parent))

# A busy machine is slow, and slow is not wrong.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class RawServer:
	"""Accepts on loopback and hands each connection to `script` after reading a request's head.

	`heads` are the request heads that arrived; `connections` counts those that were made. `stopping` is set
	at the end. With `reads` False nothing is read first; with `tls` (an SSLContext) bytes are encrypted.
	"""

	def __init__(self, script, reads=True, tls=None):
		self.script, self.reads, self.tls = script, reads, tls
		self.heads = []
		self.connections = 0
		self.stopping = threading.Event()
		self._open = []
		self._listener = socket.create_server(("127.0.0.1", 0), backlog=32)
		self.port = self._listener.getsockname()[1]
		self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
		threading.Thread(target=self._accept, daemon=True).start()

	def _accept(self):
		with suppress(OSError):
			while True:
				connection = self._listener.accept()[0]
				self.connections += 1
				self._open.append(connection)
				threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

	def _serve(self, connection):
		with suppress(OSError):
			if self.tls:
				connection = self.tls.wrap_socket(connection, server_side=True)
			with connection:
				if self.reads:
					self.heads.append(read_head(connection))
				self.script(connection)

	def drip(self, connection, start=b"", seconds=0.05):
		"""Send `start`, then a byte at a time for as long as the client listens."""
		connection.sendall(start)
		while not self.stopping.wait(seconds):
			connection.sendall(b"x")

	def close(self):
		self.stopping.set()
		for each in (self._listener, *self._open):
			with suppress(OSError):
				each.shutdown(socket.SHUT_RDWR)
			each.close()


def read_head(connection):
	head = b""
	while b"\r\n\r\n" not in head:
		part = connection.recv(4096)
		if not part:
			break
		head += part
	return head


@pytest.fixture
def serve_raw():
	"""Return a function that starts a RawServer: of a script, or of bytes to send before closing."""
	servers = []

	def start(script, **options):
		say = script if callable(script) else lambda connection: connection.sendall(script)
		servers.append(RawServer(say, **options))
		return servers[-1]

	yield start
	for server in servers:
		server.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
	"""Return (certificate, key) files of a self-signed certificate for 127.0.0.1, and not for localhost."""
	if not shutil.which("openssl"):
		pytest.skip("openssl is not installed, and the test needs a certificate")
	folder = tmp_path_factory.mktemp("tls")
	names = str(folder / "cert.pem"), str(folder / "key.pem")
	command = (
		"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=pbx -addext subjectAltName=IP:127.0.0.1"
	)
	subprocess.run([*command.split(), "-out", names[0], "-keyout", names[1]], check=True, capture_output=True)
	return names


@pytest.fixture(scope="session")
def tls(certificate):
	"""Return a server's SSLContext with that certificate."""
	context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	context.load_cert_chain(*certificate)
	return context


@pytest.fixture
def within():
	"""Return a context manager that fails when its body takes longer than the given seconds of processor time."""

	@contextmanager
	def limit(seconds):
		started = time.process_time()
		yield
		assert time.process_time() - started < seconds

	return limit
