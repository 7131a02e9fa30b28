"""The use case "what do you know of this person, and forget it": by phone number, or by the record that was called.

Of a call stays what accounting needs: when, who of us, through which account, how long, what came of it. The list
PBX Do Not Call stays, or the person would be called again. What stands on records of others, number and all, is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import frappe
from frappe import _

from c2c_frappe import messages
from c2c_frappe.automation import caller_leads
from c2c_frappe.call_log import crm_mirror, erasure, list_entries
from c2c_frappe.call_log import rows as call_log
from c2c_frappe.events import store
from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.numbers.phone_text import HIDDEN
from c2c_frappe.phone_book import index
from c2c_frappe.phone_book.countries import deciding_countries

DO_NOT_CALL, DELETED = "PBX Do Not Call", "Deleted Document"
# Where texts of ours name a number; what people wrote into comments is theirs.
_TRACES = (
	("ToDo", "description", {}),
	("Comment", "content", {"comment_type": ("!=", "Comment")}),
	("CRM Task", "title", {}),
	("CRM Task", "description", {}),
)
OURS = (call_log.DOCTYPE, store.DOCTYPE)
# Fewer digits than these stand in many a time and id.
TELLING_DIGITS = 9


@dataclass(frozen=True)
class Person:
	"""Whose data is meant: the E.164 numbers, and the names of the calls."""

	numbers: tuple[str, ...]
	calls: tuple[str, ...]

	@property
	def digits(self) -> tuple[str, ...]:
		"""Return what stands in a text that holds one of the numbers, with its country's code or without."""
		nationals = {number: phone.national(number) for number in self.numbers}
		return tuple(n if len(n) >= TELLING_DIGITS else number[1:] for number, n in nationals.items())


def export(number: str = "", doctype: str = "", name: str = "") -> dict:
	"""Return all there is about a number, or about the calls of a record, as JSON-able values.

	{numbers, calls, events, crm, lists, do_not_call, records}: `crm` are Frappe CRM's rows of the calls, `records` are those that hold a number now, `do_not_call` the
	numbers of the list.
	"""
	person = _person(number, doctype, name)
	of_calls = {"name": ("in", person.calls)}
	rows = frappe.get_all(call_log.DOCTYPE, of_calls, erasure.OF_PERSON, order_by="requested_at")
	exported = {
		"calls": [
			{column: value for column, value in row.items() if value not in (None, "")} for row in rows
		],
		"events": store.export_events(person.calls, person.digits),
		"crm": crm_mirror.export(person.calls),
		"lists": list_entries.of_person(person.calls, _place(doctype, name)),
		**_elsewhere(person),
	}
	return frappe.parse_json(frappe.as_json({"numbers": person.numbers, **exported}))


def erase(number: str = "", doctype: str = "", name: str = "") -> dict:
	"""Take the person out of calls, events and what Frappe keeps of them; return what was done and what stays.

	{calls, under_way, events, lists, do_not_call, records}; a dial that waits for its answer is under way, and stays.
	"""
	person = _person(number, doctype, name)
	erased = erasure.erase(person.calls)
	done = {"calls": erased, "under_way": len(person.calls) - erased}
	done["events"] = store.erase(person.calls, person.digits)
	frappe.db.delete(
		"Notification Log", {"document_type": call_log.DOCTYPE, "document_name": ("in", person.calls)}
	)
	_hide_in_traces(person)
	caller_leads.forget(person.numbers)
	entries = list_entries.of_person(person.calls, _place(doctype, name))
	list_entries.forget([entry.name for entry in entries])
	done["lists"] = len(entries)
	for digits in person.digits:
		frappe.db.delete(DELETED, {"deleted_doctype": ("in", OURS), "data": ("like", f"%{digits}%")})
	return {**done, **_elsewhere(person)}


def user_renamed(_document, _method: str, old: str, new: str, _merge: bool = False) -> None:
	"""Rename an agent in the custom data of calls too; Frappe renames links alone, and so do deletion requests."""
	erasure.rename_agent(old, new)


def _person(number: str, doctype: str, name: str) -> Person:
	if number:
		e164 = _read(number)
		return Person((e164,), _calls({"dialed_number": e164}))
	if not (doctype and name):
		frappe.throw(_("Enter a phone number, or a record."))
	calls = _calls({"reference_doctype": doctype, "reference_name": name})
	if doctype == "Contact":
		calls = tuple(dict.fromkeys((*calls, *_calls({"contact": name}))))
	dialed = frappe.get_all(call_log.DOCTYPE, {"name": ("in", calls)}, pluck="dialed_number")
	return Person(tuple(sorted({number for number in dialed if number})), calls)


def _place(doctype: str, name: str) -> tuple[str, str] | None:
	return (doctype, name) if doctype and name else None


def _calls(filters: dict) -> tuple[str, ...]:
	return tuple(frappe.get_all(call_log.DOCTYPE, filters, pluck="name"))


def _read(number: str) -> str:
	try:
		return phone.find(number, deciding_countries("", "")).e164
	except InvalidNumberError as error:
		frappe.throw(messages.sentence(error.message), title=_("Number"))


def _elsewhere(person: Person) -> dict:
	"""Return where a number still is: the list of those nobody may call, and records."""
	owners = {
		(owner.doctype, owner.name) for number in person.numbers for owner in index.matching_records(number)
	}
	return {
		"do_not_call": frappe.get_all(DO_NOT_CALL, {"name": ("in", person.numbers)}, pluck="name"),
		"records": [{"doctype": doctype, "name": name} for doctype, name in sorted(owners)],
	}


def _hide_in_traces(person: Person) -> None:
	"""Hide the numbers in follow-ups and reminders, and in what Frappe itself noted of those and of deleted calls."""
	for doctype, field, condition in _TRACES:
		if not frappe.db.exists("DocType", doctype, cache=True):
			continue
		for shown in {form for number in person.numbers for form in (number, messages.display(number))}:
			holding = {field: ("like", f"%{shown}%"), **condition}
			for row in frappe.get_all(doctype, holding, ["name", field]):
				hidden = row[field].replace(shown, HIDDEN)
				frappe.db.set_value(doctype, row.name, field, hidden, update_modified=False)
