"""What one click costs the server, with few and with many leads, contacts and calls. `./dev bench` runs it.

Runs in the Python of a bench, in its folder `sites`, on a throwaway site: it inserts records by the hundred
thousand. Requests go through Frappe's own WSGI application in this process, as a web worker takes them; the PBX is
a simulated one in another process. The peers that are installed on the site are clicked in turn with ours. Prints one
JSON object; a click that was no call ends it.
"""

import json
import statistics
import sys
import time
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from unittest.mock import patch

import frappe
import frappe.app
import peers
import requests.api
from frappe.database.database import Database
from frappe.utils import now_datetime
from werkzeug.test import Client

from c2c_frappe import number_index
from c2c_frappe.pbx import exchange

CLICKS = 100
WARM_UP = 10
BATCH = 10_000
# The numbers Ofcom set aside for fiction; there are no more, so the records beyond have numbers that are never dialled.
FICTION = 1000
DIAL = "/api/method/c2c_frappe.api.call.dial"
READ = "/api/method/frappe.client.get"
NOTHING = "/api/method/frappe.ping"


class Meter:
	"""Counts SQL statements, and the seconds spent between request and answer of the PBX."""

	def __init__(self):
		self.statements = 0
		self.exchange = 0.0

	@contextmanager
	def attached(self):
		"""Count from here to the end of the block."""
		sql, (send,) = Database.sql, exchange.place.__defaults__

		def counted_sql(database, *args, **kwargs):
			self.statements += 1
			return sql(database, *args, **kwargs)

		with (
			patch.object(Database, "sql", counted_sql),
			patch.object(exchange.place, "__defaults__", (self._timed(send),)),
			# What the peers speak to their PBX with.
			patch.object(requests.api, "request", self._timed(requests.api.request)),
		):
			yield self

	def _timed(self, send):
		def timed(*args, **kwargs):
			began = time.perf_counter()
			try:
				return send(*args, **kwargs)
			finally:
				self.exchange += time.perf_counter() - began

		return timed


class Site:
	"""The site under measurement, asked as a browser asks it, by a user who is logged in."""

	def __init__(self, url: str, user: str, password: str):
		self.url = url
		self.client = Client(frappe.app.application, use_cookies=False)
		answer = self._ask("POST", "/api/method/login", {"usr": user, "pwd": password})
		cookies = [line.partition(";")[0] for line in answer.headers.getlist("Set-Cookie")]
		self.cookie = "; ".join(cookies)

	def dial(self, lead: str) -> dict:
		"""Click on a lead's mobile number and return the reply."""
		place = {"reference_doctype": "Lead", "reference_name": lead, "fieldname": "mobile_no"}
		return self._ask("POST", DIAL, place).json["message"]

	def read(self, lead: str) -> dict:
		"""Read the lead, as a form does: the yardstick."""
		return self._ask("GET", READ, {"doctype": "Lead", "name": lead}).json["message"]

	def nothing(self) -> None:
		"""Ask for nothing: what every request costs."""
		self._ask("POST", NOTHING, {})

	def click(self, peer: peers.Peer, lead: str, number: str) -> None:
		"""Click on the lead's number as this peer's button does."""
		peer.check(self._ask("POST", peer.path, peer.sent(lead, number)).json["message"])

	def _ask(self, method: str, path: str, values: dict):
		headers = {"Accept": "application/json", "Cookie": getattr(self, "cookie", "")}
		fields = {"query_string" if method == "GET" else "data": values}
		answer = self.client.open(path, self.url, method=method, headers=headers, buffered=True, **fields)
		if answer.status_code != 200:
			raise RuntimeError(f"{path}: {answer.text[-2000:]}")
		return answer


@contextmanager
def connected(name: str):
	"""The site's database, for the block; committed at its end."""
	frappe.init(site=name, sites_path=".")
	frappe.connect()
	try:
		yield
		frappe.db.commit()
	finally:
		frappe.destroy()


def lift_limits() -> None:
	"""Let one user call the same numbers without end."""
	for limit in ("repeat_window", "max_calls_per_user_per_minute"):
		frappe.db.set_single_value("PBX Settings", limit, 0)
	# The cap per day stays: counting today's calls belongs to a click.
	frappe.db.set_single_value("PBX Settings", "max_calls_per_user_per_day", 10_000_000)


def fill(doctype: str, prefix: str, count: int, columns: dict) -> list[str]:
	"""Insert rows by bulk SQL until there are `count`, and return their names; a value may be a function of the number."""
	missing = range(frappe.db.count(doctype, {"name": ("like", f"{prefix}%")}), count)
	fields = ["name", "owner", "modified_by", "creation", "modified", *columns]
	moment = now_datetime() - timedelta(days=30)

	def row(number: int) -> list:
		values = [value(number) if callable(value) else value for value in columns.values()]
		return [f"{prefix}{number:06}", "Administrator", "Administrator", moment, moment, *values]

	for numbers in _batches(missing):
		frappe.db.bulk_insert(doctype, fields, [row(number) for number in numbers], chunk_size=BATCH)
		frappe.db.commit()
	frappe.db.sql(f"ANALYZE TABLE `tab{doctype}`")
	return [f"{prefix}{number:06}" for number in missing]


