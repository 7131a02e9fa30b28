"""Who may call, and whose calls one sees: an agent own ones and those assigned to them, a manager all.

Nothing else is decided here.
"""

from __future__ import annotations

import frappe
from frappe import _

AGENT, MANAGER, CALL = "PBX Agent", "PBX Manager", "PBX Call Log"
# Of an agent, from where on a list of them is faster read by time than gathered: measured on a million calls.
MANY_CALLS = 4000
SEES_ALL = {MANAGER, "System Manager"}
# Of a ToDo: what makes it an assignment that is open.
_OF_ASSIGNMENT = ("reference_type", "reference_name", "allocated_to", "status")


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


def readable_levels(meta, parenttype: str | None = None) -> set[int]:
	"""Return the levels of the fields that the user reads on a record they may read.

	Level 0 comes with the record, and so with one that was shared with somebody whose roles read none.
	"""
	return {0, *meta.get_permlevel_access("read", parenttype)}


def require_agent() -> None:
	"""Raise PermissionError unless the logged-in user may call as himself."""
	if not can_call():
		frappe.throw(
			_("You need the role PBX Agent to place calls. Ask your administrator."), frappe.PermissionError
		)
	if frappe.session.data.get("impersonated_by"):
		frappe.throw(
			_("You cannot call while impersonating {0}: their phone would ring.").format(frappe.session.user),
			frappe.PermissionError,
		)


def require_manager() -> None:
	"""Raise PermissionError unless the logged-in user looks after the PBX."""
	if not sees_all():
		frappe.throw(_("You need the role PBX Manager for this."), frappe.PermissionError)


def require_account(account: str) -> None:
	"""Raise PermissionError unless the logged-in user looks after the PBX and may change this account.

	User Permissions may keep it from them.
	"""
	require_manager()
	frappe.get_doc("PBX Account", account).check_permission("write")


def is_own_call(agent: str) -> bool:
	"""Whether a call of this agent is the logged-in user's to end and its recording theirs to hear; a manager's are all."""
	return agent == frappe.session.user or sees_all()


def has_call_permission(doc, ptype: str | None = None, user: str | None = None) -> bool:
	"""Let agents at their own calls, let them read what is assigned to them; managers at all.

	The roles' own rights still apply.
	"""
	user = user or frappe.session.user
	# The stored agent: what is being saved may claim another.
	if sees_all(user) or user == frappe.db.get_value(CALL, doc.name, "agent"):
		return True
	return ptype != "write" and bool(assigned_among([doc.name], user))


def call_conditions(user: str | None = None) -> str:
	"""Return the WHERE part that keeps lists and REST to what `has_call_permission` allows."""
	user = user or frappe.session.user
	if sees_all(user):
		return ""
	is_own = f"`tab{CALL}`.agent = {frappe.db.escape(user)}"
	assigned = ", ".join(map(frappe.db.escape, _assigned_calls_of_others(user)))
	if not assigned:
		return is_own
	name = f"`tab{CALL}`.name"
	if _has_many_calls(user):
		# The database would gather and sort all of them for one page. So it reads the latest calls and stops soon.
		name = f"coalesce({name}, '')"
	# Names, no subquery: with one the database would read every call there is.
	return f"({is_own} or {name} in ({assigned}))"


def _has_many_calls(user: str) -> bool:
	table = frappe.qb.DocType(CALL)
	own = frappe.qb.from_(table).select(table.name).where(table.agent == user).limit(MANY_CALLS)
	return len(own.run()) >= MANY_CALLS


def assigned_among(calls: list[str], user: str) -> set[str]:
	"""Return those of these calls that somebody else has assigned to the user, by an open ToDo."""
	filters = {
		"reference_type": CALL,
		"reference_name": ("in", calls),
		"allocated_to": user,
		"owner": ("!=", user),
		"status": "Open",
	}
	return set(frappe.get_all("ToDo", filters, pluck="reference_name")) if calls else set()


def check_assignment(todo, _method: str | None = None) -> None:
	"""Raise PermissionError for a ToDo that lets somebody read a call, saved by one who may not read that call.

	Whoever it was allocated to may change what it is about, whom it is for, and that it was closed.
	"""
	is_of_call = todo.reference_type == CALL and todo.reference_name and todo.status == "Open"
	is_new = any(todo.has_value_changed(field) for field in _OF_ASSIGNMENT)
	if is_of_call and is_new and not todo.flags.ignore_permissions:
		frappe.get_doc(CALL, todo.reference_name).check_permission("read")


def _assigned_calls_of_others(user: str) -> list[str]:
	"""Return the calls assigned to the user; what a missed call of their own reminds them of is not among them."""
	todo, call = frappe.qb.DocType("ToDo"), frappe.qb.DocType(CALL)
	query = frappe.qb.from_(todo).join(call).on(call.name == todo.reference_name).select(call.name).distinct()
	is_assigned = (todo.allocated_to == user) & (todo.owner != user) & (todo.status == "Open")
	is_assigned &= todo.reference_type == CALL
	return query.where(is_assigned & (call.agent.isnull() | (call.agent != user))).run(pluck=True)
