"""The Desks on which tests can run here: a real bench's with and without ERPNext, with Frappe CRM, and the embedded one.

Each comes as a fresh site that is started, used and stopped. Runs no test.
"""

import json
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import app_packages
import bench_site
import packages
import real_bench
import services
from places import EMBEDDED, ROOT, STATE

from embedded import environment
from embedded.desk import Desk

EMBEDDED_LABEL = "embedded Frappe 16 on SQLite"
EMBEDDED_TESTS = STATE / "embedded-tests"
ADMIN_PASSWORD = bench_site.ADMIN_PASSWORD


class UnavailableError(Exception):
	"""This Desk cannot be had on this machine. The text is one line that says why."""


@dataclass(frozen=True)
class Kind:
	"""One kind of Desk; `open` starts a fresh site of it with `url` and `test`, for use in `with`.

	With `is_bare=True` the site is without the app and without a web server. `has_richer_twin`: the same bench has
	one with ERPNext too. `has_crm`: what is tested there is what goes on beside Frappe CRM.
	"""

	slug: str
	label: str
	open: Callable[..., AbstractContextManager]
	has_richer_twin: bool = False
	has_crm: bool = False


def kinds(with_bench: bool, with_embedded: bool) -> list[Kind]:
	"""The kinds of Desk to test on; one that this machine lacks raises UnavailableError when it is opened."""
	all_kinds = _on_bench() if with_bench else []
	return [*all_kinds, Kind("embedded", EMBEDDED_LABEL, embedded_desk)] if with_embedded else all_kinds


def _on_bench() -> list[Kind]:
	bench = real_bench.find()
	if not bench:
		return [Kind("bench", "a bench", _no_bench)]
	apps = reversed(bench.apps)
	has_erpnext = "erpnext" in bench.apps
	return [
		Kind(
			f"{app}{bench.major(app)}",
			bench.label(app),
			partial(bench_desk, app),
			has_erpnext and app == "frappe",
			app == "crm",
		)
		for app in apps
	]


def start_pbx(site) -> str:
	"""Start a simulated PBX that ends with the site; return its address."""
	port = services.free_port()
	argv = [site.folder / "env/bin/python", "-m", "c2c_frappe.cli", "simulate", "--port", port]
	pid = services.start("simulated-pbx", argv, site.state, env={"PYTHONPATH": ROOT}, cwd=ROOT)
	services.wait_for_port(port, 30, pid=pid)
	return f"http://127.0.0.1:{port}"


def sample(site, pbx: str = "") -> dict:
	"""Put in the sample data, which calls through the simulated PBX at this address; without one it is started.

	Returns {"pbx": address, "user": ..., "password": ..., "url": of a form to call from}.
	"""
	pbx = pbx or start_pbx(site)
	code = "import json\nfrom embedded import demo\n"
	printed = site.execute(f"{code}print(chr(10) + json.dumps(demo.create({pbx!r})))")
	return {"pbx": pbx, **json.loads(printed.strip().splitlines()[-1])}


def for_browser(kind: str, site, pbx: str = "") -> dict[str, str]:
	"""Put the sample data into a site and return what tests/browser/conftest.py wants to know of it.

	:param pbx: the simulated PBX, where it runs already
	"""
	filled = sample(site, pbx)
	return {
		**bare_for_browser(kind, site, filled["pbx"]),
		"C2C_AGENT": filled["user"],
		"C2C_AGENT_PASSWORD": filled["password"],
	}


def bare_for_browser(kind: str, site, pbx: str) -> dict[str, str]:
	"""Return as much of it as a site without sample data has."""
	bench = {} if kind == "embedded" else {**site.environment, "C2C_BENCH": str(site.folder)}
	return {
		**bench,
		"C2C_SITE_URL": site.url,
		"C2C_SITE_KIND": kind,
		"C2C_ADMIN_PASSWORD": ADMIN_PASSWORD,
		"C2C_SIM_URL": pbx,
	}


@contextmanager
def _no_bench(is_bare: bool = False):
	raise UnavailableError("there is none on this machine (FRAPPE_BENCH names one elsewhere)")
	yield


def provide_bench() -> None:
	"""Install what a site of the bench needs; raises UnavailableError where it cannot be had."""
	try:
		bench_site.install_programs()
	except (packages.MissingError, app_packages.MissingError) as error:
		raise UnavailableError(str(error)) from error


@contextmanager
def bench_desk(kind: str, folder: Path = bench_site.TESTS, is_bare: bool = False):
	"""Yield a fresh site of the bench, kind "erpnext", "crm" or "frappe"; raises UnavailableError.

	:param is_bare: without the app and without a web server
	"""
	provide_bench()
	with bench_site.running(kind, folder, is_bare) as site:
		yield site


@contextmanager
def embedded_desk(folder: Path = EMBEDDED_TESTS, is_bare: bool = False):
	"""Yield a fresh embedded Desk in this folder; raises UnavailableError where it cannot be built.

	:param is_bare: without the app and without a web server
	"""
	try:
		packages.install(packages.missing(("redis-server", "python venv")))
		desk = Desk(environment.build(EMBEDDED), folder, site_config=bench_site.FOR_TESTS)
	except (packages.MissingError, environment.NotAvailableError) as error:
		raise UnavailableError(str(error)) from error
	services.stop(desk.state)
	shutil.rmtree(folder, ignore_errors=True)
	try:
		desk.create(install=not is_bare)
		if not is_bare:
			desk.start()
		yield desk
	finally:
		desk.stop()
