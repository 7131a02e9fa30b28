"""Fills a throwaway site by SQL: Leads with their Contacts, calls of two years, events of the latest of them.

`./dev bench` runs it in the Python of a bench, in its folder `sites`. MariaDB itself makes the rows, from numbers in
turn, under names as random as Frappe's. Whose number it is, is read by the app's own back-fill. What was in these
tables before is gone. Prints one JSON object: seconds by step.
"""

import json
import sys
import time
from contextlib import contextmanager
from functools import partial

import frappe
from frappe.utils import add_to_date, now_datetime

from c2c_frappe.phone_book import backfill

BATCH = 50_000
# One call a minute, day and night, of as many agents: the first one is who is measured.
AGENTS = 50
INDEX = "PBX Phone Number"
# Begins the request ids of calls that were filled in.
FILLED = "measured-"


def _lead(n: str = "seq") -> str:
	return f"concat('LEAD-MEASURED-', lpad({n}, 6, '0'))"


def _mobile(n: str = "seq") -> str:
	return f"concat('+447700', lpad({n}, 6, '0'))"


def _hash(what: str, n: str = "seq") -> str:
	return f"left(md5(concat('{what}', {n})), 12)"


def _pbx_id(n: str) -> str:
	return f"concat('1790000000.', {n})"


def _at(n: str, of: str) -> dict[str, str]:
	"""Return a row's standard columns: one a minute, the last of `of` now."""
	moment = f"now(6) - interval ({of} - {n}) minute"
	return {
		"owner": "'Administrator'",
		"modified_by": "'Administrator'",
		"creation": moment,
		"modified": moment,
	}


def _outcome(column: int) -> str:
	return f"elt(1 + mod(seq, {len(OUTCOMES)}), {', '.join(repr(row[column]) for row in OUTCOMES)})"


# Status, failure code and rank of the evidence of twenty calls.
OUTCOMES = (
	*(("Completed", "", 43),) * 9,
	*(("No Answer", "", 43),) * 6,
	*(("Failed", "pbx_rejected", 14), ("Failed", "do_not_call", 14)),
	*(("Busy", "", 43), ("Unknown", "timeout", 10), ("Requested", "", 13)),
)
# By column SQL of `seq`, the number of the row. @leads and @calls are how many there are to be.
CONTACT = "concat('Measured Contact-', seq)"
PEOPLE = {**_at("seq", "@leads"), "first_name": "'Measured'", "mobile_no": _mobile()}
PART = {**_at("seq", "@leads"), "parent": CONTACT, "parenttype": "'Contact'", "idx": "1"}
WHO = f"mod(seq, {AGENTS})"
# Each Lead is called again after so many others.
WHOSE = "mod(seq * 7, @leads)"
CALLED = "(@calls - 1 - seq div 3)"
TOLD = f"""json_object('source', 'end', 'status', 'Completed', 'call', {_hash("call", CALLED)},
	'pbx_call_id', {_pbx_id(CALLED)}, 'direction', 'Outgoing', 'ended_at', '2026-01-01 10:00:00', 'seq', seq)"""
