"""Decides whether a number may be dialled, now, by this user. Pure: reads no clock, no database, no text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from c2c_frappe.pbx import phone
from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.phone import PhoneNumber
from c2c_frappe.pbx.text import _

# What each kind is refused for. Left out, and so dialled: freephone, UAN (one number for a whole company),
# VoIP and voicemail, which cost no more than others. Personal (follow-me) numbers and pagers are dear in
# some countries, and a pager has nobody to talk to.
REFUSED_KINDS = {
	"premium_rate": _("Premium-rate numbers are not dialled. Look for another number of this customer."),
	"shared_cost": _("Shared-cost numbers are not dialled. Look for another number of this customer."),
	"personal_number": _("Follow-me numbers at any price are not dialled. Look for another number."),
	"pager": _("Pagers are not dialled. Look for another number of this customer."),
}


@dataclass(frozen=True)
class Rules:
	"""What the site allows: ISO alpha-2 codes; none given means any real country."""

	allowed_countries: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
	"""Whether it may be done; if not, the failure code PBX Call Log stores and a sentence for people."""

	allowed: bool
	failure_code: str = ""
	message: str = ""


ALLOWED = Verdict(True)


def judge(number: PhoneNumber, rules: Rules = Rules()) -> Verdict:
	"""Say whether the number may be dialled at all.

	Refused: networks of no country (satellites, +979 premium, and +800 freephone too, which many carriers do not
	route), the REFUSED_KINDS, and countries that are not allowed. A number the metadata does not know is refused
	for its kind only when all its nearest known neighbours are of refused kinds; and it passes when any country
	it may belong to is allowed. `phone.read` refused codes and impossible lengths before.
	"""
	if not number.countries:
		return _refused(_("Satellite and other international network numbers are not dialled."))
	kinds = number.likely_kinds
	if kinds and kinds <= REFUSED_KINDS.keys():
		return _refused(REFUSED_KINDS[min(kinds)])
	allowed = {country.upper() for country in rules.allowed_countries}
	if allowed and allowed.isdisjoint(number.countries):
		return _refused(
			_("Calls to {0} are not allowed. Ask a PBX Manager to add that country.", number.country)
		)
	return ALLOWED


def _refused(message: str) -> Verdict:
	return Verdict(False, "number_not_allowed", message)


def describe(text: str, country: str = "", rules: Rules = Rules()) -> dict:
	"""Say how text is read and whether it may be dialled, as JSON-able values under fixed keys."""
	known = dict.fromkeys(("number", "country", "national", "display", "type", "extension"))
	try:
		number = phone.read(text, country)
	except InvalidNumberError as error:
		verdict = Verdict(False, error.failure_code, error.message)
		return {"input": text, **known, "time_zones": [], **vars(verdict)}
	known = {
		"number": number.e164,
		"country": number.country,
		"national": number.national,
		"display": phone.display(number, country),
		"type": number.kind,
		"extension": number.extension,
	}
	return {
		"input": text,
		**known,
		"time_zones": list(phone.time_zones(number)),
		**vars(judge(number, rules)),
	}


def over_cap(counts: Mapping[str, int], limits: Mapping[str, int | None]) -> str:
	"""Return the name of the first cap that is reached, "" when another call is within all of them.

	Both map a name ("minute", "day") to a number of calls; a limit of 0 or None does not limit.
	"""
	return next((name for name, limit in limits.items() if limit and counts.get(name, 0) >= limit), "")


def is_do_not_call(flag: object, lead_status: str | None = "") -> bool:
	"""Tell whether a record asks not to be called: by our `do_not_call` flag or ERPNext's Lead status."""
	return bool(flag) or lead_status == "Do Not Contact"