def _batches(items):
	return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def fill_leads(count: int) -> None:
	"""Make leads, and a contact of each with the same number, as ERPNext makes one."""
	names = {"lead_name": "Measured Lead", "first_name": "Measured", "status": "Lead"}
	leads = fill("Lead", "LEAD-MEASURED-", count, {**names, "mobile_no": _mobile})
	contact = {"first_name": "Measured", "full_name": "Measured Lead", "mobile_no": _mobile, "phone": _mobile}
	contacts = fill("Contact", "MEASURED-", count, contact)
	of_contact = {"parent": "MEASURED-{:06}".format, "parenttype": "Contact", "idx": 1}
	phone = {"parentfield": "phone_nos", "phone": _mobile, "is_primary_mobile_no": 1}
	fill("Contact Phone", "phone-m-", count, {**of_contact, **phone})
	link = {"parentfield": "links", "link_doctype": "Lead", "link_name": "LEAD-MEASURED-{:06}".format}
	fill("Dynamic Link", "link-m-", count, {**of_contact, **link})
	for doctype, names in (("Lead", leads), ("Contact", contacts)):
		for some in _batches(names):
			number_index.refresh(doctype, some)
			frappe.db.commit()
	frappe.db.sql(f"ANALYZE TABLE `tab{number_index.DOCTYPE}`")


def fill_calls(count: int, leads: int, user: str) -> None:
	"""Make calls of this user to these leads, over the month that ended yesterday."""
	began = now_datetime() - timedelta(days=31)
	columns = {"direction": "Outgoing", "status": "Requested", "agent": user, "extension": "1000"}
	number = {name: lambda n: _mobile(n % leads) for name in ("number", "dialled_number")}
	place = {"reference_doctype": "Lead", "reference_name": lambda n: f"LEAD-MEASURED-{n % leads:06}"}
	times = {"requested_at": lambda n: began + timedelta(seconds=n % (30 * 86400))}
	fill("PBX Call Log", "m", count, {**columns, **number, **place, **times, "evidence_rank": 13})


def _mobile(number: int) -> str:
	return f"+447700900{number:03}" if number < FICTION else f"+4474{number:08}"


def measure(site: Site, leads: list[tuple[str, str]], beside: list[peers.Peer]) -> dict:
	"""Click, click the peers and read in turn; return medians, times in milliseconds."""
	rows = [_turn(site, *leads[turn % len(leads)], beside) for turn in range(WARM_UP + CLICKS)][WARM_UP:]
	return {name: round(statistics.median(row[name] for row in rows), 2) for name in rows[0]}


def _turn(site: Site, lead: str, number: str, beside: list[peers.Peer]) -> dict:
	reply, click = _metered(lambda: site.dial(lead))
	if (reply["status"], reply["repeated"]) != ("Requested", False):
		raise RuntimeError(f"this click was no call: {reply}")
	others = {
		"read": _metered(lambda: site.read(lead))[1],
		"nothing": _metered(site.nothing)[1],
		**{peer.app: _metered(lambda peer=peer: site.click(peer, lead, number))[1] for peer in beside},
	}
	return {
		**_named("click", click),
		**{name: value for other, cost in others.items() for name, value in _named(other, cost).items()},
		"ratio": click["own"] / others["read"]["own"],
		**{f"{peer.app}_ratio": others[peer.app]["own"] / click["own"] for peer in beside},
	}


def _named(name: str, cost: dict) -> dict:
	return {f"{name}_{part}": value for part, value in cost.items()}


def _metered(act) -> tuple[object, dict]:
	with Meter().attached() as meter:
		began, cpu_began = time.perf_counter(), time.process_time()
		result = act()
		whole, cpu = time.perf_counter() - began, time.process_time() - cpu_began
	return result, {
		"own": (whole - meter.exchange) * 1000,
		"cpu": cpu * 1000,
		"exchange": meter.exchange * 1000,
		"statements": meter.statements,
	}


def main(name: str, url: str, user: str, password: str, sizes: list[tuple[int, int]]) -> dict:
	"""Return {"10 leads and contacts, 0 calls": figures, ...} for each (leads, calls)."""
	with connected(name):
		lift_limits()
		beside = peers.prepared(user)
	site = Site(url, user, password)
	figures = {}
	with peers.pbx() if beside else nullcontext():
		for leads, calls in sizes:
			with connected(name):
				fill_leads(leads)
				fill_calls(calls, leads, user)
				mobile = {"name": ("like", "LEAD-MEASURED-%")}
				chosen = frappe.get_all("Lead", mobile, ["name", "mobile_no"], order_by="name", limit=CLICKS)
			pairs = [(lead.name, lead.mobile_no) for lead in chosen]
			figures[f"{leads:,} leads and contacts, {calls:,} calls"] = measure(site, pairs, beside)
	return figures


if __name__ == "__main__":
	_sizes = [tuple(map(int, size.split(":"))) for size in sys.argv[5:]]
	print(json.dumps(main(*sys.argv[1:5], _sizes)))
