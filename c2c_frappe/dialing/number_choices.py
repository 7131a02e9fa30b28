"""What the chooser shows of a record: each number, its label, the time there, what came of the last call."""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
from frappe import _

from c2c_frappe.accounts import extensions
from c2c_frappe.call_log import search
from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.numbers.choice import Choice, distinct, local_time
from c2c_frappe.pbx.numbers.phone import PhoneNumber
from c2c_frappe.phone_book import index, people, record_numbers
from c2c_frappe.phone_book.countries import deciding_countries
from c2c_frappe.replies import fixes, screen_pop


def offer(doctype: str, name: str) -> dict:
	"""Return {title, numbers: [{fieldname, row, label, number, local_time, last_result, do_not_call}], message, fix}."""
	record = record_numbers.load(doctype, name)
	countries = deciding_countries(record.country, extensions.account_of(frappe.session.user))
	choices = [(choice, _read(choice, countries)) for choice in distinct(record.choices, countries)]
	refused = index.not_to_be_called(number.e164 for _choice, number in choices if number)
	return {
		"title": people.title_of(record.document),
		"numbers": [
			{
				**_offered(choice, number),
				"do_not_call": choice.do_not_call or bool(number and number.e164 in refused),
			}
			for choice, number in choices
		],
		"message": ""
		if record.choices
		else _("This record has no phone number. Add one and save it to call."),
		"fix": None if record.choices else fixes.link(doctype, record.name),
	}


def owners(text: str) -> dict:
	"""Return {records}: those with a number that was typed, which this user may read, as screen_pop.records_of does."""
	user = frappe.session.user
	try:
		number = phone.find(text, deciding_countries("", extensions.account_of(user)))
	except InvalidNumberError:
		return {"records": []}
	return {"records": screen_pop.records_of(index.matching_records(number.e164), user)}


def _read(choice: Choice, countries: tuple[str, ...]) -> PhoneNumber | None:
	try:
		return phone.find(choice.text, countries)
	except InvalidNumberError:
		return None


def _offered(choice: Choice, number: PhoneNumber | None) -> dict:
	offered = {
		"fieldname": choice.fieldname,
		"row": choice.row,
		"label": choice.label,
		"number": choice.shown,
	}
	if not number:
		return {**offered, "local_time": "", "last_result": ""}
	last = search.last_status(number.e164)
	return {
		**offered,
		"number": choice.shown if choice.is_masked else phone.display_whole(number),
		"local_time": local_time(number.e164, datetime.now(timezone.utc)),
		"last_result": _(last) if last else "",
	}
