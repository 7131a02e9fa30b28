"""The peers that are measured beside us: frappe/exotel_integration and frappe/telephony, as far as they are installed.

Their PBX's address is fixed, so a stub on loopback stands for it, by a patch in the measuring process: what they send
to https://api.exotel.com goes there, without TLS. Nothing of theirs is copied or changed.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import frappe
import requests.api
from frappe.utils.password import set_encrypted_password

STUB = Path(__file__).with_name("peers_pbx.py")
# Numbers Ofcom set aside for fiction: the agent's own, and the one the PBX shows to who is called.
MOBILE, EXOPHONE = "+447700900998", "+447700900999"
PBX = "api.exotel.com"


@dataclass(frozen=True)
class Peer:
	"""One peer: its app, the method its button calls and what that sends for a lead, and what to set up before."""

	app: str
	method: str
	sent: Callable[[str, str], dict]
	prepare: Callable[[str], None]

	def check(self, answer: dict) -> None:
		"""Raise RuntimeError unless the answer is that of a call which was placed and has its row."""
		if not (answer.get("Call") or answer).get("Sid"):
			raise RuntimeError(f"this click on {self.app} was no call: {answer}")


def prepared(user: str) -> list[Peer]:
	"""Set up the peers installed on this site so that the user can call with them, and return them."""
	found = [peer for peer in _PEERS if peer.app in frappe.get_installed_apps()]
	for peer in found:
		peer.prepare(user)
	return found


@contextmanager
def pbx():
	"""Run the stub, and send what the peers say to their PBX to it, for the block."""
	argv = [sys.executable, STUB, EXOPHONE]
	stub = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own stub
	request = requests.api.request

	def redirected(method, url, **options):
		parts = urlsplit(url)
		if parts.hostname != PBX:
			raise RuntimeError(f"A peer asked {parts.hostname}, which is not {PBX}.")
		return request(method, f"{address}{parts.path}?{parts.query}", **options)

	try:
		address = f"http://127.0.0.1:{int(stub.stdout.readline())}"
		with patch.object(requests.api, "request", redirected):
			yield
	finally:
		stub.kill()
		stub.wait()


def _set(doctype: str, **values) -> None:
	# Past validation, which asks the PBX.
	own = {"enabled": 1, "account_sid": "measured", "api_key": "measured", "api_token": "*" * 8, **values}
	for field, value in own.items():
		frappe.db.set_single_value(doctype, field, value)
	set_encrypted_password(doctype, doctype, "measured", "api_token")


def _exotel_integration(user: str) -> None:
	_set("Exotel Settings")
	person = {
		"first_name": "Measured",
		"gender": "Female",
		"company": frappe.get_all("Company", pluck="name")[0],
	}
	dates = {"date_of_birth": "1990-01-01", "date_of_joining": "2020-01-01"}
	employee = {"doctype": "Employee", **person, **dates, "user_id": user, "cell_number": MOBILE}
	if not frappe.db.exists("Employee", {"user_id": user}):
		frappe.get_doc(employee).insert()


def _telephony(user: str) -> None:
	_set("TP Exotel Settings", subdomain=PBX)
	agent = {"doctype": "TP Telephony Agent", "user": user, "mobile_no": MOBILE}
	if not frappe.db.exists(agent):
		frappe.get_doc({**agent, "exotel": 1, "exotel_number": EXOPHONE}).insert()


_PEERS = (
	Peer(
		"exotel_integration",
		"exotel_integration.handler.make_a_call",
		lambda lead, number: {
			"to_number": number,
			"caller_id": EXOPHONE,
			"link_to_document": json.dumps({"link_doctype": "Lead", "link_name": lead}),
		},
		_exotel_integration,
	),
	Peer(
		"telephony",
		"telephony.exotel.handler.make_a_call",
		lambda lead, number: {"to_number": number, "link_doctype": "Lead", "link_docname": lead},
		_telephony,
	),
)
