"""The calls of a record on its timeline. Runs on every form load: one indexed look-up, and it never raises."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import escape_html, format_duration, get_fullname, get_url_to_form

from c2c_frappe import messages, permissions
from c2c_frappe.accounts import extensions
from c2c_frappe.call_log import rows as call_log
from c2c_frappe.desk import number_masking, recordings
from c2c_frappe.pbx.calls import failure_codes, status
from c2c_frappe.pbx.calls.incoming import INCOMING, MISSED
from c2c_frappe.phone_book.people import contact_name

LIMIT = 20
# The Lead a record was made from: its DocType, the field that names it, and when that field holds one.
_LEAD_FIELDS = {
	"Customer": ("Lead", "lead_name", {}),
	"Opportunity": ("Lead", "party_name", {"opportunity_from": "Lead"}),
	"CRM Deal": ("CRM Lead", "lead", {}),
}


def calls_of(doctype: str, name: str) -> list[dict]:
	"""Return timeline entries of the record's latest calls; nothing, and an Error Log, when that fails."""
	try:
		places = [(doctype, name), *_lead_of(doctype, name)]
		return [entry for place in places for entry in _entries(*place)]
	except Exception as error:  # noqa: BLE001  a timeline hook that raises breaks every form it is on
		fault = f"The calls of {doctype} {name} could not be shown ({type(error).__name__})."
		# A form is loaded by GET, after which Frappe rolls back.
		frappe.log_error("Calls on the timeline", fault, defer_insert=True)
		return []


def _entries(doctype: str, name: str) -> list[dict]:
	rows = call_log.list_for_record(doctype, name, LIMIT)
	if not rows:
		return []
	reader, is_caller = number_masking.reader_of(doctype, name), permissions.is_offered_calls()
	people = _people(rows) if doctype != "Contact" else {}
	openable = _openable(rows)
	rows = [{**row, "may_open": row["name"] in openable} for row in rows]
	return [_entry(row, (doctype, name), reader, is_caller, people.get(row["contact"], "")) for row in rows]


def _openable(rows: list[dict]) -> set[str]:
	"""Return the calls of these that the user may open, with one statement at most."""
	own = {row["name"] for row in rows if permissions.is_own_call(row["agent"])}
	others = [row["name"] for row in rows if row["name"] not in own]
	return own | permissions.assigned_among(others, frappe.session.user)


def _people(rows: list[dict]) -> dict[str, str]:
	"""Return what the Contacts are called whom the record's calls were with, those the user may read."""
	names = {row["contact"] for row in rows if row["contact"]}
	return {
		name: contact_name(name)
		for name in names
		if frappe.db.exists("Contact", name) and permissions.may("read", "Contact", name)
	}


def _lead_of(doctype: str, name: str) -> list[tuple[str, str]]:
	"""Return the Lead a record was made from, if its reader may read that: the calls came along."""
	if doctype not in _LEAD_FIELDS:
		return []
	lead_doctype, field, condition = _LEAD_FIELDS[doctype]
	lead = frappe.db.get_value(doctype, {"name": name, **condition}, field)
	return [(lead_doctype, lead)] if lead and permissions.may("read", lead_doctype, lead) else []


def _entry(
	row: dict, place: tuple[str, str], reader: number_masking.Reader, is_caller: bool, person: str
) -> dict:
	parts = [_mark(row), _content(row, reader, person), _said(row), _player(row)]
	if is_caller and row["number"]:
		parts.append(_call_again(row, place, reader))
	if is_caller and row["agent"] == frappe.session.user and row["status"] != status.FAILED:
		parts.append(_wrap_up(row))
	return {"icon": "call", "is_card": False, "creation": row["requested_at"], "content": "".join(parts)}


def _mark(row: dict) -> str:
	"""Return an arrow that tells calls that came in, went out and were missed apart at a glance; the words say it too."""
	color = "text-danger" if _is_missed(row) else "text-muted"
	return f'<span class="{color}" aria-hidden="true">{"↙" if row["direction"] == INCOMING else "↗"}</span> '


