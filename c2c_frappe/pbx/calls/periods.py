"""Days, weeks and months by which reports group calls. Pure; knows no time zone and reads no clock."""

from __future__ import annotations

from datetime import date, timedelta

DAY, WEEK, MONTH = "Day", "Week", "Month"
PERIODS = (DAY, WEEK, MONTH)


def start_of(period: str, day: date) -> date:
	"""Return the first day of the day's period: itself, its Monday, or the first of its month."""
	if period == WEEK:
		return day - timedelta(days=day.weekday())
	return day.replace(day=1) if period == MONTH else day
