"""Places calls from processes of their own, all at once, for the tests of races, slots and crashes.

Reads one order a line from standard input: {"calls": [{"user": ..., "sent": {...}, "die_at": ...}], "conf": {...}}.
Each call gets a process, forked from this one, with a database connection of its own; they wait for each other
before they dial, or do what `method` names of `api`. Writes two lines of JSON for an order: {"pids": [...]} once
all are off, then the answers. With `die_at` a process kills itself when it comes to the function of that dotted name.
Half of the processes have the isolation of MariaDB 10, half that of MariaDB 11.8. Asserts nothing.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time

import frappe

from c2c_frappe.api import call, call_list  # noqa: F401  read once, before the race
from c2c_frappe.click_to_call.doctype.pbx_call_log import pbx_call_log  # noqa: F401
from c2c_frappe.pbx.numbers import phone

READY, GO = b"r", b"g"


def main(site: str) -> None:
	"""Carry out orders until standard input ends."""
	# Read here, once, so that no process spends the moment of the race on the numbering plans.
	phone.time_zones(phone.find("+447700900123", ()))
	for line in sys.stdin:
		order = json.loads(line)
		conf = order.get("conf") or {}
		started = [_fork(site, {**one, "number": n}, conf) for n, one in enumerate(order["calls"])]
		for _pid, _go, answers in started:
			os.read(answers, len(READY))
		for _pid, go, _answers in started:
			os.write(go, GO)
			os.close(go)
		_say({"pids": [pid for pid, _go, _answers in started]})
		_say([_outcome(pid, answers) for pid, _go, answers in started])


def _say(value) -> None:
	print(json.dumps(value, default=str), flush=True)


def _fork(site: str, one: dict, conf: dict) -> tuple[int, int, int]:
	"""Start one process; return its id, the pipe that lets it go and the one its answer comes by."""
	gate, go = os.pipe()
	answers, say = os.pipe()
	pid = os.fork()
	if pid:
		os.close(gate)
		os.close(say)
		return pid, go, answers
	os.close(go)
	os.close(answers)
	outcome = _dial(site, one, conf, gate, say)
	with os.fdopen(say, "w") as pipe:
		json.dump(outcome, pipe, default=str)
	os._exit(0)


def _dial(site: str, one: dict, conf: dict, gate: int, say: int) -> dict:
	frappe.init(site=site, sites_path=".")
	frappe.connect()
	frappe.local.conf.update(conf)
	_detect_changes(one["number"] % 2)
	frappe.set_user(one["user"])
	frappe.get_roles()
	# The first reads of a request are done; its snapshot must be as young as a web request's.
	frappe.db.rollback()
	if one.get("die_at"):
		_set(one["die_at"], _die)
	os.write(say, READY)
	os.read(gate, len(GO))
	began = time.monotonic()
	outcome: dict = {}
	try:
		outcome["reply"] = _method(one.get("method", "dial"))(**one["sent"])
		frappe.db.commit()
	except Exception:  # noqa: BLE001  the answer of a failed call is its traceback
		outcome["error"] = frappe.get_traceback()
	return {**outcome, "messages": frappe.local.message_log, "seconds": time.monotonic() - began}


def _detect_changes(is_on: int) -> None:
	"""Let the database end a transaction that writes what changed since it was read, as MariaDB does from 11.6.2 on."""
	if frappe.db.sql("show variables like 'innodb_snapshot_isolation'"):
		frappe.db.sql("set session innodb_snapshot_isolation = %s", is_on)


def _method(name: str):
	module, _dot, name = name.rpartition(".")
	return getattr(importlib.import_module(f"c2c_frappe.api.{module or 'call'}"), name)


def _set(dotted: str, value) -> None:
	"""Replace a function, or a method of a class, by its dotted name."""
	path, _dot, name = dotted.rpartition(".")
	try:
		holder = importlib.import_module(path)
	except ModuleNotFoundError:
		module, _dot, class_name = path.rpartition(".")
		holder = getattr(importlib.import_module(module), class_name)
	setattr(holder, name, value)


def _die(*_args, **_kwargs) -> None:
	os.kill(os.getpid(), signal.SIGKILL)


def _outcome(pid: int, answers: int) -> dict:
	with os.fdopen(answers) as pipe:
		said = pipe.read()
	_pid, status = os.waitpid(pid, 0)
	return {"killed": os.WTERMSIG(status)} if os.WIFSIGNALED(status) else json.loads(said)


if __name__ == "__main__":
	main(sys.argv[1])
