"""Two users who may call, each with a phone on the simulated PBX: one by CommPeak's API, one by Primevox'."""

from typing import NamedTuple

import frappe

from embedded.demo import pbx

PASSWORD = "agent"  # noqa: S105 - demo data on loopback
ROLES = ("PBX Agent", "Sales User")


class Agent(NamedTuple):
	"""A sample user."""

	email: str
	first_name: str
	extension: str
	account: str


AGENTS = (
	Agent("agent@example.com", "Alex", "1000", pbx.COMMPEAK),
	Agent("robin@example.com", "Robin", "1001", pbx.PRIMEVOX),
)


def create() -> None:
	"""Add the users that are not there, and give each an extension."""
	for agent in AGENTS:
		if not frappe.db.exists("User", agent.email):
			_insert(agent)
		account = frappe.db.get_value("PBX Account", {"account_name": agent.account})
		user = frappe.get_doc("User", agent.email)
		user.update({"pbx_account": account, "pbx_extension": agent.extension})
		user.save()


def clear() -> None:
	"""Remove the users with their calls."""
	for agent in AGENTS:
		if frappe.db.exists("User", agent.email):
			frappe.db.delete("PBX Call Log", {"agent": agent.email})
			frappe.delete_doc("User", agent.email, force=True)


def _insert(agent: Agent) -> None:
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": agent.email,
			"first_name": agent.first_name,
			"send_welcome_email": 0,
			"new_password": PASSWORD,
			"roles": [{"role": role} for role in ROLES],
		}
	)
	user.flags.ignore_password_policy = True
	user.insert()
