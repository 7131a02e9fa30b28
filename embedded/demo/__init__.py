"""Sample data for a try-out, on any site: each kind of record is a module with `create` and `clear`.

Runs inside the site's own Python, connected as Administrator; the caller commits. Creates only what is not
there yet and clears only what it created. Never for a site with real data.
"""

from frappe.utils import get_url_to_form

from embedded.demo import agents, contacts, lead_doctype, leads, pbx

AGENT = agents.AGENTS[0]


def create(pbx_url: str, is_told: bool = False) -> dict:
	"""Make the sample data, calling through the simulated PBX at this address; with `is_told` it sends webhooks.

	Returns {"url": ..., "user": ..., "password": ...} of the first call to try.
	"""
	lead_doctype.create()
	pbx.create(pbx_url)
	agents.create()
	contacts.create()
	names = leads.create()
	if is_told:
		pbx.tell(pbx_url)
	url = get_url_to_form("Lead", names[0])
	return {"url": url, "user": AGENT.email, "password": agents.PASSWORD}


def clear() -> None:
	"""Remove the sample data and the calls that were placed to it."""
	leads.clear()
	contacts.clear()
	agents.clear()
	pbx.clear()
	lead_doctype.clear()
