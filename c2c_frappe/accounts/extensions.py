"""Which extension is whose. The only reader and writer of the PBX fields on User, and what there is to choose from; rings nothing."""

from __future__ import annotations

from typing import NamedTuple

import frappe
from frappe import _
from frappe.utils import escape_html, strip_html

from c2c_frappe import permissions
from c2c_frappe.accounts import providers
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.transactions import committed


class Extension(NamedTuple):
	"""A user's phone: the extension, the PBX Account it is on ("" for the default one), the caller id."""

	extension: str
	account: str
	caller_id: str


def phone_of(user: str) -> Extension:
	"""Return the user's phone, empty strings where nothing is set."""
	row = frappe.db.get_value("User", user, ["pbx_extension", "pbx_account", "pbx_caller_id"]) or ("", "", "")
	return Extension(*((value or "").strip() for value in row))


def account_of(user: str) -> str:
	"""Return the PBX Account the user's phone is on: his own, else the default one, "" when there is neither."""
	return phone_of(user).account or frappe.db.get_single_value("PBX Settings", "default_account") or ""


def user_with(account: str, extension: str) -> str:
	"""Return the one enabled user whose phone this is, "" when it is nobody's or several people's."""
	if not extension:
		return ""
	users = frappe.get_all("User", {"pbx_extension": extension, "enabled": 1}, pluck="name")
	own = [user for user in users if account_of(user) == account]
	return own[0] if len(own) == 1 else ""


def list_phones(account: str) -> list[dict]:
	"""Return {user, extension, caller_id, is_agent} of everyone on this account, and of agents without an extension.

	Who is no agent has not the role PBX Agent: the phone is theirs, and they cannot call with it.
	"""
	is_default = account == frappe.db.get_single_value("PBX Settings", "default_account")
	agents = frappe.get_all("Has Role", {"role": permissions.AGENT, "parenttype": "User"}, pluck="parent")
	people = frappe.get_all(
		"User",
		filters={"enabled": 1, "user_type": "System User", "name": ("not in", ("Administrator", "Guest"))},
		or_filters={"pbx_extension": ("is", "set"), "name": ("in", agents)},
		fields=["name", "pbx_extension", "pbx_account", "pbx_caller_id"],
		order_by="full_name",
	)
	own = (account, "", None) if is_default else (account,)
	return [
		{
			"user": person.name,
			"extension": person.pbx_extension,
			"caller_id": person.pbx_caller_id,
			"is_agent": person.name in agents,
		}
		for person in people
		if person.pbx_account in own
	]


def list_pbx_extensions(account: str) -> list[dict]:
	"""Return {value, description} of the extensions the PBX of an account lists, none where it lists none or is away."""
	name = account or frappe.db.get_single_value("PBX Settings", "default_account")
	try:
		provider = providers.provider_of(frappe.get_doc("PBX Account", name)) if name else None
		phones = exchange.fetch_phones(provider) if provider and provider.capabilities.phones else ()
	except PbxError:
		return []
	words = {True: _("connected"), False: _("not connected"), None: ""}
	return [{"value": phone.extension, "description": words[phone.is_online]} for phone in phones]


def assign_many(account: str, rows: list[dict], may_move: bool = False) -> list[dict]:
	"""Give each {user, extension, caller_id} row its extension; return {user, message, is_elsewhere} of those refused.

	What a row does not say stays. A phone on another account is moved here only with `may_move`. Commits.
	"""
	# Users are written by their own logins too, and MariaDB ends a transaction that meets one.
	return committed(lambda: _assign_rows(account, rows, may_move))


def _assign_rows(account: str, rows: list[dict], may_move: bool) -> list[dict]:
	refused = []
	for row in rows:
		savepoint = "extension"
		frappe.db.savepoint(savepoint)
		elsewhere = "" if may_move else _other_account(row["user"], account)
		try:
			if elsewhere:
				frappe.throw(_("This phone is on the account {0}.").format(elsewhere))
			_assign_row(account, row)
		except (frappe.ValidationError, frappe.DoesNotExistError) as error:
			frappe.db.rollback(save_point=savepoint)
			refusal = {"message": strip_html(str(error)), "is_elsewhere": bool(elsewhere)}
			refused.append({"user": row["user"], **refusal})
	frappe.clear_messages()
	return refused


def _other_account(user: str, account: str) -> str:
	"""Return the account a user's phone is on, "" when it is this one or the user has none."""
	own = phone_of(user)
	default = frappe.db.get_single_value("PBX Settings", "default_account") or ""
	present = own.account or default
	return present if own.extension and present != account else ""


def _assign_row(account: str, row: dict) -> None:
	own = phone_of(row["user"])
	fields = (row.get("extension"), row.get("caller_id"))
	extension, caller_id = (
		before if now is None else now
		for now, before in zip(fields, (own.extension, own.caller_id), strict=True)
	)
	assign(row["user"], extension, account, caller_id)


def assign(user: str, extension: str, account: str = "", caller_id: str = "") -> None:
	"""Give the user this phone; raise ValidationError with the name of whoever has it already."""
	doc = frappe.get_doc("User", user)
	doc.update({"pbx_extension": extension, "pbx_account": account, "pbx_caller_id": caller_id})
	# A PBX Manager has no right on User; this method and these three fields are the exception.
	doc.save(ignore_permissions=True)


def validate_user(doc, _method: str | None = None) -> None:
	"""Trim the user's extension and refuse one that somebody else has on the same account."""
	for field in ("pbx_extension", "pbx_caller_id"):
		if doc.get(field):
			doc.set(field, doc.get(field).strip())
	if not doc.get("pbx_extension") or not doc.enabled or not _is_changed(doc):
		return
	holder = _holder(doc)
	if holder:
		frappe.throw(
			_("Extension {0} belongs to {1} already.").format(
				frappe.bold(escape_html(doc.pbx_extension)), frappe.bold(holder)
			),
			title=_("Extension in use"),
		)


def clashes(default_account: str) -> list[tuple[str, str, str]]:
	"""Return (extension, user, user) of enabled users who would share a phone with this default account."""
	people = frappe.get_all(
		"User", {"pbx_extension": ("is", "set"), "enabled": 1}, ["name", "pbx_extension", "pbx_account"]
	)
	first: dict[tuple[str, str], str] = {}
	clashing = []
	for person in sorted(people, key=lambda one: one.name):
		phone = (person.pbx_account or default_account, person.pbx_extension)
		if first.setdefault(phone, person.name) != person.name:
			clashing.append((person.pbx_extension, first[phone], person.name))
	return clashing


def _is_changed(doc) -> bool:
	return any(doc.has_value_changed(field) for field in ("pbx_extension", "pbx_account", "enabled"))


def _holder(doc) -> str | None:
	default = frappe.db.get_single_value("PBX Settings", "default_account") or ""
	others = frappe.get_all(
		"User",
		{"pbx_extension": doc.pbx_extension, "name": ("!=", doc.name), "enabled": 1},
		["name", "pbx_account"],
	)
	account = doc.pbx_account or default
	return next((other.name for other in others if (other.pbx_account or default) == account), None)
