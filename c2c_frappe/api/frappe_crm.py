"""What Frappe CRM's pages ask: these methods stand in place of CRM's own of the same names, see hooks.py.

Each but `offers_calls` answers for this app's calls and asks CRM's own method for all others.
"""

import frappe

from c2c_frappe import permissions
from c2c_frappe.call_log import crm_mirror
from c2c_frappe.desk import recordings
from c2c_frappe.frappe_crm import answering, calling


@frappe.whitelist()
def is_call_integration_enabled() -> dict:
	"""Return which providers place CRM's calls, in the form of each of CRM's versions."""
	return answering.calls_enabled()


@frappe.whitelist(methods=["POST"])
def make_a_call(
	to_number: str | None = None, from_number: str | None = None, caller_id: str | None = None
) -> dict:
	"""Call a number, or with none that of the record on the page; return {CallSid}, the call's name."""
	if not answering.are_calls_ours():
		sent = {"to_number": to_number, "from_number": from_number, "caller_id": caller_id}
		return answering.ask_before_us(answering.MAKE_A_CALL, **sent)
	permissions.require_agent()
	return calling.call((to_number or "").strip())


@frappe.whitelist()
def offers_calls() -> bool:
	"""Whether this app's own buttons on Leads and Deals are for the logged-in user; no method of CRM's."""
	return answering.are_calls_ours()


@frappe.whitelist()
def get_contact_by_phone_number(phone_number: str) -> dict:
	"""Return whose number it is: {mobile_no, name, full_name, image, lead or deal}."""
	if not answering.are_calls_ours():
		return answering.ask_before_us(answering.GET_CONTACT, phone_number=phone_number)
	return calling.contact_of(phone_number)


@frappe.whitelist()
def get_recording_url(call_log_name: str):
	"""Return the part of a recording that the header Range asks for."""
	if crm_mirror.is_installed() and crm_mirror.calls_among([call_log_name]):
		return recordings.play(call_log_name, frappe.request.headers.get("Range"))
	return answering.ask_before_us(answering.GET_RECORDING, call_log_name=call_log_name)
