"""The simulated PBX as two accounts, one for each vendor's API, and the settings to call through them."""

import frappe
import requests

from c2c_frappe.events import webhook_address

COMMPEAK = "CommPeak (simulated)"
PRIMEVOX = "Primevox (simulated)"
# The simulator takes any ids and keys; these only have the right form.
ACCOUNTS = (
	{"account_name": COMMPEAK, "provider": "commpeak", "crm_id": "1", "client_id": "2"},
	{
		"account_name": PRIMEVOX,
		"provider": "primevox",
		"api_key": "demo-key",
		"container_id": "100001",
		"tenant_id": "000",
	},
)
# What Primevox's webhooks say of whose they are.
ALSO = {"primevox": {"containerId": "100001", "tenantId": "000"}}
COUNTRY = "United Kingdom"
COUNTRIES = (COUNTRY, "United States")


def create(pbx_url: str) -> None:
	"""Add the accounts, or lead those there to this address, and switch calling on."""
	for account in ACCOUNTS:
		name = frappe.db.exists("PBX Account", {"account_name": account["account_name"]})
		doc = frappe.get_doc("PBX Account", name) if name else frappe.new_doc("PBX Account")
		here = {"base_url": pbx_url, "allow_http": 1, "allow_private": 1}
		doc.update({**account, **here, "enabled": 1})
		doc.save()
	settings = frappe.get_doc("PBX Settings")
	settings.enabled = 1
	settings.default_account = _named(COMMPEAK)
	settings.default_country = COUNTRY
	settings.set("allowed_countries", [{"country": country} for country in COUNTRIES])
	settings.confirmed_site_url = frappe.utils.get_url()
	settings.save()


def tell(pbx_url: str) -> None:
	"""Have the simulated PBX tell this site of its calls, by webhooks with a token of each account."""
	for account in ACCOUNTS:
		name, provider = _named(account["account_name"]), account["provider"]
		address = webhook_address.describe(name)["url"] or webhook_address.renew(name)["url"]
		asked = {"provider": provider, "url": address, "also": ALSO.get(provider, {})}
		requests.post(f"{pbx_url}/_sim/webhooks", json=asked, timeout=10).raise_for_status()


def clear() -> None:
	"""Remove the accounts."""
	frappe.db.set_single_value("PBX Settings", "default_account", None)
	for account in ACCOUNTS:
		name = _named(account["account_name"])
		if name:
			frappe.db.delete("PBX Call Log", {"account": name})
			frappe.delete_doc("PBX Account", name, force=True)


def _named(account_name: str) -> str | None:
	return frappe.db.get_value("PBX Account", {"account_name": account_name})
