"""CRM Call Log: Frappe CRM's row of a call, written in the transaction that changes ours, and its popup told.

The only writer of those rows. A fault there costs no call and no event; that the database ended the transaction is no
fault and is raised, so that the event begins again. A row that somebody deleted does not come back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from html import unescape
from urllib.parse import quote

import frappe
from frappe import _
from frappe.utils import escape_html, strip_html_tags

from c2c_frappe.pbx.calls import frappe_crm, status
from c2c_frappe.site_time import utc_now
from c2c_frappe.transactions import was_ended, without_commits

APP, DOCTYPE, CALL, NOTE, TASK = "crm", "CRM Call Log", "PBX Call Log", "FCRM Note", "CRM Task"
RECORDING = "/api/method/c2c_frappe.api.recording.play?call="
# Of ours those that a mirrored row or the popup shows.
FOLLOWED = frozenset(
	(
		"status", "agent", "extension", "account", "number", "called_number", "direction", "reference_doctype",
		"reference_name", "requested_at", "answered_at", "ended_at", "duration", "recording_url",
	)
)  # fmt: skip
_OWN_PROVIDERS = ("CRM Twilio Settings", "CRM Exotel Settings")
_PLACE = ("reference_doctype", "reference_name")
_NOWHERE = {"reference_doctype": None, "reference_docname": None}
_SAVEPOINT = "c2c_crm_mirror"


def is_installed() -> bool:
	"""Whether Frappe CRM is on this site."""
	return APP in frappe.get_installed_apps()


def is_switched_on() -> bool:
	"""Whether CRM's pages are to call through this app, as far as our settings say: CRM's own providers come first."""
	return is_installed() and _is_wanted()


def _is_wanted() -> bool:
	return bool(frappe.get_cached_doc("PBX Settings").get("call_from_crm"))


def follow(row: Mapping, before: Mapping) -> None:
	"""Bring CRM's row of a call up to ours, which is locked and changed; `before` has the columns that were another.

	The caller commits.
	"""
	if FOLLOWED.intersection(before) and is_installed() and frappe_crm.is_mirrored(row):
		with _without_harm(row["name"]):
			_mirror(row, before)
		# A row that CRM does not take is to keep no popup open.
		with _without_harm(row["name"]):
			_follow_popup(row, before)


def follow_named(call: str, before: Mapping) -> None:
	"""Do as `follow` for a call that was changed and is known by its name alone."""
	if is_installed():
		follow(frappe.db.get_value(CALL, call, "*", as_dict=True), before)


def _mirror(row: Mapping, before: Mapping) -> None:
	if row["in_crm"]:
		_write(row, before)
	elif _is_wanted() and "status" in before:
		_insert(row)
		_mark(row["name"], {"in_crm": 1})
	else:
		return
	_refresh_page(row)


def _follow_popup(row: Mapping, before: Mapping) -> None:
	if before.get("agent") and row["crm_popup"]:
		_tell(before["agent"], frappe_crm.gone_event(row))
	# Whose phone rings may be told after that it rings.
	# A popup that is open hears of its call's end, whatever was switched off meanwhile.
	if {"status", "agent"} & before.keys() and (row["crm_popup"] or _is_wanted()):
		marks = _tell_popup(row)
		if marks:
			_mark(row["name"], marks)


def _mark(call: str, marks: Mapping) -> None:
	table = frappe.qb.DocType(CALL)
	query = frappe.qb.update(table).where(table.name == call)
	for column, value in marks.items():
		query = query.set(table[column], value)
	query.run()


def _insert(row: Mapping) -> None:
	values = {**columns(row), **_place(row), "telephony_medium": "Manual"}
	document = frappe.get_doc({"doctype": DOCTYPE, "id": row["name"], **values})
	document.flags.ignore_links = document.flags.ignore_mandatory = True
	with without_commits():
		document.insert(ignore_permissions=True)
	# The time of its making is the only one CRM shows, and Frappe would have it be now.
	made = {"creation": row["requested_at"], "owner": row["agent"] or document.owner}
	frappe.db.set_value(DOCTYPE, document.name, made, update_modified=False)


def _write(row: Mapping, before: Mapping) -> None:
	place = _place(row) if set(_PLACE) & set(before) else {}
	if place:
		# Linked to the same record as well, its page would show the call twice.
		link = {"link_doctype": place["reference_doctype"], "link_name": place["reference_docname"]}
		frappe.db.delete("Dynamic Link", {"parenttype": DOCTYPE, "parent": row["name"], **link})
	# Whoever has the row open is to save notes on it still.
	frappe.db.set_value(DOCTYPE, row["name"], {**columns(row), **place}, update_modified=False)


def note(call: Mapping, before: Mapping) -> None:
	"""Keep what the agent wrote of a call as a note on CRM's row of it, named like the call; the caller commits.

	`before` has the words that it had: a note that says something else was edited at CRM and is left alone.
	"""
	if call["in_crm"] and is_installed():
		with _without_harm(call["name"]):
			_note(call, before)


def _note(call: Mapping, before: Mapping) -> None:
	outcome, name = call["disposition"], call["name"]
	values = {"title": _(outcome) if outcome else _("Call Notes"), "content": _html(call["notes"])}
	stored = frappe.db.get_value(NOTE, name, "content", as_dict=True)
	if stored:
		if _plain(stored.content) == _plain(_html(before["notes"])):
			frappe.db.set_value(NOTE, name, values)
	elif (outcome or call["notes"]) and frappe.db.exists(DOCTYPE, name):
		place = frappe.db.get_value(DOCTYPE, name, ["reference_doctype", "reference_docname"], as_dict=True)
		document = frappe.get_doc({"doctype": NOTE, **values, **place})
		document.flags.ignore_links = document.flags.ignore_mandatory = True
		with without_commits():
			document.insert(ignore_permissions=True, set_name=name)
		frappe.db.set_value(DOCTYPE, name, "note", name, update_modified=False)


def _html(notes: str | None) -> str:
	text = escape_html(notes or "").replace("\n", "<br>")
	return f"<p>{text}</p>"


def _plain(content: str | None) -> str:
	# Frappe writes some characters of HTML another way than they came.
	return unescape(strip_html_tags(content or "")).strip()


def columns(row: Mapping) -> dict:
	"""Return what CRM's row says of a call."""
	return frappe_crm.log_columns(row, f"{RECORDING}{quote(row['name'])}")


