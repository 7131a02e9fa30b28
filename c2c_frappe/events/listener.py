"""The listener: one process that hears the events of all accounts whose PBX tells of calls on a WebSocket.

`bench --site S c2c listen` runs it. Several may run, one works. Each account has a thread that listens and knows no
database; the process's own thread stores and applies what they hear. Whatever is lost, a PBX or the database, is tried
again, ever more rarely; what was missed meanwhile is asked for. No sentence it prints holds a secret.
"""

from __future__ import annotations

import hashlib
import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from traceback import format_tb
from typing import NamedTuple

import frappe

from c2c_frappe import current_settings
from c2c_frappe.accounts import providers
from c2c_frappe.events import intake, live_calls, polling
from c2c_frappe.locks import LISTENER, Lease, account_lease
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.errors import ConfigurationError, PbxError, RejectedError
from c2c_frappe.pbx.providers.base import CallUpdate, Provider
from c2c_frappe.pbx.wire import transport
from c2c_frappe.pbx.wire.event_socket import EventSocket

ACCOUNT, CALL = "PBX Account", "PBX Call Log"
# Seconds between attempts to reach a PBX, the last one for ever; a connection that held starts from the first again.
PAUSES = (1, 2, 5, 10, 30)
HELD = 60
# Seconds between looks at the lease and the accounts, and before all of it begins anew after a fault.
LOOK_AFTER = 5
RESTART_DELAY = 5
# A queue this long means that the database stands still; then the PBX has to wait.
MAX_WAITING = 100_000

Tell = Callable[[str], None]


def listen(site: str, tell: Tell) -> None:
	"""Listen until the process is ended; `tell` gets a sentence of all that is worth knowing."""
	while True:
		try:
			frappe.init(site=site)
			frappe.connect()
			_Session(tell).work()
		except Exception as error:  # noqa: BLE001  a lost database, or a fault of ours: begin anew, and say where
			tell(
				f"{type(error).__name__}; beginning anew.\n{''.join(format_tb(error.__traceback__)).rstrip()}"
			)
		with suppress(Exception):  # a connection that is lost may not be closed any more
			frappe.destroy()
		time.sleep(RESTART_DELAY)


class LeaseLostError(Exception):
	"""The database does not know any more that this process is the one that listens."""


class _Session:
	"""The time from taking the lease to losing it."""

	def __init__(self, tell: Tell):
		self.tell = tell
		self.lease = Lease(LISTENER)
		self.heard: queue.Queue[_Heard] = queue.Queue(MAX_WAITING)
		self.ears: dict[str, _EventReader] = {}
		self.held: dict[str, Lease] = {}

	def work(self) -> None:
		"""Wait for the lease, then store and apply what the ears hear; raise LeaseLostError when it is lost."""
		if not self.lease.take(0):
			self.tell("Another listener of this site works; this one waits.")
			while not self.lease.take(LOOK_AFTER):
				pass
		self.tell("Listening.")
		try:
			while True:
				self._look_after()
				self._process_queue(until=time.monotonic() + LOOK_AFTER)
		finally:
			for ear in self.ears.values():
				ear.stop()
			with suppress(Exception):  # a connection that is lost has freed them already
				for name in list(self.ears):
					self._let_go(name)
				self.lease.release()

	def _look_after(self) -> None:
		"""Make sure of the lease; listen to the accounts as they are now. Ends the reads, or the next were as of now."""
		if not self.lease.is_held():
			raise LeaseLostError
		rows = frappe.get_all(ACCOUNT, {"enabled": 1}, ["name", "modified"])
		wanted = {row.name: str(row.modified) for row in rows}
		for name, ear in list(self.ears.items()):
			if ear.has_died:
				self.tell(f"{name}: the thread that listened has died; starting it anew.")
			if wanted.get(name) != ear.version or ear.has_died:
				self.ears.pop(name).stop()
				self._let_go(name)
		for name in wanted.keys() - self.ears.keys():
			self.ears[name] = _EventReader(name, wanted[name], _provider(name), self.heard, self.tell)
			self._hold(name)
		frappe.db.rollback()

	def _hold(self, name: str) -> None:
		"""Let the account's form see that it is listened to, for as long as this connection lives."""
		if self.ears[name].stream and name not in self.held:
			self.held[name] = account_lease(name)
			self.held[name].take(0)

	def _let_go(self, name: str) -> None:
		if name in self.held:
			self.held.pop(name).release()

	def _process_queue(self, until: float) -> None:
		while (left := until - time.monotonic()) > 0:
			try:
				heard = self.heard.get(timeout=left)
			except queue.Empty:
				return
			if not heard.ear.is_over:
				self._process(heard)

	def _process(self, heard: _Heard) -> None:
		account = heard.ear.account
		if heard.payload is not None:
			_take(account, heard.payload, heard.event)
		elif heard.update:
			live_calls.receive(account, heard.update)
		elif heard.living is not None:
			self._catch_up(heard.ear, heard.living)
		else:
			# All the ear heard is applied; the next look starts it anew.
			self._let_go(account)

	def _catch_up(self, ear: _EventReader, living: frozenset[str]) -> None:
		"""Ask for the calls that may have moved on while nobody listened, and end those that do not live any more."""
		failure = polling.ask(ear.account, ear.provider)
		live_calls.end_missing(ear.account, live_calls.open_calls(ear.account), living)
		frappe.db.rollback()
		if failure:
			self.tell(f"{ear.account}: {failure}")


