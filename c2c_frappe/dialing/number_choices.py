"""What the chooser shows of a record: each number, its label, the time there, what came of the last call."""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
from frappe import _

from c2c_frappe import messages
from c2c_frappe.accounts import extensions
from c2c_frappe.call_log import search
from c2c_frappe.dialing import internal_calls, routing
from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.numbers.choice import Choice, distinct, local_time
from c2c_frappe.pbx.numbers.phone import PhoneNumber
from c2c_frappe.phone_book import index, people, record_numbers, refusals
from c2c_frappe.phone_book.countries import deciding_countries
from c2c_frappe.replies import fixes, screen_pop


def offer(doctype: str, name: str, phone_row: str = "") -> dict:
	"""Return {title, numbers: [{fieldname, row, label, number, line, local_time, last_result, do_not_call, by_device}], message, fix}.

	`line` says by which account, caller ID and phone it would be called, "" where PBX Settings has no rules for that.
	`by_device` says that the user's own device may call it, too: the number is in plain sight.
	"""
	record = record_numbers.load(doctype, name)
	countries = deciding_countries(record.country, extensions.account_of(frappe.session.user))
	choices = [(choice, _read(choice, countries)) for choice in distinct(record.choices, countries)]
	may_use_device = bool(frappe.get_cached_doc("PBX Settings").allow_device_calls)
	refused = refusals.refusing_records(number.e164 for _choice, number in choices if number)
	return {
		"title": people.title_of(record.document),
		"numbers": [
			{
				**_offered(choice, number),
				"line": _line(phone_row, record.company, number),
				"by_device": may_use_device and bool(number) and not choice.is_masked,
				"do_not_call": choice.do_not_call or bool(number and number.e164 in refused),
			}
			for choice, number in choices
		],
		"message": ""
		if record.choices
		else _("This record has no phone number. Add one and save it to call."),
		"fix": None if record.choices else fixes.link(doctype, record.name),
	}


def owners(text: str, phone_row: str = "") -> dict:
	"""Return {records, message, line}: those with a number that was typed, which this user may read, or why it is no number.

	The records are as screen_pop.records_of gives them.
	"""
	user = frappe.session.user
	try:
		number = phone.find(text, deciding_countries("", extensions.account_of(user)))
	except InvalidNumberError as error:
		message = "" if internal_calls.may_be_one(text, user) else messages.sentence(error.message)
		return {"records": [], "message": message, "line": ""}
	records = screen_pop.records_of(index.matching_records(number.e164), user)
	return {"records": records, "message": "", "line": _line(phone_row, _company_of(records), number)}


def _company_of(records: list[dict]) -> str:
	"""Return the company of the one record a number stands on, as the call would have it."""
	if len(records) != 1 or not frappe.get_cached_doc("PBX Settings").line_rules:
		return ""
	return record_numbers.load(records[0]["doctype"], records[0]["name"]).company


def _line(phone_row: str, company: str, number: PhoneNumber | None) -> str:
	return routing.describe(frappe.session.user, phone_row, company, number) if number else ""


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
