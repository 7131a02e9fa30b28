"""Whom a record stands for, as people call them: "{person} · {company}". Asks no permission: who shows it has done so."""

from __future__ import annotations

import frappe

# DocType -> the fields with the person's name and with their company's.
_NAMES = {
	"Lead": ("lead_name", "company_name"),
	"Contact": ("full_name", "company_name"),
	"Customer": ("", "customer_name"),
	"Supplier": ("", "supplier_name"),
	"Prospect": ("", "company_name"),
	"Opportunity": ("contact_display", "customer_name"),
	"Issue": ("", "customer_name"),
	"Employee": ("employee_name", ""),
	"CRM Lead": ("lead_name", "organization"),
	"CRM Deal": ("lead_name", "organization"),
}
# Of a Contact without a company's name it is the one it is linked to.
_FIRMS = ("Customer", "Supplier", "Prospect")


def title_of(document, person: str = "") -> str:
	"""Return "{person} · {company}" of a record, what there is of it, else the record's title.

	`person` is who is called where that is one of several: a Contact of a Customer.
	"""
	of_person, of_company = _NAMES.get(document.doctype, ("", ""))
	person = person or document.get(of_person) or ""
	company = document.get(of_company) or _firm_of(document)
	names = dict.fromkeys(name for name in (person, company) if name)
	return " · ".join(names) or document.get(document.meta.get_title_field()) or document.name


def contact_name(name: str) -> str:
	"""Return what a Contact is called, its own name where it says nothing."""
	return frappe.db.get_value("Contact", name, "full_name") or name


def _firm_of(document) -> str:
	links = document.get("links") if document.doctype == "Contact" else None
	firms = (link.link_title or link.link_name for link in links or () if link.link_doctype in _FIRMS)
	return next(firms, "")
