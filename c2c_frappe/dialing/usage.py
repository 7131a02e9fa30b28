"""What the latest calls tell: how many were placed, how an account answered. Reads by indexes, writes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
from frappe.query_builder.functions import Count
from frappe.utils import get_datetime

from c2c_frappe.pbx.calls import breaker, status
from c2c_frappe.pbx.lists.number_caps import WEEK, NumberCaps
from c2c_frappe.site_time import local_now, to_local, to_utc, utc_now

DOCTYPE = "PBX Call Log"


def count_dials(asked: dict[str, tuple[datetime, str]]) -> dict[str, int]:
	"""Return {name: calls} for each {name: (since, agent)}, all in one statement.

	The agent's calls, or the site's when it is "", without refused attempts and the phones' own.
	"""
	counts = [_count(since, agent).as_(name) for name, (since, agent) in asked.items()]
	return frappe.qb.select(*counts).run(as_dict=True)[0] if counts else {}


def _count(since: datetime, agent: str):
	table, query = _dialed(since)
	query = query.where(table.agent == agent) if agent else query
	return query.select(Count("*"))


def count_refused(since: datetime, agent: str, failure_code: str) -> int:
	"""Return how often the agent was refused for this reason since a moment in UTC."""
	refused = {"agent": agent, "failure_code": failure_code, "requested_utc": (">=", since)}
	return frappe.db.count(DOCTYPE, refused)


def open_circuit(account: str, modified: str) -> breaker.Pause | None:
	"""Return the pause for an account that does not answer, in UTC; None when calls may be placed.

	What the account did before it was last changed (`modified`) does not count: the change may have cured it.
	"""
	now = utc_now()
	changed = to_utc(get_datetime(modified))
	table, query = _dialed(max(now - breaker.MEMORY, changed))
	query = query.where((table.account == account) & (table.status != status.DIALING))
	query = query.orderby(table.requested_utc, order=frappe.qb.desc).limit(breaker.IN_A_ROW)
	rows = query.select(table.requested_utc, table.failure_code).run()
	return breaker.pause([breaker.Outcome(moment, code or "") for moment, code in rows], now)


def free_at(number: str, caps: NumberCaps, now: datetime) -> datetime:
	"""Return when lists may call an E.164 number again, in UTC: now, or later; every call to it counts."""
	table, query = _dialed(now - WEEK)
	calls = query.where(table.dialed_number == number).select(table.requested_utc).run(pluck=True)
	began = today()
	tomorrow = to_utc(to_local(began) + timedelta(days=1))
	return caps.free_at([get_datetime(moment) for moment in calls], now, (began, tomorrow))


def today() -> datetime:
	"""Return when this day of the site began, in UTC."""
	return to_utc(local_now().replace(hour=0, minute=0, second=0, microsecond=0))


def last_minute() -> datetime:
	"""Return the moment a minute ago, in UTC."""
	return utc_now() - timedelta(minutes=1)


def _dialed(since: datetime):
	table = frappe.qb.DocType(DOCTYPE)
	is_refused = table.failure_code.isin(status.REFUSALS)
	# Of what was dialed here the custom data are at least an empty object; so are they of an erased call of the PBX's own.
	is_from_here = table.custom_data.isnotnull() & table.origin_key.isnull()
	is_dialed = is_from_here & (table.failure_code.isnull() | is_refused.negate())
	return table, frappe.qb.from_(table).where((table.requested_utc >= since) & is_dialed)
