"""What is known of a person, for who answers or erases it. Each method checks, delegates and returns."""

import frappe

from c2c_frappe import companies, permissions, personal_data


@frappe.whitelist(methods=["POST"])
def export(number: str | None = None, doctype: str | None = None, name: str | None = None) -> dict:
	"""Return {numbers, calls, events, do_not_call, records} about a number, or about the calls of a record."""
	permissions.require_manager()
	companies.require_all()
	return personal_data.export(number or "", doctype or "", name or "")


@frappe.whitelist(methods=["POST"])
def erase(number: str | None = None, doctype: str | None = None, name: str | None = None) -> dict:
	"""Forget a person; return {calls, under_way, events} erased, and {do_not_call, records} that stay."""
	permissions.require_manager()
	companies.require_all()
	return personal_data.erase(number or "", doctype or "", name or "")
