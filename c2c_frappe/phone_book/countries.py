"""Whose country decides how a number without a plus is read, and which countries may be called."""

from __future__ import annotations

from collections.abc import Sequence

import frappe

# What is allowed while no country is set anywhere: an empty set would mean all.
NOWHERE = "none"


def country_code(country: str | None) -> str:
	"""Return the ISO alpha-2 code of a Country record, "" when there is none."""
	return (frappe.get_cached_value("Country", country, "code") or "").upper() if country else ""


def site_country(settings=None) -> str:
	"""Return the ISO code of the site's country: PBX Settings', else System Settings'."""
	settings = settings or frappe.get_cached_doc("PBX Settings")
	return country_code(settings.default_country or frappe.get_cached_doc("System Settings").country)


def countries_of_accounts() -> tuple[str, ...]:
	"""Return the ISO codes of the countries that enabled accounts read numbers in, where they name one."""
	rows = frappe.get_all(
		"PBX Account", {"enabled": 1, "default_country": ("is", "set")}, pluck="default_country"
	)
	return tuple(sorted({country_code(country) for country in rows} - {""}))


def deciding_countries(country_of_record: str, account: str) -> tuple[str, ...]:
	"""Return whose country decides when a number has no plus: the record's, the PBX Account's, the site's."""
	of_account = frappe.get_cached_value("PBX Account", account, "default_country") if account else ""
	return (country_of_record, country_code(of_account), site_country())


def countries_of_dial(country_of_record: str, account, settings) -> tuple[str, ...]:
	"""Return the same for a dial, from the account and the settings as the database has them now."""
	return (country_of_record, country_code(account.default_country), site_country(settings))


def allowed_countries(settings) -> frozenset[str]:
	"""Return the ISO codes of the countries that may be called; empty means any real country."""
	if settings.all_countries:
		return frozenset()
	chosen = {country_code(row.country) for row in settings.allowed_countries}
	return frozenset(chosen or {site_country(settings) or NOWHERE})


def countries_of(meta, names: Sequence[str]) -> dict[str, str]:
	if not meta.has_field("country") or meta.get_field("country").options != "Country":
		return {}
	rows = frappe.get_all(meta.name, {"name": ("in", names)}, ["name", "country"])
	return {str(row.name): country_code(row.country) for row in rows}
