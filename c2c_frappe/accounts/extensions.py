"""Which extension is whose. The only reader and writer of the PBX fields on User, their rows among them; rings nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import frappe
from frappe import _
from frappe.utils import escape_html, strip_html
from pypika.terms import Criterion

from c2c_frappe import companies, permissions
from c2c_frappe.accounts import own_numbers, providers
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls.lines import Phone
from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.transactions import committed

# The rows of User's table `pbx_phones`: the phones of a user besides the first, which is `pbx_extension`.
PHONE = "PBX User Phone"
_OF_USERS = {"parenttype": "User", "parentfield": "pbx_phones"}


class Extension(NamedTuple):
	"""A user's phone: the extension, the PBX Account it is on ("" for the default one), the caller id."""

	extension: str
	account: str
	caller_id: str


@dataclass(frozen=True)
class Phones:
	"""All phones of a user: the first, and those of their rows, each on the first's account where it names none."""

	first: Extension
	rows: tuple[Phone, ...]

	def chosen(self, row: str) -> Extension:
		"""Return the first phone, or that of a row; without an extension where the row is not theirs."""
		if not row:
			return self.first
		found = next((each for each in self.rows if each.row == row), Phone("", self.first.account))
		return self.first._replace(extension=found.extension, account=found.account)

	def listed(self, default_account: str) -> tuple[Phone, ...]:
		"""Return them, the first one first; those on no account are on the default one."""
		first = [Phone(self.first.extension, self.first.account)] if self.first.extension else []
		return tuple(replace(each, account=each.account or default_account) for each in (*first, *self.rows))


def phone_of(user: str, row: str = "") -> Extension:
	"""Return the user's phone, or that of a row of theirs; empty strings where nothing is set, or the row is not theirs."""
	return read_phones(user).chosen(row)


def phones_of(user: str) -> list[dict]:
	"""Return {row, label, extension} of each phone a user may choose from, the first without a row; [] for only one."""
	own = read_phones(user)
	listed = [
		{"row": each.row, "label": each.label or _("Main Phone"), "extension": each.extension}
		for each in own.listed("")
	]
	return listed if own.rows else []


def read_phones(user: str) -> Phones:
	"""Return the user's phones, with one statement."""
	table, row = frappe.qb.DocType("User"), frappe.qb.DocType(PHONE)
	is_theirs = row.parent == table.name
	for column, value in _OF_USERS.items():
		is_theirs &= row[column] == value
	columns = (table.pbx_extension, table.pbx_account, table.pbx_caller_id)
	query = frappe.qb.from_(table).left_join(row).on(is_theirs).where(table.name == user)
	query = query.select(*columns, row.extension, row.account, row.name, row.label).orderby(row.idx)
	found = [[(value or "").strip() for value in each] for each in query.run()]
	first = Extension(*(found[0][:3] if found else ("", "", "")))
	rows = (Phone(each[3], each[4] or first.account, *each[5:]) for each in found)
	return Phones(first, tuple(each for each in rows if each.row))


def account_of(user: str) -> str:
	"""Return the PBX Account the user's phone is on: his own, else the default one, "" when there is neither."""
	return phone_of(user).account or _default_account()


def user_with(account: str, extension: str) -> str:
	"""Return the one enabled user whose phone this is, "" when it is nobody's or several people's."""
	return users_with(account, [extension]).get(extension, "")


def users_with(account: str, extensions: Iterable[str]) -> dict[str, str]:
	"""Return {extension: the one enabled user whose phone it is}, without those that are nobody's or several people's."""
	wanted = sorted({extension for extension in extensions if extension})
	phones = [each for each in _phones(wanted) if each.account == account] if wanted else []
	users = {
		extension: {each.user for each in phones if _is_same(each.extension, extension)}
		for extension in wanted
	}
	return {extension: own.pop() for extension, own in users.items() if len(own) == 1}


def extensions_on(account: str) -> list[str]:
	"""Return the extensions of all phones of enabled users on an account, each once."""
	return sorted({each.extension for each in _phones() if each.account == account})


