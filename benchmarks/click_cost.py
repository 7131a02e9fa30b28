"""What one click costs the server, with few and with many leads and calls. `./dev bench` runs it.

Runs in the Python of a bench, in its folder `sites`, on a throwaway site: it inserts leads and calls by the
hundred thousand. Requests go through Frappe's own WSGI application in this process, as a web worker takes them;
the PBX is a simulated one in another process. Prints one JSON object; a click that was no call ends it.
"""

import json
import statistics
import sys
import time
from contextlib import contextmanager

import frappe
import frappe.app
from frappe.database.database import Database
from frappe.utils import add_to_date, now_datetime
from werkzeug.test import Client

from c2c_frappe.pbx import exchange

CLICKS = 100
WARM_UP = 10
BATCH = 10_000
DIAL = "/api/method/c2c_frappe.api.call.dial"
READ = "/api/method/frappe.client.get"


class Meter:
	"""Counts SQL statements, and the seconds spent between request and answer of the PBX."""

	def __init__(self):
		self.statements = 0
		self.exchange = 0.0

	@contextmanager
	def attached(self):
		"""Count from here to the end of the block."""
		sql, defaults = Database.sql, exchange.place.__defaults__
		(send,) = defaults

		def counted_sql(database, *args, **kwargs):
			self.statements += 1
			return sql(database, *args, **kwargs)

		def timed_send(*args):
			began = time.perf_counter()
			try:
				return send(*args)
			finally:
				self.exchange += time.perf_counter() - began

		Database.sql, exchange.place.__defaults__ = counted_sql, (timed_send,)
		try:
			yield self
		finally:
			Database.sql, exchange.place.__defaults__ = sql, defaults


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


def fill(doctype: str, prefix: str, count: int, columns: dict) -> None:
	"""Insert rows by bulk SQL until there are `count`; a column is a value or a function of the row's number."""
	missing = range(frappe.db.count(doctype), count)
	fields = ["name", "owner", "modified_by", "creation", "modified", *columns]
	moment = add_to_date(now_datetime(), days=-30)

	def row(number: int) -> list:
		values = [value(number) if callable(value) else value for value in columns.values()]
		return [f"{prefix}{number:06}", "Administrator", "Administrator", moment, moment, *values]

	for start in range(missing.start, missing.stop, BATCH):
		numbers = range(start, min(start + BATCH, missing.stop))
		frappe.db.bulk_insert(doctype, fields, [row(number) for number in numbers], chunk_size=BATCH)
		frappe.db.commit()
	frappe.db.sql(f"ANALYZE TABLE `tab{doctype}`")


def fill_leads(count: int) -> None:
	names = {"lead_name": "Measured Lead", "first_name": "Measured", "status": "Lead"}
	fill("Lead", "LEAD-MEASURED-", count, {**names, "mobile_no": _mobile})


def fill_calls(count: int, user: str) -> None:
	columns = {"direction": "Outgoing", "status": "Requested", "agent": user, "extension": "1000"}
	fill(
		"PBX Call Log",
		"m",
		count,
		{
			**columns,
			"number": _mobile,
			"reference_doctype": "Lead",
			"reference_name": lambda number: f"LEAD-MEASURED-{number:06}",
			"requested_at": add_to_date(now_datetime(), days=-30),
			"evidence_rank": 13,
		},
	)


def _mobile(number: int) -> str:
	# The numbers Ofcom set aside for fiction.
	return f"+447700900{number % 1000:03}"


def measure(site: Site, leads: list[str]) -> dict:
	"""Click and read in turn; return medians, times in milliseconds."""
	rows = [_pair(site, leads[turn % len(leads)]) for turn in range(WARM_UP + CLICKS)][WARM_UP:]
	return {name: round(statistics.median(row[name] for row in rows), 2) for name in rows[0]}


def _pair(site: Site, lead: str) -> dict:
	reply, click = _metered(lambda: site.dial(lead))
	if (reply["status"], reply["repeated"]) != ("Requested", False):
		raise RuntimeError(f"this click was no call: {reply}")
	_record, read = _metered(lambda: site.read(lead))
	return {
		**{f"click_{name}": value for name, value in click.items()},
		**{f"read_{name}": value for name, value in read.items()},
		"ratio": click["own"] / read["own"],
	}


def _metered(act) -> tuple[dict, dict]:
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
	"""Return {"10 leads, 0 calls": figures, ...} for each (leads, calls)."""
	with connected(name):
		lift_limits()
	site = Site(url, user, password)
	figures = {}
	for leads, calls in sizes:
		with connected(name):
			fill_leads(leads)
			fill_calls(calls, user)
			chosen = frappe.get_all("Lead", {"mobile_no": ("like", "+44%")}, pluck="name", limit=CLICKS)
		figures[f"{leads:,} leads, {calls:,} calls"] = measure(site, chosen)
	return figures


if __name__ == "__main__":
	_sizes = [tuple(map(int, size.split(":"))) for size in sys.argv[5:]]
	print(json.dumps(main(*sys.argv[1:5], _sizes)))
