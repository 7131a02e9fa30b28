"""Which of several records with one number a call is linked to. Pure; the shell finds the records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Owner:
	"""A record that has a number; `active_at` is when it was last changed or called there, None if unknown."""

	doctype: str
	name: str
	active_at: datetime | None = None


def sort_by_activity(owners: Iterable[Owner]) -> tuple[Owner, ...]:
	"""Return the most recently active first; the others follow in an order that is always the same."""
	named = sorted(owners, key=lambda owner: (owner.doctype, owner.name))
	return tuple(sorted(named, key=lambda owner: owner.active_at or datetime.min, reverse=True))
