"""Times: Frappe's Datetime fields hold the site's own, the core knows UTC without a zone; one clock for all processes."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import frappe
from frappe.utils import get_system_timezone

# Seconds for which a process counts on from the database's clock before it asks again.
ASK_AGAIN_AFTER = 60
_asked: dict[str, tuple[datetime, float]] = {}


def to_utc(moment: datetime) -> datetime:
	"""Return a time of the site's own zone as UTC without a zone."""
	return (
		moment.replace(tzinfo=ZoneInfo(get_system_timezone())).astimezone(timezone.utc).replace(tzinfo=None)
	)


def to_local(moment: datetime) -> datetime:
	"""Return UTC without a zone as the site's own time, which Frappe's Datetime fields hold."""
	return (
		moment.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(get_system_timezone())).replace(tzinfo=None)
	)


def utc_now() -> datetime:
	"""Return the database's time in UTC without a zone: what deadlines, slots, repeats and caps are reckoned by.

	The clocks of web and worker machines differ, and a site's own time jumps back an hour every autumn.
	"""
	place = f"{frappe.conf.db_host} {frappe.conf.db_port} {frappe.conf.db_name}"
	cached = _asked.get(place)
	if not cached or time.monotonic() - cached[1] > ASK_AGAIN_AFTER:
		cached = _asked[place] = (_database_time(), time.monotonic())
	return cached[0] + timedelta(seconds=time.monotonic() - cached[1])


def local_now() -> datetime:
	"""Return the database's time as the site's own."""
	return to_local(utc_now())


def _database_time() -> datetime:
	if frappe.db.db_type != "mariadb":
		# The embedded Desk's SQLite has no clock but that of the process it lives in.
		return datetime.now(timezone.utc).replace(tzinfo=None)
	return frappe.db.sql("SELECT UTC_TIMESTAMP(6)")[0][
		0
	]  # nosemgrep: frappe-using-db-sql - no builder knows it
