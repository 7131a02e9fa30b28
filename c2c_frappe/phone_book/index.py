"""Whose number is it? Keeps PBX Phone Number true as records are saved, renamed and deleted, and asks it.

Numbers are matched as E.164 by equality, never by a part. What the answer may show to whom is the caller's to
check. The only writer of PBX Phone Number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import frappe
from frappe.utils import get_datetime, now_datetime

from c2c_frappe.call_log import list_entries, search
from c2c_frappe.call_log import rows as call_log
from c2c_frappe.pbx.errors import InvalidNumberError
from c2c_frappe.pbx.numbers import owners as owners_of
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.numbers.owners import CONTACT, Owner, Party, sort_by_activity
from c2c_frappe.phone_book import contacts, countries, fields, record_numbers
from c2c_frappe.transactions import committed

DOCTYPE = "PBX Phone Number"
SETTINGS = "PBX Settings"
# Where an admin chose none: those of Frappe, ERPNext, CRM and others that stand for people and firms.
USUAL = (
	"Lead",
	"Contact",
	"Customer",
	"Supplier",
	"Opportunity",
	"Prospect",
	"Employee",
	"CRM Lead",
	"CRM Deal",
)
COLUMNS = (
	"name", "owner", "modified_by", "creation", "modified",
	"number", "reference_doctype", "reference_name", "fieldname", "row", "refuses", "is_alternative",
)  # fmt: skip
# A caller's number on more records than these is nobody's in particular.
MAX_OWNERS = 50
# Set when a change was not followed; all is read again after the migration or installation it happened in.
SKIPPED = "c2c_numbers_skipped"
_TABLES_MAY_BE_MISSING = ("in_install", "in_migrate", "in_patch", "in_uninstall")


def doctypes() -> tuple[str, ...]:
	"""Return the DocTypes whose records are found by their numbers; some of the usual ones may not exist here."""
	chosen = frappe.get_cached_doc(SETTINGS).get("indexed_doctypes") or ()
	return tuple(row.document_type for row in chosen) or USUAL


def present_doctypes() -> list[str]:
	"""Return those of `doctypes` that exist here and hold numbers, in an order that is always the same."""
	there = frappe.get_all("DocType", {"name": ("in", doctypes()), "istable": 0}, pluck="name")
	return sorted(doctype for doctype in there if fields.has_phone_fields(doctype))


def matching_records(number: str) -> tuple[Owner, ...]:
	"""Return the records with this E.164 number, the one last changed or called there first."""
	places = _holders(number) if number else []
	latest = search.latest_place(number) if len(places) > 1 else None
	records = []
	for doctype, names in _by_doctype(places):
		marks = [field for field in ("converted", "status") if frappe.get_meta(doctype).has_field(field)]
		for row in frappe.get_all(doctype, {"name": ("in", names)}, ["name", "modified", *marks]):
			moments = [row.modified]
			if latest and latest[0] == (doctype, str(row.name)):
				moments.append(latest[1])
			# SQLite gives some of them as text.
			active_at = max(get_datetime(moment) for moment in moments)
			records.append(Owner(doctype, str(row.name), active_at, _is_converted(row)))
	return sort_by_activity(records)


def fold_contacts(owners: Sequence[Owner]) -> tuple[Party, ...]:
	"""Return who these records stand for: a Contact and the record it was made for are one."""
	names = [owner.name for owner in owners if owner.doctype == CONTACT]
	links: dict[str, list[tuple[str, str]]] = {}
	if names and len(owners) > 1:
		filters = {"parenttype": CONTACT, "parent": ("in", names)}
		for link in frappe.get_all("Dynamic Link", filters, ["parent", "link_doctype", "link_name"]):
			links.setdefault(link.parent, []).append((link.link_doctype, link.link_name))
		for doctype in {owner.doctype for owner in owners}:
			for host, _row, contact in contacts.rows_naming(doctype, "contact", names):
				links.setdefault(contact, []).append((doctype, host))
	return owners_of.fold_contacts(owners, links)


def numbers_on_records(numbers: Sequence[str]) -> set[str]:
	"""Return those of these E.164 numbers that some record has."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).select(table.number).distinct().where(table.number.isin(list(numbers)))
	return set(query.run(pluck=True)) if numbers else set()


