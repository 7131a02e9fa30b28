"""Calls logged before there was one clock: when they were requested in UTC, and what makes one that began at the PBX one."""

from __future__ import annotations

from datetime import timedelta

import frappe
from frappe.query_builder import Interval
from frappe.query_builder.functions import Max, Min
from frappe.utils import get_datetime

from c2c_frappe.site_time import in_utc

DOCTYPE = "PBX Call Log"
# Calls that began at the PBX had this many digits of their identity as their name.
ORIGIN_DIGITS = 20


def execute() -> None:
	"""Fill both columns where they are empty; a second run changes nothing."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.update(table).set(table.origin_key, table.name)
	began_at_pbx = table.custom_data.isnull() & (table.direction.isin(["Incoming", "Outgoing"]))
	query.where(began_at_pbx & table.origin_key.isnull() & table.name.like("_" * ORIGIN_DIGITS)).run()
	for since, till, offset in _spans():
		is_within = (table.requested_at >= since) & (table.requested_at < till) & table.requested_utc.isnull()
		moment = table.requested_at - Interval(seconds=int(offset.total_seconds()))
		frappe.qb.update(table).set(table.requested_utc, moment).where(is_within).run()


def _spans():
	"""Yield (since, till, offset to UTC) of the stretches of site time in which the offset stayed the same."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).where(table.requested_utc.isnull())
	first, last = query.select(Min(table.requested_at), Max(table.requested_at)).run()[0]
	if not first:
		return
	since = day = get_datetime(first).replace(hour=0, minute=0, second=0, microsecond=0)
	offset = day - in_utc(day)
	while day <= get_datetime(last):
		day += timedelta(days=1)
		if day - in_utc(day) != offset:
			yield since, day, offset
			since, offset = day, day - in_utc(day)
	yield since, day + timedelta(days=1), offset