def _take(account: str, payload: dict, event: CallEvent) -> None:
	"""Store and apply an event of a call of ours; those of other calls on the same PBX are left alone."""
	current_settings.forget_process_caches()
	if frappe.db.exists(CALL, {"name": event.call, "account": account}):
		intake.ingest(account, payload, event)
	else:
		frappe.db.rollback()


def _provider(account: str) -> Provider | None:
	try:
		return providers.provider_of(frappe.get_doc(ACCOUNT, account))
	except ConfigurationError:
		return None


def _name(account: str) -> str:
	"""Return what the PBX knows this listener by: the same each time, and no other machine's, nor another account's."""
	site = frappe.local.site
	whole = "\0".join((socket.gethostname(), site, frappe.conf.db_name, account))
	return f"c2c-{site}-{hashlib.sha256(whole.encode()).hexdigest()[:10]}"


class _Heard(NamedTuple):
	"""What a thread heard, for the main one: an event of a click, what is new of another call, or what lives on its PBX.

	With none of them the thread has died.
	"""

	ear: _EventReader
	payload: dict | None = None
	event: CallEvent | None = None
	update: CallUpdate | None = None
	living: frozenset[str] | None = None


class _EventReader(threading.Thread):
	"""Listens to one account's PBX and puts what it hears into the queue; knows no database."""

	def __init__(self, account: str, version: str, provider: Provider | None, heard: queue.Queue, tell: Tell):
		super().__init__(daemon=True)
		self.account, self.version, self.provider = account, version, provider
		self.stream = provider.event_stream(_name(account)) if provider else None
		self.tracker = provider.call_tracker() if provider else None
		self.is_over = self.has_died = False
		self._settled_at = 0.0
		self._heard, self._tell = heard, tell
		self._stopping = threading.Event()
		if self.stream:
			self.start()

	def stop(self) -> None:
		"""End it; what it heard and was not applied yet is dropped, and asked for by the next."""
		self.is_over = True
		self._stopping.set()

	def run(self) -> None:
		"""Listen until it is stopped; a fault that ends the thread is said in the queue, after all it heard."""
		try:
			self._listen_always()
		finally:
			if not self.is_over:
				self.has_died = True
				with suppress(queue.Full):
					self._heard.put_nowait(_Heard(self))

	def _listen_always(self) -> None:
		"""Listen, and after each loss again, with ever longer pauses."""
		attempt = 0
		while not self.is_over:
			began = time.monotonic()
			try:
				self._listen()
			except PbxError as error:
				attempt = 0 if time.monotonic() - began > HELD else attempt
				pause = PAUSES[min(attempt, len(PAUSES) - 1)]
				self._tell(f"{self.account}: {error.message} Trying again in {pause} s.")
				self._stopping.wait(pause)
				attempt += 1

	def _listen(self) -> None:
		connection = self.provider.connection
		open_socket = EventSocket(self.stream.opening, connection)
		try:
			response = transport.send(self.stream.narrowing, connection)
			if response.status >= 300:
				raise RejectedError(f"The PBX refused the choice of events (HTTP {response.status}).")
			self._catch_up()
			self._tell(f"{self.account}: connected.")
			while not self.is_over:
				self._hear(open_socket.receive(1))
		finally:
			open_socket.close()

	def _catch_up(self) -> None:
		"""Take what lives: what the socket has brought meanwhile is heard after it, and is no news then."""
		updates = []
		if self.tracker:
			updates = self.tracker.resume(exchange.fetch_snapshot(self.provider), time.monotonic())
		living = frozenset(self.tracker.living() if self.tracker else ())
		self._heard.put(_Heard(self, living=living))
		self._put_updates(updates)

	def _hear(self, payload: dict | None) -> None:
		now = time.monotonic()
		event = self.provider.parse_event(payload) if payload else None
		if event:
			self._heard.put(_Heard(self, payload=payload, event=event))
		if self.tracker and payload:
			self._put_updates(self.tracker.feed(payload, now))
		if self.tracker and now - self._settled_at >= 1:
			self._settled_at = now
			self._put_updates(self.tracker.settle(now))

	def _put_updates(self, updates: list[CallUpdate]) -> None:
		for update in updates:
			self._heard.put(_Heard(self, update=update))
