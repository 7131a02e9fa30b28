"""Asks a site as a browser or a PBX does, and meters what an answer costs: time, CPU, SQL, and whether that scans.

Runs in the Python of a bench, in its folder `sites`. Requests go through Frappe's own WSGI application in this
process, as a web worker takes them.
"""

import time
from contextlib import contextmanager
from unittest.mock import patch

import frappe
import frappe.app
import requests.api
from frappe.database.database import Database
from werkzeug.test import Client

from c2c_frappe.pbx import exchange

# EXPLAIN's words for reading a table, or an index, from one end on; of fewer rows it is nobody's concern.
SCANS = ("ALL", "index")
MANY_ROWS = 10_000
EXPLAINED = ("select", "update", "delete")


class Meter:
	"""Notes SQL statements, and the seconds spent between request and answer of the PBX."""

	def __init__(self):
		self.statements: list[str] = []
		self.exchange = 0.0

	@contextmanager
	def attached(self):
		"""Note from here to the end of the block."""
		sql, (send,) = Database.sql, exchange.place.__defaults__

		def noted_sql(database, *args, **kwargs):
			try:
				return sql(database, *args, **kwargs)
			finally:
				self.statements.append(str(getattr(database, "last_query", "")))

		with (
			patch.object(Database, "sql", noted_sql),
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


class Visitor:
	"""Who asks the site: a user who is logged in, or a guest when none is named."""

	def __init__(self, url: str, user: str = "", password: str = ""):
		self.url = url
		self.headers = {"Accept": "application/json"}
		self._client = Client(frappe.app.application, use_cookies=False)
		if user:
			answer = self._open("POST", "/api/method/login", data={"usr": user, "pwd": password})
			cookies = [line.partition(";")[0] for line in answer.headers.getlist("Set-Cookie")]
			self.headers["Cookie"] = "; ".join(cookies)

	def get(self, method: str, **values) -> dict:
		"""Call a whitelisted method by GET and return its whole answer."""
		return self._open("GET", f"/api/method/{method}", query_string=values).json

	def post(self, method: str, **values) -> dict:
		"""Call a whitelisted method by POST, with a form, and return its whole answer."""
		return self._open("POST", f"/api/method/{method}", data=values).json

	def _open(self, http_method: str, path: str, **sent):
		answer = self._client.open(
			path, self.url, method=http_method, headers=self.headers, buffered=True, **sent
		)
		if answer.status_code != 200:
			raise RuntimeError(f"{path}: {answer.status_code} {answer.text[-2000:]}")
		return answer


def metered(act) -> tuple[object, dict, list[str]]:
	"""Return what `act` returns, what it cost (milliseconds, number of SQL statements), and these statements."""
	with Meter().attached() as meter:
		began, cpu_began = time.perf_counter(), time.process_time()
		result = act()
		whole, cpu = time.perf_counter() - began, time.process_time() - cpu_began
	cost = {
		"own": (whole - meter.exchange) * 1000,
		"cpu": cpu * 1000,
		"exchange": meter.exchange * 1000,
		"statements": len(meter.statements),
	}
	return result, cost, meter.statements


def scans(statements: list[str]) -> list[str]:
	"""Return those of the statements that read a large table from end to end, and how they read it.

	Each is done once more, by MariaDB's ANALYZE, an EXPLAIN that counts the rows which were read; what it changed is
	rolled back.
	"""
	found = []
	for statement in statements:
		if statement.lower().startswith(EXPLAINED):
			plan = frappe.db.sql(f"analyze {statement.replace('%', '%%')}", as_dict=True)
			found += [
				f"{row.type} of {row.table}: {' '.join(statement.split())}" for row in plan if _is_scan(row)
			]
			frappe.db.rollback()
	return found


def _is_scan(row) -> bool:
	return row.type in SCANS and float(row.r_rows or 0) > MANY_ROWS
