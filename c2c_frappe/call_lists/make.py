"""The use case "call these": a list of records somebody chose, a snapshot. Calls nobody and changes no record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import frappe
from frappe import _
from frappe.utils import escape_html, now_datetime

from c2c_frappe import permissions
from c2c_frappe.call_lists import consent, filters
from c2c_frappe.call_lists.rights import ENTRY, LIST
from c2c_frappe.pbx.lists.entries import USUAL, WAITING
from c2c_frappe.phone_book import fields, record_numbers
from c2c_frappe.site_time import utc_now

MAX_ENTRIES = 5000
BATCH = 500
COLUMNS = (
	"name", "owner", "modified_by", "creation", "modified",
	"call_list", "reference_doctype", "reference_name", "state", "priority", "due_utc",
)  # fmt: skip
# What whoever makes a list may say of it, beside its title and purpose; managers say more.
_OF_AGENTS = {"team", "script", "max_attempts", "minutes_after_no_answer", "minutes_after_busy"}
_OF_MANAGERS = {"agent", "consent_field"}


@dataclass(frozen=True)
class Wanted:
	"""A list somebody wants: records by their names, or where none are given by a list view's filters."""

	title: str
	purpose: str
	doctype: str
	names: Sequence[str] | None = None
	filters: object = None
	options: dict = field(default_factory=dict)


def make(wanted: Wanted) -> dict:
	"""Insert a list with its entries; return {list, entries, without_number}. The caller commits.

	Only records the logged-in user may read become entries, each once, and only those with a number.
	"""
	_check(wanted)
	names = _readable(wanted)
	callable_names = [name for batch in _batches(names) for name in _with_numbers(wanted.doctype, batch)]
	if not callable_names:
		frappe.throw(_("None of these records has a phone number."), title=_("Call List"))
	values = {
		"title": wanted.title,
		"purpose": wanted.purpose,
		"agent": frappe.session.user,
		**_options(wanted),
	}
	# Who may make one is decided here.
	made = frappe.get_doc({"doctype": LIST, **values}).insert(ignore_permissions=True)
	_insert_entries(made.name, wanted.doctype, callable_names)
	without = len(names) - len(callable_names)
	return {"list": made.name, "entries": len(callable_names), "without_number": without}


def _check(wanted: Wanted) -> None:
	frappe.has_permission(wanted.doctype, "read", throw=True)
	if not fields.has_phone_fields(wanted.doctype):
		frappe.throw(_("{0} holds no phone numbers.").format(_(wanted.doctype)), title=_("Call List"))
	if len(wanted.names or ()) > MAX_ENTRIES:
		_refuse_many()
	if wanted.options.get("consent_field"):
		consent.check_field(wanted.doctype, wanted.options["consent_field"])


def _options(wanted: Wanted) -> dict:
	allowed = _OF_AGENTS | (_OF_MANAGERS if permissions.sees_all() else set())
	given = {
		name: value for name, value in wanted.options.items() if name in allowed and value not in (None, "")
	}
	for name, value in given.items():
		_check_option(frappe.get_meta(LIST).get_field(name), value)
	return given


def _check_option(described, value: object) -> None:
	# What is no number would be stored as 0, which is no limit.
	is_right = str(value).isdecimal() if described.fieldtype == "Int" else isinstance(value, str)
	if not is_right:
		sentence = _("{0} is not a valid value for {1}.")
		frappe.throw(sentence.format(escape_html(str(value)), _(described.label)), title=_("Call List"))


def _readable(wanted: Wanted) -> list[str]:
	"""Return the names of the records that the logged-in user may read, in the order they were chosen in."""
	if wanted.names is None:
		found = filters.find(wanted.doctype, wanted.filters or [], MAX_ENTRIES + 1)
		if len(found) > MAX_ENTRIES:
			_refuse_many()
		return found
	chosen = list(dict.fromkeys(map(str, wanted.names)))
	may_be_read: set[str] = set()
	for batch in _batches(chosen):
		found = frappe.get_list(wanted.doctype, {"name": ("in", batch)}, pluck="name", limit=BATCH)
		may_be_read.update(map(str, found))
	return [name for name in chosen if name in may_be_read]


def _refuse_many() -> None:
	sentence = _("A list holds at most {0} records. Choose fewer.")
	frappe.throw(sentence.format(MAX_ENTRIES), title=_("Call List"))


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
	for start in range(0, len(names), BATCH):
		yield names[start : start + BATCH]


def _with_numbers(doctype: str, names: Sequence[str]) -> list[str]:
	"""Return those of these records that hold a number, or have a Contact that does."""
	holding = {held.name for held in record_numbers.list_numbers(doctype, names)}
	rest = [name for name in names if name not in holding]
	if rest:
		holding.update(_with_contacts(doctype, rest))
	return [name for name in names if name in holding]


def _with_contacts(doctype: str, names: Sequence[str]) -> set[str]:
	linked = {"parenttype": "Contact", "link_doctype": doctype, "link_name": ("in", names)}
	pairs = [
		(row.link_name, row.parent) for row in frappe.get_all("Dynamic Link", linked, ["link_name", "parent"])
	]
	for link in frappe.get_meta(doctype).get("fields", {"fieldtype": "Link", "options": "Contact"}):
		held = {"name": ("in", names), link.fieldname: ("is", "set")}
		rows = frappe.get_all(doctype, held, ["name", link.fieldname])
		pairs += [(str(row.name), row[link.fieldname]) for row in rows]
	contacts = sorted({contact for _name, contact in pairs})
	holding = {held.name for held in record_numbers.list_numbers("Contact", contacts)} if contacts else set()
	return {name for name, contact in pairs if contact in holding}


def _insert_entries(call_list: str, doctype: str, names: Sequence[str]) -> None:
	moment, due, user = now_datetime(), utc_now(), frappe.session.user
	rows = [
		# By name they are in the order they were chosen in, and no place is there twice.
		(f"{call_list}-{n:04}", user, user, moment, moment, call_list, doctype, name, WAITING, USUAL, due)
		for n, name in enumerate(names)
	]
	frappe.db.bulk_insert(ENTRY, COLUMNS, rows)
