"""A PBX on loopback that repeats what it was sent, in the ways pages and APIs do. Places no call, asserts nothing."""

from __future__ import annotations

import json
import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote


def _as_message(text: str) -> tuple[str, str]:
	return "application/json", json.dumps({"success": False, "message": text, "unique_id": text})


SHAPES = {
	"plain": lambda text: ("text/plain", text),
	"unquoted": lambda text: ("text/plain", unquote(text)),
	"html": lambda text: ("text/html", f"<p>{escape(unquote(text))}</p>"),
	"json": lambda text: _as_message(unquote(text)),
	"json_escaped": lambda text: _as_message(json.dumps(unquote(text)).replace("/", "\\/")),
	"lower": lambda text: ("text/plain", "".join(_lower_escapes(text))),
}


def _lower_escapes(text: str):
	head, *parts = text.split("%")
	yield head
	for part in parts:
		yield f"%{part[:2].lower()}{part[2:]}"


class Parrot:
	"""A PBX on loopback that answers with what it was asked, in one of SHAPES."""

	def __init__(self):
		self.status, self.shape = 200, "plain"
		parrot = self

		class Handler(BaseHTTPRequestHandler):
			def do_GET(self):
				sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
				# All of it as the path is, quoted once, so that a shape which unquotes leaves what was sent.
				rest = quote(f" {sent} {dict(self.headers)}", safe="")
				kind, body = SHAPES[parrot.shape](f"{self.path}{rest}")
				self.send_response(parrot.status)
				self.send_header("Content-Type", kind)
				self.end_headers()
				self.wfile.write(body.encode())

			do_POST = do_GET

			def log_message(self, *args):
				"""Say nothing."""

		self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
		self.url = f"http://127.0.0.1:{self._server.server_port}"

	def __enter__(self) -> Parrot:
		threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
		return self

	def __exit__(self, *exception) -> None:
		self._server.shutdown()
		self._server.server_close()
