"""A simulated PBX per test, and the requests that ask it as any client would: over a socket, with no code of its own."""

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest

from c2c_frappe.pbx.simulator import Simulator

SECONDS = 5


class Client:
	"""Asks the server at an address; each request has a connection of its own."""

	def __init__(self, url):
		self.address = urlsplit(url)

	def ask(self, target, method="GET", body=None, headers=None, timeout=SECONDS):
		"""Send one request; return (status, headers, body as bytes)."""
		connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=timeout)
		try:
			connection.request(method, target, body, headers or {})
			response = connection.getresponse()
			return response.status, response.headers, response.read()
		finally:
			connection.close()

	def ask_json(self, target, method="GET", values=None):
		"""Send one request to a JSON API; return (status, value)."""
		body = None if values is None else json.dumps(values)
		status, _headers, text = self.ask(target, method, body)
		return status, json.loads(text)

	def open(self, target):
		"""Send a GET and return the socket, nothing read yet."""
		connection = socket.create_connection((self.address.hostname, self.address.port), timeout=SECONDS)
		connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {self.address.netloc}\r\n\r\n".encode())
		return connection


class AskedSimulator(Simulator):
	"""A simulated PBX that can be asked like a Client."""

	def ask(self, *request, **more):
		return Client(self.url).ask(*request, **more)

	def ask_json(self, *request, **more):
		return Client(self.url).ask_json(*request, **more)

	def open(self, target):
		return Client(self.url).open(target)


@pytest.fixture
def client():
	"""Client, for a simulator that runs in a process of its own."""
	return Client


@pytest.fixture
def simulator():
	"""AskedSimulator, for one with other settings than `pbx` has."""
	return AskedSimulator


@pytest.fixture
def pbx(simulator):
	"""A simulated PBX that is running, with the usual settings."""
	with simulator() as started:
		yield started


@pytest.fixture
def read_all():
	"""A function that returns all bytes a socket gives until it is closed."""

	def read(connection):
		parts = []
		while part := connection.recv(65536):
			parts.append(part)
		return b"".join(parts)

	return read
