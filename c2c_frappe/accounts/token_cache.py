"""Keeps the token a PBX gave, until it expires, for all web processes: in Redis, encrypted as stored passwords are.

One place for all of them, because some PBXs end a token when they give the next. Losing it costs one more request.
The key names the account as it was last saved, so that other settings never meet an old token.
"""

from __future__ import annotations

import frappe
from frappe.utils.password import decrypt, encrypt


class EncryptedToken:
	"""The token of one PBX Account."""

	def __init__(self, account):
		self._key = f"c2c_pbx_token|{account.name}|{account.modified}"

	def get(self) -> str:
		"""Return the token, "" when there is none or it cannot be read."""
		stored = frappe.cache.get_value(self._key, expires=True)
		if not stored:
			return ""
		try:
			return decrypt(stored)
		except frappe.ValidationError:
			frappe.clear_last_message()
			return ""

	def put(self, token: str, seconds: int) -> None:
		"""Keep a token for so many seconds."""
		frappe.cache.set_value(self._key, encrypt(token), expires_in_sec=seconds)

	def drop(self) -> None:
		"""Forget the token."""
		frappe.cache.delete_value(self._key)
