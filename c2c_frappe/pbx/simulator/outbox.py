"""Posts one webhook to an address on this machine and says what came back. Sends nowhere else."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, urlencode, urlsplit

SECONDS = 10
FORM, JSON, TEXT = "application/x-www-form-urlencoded", "application/json", "text/plain"
# The ways in which PBXs send what they have to say.
WAYS = ("form", "multipart", "json", "query", "field", "text")
BOUNDARY = "----simulated-pbx-d74496d66958873e"


def checked(url: str) -> SplitResult:
	"""Return the parts of an address; raise ValueError unless it is plain http on this machine."""
	parts = urlsplit(url)
	if parts.scheme != "http" or not parts.hostname or not _is_here(parts.hostname):
		raise ValueError("Webhooks go to an http:// address on this machine only.")
	return parts


def _is_here(host: str) -> bool:
	if host == "localhost" or host.endswith(".localhost"):
		return True
	try:
		return ip_address(host).is_loopback
	except ValueError:
		return False


def post(url: str, way: str, values: Mapping[str, str]) -> int:
	"""Send what is told in one of WAYS; return the HTTP status, 0 when no answer came."""
	parts = checked(url)
	try:
		with socket.create_connection((_address(parts.hostname), parts.port or 80), SECONDS) as connection:
			connection.sendall(_request(parts, way, values))
			return _status(connection)
	except OSError:
		return 0


def _address(host: str) -> str:
	# Names under .localhost resolve in browsers only.
	return "127.0.0.1" if host.endswith("localhost") else host


def _request(parts: SplitResult, way: str, values: Mapping[str, str]) -> bytes:
	content_type, body = {
		"form": (FORM, urlencode(values)),
		"multipart": (f"multipart/form-data; boundary={BOUNDARY}", _multipart(values)),
		"json": (JSON, json.dumps(values)),
		"query": ("", ""),
		"field": (FORM, urlencode({"data": json.dumps(values)})),
		"text": (TEXT, json.dumps(values)),
	}[way]
	query = "&".join(part for part in (parts.query, urlencode(values) if way == "query" else "") if part)
	lines = [
		f"{'GET' if way == 'query' else 'POST'} {parts.path or '/'}{'?' if query else ''}{query} HTTP/1.1",
		f"Host: {parts.netloc}",
		"Accept: application/json",
		"Connection: close",
		f"Content-Length: {len(body.encode())}",
	]
	lines += [f"Content-Type: {content_type}"] if content_type else []
	return "\r\n".join([*lines, "", body]).encode()


def _multipart(values: Mapping[str, str]) -> str:
	"""Return a form with a part for each value, as RFC 7578 has it and curl -F sends it."""
	head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{{}}"\r\n\r\n{{}}\r\n'
	return "".join(head.format(*each) for each in values.items()) + f"--{BOUNDARY}--\r\n"


def _status(connection: socket.socket) -> int:
	"""Return the status of the answer once it is whole."""
	response = b""
	while part := connection.recv(65536):
		response += part
	first = response.partition(b"\r\n")[0].split()
	return int(first[1]) if len(first) > 1 and first[1].isdigit() else 0
