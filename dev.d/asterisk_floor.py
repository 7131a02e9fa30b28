"""A floor of phones on a lab's Asterisk: makes calls nobody clicked, and hears all that ARI tells of them.

Knows nothing of how events are read; `raw` are all of them as they came.
"""

import http.client
import json
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager

import asterisk_lab
import asterisk_phones

from c2c_frappe.pbx.errors import UnavailableError
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.wire import transport
from c2c_frappe.pbx.wire.event_socket import EventSocket

SECONDS = 10
CLICKED = "c2c-lab-clicked"


class Floor:
	"""The phones 1101 to 1109 and customers behind the trunk, and a socket that hears everything."""

	def __init__(self, lab: asterisk_lab.Lab):
		self.lab = lab
		self.phones = asterisk_phones.Phones(lab.ports["FLOOR_PORT"], lab.ports["SIP_PORT"])
		settings = {"base_url": lab.url, "allow_http": "1", "ari_context": CLICKED, "ari_ring_timeout": "5"}
		settings |= {"ari_user": asterisk_lab.USER, "ari_password": asterisk_lab.PASSWORD}
		self.provider = registry.build("asterisk", settings)
		self.raw: list[dict] = []
		stream = self.provider.event_stream("c2c-floor")
		self._socket = EventSocket(stream.opening, self.provider.connection)
		transport.send(stream.narrowing, self.provider.connection)
		self._is_closing = False
		self._thread = threading.Thread(target=self._listen, daemon=True)
		self._thread.start()

	def until(self, condition: Callable, seconds: float = SECONDS):
		"""Return what the condition says once that is true, or at the end of the time."""
		ends_at = time.monotonic() + seconds
		while not (found := condition()) and time.monotonic() < ends_at:
			time.sleep(0.01)
		return found

	def talking(self, user: str = "") -> bool:
		"""Whether a phone that was rung has been picked up."""
		return any(leg.state == "up" and user in ("", leg.user) for leg in self.phones.rung)

	def originate(self, endpoint: str, number: str, timeout: int = 5) -> str:
		"""Place a call as a click does; returns its name."""
		name = f"c2cfloor{time.monotonic_ns()}"
		body = {"endpoint": endpoint, "extension": number, "context": CLICKED, "priority": 1}
		body |= {"channelId": name, "timeout": timeout, "callerId": "+442079460000"}
		self.ask("POST", "channels", body)
		return name

	def ask(self, method: str, path: str, body: dict | None = None):
		"""Ask ARI, past all code under test."""
		headers = {**asterisk_lab.basic_authorization(), "Content-Type": "application/json"}
		connection = http.client.HTTPConnection("127.0.0.1", self.lab.ports["HTTP_PORT"], timeout=10)
		try:
			connection.request(method, f"/ari/{path}", json.dumps(body) if body else None, headers)
			response = connection.getresponse()
			text = response.read()
		finally:
			connection.close()
		if response.status >= 300:
			raise RuntimeError(f"{method} {path}: HTTP {response.status}: {text[:300]!r}")
		return json.loads(text or "null")

	def make(self, kind) -> list[dict]:
		"""Make a call, wait until no channel lives, and return its events."""
		began = len(self.raw)
		self.phones.rung.clear()
		kind.make(self)
		self.until(lambda: self.is_quiet(began))
		time.sleep(0.1)
		return self.raw[began:]

	def is_quiet(self, began: int = 0) -> bool:
		"""Whether every channel that was told of since is gone."""
		seen = {each["channel"]["id"] for each in self.raw[began:] if "channel" in each}
		gone = {each["channel"]["id"] for each in self.raw[began:] if each["type"] == "ChannelDestroyed"}
		return bool(gone) and seen <= gone

	def close(self) -> None:
		"""Hang up and hear no more."""
		for leg in list(self.phones.calls.values()):
			if leg.state == "up":
				leg.hang_up()
		self._is_closing = True
		self._thread.join()
		self._socket.close()
		self.phones.close()

	def _listen(self) -> None:
		try:
			while not self._is_closing:
				event = self._socket.receive(0.2)
				if event:
					self.raw.append(event)
		except UnavailableError:
			pass


@contextmanager
def on(lab: asterisk_lab.Lab):
	"""Yield the floor of a running lab."""
	floor = Floor(lab)
	try:
		yield floor
	finally:
		floor.close()
