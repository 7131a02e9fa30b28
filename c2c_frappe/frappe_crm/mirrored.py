"""What people do on CRM's rows of our calls: who may see them, what they cannot change, their notes and tasks.

Rows that are CRM's own are left to CRM.
"""

from __future__ import annotations

from functools import partial

import frappe
from bs4 import BeautifulSoup
from frappe import _
from frappe.query_builder.functions import Coalesce
from frappe.utils import escape_html, format_datetime, get_fullname
from frappe.utils.html_utils import sanitize_html

from c2c_frappe import permissions
from c2c_frappe.call_log import crm_mirror, rows
from c2c_frappe.call_log.crm_mirror import CALL, DOCTYPE, NOTE
from c2c_frappe.pbx.calls import frappe_crm
from c2c_frappe.transactions import committed

# What people attach to a call beside notes, and on our call a comment says so.
TASK = "CRM Task"
# What who is neither the call's agent nor a manager may do to its row, where our call is assigned to them.
_READING = frozenset({None, "read", "select", "print", "email", "report", "export"})
# Frappe 16 takes None for a refusal; for 15 any other answer is the last word, and apps before us are not asked.
_NO_OBJECTION = None if frappe.__version__.startswith("15.") else True


def has_permission(doc, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Keep mirrored rows to who may do the same to our call, and their changes to its agent and managers."""
	call, user = _call(doc.name), user or frappe.session.user
	if not call:
		return _NO_OBJECTION
	is_own = permissions.sees_all(user) or user == call.agent
	return is_own or (ptype in _READING and permissions.has_call_permission(call, "read", user))


def conditions(user: str | None = None) -> str:
	"""Return the WHERE part that keeps lists and REST to what `has_permission` allows."""
	user = user or frappe.session.user
	if permissions.sees_all(user):
		return ""
	call, row = frappe.qb.DocType(CALL).as_("c2c_call"), frappe.qb.DocType(DOCTYPE)
	of_others = frappe.qb.from_(call).select(call.name).where((call.name == row.name) & (call.in_crm == 1))
	return f"not exists ({of_others.where(Coalesce(call.agent, '') != user).get_sql()})"


def put_facts_back(document, _method: str | None = None) -> None:
	"""Let a save on CRM's side change no fact of our call: its copy may be older than the row, or was edited.

	What the row says is read as Frappe locks it: this transaction may still see an older state of our call.
	"""
	stored, call = document.get_doc_before_save(), _call(document.name)
	if not call:
		return
	facts = {column: stored.get(column) for column in frappe_crm.LOG_COLUMNS} if stored else {}
	document.update(facts or crm_mirror.columns(call))
	# A copy from before the call was given its record; where CRM takes a record away, it leaves empty text.
	if stored and (document.reference_docname is None or _is_moved_out_of_sight(document, stored)):
		document.reference_doctype, document.reference_docname = (
			stored.reference_doctype,
			stored.reference_docname,
		)
	# "Create lead" links the lead that the call was given meanwhile: its page would show the call twice.
	place = (document.reference_doctype, document.reference_docname)
	document.links = [link for link in document.links if (link.link_doctype, link.link_name) != place]


def _is_moved_out_of_sight(document, stored) -> bool:
	"""Whether a call is given to a record that who gives it may not read."""
	place = (document.reference_doctype, document.reference_docname)
	is_moved = place != (stored.reference_doctype, stored.reference_docname)
	return is_moved and all(place) and not permissions.may("read", *place)


def follow_attached(document, _method: str | None = None) -> None:
	"""Give notes and tasks that are attached to a mirrored row its record, and our call a comment with their words."""
	attached = [link for link in document.links if link.link_doctype in (NOTE, TASK)]
	if attached and _call(document.name):
		for link in attached:
			_follow(document, link.link_doctype, link.link_name)


def forget_record(document, _method: str | None = None) -> None:
	"""Take a record that is deleted away from the rows of its calls and what is attached to them: the calls stay."""
	if crm_mirror.is_installed():
		crm_mirror.forget_place(document.doctype, document.name)


def _follow(document, doctype: str, name: str) -> None:
	found = frappe.db.get_value(doctype, name, "*", as_dict=True)
	if not found:
		return
	if document.reference_docname and not found.reference_docname:
		place = {
			"reference_doctype": document.reference_doctype,
			"reference_docname": document.reference_docname,
		}
		frappe.db.set_value(doctype, name, place, update_modified=False)
	words = _without_mentions(sanitize_html(_words(doctype, found), always_sanitize=True))
	# Our call is locked by its events before CRM's row is; here it would be the other way around.
	frappe.db.after_commit.add(partial(_comment_safely, document.name, doctype, name, words))


def _words(doctype: str, found: dict) -> str:
	"""Return as HTML what a note or a task says."""
	if doctype == NOTE:
		return found.content or escape_html(found.title)
	due = format_datetime(found.due_date) if found.due_date else ""
	return escape_html(" · ".join(part for part in (_("Task: {0}").format(found.title), due) if part))


def _without_mentions(words: str) -> str:
	"""Return HTML with whom it mentions as text: CRM told them, and neither it nor Frappe is to do so again."""
	soup = BeautifulSoup(words, "html.parser")
	for mention in soup.select(".mention, [data-type=mention]"):
		mention.replace_with(mention.get_text())
	return str(soup)


def _comment_safely(call: str, doctype: str, name: str, words: str) -> None:
	"""Write the comment in a transaction of its own; CRM's save is done and stands."""
	try:
		committed(partial(_comment, call, doctype, name, words))
	except Exception:  # noqa: BLE001  what CRM saved is saved, whatever becomes of our copy
		frappe.db.rollback()
		frappe.log_error(_("Call in Frappe CRM"), f"{call}\n{frappe.get_traceback()}")
		frappe.db.commit()


def _comment(call: str, doctype: str, name: str, words: str) -> None:
	# By this name it is found again when the words change.
	comment = f"{call}-{frappe.scrub(doctype)}-{name}"
	if frappe.db.exists("Comment", comment):
		frappe.db.set_value("Comment", comment, "content", words)
		return
	values = {"reference_doctype": CALL, "reference_name": call, "comment_type": "Comment", "content": words}
	by = {"comment_email": frappe.session.user, "comment_by": get_fullname(frappe.session.user)}
	document = frappe.get_doc({"doctype": "Comment", **values, **by})
	document.insert(ignore_permissions=True, set_name=comment)


def _call(name: str | None) -> dict | None:
	"""Return our whole row of a CRM Call Log that mirrors it, None for CRM's own."""
	row = rows.read_whole(name) if name else None
	return row if row and row.in_crm else None
