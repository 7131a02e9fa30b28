"""The use case "what became of the calls nobody told us about": asks the PBX how each open call stands.

After the listener was away, and every few minutes where none runs. Asks; never dials and never ends a call.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import frappe

from c2c_frappe.accounts import providers
from c2c_frappe.events import intake, live_calls
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.errors import ConfigurationError, PbxError
from c2c_frappe.pbx.providers.base import Provider
from c2c_frappe.site_time import utc_now

ACCOUNT = "PBX Account"
# What the PBX took. Of a dial without an answer it may not have heard yet: that it knows no such call proves nothing.
ASKED_ABOUT = (status.REQUESTED, status.RINGING, status.IN_PROGRESS)
# A call is left in peace this long, and asked about for a day: in seconds and hours.
FRESH, OLD = 60, 24
MAX_CALLS = 200


def schedule() -> None:
	"""Enqueue a run for every account that can be asked and has calls to ask about."""
	for name in frappe.get_all(ACCOUNT, {"enabled": 1}, pluck="name"):
		if _provider(name) and (_open_calls(name, FRESH) or live_calls.open_calls(name)):
			frappe.enqueue(
				"c2c_frappe.events.polling.run",
				job_id=f"c2c_silent_calls:{name}",
				deduplicate=True,
				account=name,
			)


def run(account: str) -> None:
	"""Ask about an account's calls that are open for a while; what goes wrong is asked again the next time."""
	provider = _provider(account)
	if provider:
		ask(account, provider, FRESH)
		_ask_what_lives(account, provider)


def _ask_what_lives(account: str, provider: Provider) -> None:
	# Read before the PBX is asked: a call that begins meanwhile is not taken for one that is gone.
	open_calls = live_calls.open_calls(account)
	if not (open_calls and provider.call_tracker()):
		return
	tracker = provider.call_tracker()
	with suppress(PbxError):
		tracker.resume(exchange.fetch_snapshot(provider), 0)
		live_calls.end_missing(account, open_calls, tracker.living())


def ask(account: str, provider: Provider, seconds: int = 0) -> str:
	"""Ask about the account's open calls older than these seconds; return why it ended early, "" if it did not."""
	for name, call_status in _open_calls(account, seconds):
		try:
			event = exchange.query_status(provider, name, call_status)
		except PbxError as error:
			return error.message
		if event:
			intake.ingest(account, {"asked_about": name, **event.as_stored()}, event)
	return ""


def _provider(account: str) -> Provider | None:
	try:
		provider = providers.provider_of(frappe.get_doc(ACCOUNT, account))
	except ConfigurationError:
		return None
	return provider if provider.event_stream("") else None


def _open_calls(account: str, seconds: int) -> list[tuple[str, str]]:
	"""Return (name, status) of the calls dialed here to ask about, the oldest first."""
	now = utc_now()
	span = (now - timedelta(hours=OLD), now - timedelta(seconds=seconds))
	filters = {"account": account, "status": ("in", ASKED_ABOUT), "requested_utc": ("between", span)}
	filters["origin_key"] = ("is", "not set")
	return frappe.get_all(
		"PBX Call Log", filters, ["name", "status"], order_by="requested_utc", limit=MAX_CALLS, as_list=True
	)
