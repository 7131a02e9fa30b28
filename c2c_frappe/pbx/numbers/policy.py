"""Decides whether a number may be dialed, and when, and how often. Reads no clock and no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from c2c_frappe.pbx.errors import ConfigurationError, InvalidNumberError
from c2c_frappe.pbx.numbers import numbering, phone
from c2c_frappe.pbx.numbers.phone import PhoneNumber
from c2c_frappe.pbx.text import Text, _

# Every other kind is dialed: freephone, UAN (one number for a whole company), VoIP, voicemail, and the
# personal numbers and pagers that numbering.PREMIUM_ALWAYS does not name.
REFUSED_KINDS = {
	"premium_rate": _("Premium-rate numbers are not dialed. Use another number for this customer."),
	"shared_cost": _("Shared-cost numbers are not dialed. Use another number for this customer."),
}
# Hours begin every day; where summer time ends between two days, people may agree on one of them only.
_DAYS = range(-2, 2)


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

# Refusals that give way: to anybody who wants to try now, or to a manager who gives a reason.
OVERRIDES = {"circuit_open": "now", "pbx_busy": "now", "do_not_call": "reason", "outside_hours": "reason"}


def judge(number: PhoneNumber, rules: Rules = Rules()) -> Verdict:
	"""Say whether the number may be dialed at all.

	Refused: networks of no country (satellites, +979 premium, and +800 freephone too, which many carriers do not
	route), the REFUSED_KINDS, and countries that are not allowed. A number the metadata does not know is refused
	for its kind only when all its nearest known neighbours are of refused kinds; and it passes when any country
	it may belong to is allowed. `phone.read` refused codes and impossible lengths before.
	"""
	if not number.countries:
		return _refused(_("Satellite and other international network numbers are not dialed."))
	kinds = number.likely_kinds
	if kinds and kinds <= REFUSED_KINDS.keys():
		return _refused(REFUSED_KINDS[min(kinds)])
	allowed = {country.upper() for country in rules.allowed_countries}
	if allowed and allowed.isdisjoint(number.countries):
		return _refused(_country_refusal(number, allowed))
	return ALLOWED


def _country_refusal(number: PhoneNumber, allowed: set[str]) -> Text:
	"""Return why a country is refused; that one which shares a code is another one surprises people."""
	alike = sorted(allowed.intersection(numbering.countries_of_code(number.e164)))
	if alike:
		return _(
			"Calls to {0} are not allowed: it shares its country code with {1} but is a separate country. Ask a PBX"
			" Manager to add it.",
			number.country,
			alike[0],
		)
	return _("Calls to {0} are not allowed. Ask a PBX Manager to add that country.", number.country)


def _refused(message: str) -> Verdict:
	return Verdict(False, "number_not_allowed", message)


def describe(text: str, country: str = "", rules: Rules = Rules()) -> dict:
	"""Say how text is read and whether it may be dialed, as JSON-able values under fixed keys."""
	description = dict.fromkeys(("number", "country", "national", "display", "type", "extension"))
	try:
		number = phone.read(text, country)
	except InvalidNumberError as error:
		verdict = Verdict(False, error.failure_code, error.message)
		return {"input": text, **description, "time_zones": [], **vars(verdict)}
	description = {
		"number": number.e164,
		"country": number.country,
		"national": number.national,
		"display": phone.display(number, country),
		"type": number.kind,
		"extension": number.extension,
	}
	return {
		"input": text,
		**description,
		"time_zones": list(phone.time_zones(number)),
		**vars(judge(number, rules)),
	}


def within_hours(
	now_utc: datetime, start: time | None, end: time | None, zones: Sequence[str], site_zone: str
) -> bool:
	"""Whether calling hours are on wherever the number may be.

	`now_utc` is UTC, aware or naive. The hours run from `start` until just before `end`, over midnight when
	`end` is earlier; a missing bound is midnight, two equal ones are the whole day. They must hold in all
	`zones` (IANA names). In `site_zone` alone they must hold when no zone is known, or when the zones are so
	far apart (a Russian mobile's) that no moment suits them all. Raises ConfigurationError for a site zone
	that does not exist.
	"""
	if start is None and end is None:
		return True
	hours = (start or time.min, end or time.min)
	now = now_utc.replace(tzinfo=timezone.utc) if now_utc.tzinfo is None else now_utc
	valid_zones = (_zone(zone) for zone in zones)
	places = [place for place in valid_zones if place]
	if places and _ever_suits_all(now, hours, places):
		return all(_is_open(now, hours, place) for place in places)
	site = _zone(site_zone)
	if not site:
		raise ConfigurationError(_("{0} is not a valid time zone. Set the site's time zone.", site_zone))
	return _is_open(now, hours, site)


def _zone(name: str) -> ZoneInfo | None:
	try:
		return ZoneInfo(name)
	except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
		return None


def _is_open(moment: datetime, hours: tuple[time, time], place: ZoneInfo) -> bool:
	start, end = hours
	local = moment.astimezone(place).time()
	if start < end:
		return start <= local < end
	return local >= start or local < end


def _ever_suits_all(now: datetime, hours: tuple[time, time], places: list[ZoneInfo]) -> bool:
	"""Whether some moment of these days is in everyone's hours: if one is, then so is some place's opening."""
	days = [(place, now.astimezone(place).date() + timedelta(days=day)) for place in places for day in _DAYS]
	openings = [datetime.combine(day, hours[0], place) for place, day in days]
	return any(all(_is_open(opening, hours, place) for place in places) for opening in openings)


def over_cap(counts: Mapping[str, int], limits: Mapping[str, int | None]) -> str:
	"""Return the name of the first cap that is reached, "" when another call is within all of them.

	Both map a name ("minute", "day") to a number of calls; a limit of 0 or None does not limit.
	"""
	return next((name for name, limit in limits.items() if limit and counts.get(name, 0) >= limit), "")


def way_to_override(failure_code: str, is_manager: bool) -> str:
	"""Return how a refusal may be overridden by who is (or is not) a manager: "now", "reason", or "" for not at all."""
	way = OVERRIDES.get(failure_code, "")
	return way if is_manager or way == "now" else ""


def is_do_not_call(flag: object, lead_status: str | None = "") -> bool:
	"""Whether a record asks not to be called: by our `do_not_call` flag or ERPNext's Lead status."""
	return bool(flag) or lead_status == "Do Not Contact"
