"""The use case "a Lead of an unknown caller": made once per number, off by default, told by a change of the call.

Dials nothing and asks nobody. The unique columns of PBX Caller Lead are the guard, whichever processes run; the caller
commits. What the site's own rules for Leads refuse is no failure to be tried again: it is said once.
"""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.utils import cint, now, nowdate

from c2c_frappe import companies, current_settings, messages, site_memory
from c2c_frappe.call_log import rows
from c2c_frappe.pbx.calls import incoming
from c2c_frappe.phone_book import index, refusals
from c2c_frappe.site_time import utc_now

DOCTYPE = "PBX Caller Lead"
# Who has Frappe CRM works there.
LEADS = ("CRM Lead", "Lead")
# Keeps what was last said to be wrong.
FAULT = "c2c_caller_lead_fault"
_SAVEPOINT = "c2c_caller_lead"


def consider(call, change: dict) -> None:
	"""Make a Lead of who called, where the call's change is the end of a call from a stranger."""
	settings = current_settings.settings()
	if not settings.get("make_leads") or "status" not in change["changed"] or not _is_strangers(call):
		return
	doctype = next((each for each in LEADS if frappe.db.exists("DocType", each)), None)
	if doctype:
		_make(call, doctype, cint(settings.max_leads_per_day))


def forget(numbers: Sequence[str]) -> None:
	"""Delete what keeps these numbers from having a Lead made again; the caller commits."""
	frappe.db.delete(DOCTYPE, {"number": ("in", numbers)})


def _is_strangers(call) -> bool:
	"""Whether a call has ended that came from a number of nobody's; a withheld or internal one has no E.164 number."""
	number = call.dialed_number
	if not number or call.reference_name or call.contact:
		return False
	if not incoming.is_worth_a_lead(call.direction, call.status, call.requested_utc, utc_now()):
		return False
	return not index.matching_records(number) and not refusals.refusal_of(number)


def _make(call, doctype: str, limit: int) -> None:
	frappe.db.savepoint(_SAVEPOINT)
	try:
		claim = _claim(call, limit)
		if claim:
			lead = _insert(doctype, call.dialed_number, call.get(companies.FIELD) or "")
			record = {"reference_doctype": doctype, "reference_name": lead}
			frappe.db.set_value(DOCTYPE, claim, record)
			# Before ERPNext's own Contact of the Lead gets it.
			rows.change(rows.lock(call.name), record)
			if site_memory.recall(FAULT):
				site_memory.remember(FAULT, None)
	except frappe.ValidationError as error:
		frappe.db.rollback(save_point=_SAVEPOINT)
		frappe.clear_messages()
		_say_once(doctype, error)


def _claim(call, limit: int) -> str | None:
	"""Keep the number and a place among those of today; None where the number has a Lead or today has enough."""
	day = nowdate()
	place = frappe.db.count(DOCTYPE, {"slot": ("like", f"{day} %")})
	while not frappe.db.get_value(DOCTYPE, {"number": call.dialed_number}):
		place += 1
		if limit and place > limit:
			return None
		if name := _insert_claim(call, f"{day} {place}"):
			return name
		# Another's, which this transaction's snapshot may not show: of the number, or of the place alone.
		if frappe.db.get_value(DOCTYPE, {"number": call.dialed_number}, for_update=True):
			return None
	return None


def _insert_claim(call, slot: str) -> str | None:
	name, moment, user = frappe.generate_hash(length=10), now(), frappe.session.user
	columns = ("name", "creation", "modified", "owner", "modified_by", "number", "call", "slot")
	query = frappe.qb.into(frappe.qb.DocType(DOCTYPE)).columns(*columns)
	try:
		query.insert(name, moment, moment, user, user, call.dialed_number, call.name, slot).run()
	except Exception as error:
		if not frappe.db.is_duplicate_entry(error):
			raise
		return None
	return name


def _insert(doctype: str, number: str, company: str) -> str:
	lead = {"doctype": doctype, "first_name": messages.display(number), "mobile_no": number}
	if company and frappe.get_meta(doctype).has_field("company"):
		lead["company"] = company
	return frappe.get_doc(lead).insert(ignore_permissions=True).name


def _say_once(doctype: str, error: Exception) -> None:
	"""Log why this site takes no such Lead, unless that was the last thing said."""
	# Of a mandatory field Frappe says: [Lead, its name]: the field. Other reasons may name what differs each time.
	fields = str(error).rpartition("]: ")[2] if isinstance(error, frappe.MandatoryError) else ""
	fault = f"{doctype} {type(error).__name__} {fields}".strip()
	if site_memory.recall(FAULT) == fault:
		return
	site_memory.remember(FAULT, fault)
	sentence = _(
		"Leads cannot be created from unknown callers: {0}. Give the field a default, or switch this off in PBX Settings."
		" This notice is sent once."
	)
	frappe.log_error(_("Lead for an unknown caller not created"), sentence.format(fields or str(error)))
