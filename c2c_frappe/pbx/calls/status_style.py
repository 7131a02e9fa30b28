"""How a status looks on the Desk and how long it stays in sight, as data. What it means is `status`'s.

The browser gets this table at boot; the list of calls takes its colors from the DocType's states, which a test holds
against this table.
"""

from __future__ import annotations

from typing import NamedTuple

from c2c_frappe.pbx.calls import status


class StatusStyle(NamedTuple):
	"""A status in the strip and in lists.

	`color` is the strip's, of what the agent is to feel now; `in_lists` that of a row, of how the call ended.
	`is_under_way`: somebody waits or talks, and no other call takes its place. `is_waiting`: the agent's phone may ring at
	any moment. `is_kept`: it stays in sight until somebody has read it and closes it.
	"""

	color: str
	in_lists: str
	is_under_way: bool = False
	is_waiting: bool = False
	is_kept: bool = False


STYLES = {
	status.DIALING: StatusStyle("gray", "Blue", is_under_way=True),
	status.REQUESTED: StatusStyle("blue", "Blue", is_under_way=True, is_waiting=True),
	status.UNCONFIRMED: StatusStyle("orange", "Orange", is_waiting=True),
	status.UNKNOWN: StatusStyle("orange", "Orange", is_kept=True),
	status.RINGING: StatusStyle("blue", "Blue", is_under_way=True),
	status.IN_PROGRESS: StatusStyle("green", "Blue", is_under_way=True),
	status.COMPLETED: StatusStyle("green", "Green"),
	status.NO_ANSWER: StatusStyle("orange", "Gray"),
	status.BUSY: StatusStyle("orange", "Gray"),
	status.CANCELED: StatusStyle("gray", "Gray"),
	status.FAILED: StatusStyle("red", "Red", is_kept=True),
}
_FLAGS = ("is_under_way", "is_waiting", "is_kept")


def for_browser() -> dict[str, dict]:
	"""Return {status: {color, and of is_final, is_under_way, is_waiting, is_kept those that are true}}."""
	return {each: {"color": look.color, **_flags(each, look)} for each, look in STYLES.items()}


def _flags(of: str, look: StatusStyle) -> dict[str, bool]:
	flags = {"is_final": status.is_final(of), **{name: getattr(look, name) for name in _FLAGS}}
	return {name: True for name, is_set in flags.items() if is_set}
