"""The calls of a record on its timeline. Runs on every form load: one indexed look-up, and it never raises."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import escape_html, format_duration, get_fullname

from c2c_frappe import messages, permissions
from c2c_frappe.call_log import rows as call_log
from c2c_frappe.desk import number_masking, recordings
from c2c_frappe.pbx.calls import failure_codes, status
from c2c_frappe.pbx.calls.incoming import INCOMING
from c2c_frappe.phone_book.people import contact_name

LIMIT = 20
# Where ERPNext keeps the Lead a record was made from, and when that field holds one.
_LEAD_FIELDS = {
	"Customer": ("lead_name", {}),
	"Opportunity": ("party_name", {"opportunity_from": "Lead"}),
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
	return [_entry(row, (doctype, name), reader, is_caller, people.get(row["contact"], "")) for row in rows]


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
	field, condition = _LEAD_FIELDS[doctype]
	lead = frappe.db.get_value(doctype, {"name": name, **condition}, field)
	return [("Lead", lead)] if lead and permissions.may("read", "Lead", lead) else []


def _entry(
	row: dict, place: tuple[str, str], reader: number_masking.Reader, is_caller: bool, person: str
) -> dict:
	parts = [_content(row, reader, person), _said(row), _player(row)]
	if is_caller and row["number"]:
		parts.append(_call_again(row, place, reader))
	if is_caller and row["agent"] == frappe.session.user and row["status"] != status.FAILED:
		parts.append(_wrap_up(row))
	return {"icon": "call", "is_card": False, "creation": row["requested_at"], "content": "".join(parts)}


def _content(row: dict, reader: number_masking.Reader, person: str) -> str:
	number = f"<bdi>{escape_html(reader.number(row) or _('an unknown number'))}</bdi>"
	number = f"{escape_html(person)} {number}" if person else number
	sentence = _sentence(row["direction"], row["agent"]).format(
		f"<b>{escape_html(get_fullname(row['agent']))}</b>" if row["agent"] else "",
		number,
		escape_html(_(row["status"])),
	)
	if row["duration"]:
		sentence += f" · {escape_html(format_duration(row['duration']))}"
	if row["failure_code"] and (reason := _reason(row, reader)):
		sentence += f'<div class="text-muted small">{escape_html(reason)}</div>'
	return sentence


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
	disposition = escape_html(_(row["disposition"])) if row["disposition"] else ""
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
	label = escape_html(_("Call again"))
	return f' <button type="button" class="btn btn-xs btn-default c2c-button" {attributes}>{label}</button>'


def _wrap_up(row: dict) -> str:
	"""Return the button by which its agent says what came of a call, or corrects it."""
	label, call = escape_html(_("Wrap up")), escape_html(row["name"])
	return f' <button type="button" class="btn btn-xs btn-default" data-c2c-call="{call}">{label}</button>'
