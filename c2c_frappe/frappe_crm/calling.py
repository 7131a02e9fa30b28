"""The use case "a call button on Frappe CRM's own pages": from a number to the one request, and the popup's answer.

CRM sends the number alone; the page it was pressed on says which record was meant. Decides nothing about the call.
"""

from __future__ import annotations

import frappe
from frappe import _

from c2c_frappe import messages
from c2c_frappe.accounts import extensions
from c2c_frappe.call_log import crm_mirror
from c2c_frappe.dialing import place_call
from c2c_frappe.dialing.prepare import Click
from c2c_frappe.pbx.calls import frappe_crm, status
from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import choice, phone
from c2c_frappe.phone_book import index, record_numbers
from c2c_frappe.phone_book.countries import deciding_countries
from c2c_frappe.replies import screen_pop
from c2c_frappe.transactions import committed


def call(number: str) -> dict:
	"""Place a call for the logged-in user, who may call; return {CallSid} for the popup.

	Raise ValidationError with our sentence where no phone rings or nobody knows: CRM shows it and opens no popup.
	"""
	place = _place(number)
	click = Click(*place, number=number) if place else Click(number=number)
	reply = place_call.dial(click)
	is_over = reply["is_over"] or reply["status"] in (status.FAILED, status.UNKNOWN)
	if is_over:
		frappe.throw(reply["message"] or _("The call could not be placed."), title=_("Call"))
	_show_in_popup(reply["call"])
	return {"CallSid": reply["call"], "Sid": reply["call"], "To": reply["number"], "Status": "queued"}


def _show_in_popup(name: str) -> None:
	"""Let the popup follow a call: what was told of it before it opens is told again, once it is open."""
	# An event of the call may change its row at the same moment.
	event, user = committed(lambda: crm_mirror.open_popup(name)), frappe.session.user
	after = getattr(getattr(frappe.local, "request", None), "after_response", None)
	if event and after is not None:
		after.add(lambda: frappe.publish_realtime(frappe_crm.POPUP_EVENT, event, user=user))


def _place(number: str) -> tuple[str, str] | None:
	"""Return the record that is called: that of the page if it holds the number, else the first the number is on."""
	on_page = frappe_crm.record_on_page(frappe.get_request_header("Referer") or "")
	owners = _owners(number)
	if on_page and _holds(*on_page, number):
		return _deal_of(on_page, owners) or on_page
	return (owners[0]["doctype"], owners[0]["name"]) if owners else None


def _deal_of(place: tuple[str, str], owners: list[dict]) -> tuple[str, str] | None:
	"""Return the Deal that a Contact's call is shown on, and the popup names: CRM shows none on a Contact."""
	doctype, name = place
	for owner in owners if doctype == "Contact" else ():
		row = {"parenttype": owner["doctype"], "parent": owner["name"], "contact": name}
		if owner["doctype"] == "CRM Deal" and frappe.db.exists("CRM Contacts", row):
			return owner["doctype"], owner["name"]
	return None


def _holds(doctype: str, name: str, number: str) -> bool:
	"""Whether the user may read a record and it has the number, or any where none is named."""
	try:
		record = record_numbers.load(doctype, name)
	except (frappe.PermissionError, frappe.DoesNotExistError):
		frappe.clear_messages()
		return False
	countries = _countries(record.country)
	return bool(
		choice.choose_own_first(record.own, lambda: record.contact_numbers, "", "", number, countries)
	)


def _owners(number: str) -> list[dict]:
	try:
		e164 = phone.find(number, _countries("")).e164 if number else ""
	except InvalidNumberError:
		return []
	return screen_pop.records_of(index.matching_records(e164), frappe.session.user)


def _countries(country: str) -> tuple[str, ...]:
	return deciding_countries(country, extensions.account_of(frappe.session.user))


def contact_of(number: str) -> dict:
	"""Return {mobile_no, and of the record with the number: name, full_name, image, lead or deal}, as CRM's popup asks.

	By the whole number, and only of records the user may read.
	"""
	owners = _owners(number)
	shown = {"mobile_no": messages.display(number) or number}
	if not owners:
		return shown
	owner = owners[0]
	document = frappe.get_doc(owner["doctype"], owner["name"])
	shown |= {"name": owner["name"], "full_name": owner["title"], "image": document.get("image") or ""}
	key = {"CRM Lead": "lead", "CRM Deal": "deal"}.get(owner["doctype"])
	return {**shown, key: owner["name"]} if key else shown
