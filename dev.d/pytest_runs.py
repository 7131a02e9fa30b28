"""Runs pytest on `tests/`, in a Python environment of its own: the core anywhere, the browser tests on a Desk.

Never starts a site: its address is handed in.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import asterisk_install
import commands
import locking
import packages
import test_counts
from places import ROOT, STATE
from progress import step

PYTHON = STATE / "test-python"
REPORTS = STATE / "test-reports"
# What Frappe 15 pins: sites read numbers with this metadata.
OLDEST_PHONENUMBERS = "8.13.13"
_SUBJECTS = (
	*("phone", "phone_fuzz", "phone_meanings", "phone_sweep", "national_plans", "pbx_number"),
	*("numbers_of_providers", "dial_format"),
	*("choice", "policy", "calling_times", "records"),
)
ABOUT_NUMBERS = [f"tests/test_{subject}.py" for subject in _SUBJECTS]
NEED_MORE = ("tests/browser", "tests/asterisk", "tests/faults", "tests/site_install")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Many of them wait for a PBX that hangs.
AT_ONCE = ("--numprocesses", "4")
CORE_SECONDS = 900
ASTERISK_SECONDS = 900
SITE_INSTALL_SECONDS = 1200
FAULTS_SECONDS = 900
BROWSER_SECONDS = 3600
NO_TESTS_COLLECTED = 5


class UnavailableError(Exception):
	"""This machine cannot run these tests. The text is one line that says why."""


def core(expression: str = "") -> dict:
	"""Run the tests that need no Frappe, with the newest libraries; returns a report."""
	_make_environment()
	return _run("core", ["tests", *_ignored(), *AT_ONCE], expression, CORE_SECONDS)


def core_with_oldest_phonenumbers(expression: str = "") -> dict:
	"""Run those of them that are about numbers with the phonenumbers that Frappe 15 pins."""
	_make_environment()
	folder = STATE / f"phonenumbers-{OLDEST_PHONENUMBERS}"
	if not folder.exists():
		_pip(
			"install",
			"--no-deps",
			"--target",
			folder.with_suffix(".new"),
			f"phonenumbers=={OLDEST_PHONENUMBERS}",
		)
		folder.with_suffix(".new").rename(folder)
	environment = {"PYTHONPATH": str(folder), "C2C_EXPECT_PHONENUMBERS": OLDEST_PHONENUMBERS}
	return _run("core-oldest", [*ABOUT_NUMBERS, *AT_ONCE], expression, CORE_SECONDS, environment)


def asterisk(expression: str = "") -> dict:
	"""Run the tests that need a real Asterisk, which is installed first where it is missing."""
	_make_environment()
	try:
		asterisk_install.provide()
	except asterisk_install.UnavailableError as error:
		raise UnavailableError(str(error)) from error
	return _run("asterisk", ["tests/asterisk"], expression, ASTERISK_SECONDS)


def browser(name: str, environment: dict, expression: str, where: list[str]) -> dict:
	"""Run the browser tests against the site that `environment` describes (see tests/browser/conftest.py)."""
	_make_environment()
	environment = {**environment, "C2C_BROWSER": find_browser(), "C2C_SHOTS": str(REPORTS / name)}
	return _run(name, where, expression, BROWSER_SECONDS, environment)


def in_browser(script: Path, environment: dict, seconds: float) -> str:
	"""Run a script that drives a browser on the site that `environment` describes; return what it printed."""
	_make_environment()
	environment = {**os.environ, **environment, "C2C_BROWSER": find_browser()}
	result = commands.run(
		[PYTHON / "bin/python", script],
		seconds,
		cwd=ROOT,
		env=environment,
		stdout=subprocess.PIPE,
		stderr=subprocess.PIPE,
	)
	if result.returncode:
		raise UnavailableError(f"{script.name} failed: {result.stderr[-500:]}")
	return result.stdout


def site_install(site) -> dict:
	"""Install the app on a new site of this site's bench and database, use it, and remove it again."""
	_make_environment()
	where = {
		"C2C_BENCH": str(site.folder),
		"C2C_DB_PORT": str(site.ports["mariadb"]),
		"C2C_DB_ROOT_PASSWORD": site.database.password,
	}
	environment = {**site.environment, **where}
	return _run("site-install", ["tests/site_install"], "", SITE_INSTALL_SECONDS, environment)


def faults(expression: str = "") -> dict:
	"""Kill the servers under a site of the bench while it is used."""
	_make_environment()
	places = os.pathsep.join([str(ROOT / "dev.d"), str(ROOT)])
	return _run("faults", ["tests/faults"], expression, FAULTS_SECONDS, {"PYTHONPATH": places})


def find_browser() -> str:
	"""The path of Chromium, installed with apt when it is absent; raises UnavailableError."""
	if not any(map(shutil.which, BROWSERS)):
		try:
			packages.install(packages.missing(["chromium"]))
		except packages.MissingError as error:
			raise UnavailableError(str(error)) from error
	return next(path for path in map(shutil.which, BROWSERS) if path)


def _run(
	name: str, where: list[str], expression: str, seconds: float, environment: dict | None = None
) -> dict:
	REPORTS.mkdir(parents=True, exist_ok=True)
	report = REPORTS / f"{name}.xml"
	report.unlink(missing_ok=True)
	argv = [PYTHON / "bin/python", "-m", "pytest", "-q", f"--junit-xml={report}", *where]
	argv += ["-k", expression] if expression else []
	result = commands.run(argv, seconds, cwd=ROOT, env={**os.environ, **(environment or {})})
	if result.returncode == commands.TIMED_OUT:
		raise test_counts.NoReportError(f"pytest did not end within {seconds:g} seconds")
	counts = test_counts.from_pytest(report)
	if result.returncode not in (0, NO_TESTS_COLLECTED) and not counts["failed"]:
		raise test_counts.NoReportError(f"pytest ended with exit code {result.returncode}")
	return counts


def _ignored() -> list[str]:
	return [f"--ignore={folder}" for folder in NEED_MORE]


def _make_environment() -> None:
	"""Make the Python environment, unless it is there and was made from this pyproject.toml."""
	with locking.alone(PYTHON.with_suffix(".lock")):
		_make_environment_once()


def _make_environment_once() -> None:
	stamp = PYTHON / "made"
	wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
	if stamp.exists() and stamp.read_text() == wanted:
		return
	try:
		packages.install(packages.missing(["python venv"]))
	except packages.MissingError as error:
		raise UnavailableError(str(error)) from error
	with step("A Python environment for the tests"):
		shutil.rmtree(PYTHON, ignore_errors=True)
		_check([sys.executable, "-m", "venv", PYTHON], "venv")
		_pip("install", "--editable", f"{ROOT}[test]")
	stamp.write_text(wanted)


def _pip(*arguments) -> None:
	_check([PYTHON / "bin/python", "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], "pip")


def _check(argv: list, what: str) -> None:
	result = commands.run(argv, 600, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
	if result.returncode:
		raise UnavailableError(f"{what} failed: {result.stdout.strip()[-500:]}")
