"""Which of several records with one number a call is linked to. Pure; the shell finds the records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

CONTACT = "Contact"


@dataclass(frozen=True)
class Owner:
	"""A record that has a number; `active_at` is when it was last changed or called there, None if unknown.

	`is_converted`: another record took its place, as a Deal does a Lead's.
	"""

	doctype: str
	name: str
	active_at: datetime | None = None
	is_converted: bool = False


@dataclass(frozen=True)
class Party:
	"""Somebody with a number: their record, and the Contact that was made for it and has the number too, or ""."""

	doctype: str
	name: str
	contact: str = ""


def sort_by_activity(owners: Iterable[Owner]) -> tuple[Owner, ...]:
	"""Return the most recently active first, converted ones last; ties stand in an order that is always the same."""
	named = sorted(owners, key=lambda owner: (owner.doctype, owner.name))
	latest_first = sorted(named, key=lambda owner: owner.active_at or datetime.min, reverse=True)
	return tuple(sorted(latest_first, key=lambda owner: owner.is_converted))


def fold_contacts(
	owners: Sequence[Owner], links: Mapping[str, Collection[tuple[str, str]]]
) -> tuple[Party, ...]:
	"""Return who has the number, in the records' order: a Contact and the record it is linked to are one.

	`links` are the (DocType, name) that each Contact is linked to. A Contact of two of them is one with both.
	"""
	places = [(owner.doctype, owner.name) for owner in owners]
	contact_of: dict[tuple[str, str], str] = {}
	folded = set()
	for place in places:
		hosts = [each for each in links.get(place[1], ()) if each in places] if place[0] == CONTACT else []
		for host in hosts:
			contact_of.setdefault(host, place[1])
			folded.add(place)
	# Whoever is linked from an active Contact is as active.
	order = {place: places.index(place) for place in places}
	for place, contact in contact_of.items():
		order[place] = min(order[place], order[CONTACT, contact])
	kept = sorted((place for place in places if place not in folded), key=lambda place: order[place])
	return tuple(Party(*place, contact_of.get(place, "")) for place in kept)
