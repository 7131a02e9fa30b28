"""Sample leads. All numbers are set aside for fiction by Ofcom (+44) and the NANPA (+1)."""

import frappe

from embedded.demo import calls

LEADS = (
	{
		"first_name": "Ada",
		"last_name": "Lovelace",
		"company_name": "Analytical Engines",
		"country": "United Kingdom",
		"mobile_no": "+44 7700 900123",
		"phone": "020 7946 0018",
		"email_id": "ada@example.com",
	},
	{
		"first_name": "Grace",
		"last_name": "Hopper",
		"company_name": "Compilers & Co",
		"country": "United States",
		"mobile_no": "(202) 555-0147",
		"whatsapp_no": "+1 202 555 0148",
		"email_id": "grace@example.com",
	},
	{
		"first_name": "Alan",
		"last_name": "Turing",
		"company_name": "Bletchley Radio",
		"country": "United Kingdom",
		"phone": "0113 496 0456",
		"email_id": "alan@example.com",
		"status": "Do Not Contact",
	},
	{
		"first_name": "Katherine",
		"last_name": "Johnson",
		"company_name": "Orbit Research",
		"country": "United States",
		"email_id": "katherine@example.com",
	},
)


def create() -> list[str]:
	"""Insert the leads that are not there; returns the names of all, in order."""
	return [_existing(lead) or _insert(lead) for lead in LEADS]


def clear() -> None:
	"""Delete the leads with their calls."""
	for lead in LEADS:
		name = frappe.db.exists("DocType", "Lead") and _existing(lead)
		if name:
			calls.clear("Lead", name)
			frappe.delete_doc("Lead", name, force=True)


def _existing(lead: dict) -> str | None:
	return frappe.db.get_value("Lead", {"email_id": lead["email_id"]})


def _insert(lead: dict) -> str:
	meta = frappe.get_meta("Lead")
	values = {**lead, "lead_name": f"{lead['first_name']} {lead['last_name']}"}
	known = {key: value for key, value in values.items() if meta.has_field(key)}
	return frappe.get_doc({"doctype": "Lead", **known}).insert().name
