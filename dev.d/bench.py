"""Measure what clicks, events, lists and reports cost on a full site, and write benchmarks/RESULTS.md.

Needs a bench with ERPNext, on which throwaway sites are made; the full one stays, for the next time. Figures of one
machine: the ratios travel better than the milliseconds. `./dev bench full` measures one part alone, and --quick
everything a few times only, to see that it works; both print and write no page. `./dev bench flame`, done only when it
is named, draws the pictures of docs/performance.md; `./dev bench busy` is the busy floor alone.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import app_packages
import asterisk_figures
import asterisk_install
import bench_site
import commands
import desk_figures
import desks
import full_figures
import packages
import pytest_runs
import real_bench
import scanners
import services
from desk_figures import MeasureError
from floor import Floor
from places import FIGURES, ROOT
from progress import step, warn

RESULTS = ROOT / "benchmarks/RESULTS.md"
FLAMES, PICTURES = ROOT / "benchmarks/flames.py", ROOT / "docs/images"
FLAME_SECONDS = 600
ON_A_FLOOR = ("busy_desk", "soak")
# Of what is done at length, this share is done with --quick.
SHARE = 0.1
# A part's text, and what it found that must not be.
Measured = tuple[str, list[str]]


UNAVAILABLE = (
	MeasureError,
	pytest_runs.UnavailableError,
	desks.UnavailableError,
	real_bench.BenchError,
	packages.MissingError,
	app_packages.MissingError,
	asterisk_install.UnavailableError,
	services.ServiceError,
)


def main(arguments: list[str]) -> int:
	is_quick = "--quick" in arguments
	names = [word for word in arguments if word != "--quick"]
	sections_by_name = PARTS | APART
	if not sections_by_name.keys() >= set(names):
		print(f"usage: ./dev bench [--quick] [{'|'.join(sections_by_name)} ...]")
		return 2
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the site is stopped
	sections, faults = [], []
	for name in names or PARTS:
		section, failures = _measured(name, sections_by_name[name], is_quick)
		print(f"\n{section}", flush=True)
		sections.append(section)
		faults += failures
		if not (names or is_quick):
			RESULTS.write_text("\n\n".join([_head(), *sections]) + "\n")
	for fault in faults:
		warn(fault)
	return 1 if faults else 0


def _measured(name: str, part: Callable[[bool], Measured], is_quick: bool) -> Measured:
	"""Measure a part; of one that could not be measured the page says so, and the others go on."""
	try:
		return part(is_quick)
	except UNAVAILABLE as error:
		return f"## {name}\n\nNot measured.", [f"{name} was not measured: {error}"]


def _head() -> str:
	commit = commands.run(
		["git", "rev-parse", "--short", "HEAD"], 20, cwd=ROOT, stdout=subprocess.PIPE
	).stdout
	pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
	cores, gigabytes = len(os.sched_getaffinity(0)), round(pages / 2**30)
	load = os.getloadavg()[2]
	return (
		"# Results\n\n"
		f"Written by `./dev bench` at commit {commit.strip()}, on a machine with {cores} cores and {gigabytes} GB"
		f" of memory; load average of the last 15 minutes {load:.1f}. Milliseconds hold for that machine only."
	)


def _run(site, script: Path, words: list, seconds: float, environment: dict | None = None) -> dict:
	"""Run a script in the site's Python and return the JSON object that it printed last."""
	result = commands.run(
		[site.folder / "env/bin/python", script, *words],
		seconds,
		cwd=site.sites,
		env={**os.environ, **site.environment, **bench_site.AS_IN_PRODUCTION, **(environment or {})},
		stdout=subprocess.PIPE,
		stderr=subprocess.PIPE,
	)
	if result.returncode:
		raise MeasureError(f"{script.name} failed:\n{result.stderr[-2000:]}")
	return json.loads(result.stdout.strip().splitlines()[-1])


def _full(is_quick: bool) -> Measured:
	text, scans = full_figures.text(_run, is_quick)
	return text, [f"This statement reads a large table from end to end: {scan}" for scan in scans]


def _asterisk(is_quick: bool) -> Measured:
	return asterisk_figures.text(_run, is_quick), []


def _busy(is_quick: bool) -> Measured:
	"""The busy floor of the part about Asterisk, alone."""
	with desks.bench_desk("erpnext", FIGURES) as site:
		seconds = asterisk_figures.QUICK_FLOOR_SECONDS if is_quick else asterisk_figures.FLOOR_SECONDS
		return asterisk_figures.busy_floor(_run, site, seconds), []


def _on_a_floor(is_quick: bool) -> Measured:
	"""What many agents at once do to a site: the sections of the modules in benchmarks/ that have a `measure`."""
	sys.path.insert(0, str(RESULTS.parent))
	with desks.bench_desk("erpnext", FIGURES) as site:
		measured = []
		for name in ON_A_FLOOR:
			with step(name):
				module = importlib.import_module(name)
				measured.append(module.measure(Floor(site, connect=3, read=7), SHARE if is_quick else 1))
	return "\n\n".join(measured), []


def _flame(is_quick: bool) -> Measured:
	"""Where the CPU's time of a click and of an event goes: the pictures of docs/performance.md, drawn anew."""
	py_spy = scanners.program("py-spy")
	with desks.bench_desk("erpnext", FIGURES) as site:
		filled = desks.sample(site)
		folder, seconds = (FIGURES, 3) if is_quick else (PICTURES, 30)
		words = [py_spy, folder, seconds, site.name, site.url, filled["user"], filled["password"]]
		with step("Clicks and events under py-spy"):
			drawn = _run(site, FLAMES, words, FLAME_SECONDS)
	return "\n".join(f"{what}: {times:,} times" for what, times in drawn.items()), []


def _desk(_is_quick: bool) -> Measured:
	return desk_figures.text()


# What is done when nothing is named, and what only when it is.
PARTS = {"full": _full, "asterisk": _asterisk, "floor": _on_a_floor, "desk": _desk}
APART = {"flame": _flame, "busy": _busy}
