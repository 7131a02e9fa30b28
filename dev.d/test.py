"""Everything this machine can test, in one go: the core, a real Asterisk, the app on a site, the Desk in a browser.

`./dev test [core|asterisk|site|browser ...] [--no-bench] [--no-embedded] [-k EXPRESSION]`. What is needed is started on
free loopback ports and stopped at the end. Site and browser tests run on a bench where one is found (with and
without ERPNext; beside Frappe CRM those that are about it) and on the embedded Desk, those with ERPNext beside all the others. A part of which no test ran is a
failure. The last lines say what ran where, what did not and why; `.dev/site-tests.json` keeps the counts of the
site tests.
"""

import argparse
import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import crm_lifecycle
import desks
import lanes
import lifecycle
import pytest_runs
import real_bench
import services
import test_counts
import test_summary
from places import ROOT, STATE
from progress import say, warn
from real_bench import BenchError

PARTS = ("core", "asterisk", "site", "browser")
SITE_SECONDS = 3600
# The kinds of site, by the begin of their name, on which the app is installed and removed again.
LIFE_ON = ("frappe", "crm", "embedded")
ICONS = ["tests/browser/test_desk.py", "tests/browser/test_desk_icons.py"]
# What differs on a site without ERPNext, where the same bench runs all of them with it: whose numbers there are.
WITHOUT_ERPNEXT = (
	"boot",
	"caller_leads",
	"chooser",
	"contacts_of_rows",
	"dialing",
	"number_index",
	"people_of_calls",
	"permissions",
	"record_rows",
	"relations",
	"reports",
	"set_up_steps",
	"timeline",
)
# What the files with tests that need Frappe CRM have in their names, and its own tests, which must run alike beside us.
ABOUT_CRM = "crm"
OF_CRM = (
	"crm.fcrm.doctype.crm_call_log.test_crm_call_log",
	"crm.tests.test_integrations",
	"crm.fcrm.doctype.crm_lead.test_crm_lead",
)
# On which the servers under the site are killed.
FAULTS_ON = "erpnext"
UNAVAILABLE = (desks.UnavailableError, pytest_runs.UnavailableError)


@dataclass(frozen=True)
class Part:
	"""One line of the summary: its title, what returns its report, the lane, and for site tests the kind of site."""

	title: str
	run: Callable[[], dict]
	lane: str = lanes.OTHER
	site: str = ""


def main(arguments: list[str]) -> int:
	options = _options(arguments)
	if options.lane:
		return _run_lane(options)
	os.environ.pop("CI", None)  # Frappe behaves differently where it is set
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
	STATE.mkdir(exist_ok=True)
	with open(STATE / "test.lock", "w") as lock:
		try:
			fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
		except BlockingIOError:
			warn("Another ./dev test runs in this checkout.")
			return 2
		try:
			outcomes = lanes.run(arguments) if _has_lanes(options) else _outcomes(options)
		except BenchError as error:
			warn(str(error))
			return 2
	if not options.expression:
		test_summary.record(outcomes)
	print(test_summary.text(outcomes), flush=True)
	return 1 if any(outcome.report["failed"] for outcome in outcomes) else 0


def _has_lanes(options: argparse.Namespace) -> bool:
	is_alone = options.no_bench or options.no_embedded or set(options.parts) <= {"core", "asterisk"}
	return not is_alone and bool(real_bench.find())


def _run_lane(options: argparse.Namespace) -> int:
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
	lanes.keep(options.lane, _outcomes(options))
	return 0


def _outcomes(options: argparse.Namespace) -> list[test_summary.Outcome]:
	parts = [part for part in _parts(options) if options.lane in ("", part.lane)]
	return [_outcome(part, options.expression) for part in parts]


def _options(arguments: list[str]) -> argparse.Namespace:
	parser = argparse.ArgumentParser(prog="./dev test", description=__doc__.partition("\n")[0])
	parser.add_argument("parts", nargs="*", metavar="core|asterisk|site|browser", help="default: all")
	parser.add_argument("--no-bench", action="store_true", help="leave out a bench on this machine")
	parser.add_argument("--no-embedded", action="store_true", help="leave out the embedded Desk")
	parser.add_argument("--lane", default="", choices=lanes.LANES, help=argparse.SUPPRESS)
	parser.add_argument(
		"-k", dest="expression", default="", help="as in pytest; on a site part of a file's name"
	)
	options = parser.parse_args(arguments)
	options.parts = options.parts or list(PARTS)
	unknown = sorted(set(options.parts) - set(PARTS))
	if unknown:
		parser.error(f"there is no part {', '.join(unknown)}")
	return options


def _parts(options: argparse.Namespace) -> Iterator[Part]:
	yield from _parts_without_a_site(options)
	kinds = desks.kinds(not options.no_bench, not options.no_embedded)
	if (
		not options.no_bench
		and not any(kind.has_crm for kind in kinds)
		and {"site", "browser"} & set(options.parts)
	):
		yield Part("site and browser tests beside Frappe CRM", _no_crm)
	if "site" in options.parts:
		for kind in kinds:
			yield from _parts_on_a_site(kind, options.expression)
	if "browser" in options.parts:
		for kind in kinds:
			about = (
				" (forms and icons)"
				if kind.has_richer_twin
				else " (Frappe CRM's pages)"
				if kind.has_crm
				else ""
			)
			run = partial(_browser_tests, kind, options.expression)
			yield Part(f"browser tests{about}, {kind.label}", run, _lane(kind))


