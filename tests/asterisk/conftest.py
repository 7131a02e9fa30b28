"""A real Asterisk with SIPp phones (dev.d/asterisk_lab.py), and the provider's account on it. Nothing is mocked.

Extensions: 1000 answers, 1001 registers and answers, 1002 never registered, 1003 rings for ever, 1004 declines, 1005 is
busy, 1006 is gone, 1007 too and Asterisk knows, 1008 hangs up after two seconds. Customers act by their last digit in
the same way; 6 is a number nobody has, 7 a trunk out of order.
"""

import itertools
import secrets
import sys
import threading
from collections import defaultdict
from pathlib import Path

import pytest

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import facts
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import UnavailableError
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.wire import transport
from c2c_frappe.pbx.wire.event_socket import EventSocket

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "dev.d"), str(ROOT / "tests/asterisk")]

import asterisk_install  # noqa: E402
import asterisk_lab  # noqa: E402
from places import STATE  # noqa: E402

# How long the documented dialplan lets the customer's phone ring; people wait longer than tests do.
SHORTER = {",60,U(": ",2,U("}
SECONDS = 20
LISTENERS = (f"c2c-test-{number}" for number in itertools.count())


@pytest.fixture(scope="session")
def lab():
	"""The running Asterisk and its phones."""
	try:
		with asterisk_lab.running(STATE / "asterisk-tests", SHORTER) as started:
			yield started
	except asterisk_install.UnavailableError as error:
		pytest.skip(str(error))


@pytest.fixture(scope="session")
def account(lab):
	"""A function that returns the provider of an account on that Asterisk, with other settings where given."""

	def build(**changes):
		settings = {"base_url": lab.url, "allow_http": "1", "ari_context": asterisk_lab.CONTEXT}
		settings |= {"ari_user": asterisk_lab.USER, "ari_password": asterisk_lab.PASSWORD}
		return registry.build("asterisk", {**settings, "ari_ring_timeout": "5", **changes})

	return build


@pytest.fixture(scope="session")
def place(account):
	"""A function that places a call and returns (its name, the result)."""

	def place_one(
		extension="1000", number="+447700900121", call="", data=None, number_extension="", **settings
	):
		call = call or new_name()
		dial = DialRequest(extension, number, data or {}, call=call, number_extension=number_extension)
		return call, exchange.place(account(**settings), dial)

	return place_one


@pytest.fixture(scope="session")
def ear(account):
	"""All news of all calls, as a listener hears them."""
	listening = Ear(account())
	yield listening
	listening.close()


class Ear:
	"""Listens to the events of an account, in a thread.

	`news` are those of each call in their order, `raw` all events, `over` the channels that are gone.
	"""

	def __init__(self, provider):
		self.provider = provider
		self.news = defaultdict(list)
		self.raw = []
		self.over = set()
		self._heard = threading.Condition()
		self._is_closing = False
		stream = provider.event_stream(next(LISTENERS))
		self._socket = EventSocket(stream.opening, provider.connection)
		assert transport.send(stream.narrowing, provider.connection).status == 200
		self._thread = threading.Thread(target=self._listen, daemon=True)
		self._thread.start()

	def _listen(self):
		try:
			while not self._is_closing:
				event = self._socket.receive(0.5)
				with self._heard:
					self._note(event or {})
					self._heard.notify_all()
		except UnavailableError:
			pass

	def _note(self, event):
		self.raw.append(event)
		said = self.provider.parse_event(event) if event else None
		if said:
			self.news[said.call].append(said)
		if event.get("type") == "ChannelDestroyed":
			self.over.add(event["channel"]["id"])

	def wait(self, call, status):
		"""Wait until a call was heard to have this status."""
		with self._heard:
			assert self._heard.wait_for(lambda: status in [said.status for said in self.news[call]], SECONDS)

	def outcome(self, call):
		"""Return (status, failure code, news) of a call once its last event is there."""
		with self._heard:
			assert self._heard.wait_for(lambda: call in self.over, SECONDS), self.news[call]
		said = self.news[call]
		best = facts.outcome(said)
		return best.status, best.failure_code, said

	def close(self):
		self._is_closing = True
		self._thread.join()
		self._socket.close()


def new_name():
	"""Return a name as Frappe gives one to a call."""
	return secrets.token_hex(5)
