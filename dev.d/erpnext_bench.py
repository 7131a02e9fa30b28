"""Makes a real bench with ERPNext by the official commands, for `./dev up --erpnext`. NOT TRIED.

It was written where Frappe's and ERPNext's sources cannot be fetched: what follows `bench init` was never run.
Only the bench is made here; the site on it, its MariaDB and Redis, the setup wizard and the app are the work
of bench_site.py, as on any bench that is already there. Nothing is installed outside .dev but apt packages.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import packages
from places import STATE
from progress import say, step

# What `bench init` and the build of Frappe's Python and JavaScript packages need, by Debian's names.
SYSTEM = ("git", "python3-dev", "python3-venv", "build-essential", "pkg-config", "libmariadb-dev", "cron")
SERVERS = ("mariadb-server", "redis-server", "nodejs", "npm")
# Frappe's own requirements: (oldest Python, oldest Node) by version.
NEEDS = {"15": ((3, 10), (18,)), "16": ((3, 14), (24,))}


class NotMadeError(Exception):
	"""The bench could not be made. The text is one line that says why."""


def make(version: str) -> Path:
	"""Make the bench, continuing an earlier attempt, and lead the rest of `./dev up` to it by FRAPPE_BENCH."""
	say("Making a real bench with ERPNext by the official commands. This path was never tried: see the docs.")
	folder = STATE / f"bench-{version}"
	bench = folder / "frappe-bench"
	packages.install(_missing_packages())
	_check_versions(version)
	program = _bench_command(folder)
	_let_root_run_bench(folder)
	if not (bench / "apps/frappe").exists():
		shutil.rmtree(bench, ignore_errors=True)
		init = ["init", "--frappe-branch", f"version-{version}", "--python", sys.executable, bench]
		_run("bench init", [program, *init], folder)
	if not (bench / "apps/erpnext").exists():
		_run(
			"bench get-app erpnext", [program, "get-app", "erpnext", "--branch", f"version-{version}"], bench
		)
	os.environ["FRAPPE_BENCH"] = str(bench)
	return bench


def _missing_packages() -> list[str]:
	if not shutil.which("dpkg-query"):
		return []
	return [name for name in (*SYSTEM, *SERVERS) if not _is_installed(name)]


def _is_installed(package: str) -> bool:
	programs = {"nodejs": "node", "npm": "npm", "mariadb-server": "mariadbd"}
	if shutil.which(programs.get(package, package)):
		return True
	argv = ["dpkg-query", "-W", "-f=${Status}", package]
	return "ok installed" in subprocess.run(argv, capture_output=True, text=True, check=False).stdout  # noqa: S603


def _check_versions(version: str) -> None:
	python, node = NEEDS[version]
	if sys.version_info[: len(python)] < python:
		raise NotMadeError(f"Frappe {version} needs Python {'.'.join(map(str, python))} or newer.")
	if packages.node_version() < node:
		raise NotMadeError(f"Frappe {version} needs Node {node[0]} or newer.")


def _bench_command(folder: Path) -> Path:
	"""The official `bench` command, from the Python package registry, in an environment of its own."""
	program = folder / "command/bin/bench"
	if not program.exists():
		folder.mkdir(parents=True, exist_ok=True)
		with step("The command bench"):
			_run("venv", [sys.executable, "-m", "venv", folder / "command"], folder)
			_run("pip", [folder / "command/bin/pip", "install", "--quiet", "frappe-bench"], folder)
	if not shutil.which("yarn"):
		_run("yarn", ["npm", "install", "--global", "--prefix", folder / "yarn", "yarn"], folder)
	paths = [folder / "yarn/bin", folder / "command/bin"]
	os.environ["PATH"] = os.pathsep.join([*map(str, paths), os.environ["PATH"]])
	return program


def _let_root_run_bench(folder: Path) -> None:
	"""bench refuses root unless the folder it is called in names root as its user."""
	if os.geteuid() == 0:
		(folder / "sites").mkdir(exist_ok=True)
		(folder / "sites/common_site_config.json").write_text(json.dumps({"frappe_user": "root"}))


def _run(what: str, argv: list, folder: Path) -> None:
	log = STATE / f"{what.replace(' ', '-')}.log"
	argv = [str(part) for part in argv]
	streams = {"stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "cwd": folder}
	with step(f"{what} (log: {log})"):
		with open(log, "w") as output:
			result = subprocess.run(argv, check=False, stdout=output, **streams)  # noqa: S603 - official
		if result.returncode:
			raise NotMadeError(f"{what} failed: {_reason(log.read_text(errors='replace'))}")


def _reason(printed: str) -> str:
	"""The line that most likely says why: git's "fatal", bench's or pip's ERROR, else the last one."""
	lines = [line.strip() for line in printed.splitlines() if line.strip()]
	for mark in ("fatal:", "ERROR"):
		marked = [line for line in lines if mark in line]
		if marked:
			return marked[0]
	return lines[-1] if lines else "no reason given"