def _parts_without_a_site(options: argparse.Namespace) -> Iterator[Part]:
	if "core" in options.parts:
		yield Part("core and command line", partial(pytest_runs.core, options.expression))
		title = f"numbers with phonenumbers {pytest_runs.OLDEST_PHONENUMBERS}"
		yield Part(title, partial(pytest_runs.core_with_oldest_phonenumbers, options.expression))
	if "asterisk" in options.parts:
		yield Part("a real Asterisk", partial(pytest_runs.asterisk, options.expression))


def _parts_on_a_site(kind: desks.Kind, expression: str) -> Iterator[Part]:
	lane = _lane(kind)
	about = (
		" (records and their numbers)" if kind.has_richer_twin else " (Frappe CRM)" if kind.has_crm else ""
	)
	run = partial(_site_tests, kind, expression)
	yield Part(f"site tests{about}, {kind.label}", run, lane, kind.label)
	if kind.has_crm and not expression:
		yield Part(f"Frappe CRM's own tests, {kind.label}", partial(_tests_of_crm, kind), lane)
	if kind.slug.startswith(FAULTS_ON):
		yield Part(f"faults, {kind.label}", partial(_faults, expression), lane)
	if kind.slug.startswith(LIFE_ON):
		yield Part(f"install, migrate, uninstall, {kind.label}", partial(_life, kind, expression), lane)


def _lane(kind: desks.Kind) -> str:
	return lanes.OTHER if kind.has_richer_twin or kind.slug == "embedded" else lanes.BENCH


def _outcome(part: Part, expression: str) -> test_summary.Outcome:
	"""Run a part; what kept it from running becomes its line in the summary."""
	say(f"{part.title} ...")
	began = time.monotonic()
	outcome = test_summary.Outcome(part.title, part.site)
	try:
		outcome.report = part.run()
		if not test_counts.finished(outcome.report) and not expression:
			raise test_counts.NoReportError("no test ran")
	except UNAVAILABLE as error:
		outcome.not_run = str(error)
	except Exception as error:  # noqa: BLE001 - the other parts still run, and this one counts as failed
		outcome.broke(error)
	outcome.seconds = time.monotonic() - began
	say(test_summary.line(outcome))
	return outcome


def _site_tests(kind: desks.Kind, expression: str) -> dict:
	is_partial = expression or kind.has_richer_twin or kind.has_crm
	modules = _modules(expression, kind) if is_partial else []
	return test_counts.NOTHING if is_partial and not modules else _run_on(kind, modules)


def _tests_of_crm(kind: desks.Kind) -> dict:
	return _run_on(kind, OF_CRM)


def _run_on(kind: desks.Kind, modules: Sequence[str]) -> dict:
	with kind.open() as site:
		report = site.test(modules, timeout=SITE_SECONDS)
		if report["failed"]:
			print(services.tail("test", site.state, lines=200), flush=True)
		return report


def _no_crm() -> dict:
	raise desks.UnavailableError("no bench with the app crm was found (FRAPPE_BENCH names one elsewhere)")


def _faults(expression: str) -> dict:
	"""The servers under a site, killed; a bench that lacks a program is one line, not each test's failure."""
	desks.provide_bench()
	return pytest_runs.faults(expression)


def _life(kind: desks.Kind, expression: str) -> dict:
	"""The app's whole life on a site; most thoroughly on a bench, where it starts on plain Frappe."""
	if expression not in "test_install_uninstall":
		return test_counts.NOTHING
	with kind.open(is_bare=True) as site:
		if kind.has_crm:
			return lifecycle.check(site, crm_lifecycle.life)
		return lifecycle.check(site) if kind.slug == "embedded" else pytest_runs.site_install(site)


def _modules(expression: str, kind: desks.Kind) -> list[str]:
	"""The app's test modules for a kind of site whose file name has the expression in it."""
	files = sorted((ROOT / "c2c_frappe").rglob("test_*.py"))
	return [
		".".join(file.relative_to(ROOT).with_suffix("").parts)
		for file in files
		if expression in file.stem
		and (not kind.has_richer_twin or file.stem.removeprefix("test_") in WITHOUT_ERPNEXT)
		and (not kind.has_crm or ABOUT_CRM in file.stem)
	]


def _browser_tests(kind: desks.Kind, expression: str) -> dict:
	pytest_runs.find_browser()
	# Without ERPNext it is the same Desk but for who draws the icons.
	where = ICONS if kind.has_richer_twin else ["tests/browser"]
	if kind.has_crm:
		where = sorted(
			str(file.relative_to(ROOT)) for file in (ROOT / "tests/browser").glob(f"test_{ABOUT_CRM}*.py")
		)
	with kind.open() as site:
		environment = desks.for_browser(kind.slug, site)
		return pytest_runs.browser(f"browser-{kind.slug}", environment, expression, where)
