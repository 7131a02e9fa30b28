"""How often one number may be called from lists, whoever calls it and from whichever. Reads no clock and no calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class NumberCaps:
	"""At most so many calls to a number on one day of the site, and within seven days; 0 does not limit."""

	day: int = 0
	week: int = 0

	def free_at(self, calls: Sequence[datetime], now: datetime, today: tuple[datetime, datetime]) -> datetime:
		"""Return the first moment from now on at which a number may be called again.

		`calls` are those to the number of the last seven days, `today` is when this day of the site began and the
		next one will; all in UTC without a zone.
		"""
		moments = [now]
		if self.day and sum(moment >= today[0] for moment in calls) >= self.day:
			moments.append(today[1])
		within = sorted(moment for moment in calls if moment > now - WEEK)
		if self.week and len(within) >= self.week:
			moments.append(within[-self.week] + WEEK)
		return max(moments)
