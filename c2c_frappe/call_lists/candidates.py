"""What is known of an entry's record now: is it there, who may be called on it, when, how often. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe.utils import get_datetime

from c2c_frappe import current_settings
from c2c_frappe.accounts import extensions
from c2c_frappe.dialing import checks, usage
from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.lists.next_entry import Candidate
from c2c_frappe.pbx.numbers import choice, phone
from c2c_frappe.pbx.numbers.choice import Choice
from c2c_frappe.pbx.numbers.phone import PhoneNumber
from c2c_frappe.phone_book import record_numbers, refusals
from c2c_frappe.phone_book.countries import deciding_countries
from c2c_frappe.phone_book.record_numbers import Record


@dataclass(frozen=True)
class Found:
	"""An entry's row, what it is judged by, and its record and number where there are such."""

	row: Mapping
	candidate: Candidate
	record: Record | None = None
	chosen: Choice | None = None
	number: PhoneNumber | None = None


def find(row: Mapping, consent_field: str, now: datetime) -> Found | None:
	"""Return what is known of an entry; None where the logged-in user may not read its record."""
	place = (row["reference_doctype"], row["reference_name"])
	usual = {"name": row["name"], "priority": row["priority"], "due": get_datetime(row["due_utc"])}
	usual["reason"] = row["reason"] or ""
	if not (frappe.db.exists("DocType", place[0]) and frappe.db.exists(*place)):
		return Found(row, Candidate(**usual, is_record_there=False))
	try:
		record = record_numbers.load(*place)
	except frappe.PermissionError:
		frappe.clear_last_message()
		return None
	countries = deciding_countries(record.country, extensions.account_of(frappe.session.user))
	chosen = choice.choose_own_first(record.own, lambda: record.contact_numbers, "", "", "", countries)
	number = _number(chosen, countries)
	says_no = record_numbers.says_do_not_call(record.document.doctype, record.document)
	facts = {
		"has_number": number is not None,
		"has_consent": not consent_field or bool(record.document.get(consent_field)),
		"says_no": says_no or bool(chosen and chosen.do_not_call),
	}
	if number:
		facts |= _of_number(number, now, facts["says_no"])
	return Found(row, Candidate(**{**usual, **facts}), record, chosen, number)


def unreadable(places: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
	"""Return those of these records that are there and that the logged-in user may not read, two statements a DocType."""
	names: dict[str, list[str]] = {}
	for doctype, name in places:
		names.setdefault(doctype, []).append(name)
	found: set[tuple[str, str]] = set()
	for doctype, wanted in names.items():
		if frappe.db.exists("DocType", doctype, cache=True):
			held = {"name": ("in", wanted)}
			there = set(map(str, frappe.get_all(doctype, held, pluck="name")))
			may_ask = frappe.has_permission(doctype, "read")
			read = set(map(str, frappe.get_list(doctype, held, pluck="name", limit=0))) if may_ask else set()
			found.update((doctype, name) for name in there - read)
	return found


def _number(chosen: Choice | None, countries: tuple[str, ...]) -> PhoneNumber | None:
	try:
		return phone.find(chosen.text, countries) if chosen else None
	except InvalidNumberError:
		return None


def _of_number(number: PhoneNumber, now: datetime, says_no: bool) -> dict:
	settings = current_settings.settings()
	zones, hours = phone.time_zones(number), checks.calling_hours(settings)
	return {
		"says_no": says_no or bool(refusals.refusal_of(number.e164)),
		"may_be_dialed": checks.verdict_on(number, settings).allowed,
		"opens_at": hours.opening(now, zones),
		"closes_at": hours.closing(now, zones),
		"free_at": usage.free_at(number.e164, checks.number_caps(settings), now),
	}
