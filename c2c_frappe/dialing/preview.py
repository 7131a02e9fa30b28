"""What a PBX Account would send for a user and a record, and how it would read an answer. Sends nothing.

The provider is built with a mask in place of each secret, so that none is here to be shown.
"""

from __future__ import annotations

import frappe
from frappe import _

from c2c_frappe import current_settings, messages
from c2c_frappe.accounts import extensions, providers
from c2c_frappe.call_log.dial_guard import Draft
from c2c_frappe.dialing import prepare, routing
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import lines
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import PbxError, RefusedError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.providers.base import Provider
from c2c_frappe.pbx.wire.http import MAX_RESPONSE, HttpResponse
from c2c_frappe.phone_book import record_numbers
from c2c_frappe.phone_book.countries import deciding_countries

# In place of the name the call's row would get.
CALL = "preview0000"


def preview_requests(account: str, user: str, doctype: str, name: str, number: str) -> dict:
	"""Return {requests: [{is_question, method, url, headers, body}], problem}, secrets masked, in their order.

	The number is the record's first one unless another is given. Raise PermissionError if the manager may not read
	the record.
	"""
	document = frappe.get_doc("PBX Account", account)
	try:
		provider = providers.provider_without_secrets(document)
		dial = _dial(document, provider, user, doctype, name, number)
		return {"requests": exchange.preview(provider, dial), "problem": ""}
	except PbxError as error:
		return {"requests": [], "problem": messages.sentence(error.message)}


def preview_response(account: str, http_status: int, body: str) -> dict:
	"""Return {status, failure_code, pbx_call_id, message}: what this answer to a dial would be read as."""
	try:
		provider = providers.provider_without_secrets(frappe.get_doc("PBX Account", account))
	except PbxError as error:
		return {
			"status": "",
			"failure_code": "",
			"pbx_call_id": "",
			"message": messages.sentence(error.message),
		}
	result = exchange.read_response(provider, HttpResponse(http_status, body[:MAX_RESPONSE]))
	return {
		"status": result.status,
		"failure_code": result.failure_code,
		"pbx_call_id": result.pbx_call_id,
		"message": messages.sentence(result.message),
	}


def _dial(account, provider: Provider, user: str, doctype: str, name: str, number: str) -> DialRequest:
	own = extensions.phone_of(user)
	line = lines.Line(lines.Phone(own.extension, account.name))
	record = record_numbers.load(doctype, name) if doctype and name else None
	countries = deciding_countries(record.country if record else "", account.name)
	read = phone.find(number or _first_number(record), countries)
	draft = Draft(
		agent=user,
		account=account.name,
		extension=own.extension,
		number=read.e164,
		number_extension=read.extension,
		reference_doctype=doctype if record else "",
		reference_name=record.name if record else "",
		name=CALL,
		caller_id=routing.shown_number(line, own.caller_id, account, provider),
	)
	data = prepare.filled_custom_data(current_settings.settings(), draft, record.company if record else "")
	return prepare.dial_request(draft, data)


def _first_number(record: record_numbers.Record | None) -> str:
	if record and record.choices:
		return record.choices[0].text
	raise RefusedError("no_number", _("There is no phone number here yet. Choose a record, or enter one."))
