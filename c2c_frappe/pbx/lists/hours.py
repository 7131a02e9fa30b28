"""When calling hours begin and end next, wherever a number may be. Reads no clock; whether they are on, policy says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from c2c_frappe.pbx.numbers import policy

# Hours come every day; a change of summer time may move one, so one day more is looked at.
DAYS = range(-1, 3)


@dataclass(frozen=True)
class Hours:
	"""The site's calling hours and its zone's IANA name; no bound means any time."""

	start: time | None
	end: time | None
	site_zone: str

	def are_on(self, now: datetime, zones: Sequence[str]) -> bool:
		"""Whether a number of these zones may be called at a moment in UTC without a zone."""
		return policy.within_hours(now, self.start, self.end, zones, self.site_zone)

	def opening(self, now: datetime, zones: Sequence[str]) -> datetime:
		"""Return the first moment from now on at which it may be called, in UTC without a zone."""
		if self.are_on(now, zones):
			return now
		openings = self._moments(now, self.start, zones, lambda moment: self.are_on(moment, zones))
		return min(openings, default=now + timedelta(days=1))

	def closing(self, now: datetime, zones: Sequence[str]) -> datetime | None:
		"""Return when it may no longer be called, in UTC without a zone; None while no hours limit it."""
		if self.start == self.end:
			return None
		return min(
			self._moments(now, self.end, zones, lambda moment: not self.are_on(moment, zones)), default=None
		)

	def _moments(
		self, now: datetime, bound: time | None, zones: Sequence[str], fits: Callable[[datetime], bool]
	) -> Iterator[datetime]:
		for zone in {*zones, self.site_zone}:
			try:
				place = ZoneInfo(zone)
			except (OSError, ValueError, KeyError):
				continue
			today = now.replace(tzinfo=timezone.utc).astimezone(place).date()
			for day in DAYS:
				local = datetime.combine(today + timedelta(days=day), bound or time.min, place)
				moment = local.astimezone(timezone.utc).replace(tzinfo=None)
				if moment > now and fits(moment):
					yield moment
