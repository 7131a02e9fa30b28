"""Measure what a click costs the server and what the Desk loads, and write benchmarks/RESULTS.md.

Needs a bench with ERPNext, on which a throwaway site is made. Figures of one machine: the ratios travel better
than the milliseconds.
"""

import gzip
import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import asterisk_figures
import asterisk_install
import click_figures
import commands
import desks
import packages
import real_bench
import services
from floor import Floor
from places import EMBEDDED, FIGURES, ROOT
from progress import say, step, warn

RESULTS = ROOT / "benchmarks/RESULTS.md"
# With Frappe's development server each DocType's own record is read over and over, which no production site does.
AS_IN_PRODUCTION = {"DEV_SERVER": "0"}
ON_A_FLOOR = ("busy_desk", "soak")
BUNDLE = "c2c_frappe/public/js/c2c_frappe.bundle.js"


class MeasureError(Exception):
	"""A figure could not be had. The text says why."""


UNAVAILABLE = (
	MeasureError,
	desks.UnavailableError,
	packages.MissingError,
	asterisk_install.UnavailableError,
	services.ServiceError,
)


def main(arguments: list[str]) -> int:
	if arguments:
		print("usage: ./dev bench")
		return 2
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the site is stopped
	try:
		parts = [_click_cost(), asterisk_figures.text(_run), *_on_a_floor(), _bytes()]
	except UNAVAILABLE as error:
		warn(f"Not measured: {error}")
		return 1
	text = "\n\n".join(parts)
	print(f"\n{text}")
	RESULTS.write_text(f"{_head()}\n\n{text}\n")
	say(f"Written to {RESULTS.relative_to(ROOT)}")
	return 0


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


def _click_cost() -> str:
	"""What a click costs, and the peers' clicks beside it."""
	bench = real_bench.find()
	if not bench or "erpnext" not in bench.apps:
		raise MeasureError(
			"there is no bench with ERPNext on this machine (FRAPPE_BENCH names one elsewhere)"
		)
	return click_figures.text(_run)


def _run(site, script: Path, words: list, seconds: float, environment: dict | None = None) -> dict:
	"""Run a script in the site's Python and return the JSON object that it printed last."""
	result = commands.run(
		[site.folder / "env/bin/python", script, *words],
		seconds,
		cwd=site.sites,
		env={**os.environ, **site.environment, **AS_IN_PRODUCTION, **(environment or {})},
		stdout=subprocess.PIPE,
		stderr=subprocess.PIPE,
	)
	if result.returncode:
		raise MeasureError(f"{script.name} failed:\n{result.stderr[-2000:]}")
	return json.loads(result.stdout.strip().splitlines()[-1])


def _on_a_floor() -> list[str]:
	"""What many agents at once do to a site: the sections of the modules in benchmarks/ that have a `measure`."""
	sys.path.insert(0, str(RESULTS.parent))
	with desks.bench_desk("erpnext", FIGURES) as site:
		measured = []
		for name in ON_A_FLOOR:
			with step(name):
				measured.append(importlib.import_module(name).measure(Floor(site, connect=3, read=7)))
		return measured


def _bytes() -> str:
	"""What our JavaScript adds to the Desk, minified as Frappe minifies it."""
	places = [EMBEDDED / "node/node_modules"]
	bench = real_bench.find()
	if bench:
		places.insert(0, bench.folder / "apps/frappe/node_modules")
	esbuild = next((path for place in places if (path := place / ".bin/esbuild").exists()), None)
	if not esbuild:
		raise MeasureError("there is no esbuild: ./dev up brings one")
	argv = [esbuild, ROOT / BUNDLE, "--bundle", "--minify", "--target=es2017"]
	result = commands.run(argv, 60, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	if result.returncode:
		raise MeasureError(f"esbuild failed: {result.stderr[-500:]}")
	code = result.stdout.encode()
	files = len(list((ROOT / BUNDLE).parent.glob("*.js")))
	return "\n".join(
		[
			"## What the Desk loads",
			"",
			"| | bytes | gzip |",
			"| --- | --- | --- |",
			f"| `c2c_frappe.bundle.js`, {files} files, minified | {len(code):,} | {_gzipped(code):,} |",
			*_of_the_desk(bench.folder / "sites/assets/frappe/dist/js" if bench else EMBEDDED / "assets"),
		]
	)


def _of_the_desk(folder: Path) -> list[str]:
	"""The Desk's own bundle for comparison, where a built one is found."""
	built = sorted(folder.rglob("desk.bundle.*.js"))
	if not built:
		return []
	code = built[-1].read_bytes()
	return [f"| Frappe's own `desk.bundle.js`, as built here | {len(code):,} | {_gzipped(code):,} |"]


def _gzipped(code: bytes) -> int:
	return len(gzip.compress(code, 9, mtime=0))
