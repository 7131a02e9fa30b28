"""Whose lists one sees and works: an agent own ones and those of own teams, a manager all. Nothing else is decided."""

from __future__ import annotations

import frappe
from frappe import _

from c2c_frappe import permissions

LIST, ENTRY = "PBX Call List", "PBX Call List Entry"
OPEN_LIST = "Open"


def teams_of(user: str) -> list[str]:
	"""Return the User Groups a user is in."""
	members = {"parenttype": "User Group", "user": user}
	return frappe.get_all("User Group Member", members, pluck="parent", distinct=True)


def check_agent(user: str) -> None:
	"""Raise ValidationError for a user who cannot work a list: one without the role, or switched off."""
	if not (permissions.can_call(user) and frappe.db.get_value("User", user, "enabled")):
		sentence = _("{0} needs the role PBX Agent to work a list.")
		frappe.throw(sentence.format(frappe.utils.get_fullname(user)), title=_("Call List"))


def has_list_permission(doc, ptype: str | None = None, user: str | None = None) -> bool:
	"""Let agents read lists they work and change own ones; managers all. The roles' own rights still apply."""
	user = user or frappe.session.user
	# The stored agent: what is being saved may claim another.
	stored = frappe.db.get_value(LIST, doc.name, ["agent", "team"], as_dict=True)
	if permissions.sees_all(user) or (stored and stored.agent == user):
		return True
	return bool(ptype != "write" and stored and stored.team and stored.team in teams_of(user))


def has_entry_permission(doc, ptype: str | None = None, user: str | None = None) -> bool:
	"""Let who may read a list read its entries."""
	return has_list_permission(frappe._dict(name=doc.call_list), "read", user)


def list_conditions(user: str | None = None) -> str:
	"""Return the WHERE part that keeps lists to what `has_list_permission` lets a user read."""
	user = user or frappe.session.user
	return "" if permissions.sees_all(user) else _is_worked_by(user, f"`tab{LIST}`")


def entry_conditions(user: str | None = None) -> str:
	"""Return the WHERE part that keeps entries to those of such lists."""
	user = user or frappe.session.user
	if permissions.sees_all(user):
		return ""
	names = frappe.get_all(LIST, or_filters=_filters(user), pluck="name")
	quoted = ", ".join(map(frappe.db.escape, names)) or "''"
	return f"`tab{ENTRY}`.call_list in ({quoted})"


def _is_worked_by(user: str, table: str) -> str:
	own = f"{table}.agent = {frappe.db.escape(user)}"
	teams = ", ".join(map(frappe.db.escape, teams_of(user)))
	return f"({own} or {table}.team in ({teams}))" if teams else own


def _filters(user: str) -> list[list]:
	teams = teams_of(user)
	return [["agent", "=", user], *([["team", "in", teams]] if teams else [])]


def require_worker(name: str) -> None:
	"""Raise PermissionError unless the logged-in user, who may call, works this list."""
	permissions.require_agent()
	frappe.get_doc(LIST, name).check_permission("read")


def require_own(entry) -> None:
	"""Raise PermissionError for an entry that is not before the logged-in user."""
	if not entry or entry.claimed_by != frappe.session.user:
		frappe.throw(_("You no longer have this entry. Take the next one."), frappe.PermissionError)