COLUMNS = {
	"Lead": {
		"name": _lead(),
		**PEOPLE,
		"lead_name": "'Measured Lead'",
		"status": "'Lead'",
		"country": "'United Kingdom'",
	},
	"Contact": {"name": CONTACT, **PEOPLE, "full_name": "'Measured Contact'", "status": "'Passive'"},
	"Contact Phone": {
		"name": _hash("phone"),
		**PART,
		"parentfield": "'phone_nos'",
		"phone": _mobile(),
		"is_primary_mobile_no": "1",
	},
	"Dynamic Link": {
		"name": _hash("link"),
		**PART,
		"parentfield": "'links'",
		"link_doctype": "'Lead'",
		"link_name": _lead(),
	},
	"PBX Call Log": {
		"name": _hash("call"),
		**_at("seq", "@calls"),
		"direction": "if(mod(seq, 10) = 9, 'Incoming', 'Outgoing')",
		"status": _outcome(0),
		"failure_code": _outcome(1),
		"evidence_rank": _outcome(2),
		"agent": f"if({WHO} = 0, @agent, concat('seller', {WHO}, '@example.com'))",
		"extension": f"1000 + {WHO}",
		"account": "@account",
		"number": _mobile(WHOSE),
		"dialed_number": _mobile(WHOSE),
		"reference_doctype": "'Lead'",
		"reference_name": _lead(WHOSE),
		"request_id": f"concat('{FILLED}', md5(seq))",
		"requested_at": _at("seq", "@calls")["creation"],
		"requested_utc": _at("seq", "@calls")["creation"],
		"duration": "if(mod(seq, 20) < 9, mod(seq, 600), 0)",
		"disposition": "if(mod(seq, 20) < 9, elt(1 + mod(seq, 4), 'Interested', 'Call Back', 'Wrong Number', null), null)",
		"message": "'CommPeak accepted the call.'",
		"pbx_call_id": _pbx_id("seq"),
		"custom_data": f"json_object('call', {_hash('call')}, 'lead', {_lead(WHOSE)})",
	},
	"PBX Event": {
		"name": _hash("event"),
		**_at(CALLED, "@calls"),
		"account": "@account",
		"outcome": "'Applied'",
		"call": _hash("call", CALLED),
		"received_at": _at(CALLED, "@calls")["creation"],
		"tries": "1",
		"payload": TOLD,
		"parsed_event": TOLD,
		"pbx_call_id": _pbx_id(CALLED),
		"event_key": "sha2(concat('measured', seq), 256)",
	},
}


@contextmanager
def connected(name: str):
	"""The site's database, for the block; committed at its end."""
	frappe.init(site=name, sites_path=".")
	frappe.connect()
	try:
		yield
		frappe.db.commit()
	finally:
		frappe.destroy()


def fill(doctype: str, prefix: str, count: int, columns: dict) -> None:
	"""Insert rows by bulk SQL until there are `count`; a column is a value or a function of the row's number."""
	missing = range(frappe.db.count(doctype), count)
	fields = ["name", "owner", "modified_by", "creation", "modified", *columns]
	moment = add_to_date(now_datetime(), days=-30)

	def row(number: int) -> list:
		values = [value(number) if callable(value) else value for value in columns.values()]
		return [f"{prefix}{number:06}", "Administrator", "Administrator", moment, moment, *values]

	frappe.db.bulk_insert(doctype, fields, map(row, missing))
	frappe.db.commit()


def empty() -> None:
	"""Take everything out of the tables that are filled, and what belongs to it."""
	for doctype in (*COLUMNS, INDEX, "Contact Email"):
		frappe.db.truncate(doctype)


def fill_all(leads: int, calls: int, events: int, agent: str) -> dict:
	"""Fill the empty tables, and index the numbers; return seconds by step. Commits."""
	account = frappe.db.get_single_value("PBX Settings", "default_account")
	frappe.db.sql("set @leads = %s, @calls = %s, @agent = %s, @account = %s", (leads, calls, agent, account))
	counts = {**dict.fromkeys(COLUMNS, leads), "PBX Call Log": calls, "PBX Event": events}
	seconds = {doctype: _timed(partial(_insert, doctype, count)) for doctype, count in counts.items()}
	backfill.start_again()
	seconds[INDEX] = _timed(backfill.read_all)
	for doctype in (*COLUMNS, INDEX):
		frappe.db.sql_ddl(f"analyze table `tab{doctype}`")
	return seconds


def _insert(doctype: str, count: int) -> None:
	columns = COLUMNS[doctype]
	fields = ", ".join(f"`{field}`" for field in columns)
	for start in range(0, count, BATCH):
		rows = f"seq_{start}_to_{min(start + BATCH, count) - 1}"
		values = ", ".join(columns.values())
		frappe.db.sql(f"insert into `tab{doctype}` ({fields}) select {values} from {rows}")  # noqa: S608 - ours
		frappe.db.commit()


def _timed(act) -> float:
	began = time.perf_counter()
	act()
	return round(time.perf_counter() - began, 1)


if __name__ == "__main__":
	with connected(sys.argv[1]):
		empty()
		print(json.dumps(fill_all(*map(int, sys.argv[2:5]), sys.argv[5])))