def follow(doc, _method: str | None = None) -> None:
	"""Bring the index up to a record that was saved, and give it the calls of numbers that were nobody's.

	Runs on every change of the site, `db_set` too, by which ERPNext writes numbers: other records leave at once. The calls are given after the save's own commit, in a
	transaction of their own: their rows are written by events too, and a save that meets one would be ended.
	"""
	if not _is_followed(doc):
		return
	new = refresh(doc.doctype, [str(doc.name)])
	if record_numbers.says_do_not_call(doc.doctype, doc):
		list_entries.close_refused([(doc.doctype, str(doc.name))])
	if doc.doctype == CONTACT:
		_refresh_hosts(str(doc.name))
	if new:
		frappe.db.after_commit.add(partial(_give_calls, new, doc.doctype, str(doc.name)))


def _refresh_hosts(contact: str) -> None:
	"""Bring the index up to the records whose tables name this Contact: its numbers count as theirs."""
	for doctype in present_doctypes():
		hosts = {host for host, _row, _contact in contacts.rows_naming(doctype, "contact", [contact])}
		if hosts:
			refresh(doctype, sorted(hosts))


def _is_converted(row: dict) -> bool:
	"""Whether a Lead became something else: Frappe CRM ticks it, ERPNext gives it a status."""
	return bool(row.get("converted")) or row.get("status") == "Converted"


def _give_calls(numbers: list[str], doctype: str, name: str) -> None:
	"""Give a record that was saved the calls of its numbers that were nobody's; never raises into that save."""
	try:
		committed(partial(call_log.link, numbers, doctype, name))
	except Exception as error:  # noqa: BLE001  the record is saved, whatever becomes of its earlier calls
		frappe.db.rollback()
		frappe.log_error(frappe._("Calls of {0}").format(f"{doctype} {name}"), type(error).__name__)


def follow_rename(doc, _method: str, old: str, _new: str, _merge: bool) -> None:
	"""Move a renamed record's numbers to its new name."""
	if _is_followed(doc):
		forget(doc.doctype, [old])
		refresh(doc.doctype, [str(doc.name)])


def follow_delete(doc, _method: str | None = None) -> None:
	"""Forget a deleted record's numbers."""
	if _is_followed(doc):
		forget(doc.doctype, [str(doc.name)])


def _forget_doctype(doctype: str) -> None:
	frappe.db.delete(DOCTYPE, {"reference_doctype": doctype})
	call_log.unlink_doctype(doctype)
	frappe.db.delete("PBX Indexed DocType", {"document_type": doctype})
	frappe.clear_document_cache("PBX Settings", "PBX Settings")


def forget_gone_doctypes(_app: str = "") -> None:
	"""Forget all that names a DocType which is gone: Frappe opens and saves nothing that still does.

	It tells nobody that a DocType is deleted, so this runs each hour, on migrate and when another app was removed.
	"""
	columns = [(DOCTYPE, "reference_doctype"), (call_log.DOCTYPE, "reference_doctype")]
	columns.append(("PBX Indexed DocType", "document_type"))
	named = {each for place in columns for each in frappe.get_all(place[0], pluck=place[1], distinct=True)}
	for doctype in named - {None, "", *frappe.get_all("DocType", pluck="name")}:
		_forget_doctype(doctype)


def refresh(doctype: str, names: Sequence[str]) -> list[str]:
	"""Make the rows of these records those of the numbers they now hold; return the numbers that are new."""
	wanted = {row[0]: row for row in _rows(doctype, names)}
	table = frappe.qb.DocType(DOCTYPE)
	is_of_these = (table.reference_doctype == doctype) & table.reference_name.isin(names)
	query = frappe.qb.from_(table).select(table.name, table.refuses, table.is_alternative).where(is_of_these)
	present = {row[0]: row[1:] for row in query.run()}
	# A row that says something else now is written anew.
	same = {name for name, marks in present.items() if name in wanted and wanted[name][-2:] == marks}
	if gone := present.keys() - same:
		delete_rows(list(gone))
	new = [row for name, row in wanted.items() if name not in same]
	if new:
		frappe.db.bulk_insert(DOCTYPE, COLUMNS, new, ignore_duplicates=True)
	return [row[COLUMNS.index("number")] for row in new if row[0] not in present]


