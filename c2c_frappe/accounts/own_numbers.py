"""The numbers an admin says are an account's own: what a customer may be shown. Shows nobody anything itself."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import escape_html

from c2c_frappe import form_errors
from c2c_frappe.pbx.calls import lines

DOCTYPE = "PBX Account"


def of_account(account) -> tuple[str, ...]:
	"""Return the own numbers of an account's document; the caller ID of an Asterisk account is one."""
	own = account.ari_caller_id if account.provider == "asterisk" else ""
	return lines.listed("\n".join((account.own_numbers or "", own or "")))


def is_own(caller_id: str, account: str) -> bool:
	"""Whether a caller ID is one of the own numbers of an account, given by its name."""
	return lines.is_own(caller_id, of_account(frappe.get_cached_doc(DOCTYPE, account)))


def refusal(caller_id: str, account: str) -> str:
	"""Return why a caller ID cannot be saved."""
	sentence = _(
		"{0} is not one of the own numbers of the account {1}. If it is yours, add it there first: showing someone"
		" else's number is illegal in many countries."
	)
	return sentence.format(frappe.bold(escape_html(caller_id)), frappe.bold(escape_html(account)))


def check(account) -> None:
	"""Refuse own numbers of an account's document that are none; keep each once, a line each."""
	listed = lines.listed(account.own_numbers or "")
	for each in listed:
		if not lines.is_caller_id(each):
			sentence = _(
				"{0} is not a valid caller ID. Enter one number per line, for example +442079460000."
			)
			label = _("Own Numbers")
			form_errors.refuse("own_numbers", sentence.format(frappe.bold(escape_html(each))), label)
	account.own_numbers = "\n".join(listed)
