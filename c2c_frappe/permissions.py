"""Who may call, and whose calls one sees. An agent sees own calls, a manager all; nothing else is decided here."""

from __future__ import annotations

import frappe
from frappe import _

AGENT, MANAGER = "PBX Agent", "PBX Manager"
SEES_ALL = {MANAGER, "System Manager"}


def can_call(user: str | None = None) -> bool:
	"""Whether the user has the role to call."""
	return AGENT in frappe.get_roles(user)


def is_offered_calls() -> bool:
	"""Whether the logged-in user is shown what calls: has the role, is himself, and calling is switched on."""
	if not can_call() or frappe.session.data.get("impersonated_by"):
		return False
	return bool(frappe.get_cached_doc("PBX Settings").enabled)


def sees_all(user: str | None = None) -> bool:
	"""Whether the user sees everybody's calls, not own ones only."""
	return bool(SEES_ALL & set(frappe.get_roles(user)))


def may(ptype: str, doctype: str, record, user: str | None = None) -> bool:
	"""Whether the user may do this to a record, given as a document or by its name.

	Shows no message, as Frappe does to who may do it to none.
	"""
	has_role = frappe.has_permission(doctype, ptype, user=user)
	return bool(has_role and frappe.has_permission(doctype, ptype, doc=record, user=user))


def require_agent() -> None:
	"""Raise PermissionError unless the logged-in user may call as himself."""
	if not can_call():
		frappe.throw(
			_("You need the role PBX Agent to place calls. Ask your administrator."), frappe.PermissionError
		)
	if frappe.session.data.get("impersonated_by"):
		frappe.throw(
			_("While impersonating {0} you cannot call: their phone would ring.").format(frappe.session.user),
			frappe.PermissionError,
		)


def require_manager() -> None:
	"""Raise PermissionError unless the logged-in user looks after the PBX."""
	if not sees_all():
		frappe.throw(_("You need the role PBX Manager for this."), frappe.PermissionError)


def may_play_recording(agent: str) -> bool:
	"""Whether the logged-in user may hear the recording of a call of this agent: their own, or all of them."""
	return agent == frappe.session.user or sees_all()


def has_call_permission(doc, ptype: str | None = None, user: str | None = None) -> bool:
	"""Let agents at their own calls only; managers at all. The roles' own rights still apply."""
	user = user or frappe.session.user
	# The stored agent: what is being saved may claim another.
	return sees_all(user) or user == frappe.db.get_value("PBX Call Log", doc.name, "agent")


def call_conditions(user: str | None = None) -> str:
	"""Return the WHERE part that keeps lists and REST to what `has_call_permission` allows."""
	user = user or frappe.session.user
	if sees_all(user):
		return ""
	return f"`tabPBX Call Log`.agent = {frappe.db.escape(user)}"