def forget(doctype: str, names: Sequence[str]) -> None:
	"""Delete the rows of these records."""
	frappe.db.delete(DOCTYPE, {"reference_doctype": doctype, "reference_name": ("in", names)})


def delete_rows(rows: list[str]) -> None:
	"""Delete rows of PBX Phone Number by their own names."""
	frappe.db.delete(DOCTYPE, {"name": ("in", rows)})


def rows_of_others(limit: int) -> list[str]:
	"""Return the names of rows of DocTypes that are not followed, at most `limit`."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).select(table.name)
	return query.where(table.reference_doctype.notin(doctypes())).limit(limit).run(pluck=True)


def orphans_of(doctype: str) -> Callable[[int], list[str]]:
	"""Return a function of a limit that finds the rows of this DocType's records which are gone."""
	table, records = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).left_join(records).on(records.name == table.reference_name)
	query = query.where((table.reference_doctype == doctype) & records.name.isnull()).select(table.name)
	return lambda limit: query.limit(limit).run(pluck=True)


def _is_followed(doc) -> bool:
	if any(frappe.flags.get(flag) for flag in _TABLES_MAY_BE_MISSING):
		frappe.flags[SKIPPED] = True
		return False
	return doc.doctype in doctypes() and fields.has_phone_fields(doc.doctype)


def _rows(doctype: str, names: Sequence[str]) -> Iterator[tuple]:
	"""Yield a row for each number of each record, at the first place it stands at.

	A text without a plus is read as any dial may read it: in the record's country, then in that of each account and of
	the site. Only the site's reading tells who is calling; the others count for do not call, and where it tells nobody.
	"""
	moment, user, site_country = now_datetime(), frappe.session.user, countries.site_country()
	others = countries.countries_of_accounts()
	refusing = set(_refusing(doctype, names))
	seen = set()
	for entry in record_numbers.list_numbers(doctype, names):
		usual = _e164(entry.text, (entry.country, site_country))
		readings = dict.fromkeys((usual, *(_e164(entry.text, (entry.country, other)) for other in others)))
		for number in readings:
			if number and (entry.name, number) not in seen:
				seen.add((entry.name, number))
				place = (number, doctype, entry.name, entry.fieldname, entry.row)
				marks = (int(entry.name in refusing), int(number != usual))
				yield (_name_of(place), user, user, moment, moment, *place, *marks)


def _e164(text: str, of_countries: tuple[str, ...]) -> str:
	try:
		return phone.find(text, of_countries).e164
	except InvalidNumberError:
		return ""


def _name_of(place: tuple[str, ...]) -> str:
	# So that the primary key keeps each place from being there twice.
	return hashlib.sha256("\0".join(place).encode()).hexdigest()[:20]


def _holders(number: str) -> list[tuple[str, str, str]]:
	"""Return (number, DocType, name) of each record with this number; as other countries read it when none has it."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).where(table.number == number).limit(MAX_OWNERS)
	query = query.select(table.number, table.reference_doctype, table.reference_name)
	rows = query.where(table.is_alternative == 0).run() or query.where(table.is_alternative == 1).run()
	return list(dict.fromkeys(rows))


def _by_doctype(places: list[tuple[str, str, str]]) -> Iterator[tuple[str, list[str]]]:
	"""Yield each DocType that is there with its records; an app that was uninstalled leaves names behind."""
	for doctype in dict.fromkeys(doctype for _number, doctype, _name in places):
		if frappe.db.exists("DocType", doctype, cache=True):
			yield doctype, [name for _number, other, name in places if other == doctype]


def _refusing(doctype: str, names: list[str]) -> list[str]:
	fields = [field for field in ("do_not_call", "status") if frappe.get_meta(doctype).has_field(field)]
	rows = frappe.get_all(doctype, {"name": ("in", names)}, ["name", *fields]) if fields else []
	return [str(row.name) for row in rows if record_numbers.says_do_not_call(doctype, row)]
