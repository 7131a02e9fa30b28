"""How long people waited to be called, and how many still wait. Pure; reads no clock."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from statistics import median

MINUTE, HOUR, DAY = 60, 3600, 86400
# What a wait counts as, by its upper end in seconds, the shortest first.
CLASSES = (
	("within_5_minutes", 5 * MINUTE),
	("within_an_hour", HOUR),
	("within_a_day", DAY),
	("later", float("inf")),
)
NEVER = "never"


@dataclass
class Responses:
	"""Those of one group: how many there are, and the seconds after which some of them were called."""

	count: int = 0
	waits: list[float] = field(default_factory=list)

	@property
	def called(self) -> int:
		"""Return how many were called."""
		return len(self.waits)

	@property
	def not_called(self) -> int:
		"""Return how many still wait."""
		return self.count - self.called

	@property
	def median_wait(self) -> int | None:
		"""Return the seconds within which half of the called ones were called; None where nobody was."""
		return round(median(self.waits)) if self.waits else None


def respond(waits: Iterable[tuple[Hashable, float | None]]) -> dict[Hashable, Responses]:
	"""Return the Responses per group of (group, seconds until called) pairs; None is who was not called."""
	groups: dict[Hashable, Responses] = {}
	for group, wait in waits:
		responses = groups.setdefault(group, Responses())
		responses.count += 1
		if wait is not None:
			responses.waits.append(wait)
	return groups


def class_of(wait: float | None) -> str:
	"""Return what a wait counts as: a name of CLASSES, or NEVER."""
	if wait is None:
		return NEVER
	return next(name for name, end in CLASSES if wait <= end)
