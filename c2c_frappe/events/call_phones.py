"""Asks a PBX whose phone took the calls that came in, where its list of calls does not tell.

A request for each phone, so only for calls no agent has, and not more than MAX_REQUESTS of them in a run. Changes no
call itself: what it hears goes the way of every call record.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from c2c_frappe.accounts import extensions
from c2c_frappe.call_log import search
from c2c_frappe.events import intake
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import records
from c2c_frappe.pbx.calls.records import CallRecord
from c2c_frappe.pbx.providers.base import Provider
from c2c_frappe.site_time import utc_now

MAX_REQUESTS = 20


def ask(account: str, provider: Provider, open_ones: Sequence[CallRecord]) -> None:
	"""Ask phone after phone until each of these calls has its own; raise a PbxError when there is no answer. Commits."""
	if not (open_ones and provider.has_phone_records):
		return
	with_agent = search.ids_with_agent(account, [each.event.pbx_call_id for each in open_ones])
	wanted = {each.record_id for each in open_ones if each.event.pbx_call_id not in with_agent}
	if not wanted:
		return
	window = records.window_of(each for each in open_ones if each.record_id in wanted)
	left = MAX_REQUESTS
	for extension in _in_turn(account):
		for page_number in count(1):
			if not left or not wanted:
				return
			left -= 1
			page = exchange.fetch_phone_records(provider, window, page_number, extension)
			taken = [each for each in page.records if each.record_id in wanted]
			intake.receive_records(account, taken, provider.secrets)
			wanted -= {each.record_id for each in taken}
			if not page.has_more:
				break


def _in_turn(account: str) -> list[str]:
	"""Return the extensions of the account's users, each minute from another one on, so that no last one is left out."""
	own = extensions.extensions_on(account)
	start = utc_now().minute % len(own) if own else 0
	return [*own[start:], *own[:start]]