def list_phones(account: str) -> list[dict]:
	"""Return {user, extension, caller_id, is_agent} of everyone on this account, and of agents without an extension.

	Who is no agent has not the role PBX Agent: the phone is theirs, and they cannot call with it. Administrator, who
	has every role, is listed with an extension only.
	"""
	is_default = account == frappe.db.get_single_value("PBX Settings", "default_account")
	holders = frappe.get_all("Has Role", {"role": permissions.AGENT, "parenttype": "User"}, pluck="parent")
	agents = set(holders) - {"Administrator"}
	people = frappe.get_all(
		"User",
		filters={"enabled": 1, "user_type": "System User", "name": ("!=", "Guest")},
		or_filters={"pbx_extension": ("is", "set"), "name": ("in", list(agents))},
		fields=["name", "pbx_extension", "pbx_account", "pbx_caller_id"],
		order_by="full_name",
	)
	own = (account, "", None) if is_default else (account,)
	return [
		{
			"user": person.name,
			"extension": person.pbx_extension,
			"caller_id": person.pbx_caller_id,
			"is_agent": person.name in agents or person.name == "Administrator",
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
			_check_not_kept_away(row["user"])
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
	present = own.account or _default_account()
	return present if own.extension and present != account else ""


def _check_not_kept_away(user: str) -> None:
	"""Refuse to change a phone on an account of a company that the logged-in user is kept from."""
	own = phone_of(user)
	present = own.account or _default_account()
	if not (own.extension and present):
		return
	if companies.are_kept_from(frappe.session.user, frappe.get_cached_doc("PBX Account", present)):
		frappe.throw(_("This phone is on the account of a company that your User Permissions do not allow."))


def require_account(account: str) -> None:
	"""Raise PermissionError unless the logged-in user looks after this account, or the default one where it names none."""
	present = account or _default_account()
	if present:
		permissions.require_account(present)


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
	_check_not_kept_away(user)
	doc = frappe.get_doc("User", user)
	doc.update({"pbx_extension": extension, "pbx_account": account, "pbx_caller_id": caller_id})
	# A PBX Manager has no right on User; this method and these three fields are the exception.
	doc.save(ignore_permissions=True)


def validate_user(doc, _method: str | None = None) -> None:
	"""Trim the user's extensions and refuse one that somebody else has on the same account, or the user twice."""
	for holder, field in ((doc, "pbx_extension"), (doc, "pbx_caller_id"), *_cells_of_rows(doc)):
		if holder.get(field):
			holder.set(field, holder.get(field).strip())
	_check_caller_id(doc)
	if not _phones_in(doc) or not doc.enabled or not _is_changed(doc):
		return
	default = _default_account()
	others = [each for each in _phones() if each.user != doc.name]
	holders = {(each.account, each.extension.casefold()): each.user for each in others}
	for extension, account in _phones_in(doc):
		place = (account or doc.pbx_account or default, extension.casefold())
		if place in holders:
			_refuse_taken(extension, holders[place])
		holders[place] = doc.name


def _refuse_taken(extension: str, holder: str) -> None:
	frappe.throw(
		_("Extension {0} already belongs to {1}.").format(
			frappe.bold(escape_html(extension)), frappe.bold(holder)
		),
		title=_("Extension in Use"),
	)


def clashes(default_account: str) -> list[tuple[str, str, str]]:
	"""Return (extension, user, user) of enabled users who would share a phone with this default account."""
	first: dict[tuple[str, str], str] = {}
	clashing = []
	for phone in sorted(_phones(default_account=default_account), key=lambda phone: phone.user):
		holder = first.setdefault((phone.account, phone.extension), phone.user)
		if holder != phone.user:
			clashing.append((phone.extension, holder, phone.user))
	return clashing


def _cells_of_rows(doc) -> list[tuple]:
	return [(row, field) for row in doc.get("pbx_phones") or () for field in ("label", "extension")]


def _phones_in(doc) -> list[tuple[str, str]]:
	"""Return (extension, account) of the phones of a User's document, "" for an account that is the user's."""
	rows = ((row.extension, row.account or "") for row in doc.get("pbx_phones") or ())
	return [phone for phone in ((doc.get("pbx_extension"), ""), *rows) if phone[0]]


def _is_changed(doc) -> bool:
	before = doc.get_doc_before_save()
	is_changed = any(doc.has_value_changed(field) for field in ("pbx_account", "enabled"))
	return is_changed or not before or _phones_in(before) != _phones_in(doc)


def _check_caller_id(doc) -> None:
	"""Refuse a caller ID that is none of the account's own numbers, when it or the account is changed."""
	caller_id = doc.get("pbx_caller_id")
	before = doc.get_doc_before_save()
	was = (before.get("pbx_caller_id") or "", before.get("pbx_account") or "") if before else ("", "")
	if not caller_id or was == (caller_id, doc.get("pbx_account") or ""):
		return
	account = doc.get("pbx_account") or _default_account()
	if account and not own_numbers.is_own(caller_id, account):
		frappe.throw(own_numbers.refusal(caller_id, account), title=_("Caller ID"))


def _phones(extensions: Sequence[str] = (), default_account: str | None = None) -> list[frappe._dict]:
	"""Return {user, extension, account} of the phones of enabled users, or of those with these extensions, rows too."""
	user, phone = frappe.qb.DocType("User"), frappe.qb.DocType(PHONE)

	def is_wanted(column):
		return column.isin(extensions) if extensions else column > ""

	of_users = (phone[column] == value for column, value in _OF_USERS.items())
	query = frappe.qb.from_(phone).select(phone.parent, phone.extension, phone.account)
	rows = query.where(Criterion.all([*of_users, is_wanted(phone.extension)])).run(as_dict=True)
	is_holder = is_wanted(user.pbx_extension)
	if rows:
		is_holder |= user.name.isin([row.parent for row in rows])
	query = frappe.qb.from_(user).select(user.name, user.pbx_extension, user.pbx_account)
	users = query.where((user.enabled == 1) & is_holder).run(as_dict=True)
	default = _default_account() if default_account is None else default_account
	account_of_user = {user.name: user.pbx_account or default for user in users}
	held = [(user.name, user.pbx_extension, "") for user in users]
	held += [(row.parent, row.extension, row.account) for row in rows if row.parent in account_of_user]
	return [
		frappe._dict(user=user, extension=own, account=account or account_of_user[user])
		for user, own, account in held
		if own and (not extensions or any(_is_same(own, each) for each in extensions))
	]


def _is_same(one: str, other: str) -> bool:
	return one.strip().casefold() == other.strip().casefold()


def _default_account() -> str:
	return frappe.db.get_single_value("PBX Settings", "default_account") or ""
