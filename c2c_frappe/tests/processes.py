"""Web and dialing processes of their own beside the test's, for what one process cannot show. Asserts nothing.

Everything started here listens on loopback and is ended by its own process id.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import SkipTest

import frappe

NO_GUNICORN = "gunicorn is not installed here, so there are no separate web processes to test."
NOT_DURABLE = (
	"Races and crashes count only on MariaDB with innodb_flush_log_at_trx_commit=1, and this site has {0}."
)
RUN_ELSEWHERE = "Runs on {0}, which has the same database and all that is here."
START_SECONDS = 60
REQUEST_SECONDS = 60


def require_durable_database() -> None:
	"""Skip the test class, with a sentence, where a committed row could be lost or writers are not parallel."""
	leave_to_richer_twin()
	kind = frappe.conf.db_type or "mariadb"
	if kind != "mariadb":
		raise SkipTest(NOT_DURABLE.format(kind))
	flush = frappe.db.sql("select @@innodb_flush_log_at_trx_commit")[0][0]
	if int(flush) != 1:
		raise SkipTest(NOT_DURABLE.format(f"MariaDB with {flush}"))


def leave_to_richer_twin() -> None:
	"""Skip on a site without ERPNext what runs beside it on one with ERPNext, for it takes long."""
	if os.environ.get("C2C_RACES_RUN_ON"):
		raise SkipTest(RUN_ELSEWHERE.format(os.environ["C2C_RACES_RUN_ON"]))


class Dialers:
	"""Runs race_worker.py: a process for each call, all let go at once."""

	def __init__(self):
		argv = [sys.executable, "-m", "c2c_frappe.tests.race_worker", frappe.local.site]
		self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
		self._under_way: list[int] = []

	def stop(self) -> None:
		"""End the program and the calls under way."""
		self.abandon()
		self._process.stdin.close()
		self._process.wait(REQUEST_SECONDS)
		self._process.stdout.close()

	def start(self, calls: list[dict], **conf) -> list[int]:
		"""Let the calls go and return their processes' ids; `finish` must follow."""
		self._process.stdin.write(json.dumps({"calls": calls, "conf": conf}) + "\n")
		self._process.stdin.flush()
		self._under_way = self._line()["pids"]
		return self._under_way

	def finish(self) -> list[dict]:
		"""Return the calls' outcomes: {"reply" or "error", "messages", "seconds"}, or {"killed": signal}."""
		outcomes = self._line()
		self._under_way = []
		return outcomes

	def abandon(self) -> None:
		"""End the calls nobody waits for any more, after a test that failed between `start` and `finish`."""
		if self._under_way:
			for pid in self._under_way:
				os.kill(pid, signal.SIGKILL)
			self.finish()

	def dial(self, calls: list[dict], **conf) -> list[dict]:
		"""Place calls {"user", "sent", "die_at"} at once and return their outcomes."""
		self.start(calls, **conf)
		return self.finish()

	def _line(self):
		line = self._process.stdout.readline()
		if not line:
			raise RuntimeError("race_worker.py ended; its error output stands above.")
		return json.loads(line)


class WebServer:
	"""Frappe's web application in `processes` gunicorn workers on a loopback port."""

	def __init__(self, processes: int):
		self.site = frappe.local.site
		with socket.socket() as probe:
			probe.bind(("127.0.0.1", 0))
			self.port = probe.getsockname()[1]
		argv = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{self.port}", "-w", str(processes)]
		argv += ["-t", "60", "--log-level", "error", "--preload", "frappe.app:application"]
		self._process = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
		self._wait()

	def stop(self) -> None:
		"""End the server and its workers."""
		self._process.terminate()
		self._process.wait(REQUEST_SECONDS)

	def workers(self) -> list[int]:
		"""Return the process ids of the web workers."""
		pid = self._process.pid
		return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

	def kill_workers(self) -> None:
		"""kill -9 every web worker; the server starts new ones."""
		for pid in self.workers():
			os.kill(pid, signal.SIGKILL)

	def dial(self, token: str, **sent) -> dict:
		"""POST one dial; return {"status", "reply", "body", "seconds"}, or {"killed": True} when no answer came."""
		began = time.monotonic()
		try:
			status, body = self._post("/api/method/c2c_frappe.api.call.dial", token, sent)
		except (http.client.HTTPException, OSError):
			return {"killed": True}
		reply = json.loads(body).get("message") if status == 200 else None
		return {"status": status, "reply": reply, "body": body, "seconds": time.monotonic() - began}

	def dial_all(self, calls: list[tuple[str, dict]]) -> list[dict]:
		"""POST the dials (token, what is sent) at the same moment and return their answers."""
		with ThreadPoolExecutor(len(calls)) as pool:
			waiting = [pool.submit(self.dial, token, **sent) for token, sent in calls]
			return [one.result() for one in waiting]

	def get(self, path: str, token: str) -> dict:
		"""GET an address and return what its JSON says."""
		status, body = self.ask("GET", path, headers={"Authorization": f"token {token}"})
		return json.loads(body) if status == 200 else {"status": status, "body": body}

	def _post(self, path: str, token: str, sent: dict) -> tuple[int, str]:
		headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
		return self.ask("POST", path, json.dumps(sent), headers)

	def ask(self, method: str, path: str, body: str | None = None, headers: dict | None = None):
		"""Send one request and return (status, body)."""
		connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_SECONDS)
		known = {"Host": self.site, "X-Frappe-Site-Name": self.site, "Accept": "application/json"}
		try:
			connection.request(method, path, body, {**known, **(headers or {})})
			answer = connection.getresponse()
			return answer.status, answer.read().decode()
		finally:
			connection.close()

	def _wait(self) -> None:
		deadline = time.monotonic() + START_SECONDS
		while time.monotonic() < deadline:
			if self._process.poll() is not None:
				raise SkipTest(NO_GUNICORN)
			try:
				self._post("/api/method/ping", "", {})
				return
			except (http.client.HTTPException, OSError):
				time.sleep(0.1)
		self.stop()
		raise RuntimeError("The web server did not answer.")


def token_of(user: str) -> str:
	"""Return "key:secret" with which the user may call the API; commit."""
	document = frappe.get_doc("User", user)
	secret = frappe.generate_hash(length=15)
	document.api_key = document.api_key or frappe.generate_hash(length=15)
	document.api_secret = secret
	document.save(ignore_permissions=True)
	frappe.db.commit()
	return f"{document.api_key}:{secret}"