def _is_missed(row: dict) -> bool:
	return row["direction"] == INCOMING and row["status"] in MISSED


def _status(row: dict) -> str:
	"""Return the status as a link to the call, for who may open that."""
	text = escape_html(_("Missed Call") if _is_missed(row) else _(row["status"]))
	if not row["may_open"]:
		return text
	return f'<a href="{escape_html(get_url_to_form(call_log.DOCTYPE, row["name"]))}">{text}</a>'


def _content(row: dict, reader: number_masking.Reader, person: str) -> str:
	shown = reader.number(row) or _("an unknown number")
	number = f"<bdi>{escape_html(shown)}</bdi>"
	number = f"{escape_html(person)} {number}" if person else number
	sentence = _sentence(row["direction"], row["agent"]).format(
		f"<b>{escape_html(get_fullname(row['agent']))}</b>" if row["agent"] else "",
		number,
		_status(row),
	)
	if row["duration"]:
		sentence += f" · {escape_html(format_duration(row['duration']))}"
	if row["transferred_to"]:
		sentence += f'<div class="text-muted small">{escape_html(_transferred(row, reader))}</div>'
	if row["failure_code"] and (reason := _reason(row, reader)):
		sentence += f'<div class="text-muted small">{escape_html(reason)}</div>'
	return sentence


def _transferred(row: dict, reader: number_masking.Reader) -> str:
	"""Return to whom a call was given; a number outside only to who sees the record's own."""
	phone = row["transferred_to"]
	colleague = extensions.user_with(row["account"], phone)
	return _("Transferred to {0}").format(get_fullname(colleague) if colleague else reader.outside(phone))


def _reason(row: dict, reader: number_masking.Reader) -> str:
	"""Return why a call failed: in the words its agent was told, or in those for everybody else."""
	is_own = row["agent"] == frappe.session.user
	return reader.message(row) if is_own else messages.sentence(failure_codes.label(row["failure_code"]))


def _sentence(direction: str, agent: str) -> str:
	if direction != INCOMING:
		return _("{0} called {1}: {2}")
	return _("{1} called {0}: {2}") if agent else _("{1} called: {2}")


def _said(row: dict) -> str:
	"""Return what the agent made of the call."""
	outcome = row["disposition"]
	disposition = escape_html(_(outcome)) if outcome else ""
	notes = escape_html(row["notes"]) if row["notes"] else ""
	pill = f'<span class="indicator-pill gray no-indicator-dot">{disposition}</span>' if disposition else ""
	text = f'<div class="small" style="white-space: pre-line">{notes}</div>' if notes else ""
	return (f" {pill}" if pill else "") + text


def _player(row: dict) -> str:
	"""Return the browser's own player for those who may hear the recording; nothing is fetched before it is played."""
	if not recordings.is_offered(row):
		return ""
	source = escape_html(recordings.source(row["name"]))
	label = escape_html(_("Recording"))
	look = "display: block; width: 320px; max-width: 100%; height: 32px; margin: 4px 0"
	how = f'controls controlslist="nodownload" preload="none" aria-label="{label}" style="{look}"'
	return f'<audio {how} src="{source}"></audio>'


def _call_again(row: dict, place: tuple[str, str], reader: number_masking.Reader) -> str:
	"""Return the button public/js/click/clicks.js listens to; place and number only choose among the record's."""
	carried = {
		"doctype": place[0],
		"name": place[1],
		"number": reader.number(row),
		**reader.place(row),
	}
	attributes = " ".join(f'data-c2c-{key}="{escape_html(value)}"' for key, value in carried.items())
	label = escape_html(_("Call Back") if row["direction"] == INCOMING else _("Call Again"))
	return f' <button type="button" class="btn btn-xs btn-default c2c-button" {attributes}>{label}</button>'


def _wrap_up(row: dict) -> str:
	"""Return the button by which its agent says what came of a call, or corrects it."""
	label, call = escape_html(_("Wrap Up")), escape_html(row["name"])
	return f' <button type="button" class="btn btn-xs btn-default" data-c2c-call="{call}">{label}</button>'
