"""Times: Frappe's Datetime fields hold the site's own, the core knows UTC without a zone. Reads the clock, no more."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from frappe.utils import get_system_timezone


def in_utc(moment: datetime) -> datetime:
	"""Return a time of the site's own zone as UTC without a zone."""
	return (
		moment.replace(tzinfo=ZoneInfo(get_system_timezone())).astimezone(timezone.utc).replace(tzinfo=None)
	)


def of_utc(moment: datetime) -> datetime:
	"""Return UTC without a zone as the site's own time, which Frappe's Datetime fields hold."""
	return (
		moment.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(get_system_timezone())).replace(tzinfo=None)
	)


def utc_now() -> datetime:
	# Deadlines are kept in UTC: the site's own clock jumps back an hour every autumn.
	return datetime.now(timezone.utc).replace(tzinfo=None)
