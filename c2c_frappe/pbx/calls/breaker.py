"""When a PBX is left alone for a while because it does not answer. Pure; the rows of its calls are the memory.

Only silence counts: a PBX that refuses at once, however often, holds nobody up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

SILENT = {"timeout", "interrupted"}
# This many dials in a row that got no answer, and calls are paused for so long after the last of them.
IN_A_ROW = 3
PAUSE = timedelta(seconds=60)
# Older silence tells nothing of now.
MEMORY = timedelta(minutes=15)


class Outcome(NamedTuple):
	"""When a dial of the account was requested, and its failure code, "" when it has none."""

	requested_at: datetime
	failure_code: str


class Pause(NamedTuple):
	"""Since when an account has not answered, and until when calls through it are paused."""

	since: datetime
	until: datetime


def pause(latest: Sequence[Outcome], now: datetime) -> Pause | None:
	"""Return the pause that the account's latest dials, newest first, call for; None when calls may be placed.

	After a pause one more dial without an answer begins the next.
	"""
	in_a_row = latest[:IN_A_ROW]
	is_silent = len(in_a_row) == IN_A_ROW and all(one.failure_code in SILENT for one in in_a_row)
	if not is_silent:
		return None
	opened = Pause(in_a_row[-1].requested_at, in_a_row[0].requested_at + PAUSE)
	return opened if now < opened.until else None
