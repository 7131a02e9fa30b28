"""The count of a record's calls among its Connections, on forms whose dashboard Frappe lets apps extend."""

from __future__ import annotations

from functools import partial

from frappe import _

CALLS = "PBX Call Log"


def _with_calls(doctype: str, data: dict) -> dict:
	data.setdefault("transactions", []).append({"label": _("Telephony"), "items": [CALLS]})
	data.setdefault("non_standard_fieldnames", {})[CALLS] = "reference_name"
	data.setdefault("dynamic_links", {})["reference_name"] = [doctype, "reference_doctype"]
	return data


of_lead = partial(_with_calls, "Lead")
of_contact = partial(_with_calls, "Contact")
of_customer = partial(_with_calls, "Customer")
of_supplier = partial(_with_calls, "Supplier")
of_opportunity = partial(_with_calls, "Opportunity")
of_prospect = partial(_with_calls, "Prospect")
of_crm_lead = partial(_with_calls, "CRM Lead")
of_crm_deal = partial(_with_calls, "CRM Deal")
