"""Calls to a colleague's extension: which text means one, where the account lets the PBX's own extensions be called.

Only what a user of this account has, or the PBX lists as a phone; never a short code of the site's country. Dials nothing.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import get_fullname

from c2c_frappe import current_settings, locks
from c2c_frappe.accounts import extensions, providers
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.errors import PbxError, RefusedError
from c2c_frappe.pbx.numbers import internal
from c2c_frappe.pbx.providers.base import Provider
from c2c_frappe.phone_book.countries import countries_of_dial

# A PBX that hangs holds no more web workers than this with the question for its phones.
MAX_QUESTIONS = 1
# Seconds for which its answer holds.
LISTED_FOR = 15


def extension_in(text: str, account, provider: Provider | None) -> str:
	"""Return the colleague's extension that a typed text means, "" where it means none that may be called."""
	digits = _digits_in(text, account, provider)
	return digits if digits and _is_known(digits, account.name, provider) else ""


def may_be_one(text: str, user: str) -> bool:
	"""Whether a text may be a colleague's extension on the user's account; the PBX is not asked while somebody types."""
	if not internal.read_extension(text):
		return False
	account = current_settings.account(extensions.account_of(user))
	try:
		return bool(account and _digits_in(text, account, providers.provider_of(account)))
	except PbxError:
		return False


def _digits_in(text: str, account, provider: Provider | None) -> str:
	digits = internal.read_extension(text)
	if not (digits and provider and provider.calls_extensions):
		return ""
	countries = countries_of_dial("", account, current_settings.settings())
	return "" if internal.is_service_code(digits, countries) else digits


def title_of(extension: str, account: str) -> str:
	"""Return whose extension it is, "" for nobody's."""
	user = extensions.user_with(account, extension)
	return get_fullname(user) if user else ""


def _is_known(extension: str, account: str, provider: Provider) -> bool:
	if extension in extensions.extensions_on(account):
		return True
	return provider.capabilities.phones and extension in _listed(account, provider)


def _listed(account: str, provider: Provider) -> list[str]:
	"""Return the extensions of the phones the PBX lists, as they were a few seconds ago at most; none where it is away.

	Raises RefusedError (pbx_busy) while somebody else's question is not answered.
	"""
	key = f"c2c_phones_of:{account}"
	known = frappe.cache.get_value(key, expires=True)
	if known is not None:
		return known
	with locks.semaphore(f"phones of {account}", MAX_QUESTIONS, 0) as may_ask:
		if may_ask:
			return _fetch(key, provider)
	raise RefusedError(
		"pbx_busy", _("The PBX is still listing its phones. Nothing was dialed. Try again in a moment.")
	)


def _fetch(key: str, provider: Provider) -> list[str]:
	try:
		listed = [each.extension for each in exchange.fetch_phones(provider)]
	except PbxError:
		# Only what the PBX said is remembered.
		return []
	frappe.cache.set_value(key, listed, expires_in_sec=LISTED_FOR)
	return listed
