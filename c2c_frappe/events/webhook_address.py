"""The address a PBX is to post its events to, token included: shown to a PBX Manager to paste, and to nobody else."""

from __future__ import annotations

from urllib.parse import urlencode

import frappe
from frappe.utils import get_url

from c2c_frappe import messages
from c2c_frappe.accounts import providers

METHOD = "/api/method/c2c_frappe.api.webhook.receive"
TOKEN_LENGTH = 40


def renew(account: str) -> dict:
	"""Give the account a new token and describe its address; raise PermissionError if the user may not write it."""
	document = frappe.get_doc("PBX Account", account)
	document.webhook_token = frappe.generate_hash(length=TOKEN_LENGTH)
	document.save()
	return describe(account)


def describe(account: str) -> dict:
	"""Return {url, parameters: [{name, meaning}]}; the url is empty while there is no token."""
	document = frappe.get_doc("PBX Account", account)
	document.check_permission("write")
	token = providers.webhook_token(document)
	query = urlencode({"account": document.webhook_key or account, "token": token})
	return {
		"url": get_url(f"{METHOD}?{query}") if token else "",
		"parameters": [
			{"name": name, "meaning": messages.sentence(meaning)}
			for name, meaning in providers.event_parameters(document)
		],
	}