def _place(row: Mapping) -> dict:
	"""Return the record whose page shows the call, none of others: Frappe would not let it be deleted any more."""
	doctype, name = (row[column] or None for column in _PLACE)
	if doctype not in frappe_crm.WITH_ACTIVITIES:
		return dict(_NOWHERE)
	return {"reference_doctype": doctype, "reference_docname": name}


def forget_place(doctype: str, name: str) -> None:
	"""Take a record away from CRM's rows of its calls and what is attached to them; the caller commits."""
	of_record = {"reference_doctype": doctype, "reference_name": name, "in_crm": 1}
	calls = frappe.get_all(CALL, of_record, pluck="name")
	if not calls:
		return
	attached = {"parenttype": DOCTYPE, "parent": ("in", calls), "link_doctype": ("in", (NOTE, TASK))}
	named = [(own, call) for call in calls for own in (DOCTYPE, NOTE)]
	named += frappe.get_all("Dynamic Link", attached, ["link_doctype", "link_name"], as_list=True)
	for held in (DOCTYPE, NOTE, TASK):
		names = [each for of, each in named if of == held]
		here = {"name": ("in", names), "reference_doctype": doctype, "reference_docname": name}
		frappe.db.set_value(held, here, _NOWHERE, update_modified=False)


def _tell_popup(row: Mapping) -> dict:
	"""Tell the popup that is open for this call, or that it opens, how the call stands; return what our row keeps of it.

	No other call is told of: the popup takes whatever it hears for the call it shows.
	"""
	opens = frappe_crm.opens_popup(row, utc_now()) and not _shows_another(row)
	event = frappe_crm.popup_event(row) if opens or row["crm_popup"] else None
	if not event or not row["agent"] or has_own_provider():
		return {}
	_tell(row["agent"], event)
	is_open = not status.is_over(row["status"], row["ended_at"])
	return {"crm_popup": int(is_open)} if is_open != bool(row["crm_popup"]) else {}


def _shows_another(row: Mapping) -> bool:
	"""Whether the call's agent talks in another call that the popup shows: it would lose that."""
	talk = {"agent": row["agent"], "crm_popup": 1, "status": status.IN_PROGRESS, "name": ("!=", row["name"])}
	# The end of one that is longer ago may have been lost.
	return bool(frappe.db.exists(CALL, {**talk, "requested_utc": (">", utc_now() - frappe_crm.USUAL_TALK)}))


def _tell(user: str, event: Mapping) -> None:
	frappe.publish_realtime(frappe_crm.POPUP_EVENT, event, user=user, after_commit=True)


def open_popup(call: str) -> dict | None:
	"""Note that the popup shows a call from now on; return what it is to be told once it does, None for nothing yet."""
	row = frappe.db.get_value(CALL, call, "*", as_dict=True, for_update=True)
	event = frappe_crm.popup_event(row)
	_mark(call, {"crm_popup": int(not status.is_over(row["status"], row["ended_at"]))})
	return event


