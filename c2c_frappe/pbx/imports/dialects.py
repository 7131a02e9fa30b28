"""Files that are known by their headings, and what their cells mean in them alone. Reads no cell itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.imports.vocabulary import DIRECTIONS, INCOMING, OUTGOING, plain


@dataclass(frozen=True)
class Dialect:
	"""How one PBX writes: its directions, as (direction, result), and whether 1:15 is an hour and 15 minutes."""

	directions: Mapping[str, tuple[str, str]]
	has_hours_and_minutes: bool = False


USUAL = Dialect(DIRECTIONS)
# The list of calls of a FRITZ!Box, by its menu's "Sichern". Its lengths are whole minutes, rounded up.
FRITZBOX = Dialect(
	{
		"1": (INCOMING, status.COMPLETED),
		"2": (INCOMING, status.NO_ANSWER),
		"3": (INCOMING, status.FAILED),
		"4": (OUTGOING, ""),
	},
	has_hours_and_minutes=True,
)
_BY_HEADINGS = {
	("typ", "datum", "rufnummer", "nebenstelle", "eigenerufnummer", "dauer"): FRITZBOX,
	("typ", "date", "number", "extension", "outgoingcallerid", "duration"): FRITZBOX,
	("type", "date", "number", "extension", "outgoingcallerid", "duration"): FRITZBOX,
	("type", "date", "number", "extension", "localnumber", "duration"): FRITZBOX,
}


def dialect_of(headings: Sequence[str]) -> Dialect:
	"""Return the dialect of a file that has all the headings of one, else the usual reading."""
	present = {plain(heading) for heading in headings}
	return next((dialect for names, dialect in _BY_HEADINGS.items() if present.issuperset(names)), USUAL)
