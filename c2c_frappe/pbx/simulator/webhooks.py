"""Tells a CRM of the simulated PBX's calls by webhooks: on time, late, repeated, in another order, or not at all.

A thread watches the calls and posts what is new of each. What a vendor's webhook says is in its module.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

from c2c_frappe.pbx.simulator import outbox
from c2c_frappe.pbx.simulator.calls import ENDED, Call
from c2c_frappe.pbx.simulator.listing import masked
from c2c_frappe.pbx.simulator.vendors import commpeak, primevox

VENDORS: dict[str, ModuleType] = {vendor.PROVIDER: vendor for vendor in (commpeak, primevox)}
TRIES = 4  # CommPeak's page: up to 3 retries
PAUSE = 0.5
WATCH = 0.1
KEPT = 50


@dataclass(frozen=True)
class Webhook:
	"""Where one vendor's webhooks go and how: `way` one of outbox.WAYS, `delay` seconds late, each `times` over.

	With `reordered` a call's events come after its end, the last one first; the kinds in `lost` never come. `also`
	are values every event carries, such as Primevox's containerId.
	"""

	provider: str
	url: str
	way: str = "form"
	delay: float = 0
	times: int = 1
	reordered: bool = False
	lost: tuple[str, ...] = ()
	masked: bool = False
	also: Mapping[str, str] = field(default_factory=dict)

	def __post_init__(self):
		outbox.checked(self.url)
		if self.provider not in VENDORS:
			raise ValueError(f"provider must be one of {', '.join(VENDORS)}.")
		if self.way not in outbox.WAYS:
			raise ValueError(f"way must be one of {', '.join(outbox.WAYS)}.")
		if self.delay < 0 or self.times < 1:
			raise ValueError("delay must not be negative, and times 1 or more.")


@dataclass(frozen=True)
class Delivery:
	"""One webhook that was sent: of which call, what it told, and the HTTP status that came back, 0 for none."""

	call_id: int
	event: str
	status: int
	at: float


def due(
	webhook: Webhook, call: Call, sent: int, now: float, origin: str = ""
) -> list[tuple[str, dict[str, str]]]:
	"""Return what is to be told now of a call, as (event, values); the first `sent` of its events went before."""
	seen = masked(call) if webhook.masked else call
	events = [each for each in VENDORS[webhook.provider].events(seen, origin) if each[1] not in webhook.lost]
	if webhook.reordered:
		is_over = call.state == ENDED and call.ended_at + webhook.delay <= now
		events = events[::-1] if is_over else []
	else:
		events = [each for each in events if each[0] + webhook.delay <= now]
	return [(event, {**values, **webhook.also}) for _moment, event, values in events[sent:]]


class Webhooks:
	"""The webhooks of a simulated PBX. `configure` starts the thread that sends, `stop` ends it."""

	def __init__(self, calls: Callable[[], Sequence[Call]], origin: Callable[[], str]):
		self._calls = calls
		self._origin = origin
		self._lock = threading.Lock()
		self._stopping = threading.Event()
		self._thread: threading.Thread | None = None
		self._webhooks: dict[str, Webhook] = {}
		self._sent: dict[tuple[str, int], int] = {}
		self._deliveries: list[Delivery] = []

	def configure(self, provider: str, url: str, **how) -> Webhook | None:
		"""Tell of a vendor's calls at this address from now on, nowhere when it is empty; ValueError if it can't be."""
		webhook = Webhook(provider, url, **how) if url else None
		with self._lock:
			self._webhooks.pop(provider, None)
			if webhook:
				self._webhooks[provider] = webhook
				self._forget_earlier(webhook)
				self._start()
		return webhook

	def _forget_earlier(self, webhook: Webhook) -> None:
		for call in self._calls():
			events = VENDORS[webhook.provider].events(call)
			self._sent[webhook.provider, call.id] = len(list(events))

	def _start(self) -> None:
		if self._thread is None:
			self._thread = threading.Thread(target=self._watch, name="simulated-webhooks", daemon=True)
			self._thread.start()

	def stop(self) -> None:
		"""End the thread; what it was about to send is not sent."""
		self._stopping.set()
		if self._thread:
			self._thread.join()
		self._thread = None
		self._stopping.clear()

	@property
	def all(self) -> tuple[Webhook, ...]:
		"""Return the webhooks in force."""
		with self._lock:
			return tuple(self._webhooks.values())

	@property
	def deliveries(self) -> tuple[Delivery, ...]:
		"""Return what was sent of late, oldest first."""
		with self._lock:
			return tuple(self._deliveries)

	def _watch(self) -> None:
		while not self._stopping.wait(WATCH):
			for webhook in self.all:
				for call in self._calls():
					if call.provider == webhook.provider:
						self._tell(webhook, call)

	def _tell(self, webhook: Webhook, call: Call) -> None:
		key = (webhook.provider, call.id)
		new = due(webhook, call, self._sent.get(key, 0), time.time(), self._origin())
		for event, values in new:
			for _time in range(webhook.times):
				self._deliver(webhook, call, event, values)
		self._sent[key] = self._sent.get(key, 0) + len(new)

	def _deliver(self, webhook: Webhook, call: Call, event: str, values: dict[str, str]) -> None:
		status = 0
		for attempt in range(TRIES):
			if attempt and self._stopping.wait(PAUSE):
				return
			status = outbox.post(webhook.url, webhook.way, values)
			if 200 <= status < 300:
				break
		with self._lock:
			self._deliveries = [*self._deliveries, Delivery(call.id, event, status, time.time())][-KEPT:]