def close_popup(row: Mapping) -> None:
	"""Let the popup of a call be closed of which nothing more is heard; the caller commits."""
	_tell(row["agent"], frappe_crm.closing_event(row))
	_mark(row["name"], {"crm_popup": 0})


def open_popups(since: datetime) -> list[dict]:
	"""Return the calls since a time of the site whose popup was not told of an end, ended or not."""
	waiting = {"requested_at": (">", since), "crm_popup": 1}
	fields = ["name", "agent", "account", "number", "status", "requested_utc"]
	return frappe.get_all(CALL, waiting, fields)


def _refresh_page(row: Mapping) -> None:
	"""Let the agent's open page of the record load its calls anew."""
	doctype, name = (row[column] for column in _PLACE)
	if row["agent"] and name and doctype in frappe_crm.WITH_ACTIVITIES:
		key = {"cache_key": ["activity", name]}
		frappe.publish_realtime(frappe_crm.REFRESH_EVENT, key, user=row["agent"], after_commit=True)


def has_own_provider() -> bool:
	"""Whether CRM calls through Twilio or Exotel itself."""
	there = [name for name in _OWN_PROVIDERS if frappe.db.exists("DocType", name, cache=True)]
	return any(frappe.get_cached_doc(name).get("enabled") for name in there)


def calls_among(names: Sequence[str]) -> list[str]:
	"""Return those of these calls that have been mirrored."""
	return frappe.get_all(CALL, {"name": ("in", names), "in_crm": 1}, pluck="name") if names else []


def export(calls: Sequence[str]) -> list[dict]:
	"""Return what CRM's rows of these calls say, and the notes on them."""
	names = calls_among(calls) if is_installed() else []
	if not names:
		return []
	fields = [
		"name",
		"type",
		"status",
		"from",
		"to",
		"start_time",
		"duration",
		"reference_doctype",
		"reference_docname",
	]
	rows = frappe.get_all(DOCTYPE, {"name": ("in", names)}, fields, order_by="creation")
	return [{**row, "notes": _notes(row["name"])} for row in rows]


def _notes(call: str) -> list[str]:
	linked = {"parenttype": DOCTYPE, "parent": call, "link_doctype": NOTE}
	names = frappe.get_all("Dynamic Link", linked, pluck="link_name")
	return frappe.get_all(NOTE, {"name": ("in", [*names, call])}, pluck="content")


def forget(calls: Sequence[str]) -> None:
	"""Delete CRM's rows of these calls, and our own notes on them; what CRM's users wrote is theirs. The caller commits."""
	names = calls_among(calls) if is_installed() else []
	if names:
		frappe.db.delete("Dynamic Link", {"parenttype": DOCTYPE, "parent": ("in", names)})
		frappe.db.delete(NOTE, {"name": ("in", names)})
		frappe.db.delete(DOCTYPE, {"name": ("in", names)})
		# What Frappe keeps of rows that were changed or deleted.
		frappe.db.delete("Version", {"ref_doctype": ("in", (DOCTYPE, NOTE)), "docname": ("in", names)})
		deleted = {"deleted_doctype": ("in", (DOCTYPE, NOTE)), "deleted_name": ("in", names)}
		frappe.db.delete("Deleted Document", deleted)
		for name in names:
			frappe.clear_document_cache(DOCTYPE, name)


def forget_recording(call: str) -> None:
	"""Empty the link to a call's recording; the caller commits."""
	if is_installed() and calls_among([call]):
		frappe.db.set_value(DOCTYPE, call, "recording_url", "", update_modified=False)


def forget_recordings() -> None:
	"""Empty all links to recordings that this app plays, before it goes; the caller commits."""
	if is_installed():
		frappe.db.set_value(DOCTYPE, {"recording_url": ("like", f"{RECORDING}%")}, "recording_url", "")


@contextmanager
def _without_harm(call: str) -> Iterator[None]:
	frappe.db.savepoint(_SAVEPOINT)
	said_before = len(frappe.local.message_log)
	try:
		yield
	except Exception as error:
		# That somebody holds a row for long ends the statement alone: waiting again would take many times as long.
		if was_ended(error) and not isinstance(error, frappe.QueryTimeoutError):
			raise
		_undo(error)
		del frappe.local.message_log[said_before:]
		frappe.log_error(_("Call in Frappe CRM"), f"{call}\n{frappe.get_traceback()}")


def _undo(error: Exception) -> None:
	try:
		frappe.db.rollback(save_point=_SAVEPOINT)
	except Exception:  # noqa: BLE001  the whole transaction is gone: the first error says so
		raise error from None
