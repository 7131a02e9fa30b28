"""A stub of the PBX the peers speak to, on a loopback port that it prints: it takes every call and calls nobody.

Usage: peers_pbx.py NUMBER, the one number it says the account has.
"""

import itertools
import json
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

RUN = secrets.token_hex(4)  # calls of earlier runs stay on the site
CALLS = itertools.count(1)


class Answer(BaseHTTPRequestHandler):
	"""Answers as the PBX's pages say (developer.exotel.com/api): a call with an id, or the account's numbers."""

	def do_GET(self):
		"""List the one number."""
		self._say({"incoming_phone_numbers": [{"friendly_name": sys.argv[1]}]})

	def do_POST(self):
		"""Take a call."""
		length = int(self.headers["Content-Length"])
		asked = dict(parse_qsl(self.rfile.read(length).decode()))
		call = {
			"Sid": f"measured-{RUN}-{next(CALLS)}",
			"Status": "in-progress",
			"PhoneNumberSid": sys.argv[1],
		}
		self._say({"Call": {**call, "From": asked["From"], "To": asked["To"]}})

	def _say(self, content: dict):
		body = json.dumps(content).encode()
		self.send_response(200)
		self.send_header("Content-Type", "application/json")
		self.send_header("Content-Length", str(len(body)))
		self.end_headers()
		self.wfile.write(body)

	def log_message(self, *_args):
		"""Say nothing: what is printed is the port alone."""


if __name__ == "__main__":
	server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
	print(server.server_port, flush=True)
	server.serve_forever()
