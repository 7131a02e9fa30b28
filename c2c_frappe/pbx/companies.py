"""Which company a call belongs to, and whether it is kept from somebody who is limited to companies. Reads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
	"""The companies a user is limited to, none for no limit; `default` is the one new records of theirs get.

	`is_strict` keeps from them what belongs to no company.
	"""

	allowed: Sequence[str] = ()
	default: str = ""
	is_strict: bool = False


def company_of_call(of_account: str, of_record: str, limits: Limits) -> str:
	"""Return the company of a call: its account's, else one of those its agent is limited to, so that they see it."""
	if of_account or not limits.allowed:
		return of_account
	if of_record in limits.allowed:
		return of_record
	return limits.default or limits.allowed[0]


def is_kept_from(company: str, limits: Limits) -> bool:
	"""Whether what belongs to a company ("" for none) is none of somebody's business."""
	if not limits.allowed:
		return False
	return company not in limits.allowed if company else limits.is_strict
