"""The site's own web application, asked as a browser or a script would: routing, sessions, CSRF and all.

Each request runs in a thread of its own, so in a world of its own as in a web worker. Asserts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import frappe
from frappe.app import application
from werkzeug.test import Client
from werkzeug.wrappers import Response


class Web:
	"""One client of the site: with "key:secret" as token, or with the cookies of what it did before."""

	def __init__(self, token: str = ""):
		self._client = Client(application)
		self._headers = {"Host": frappe.local.site, "X-Frappe-Site-Name": frappe.local.site}
		self._headers["Accept"] = "application/json"
		if token:
			self._headers["Authorization"] = f"token {token}"

	def ask(self, path: str, method: str = "POST", headers: dict | None = None, **options) -> Response:
		"""Send one request and return the answer; options are werkzeug's: json, data, query_string ..."""
		sent = {**self._headers, **(headers or {})}
		return self._run(lambda: self._client.open(path, method=method, headers=sent, **options))

	def send(self, environ: dict) -> Response:
		"""Send a request that was built by hand, as it is, and return the answer."""
		own = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self._headers.items()}
		return self._run(lambda: Response.from_app(application, {**environ, **own}, buffered=True))

	def _run(self, ask: Callable[[], Response]) -> Response:
		frappe.db.commit()
		with ThreadPoolExecutor(1) as pool:
			answer = pool.submit(ask).result()
		# What the request committed is not in this transaction's snapshot.
		frappe.db.rollback()
		return answer

	def call(self, command: str, method: str = "POST", **arguments) -> Response:
		"""Call a method by its dotted name with JSON arguments, in the query when it is a GET."""
		path = f"/api/method/{command}"
		return self.ask(path, method, **{"query_string" if method == "GET" else "json": arguments})

	def log_in(self, user: str, password: str) -> str:
		"""Log in, open the Desk twice, and return the session's CSRF token, "" when Frappe did not keep it."""
		answer = self.ask("/api/method/login", data={"usr": user, "pwd": password})
		if answer.status_code != 200:
			raise RuntimeError(answer.get_data(as_text=True))
		desk = answer.json["home_page"]
		first, second = (self._csrf_token(desk) for _time in range(2))
		return first if first == second else ""

	def _csrf_token(self, desk: str) -> str:
		page = self.ask(desk, "GET", headers={"Accept": "text/html"}).get_data(as_text=True)
		return re.search(r"csrf_token\W+([0-9a-f]{20,})", page).group(1)
