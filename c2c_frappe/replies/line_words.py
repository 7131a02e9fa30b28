"""What an agent reads of the line a call takes: the account, the caller ID, the phone."""

from __future__ import annotations

from frappe import _


def of_line(account: str, caller_id: str, extension: str = "") -> str:
	"""Return the line in words, of a call that is not placed yet with the phone that is to ring."""
	shown = caller_id and _("Caller ID {0}").format(caller_id)
	parts = (account, shown, extension and _("Phone {0}").format(extension))
	return " · ".join(part for part in parts if part)
