"""The figures of `./dev bench` about the Desk: bytes of our script and stylesheet, and milliseconds until a number can be called.

The bytes have a limit, the milliseconds none.
"""

import gzip
import json
import subprocess
from pathlib import Path

import commands
import desks
import pytest_runs
import real_bench
from places import EMBEDDED, FIGURES, ROOT
from progress import step

PUBLIC = ROOT / "c2c_frappe/public"
KINDS = ("js", "css")
SCRIPT = ROOT / "benchmarks/desk_cost.py"
TASKS = ROOT / "benchmarks/desk_tasks.py"
FIRST_CALL = ROOT / "benchmarks/first_call.py"
SECONDS = 300
MOST = 12_000  # bytes, gzipped, of script and stylesheet together


class MeasureError(Exception):
	"""A figure could not be had. The text says why."""


def text() -> tuple[str, list[str]]:
	"""Return the section, and what is wrong when our script and stylesheet are too large."""
	bench = real_bench.find()
	codes = {kind: _minified(bench, _bundle(kind)) for kind in KINDS}
	size = sum(map(_gzipped, codes.values()))
	faults = [f"What the Desk loads has {size:,} bytes gzipped, more than {MOST:,}."] if size > MOST else []
	return "\n".join([*_bytes(bench, codes), "", _milliseconds()]), faults


def _bundle(kind: str) -> Path:
	return PUBLIC / kind / f"c2c_frappe.bundle.{kind}"


def _minified(bench, bundle: Path) -> bytes:
	"""Our JavaScript or CSS as Frappe minifies it."""
	places = [EMBEDDED / "node/node_modules"]
	if bench:
		places.insert(0, bench.folder / "apps/frappe/node_modules")
	esbuild = next((path for place in places if (path := place / ".bin/esbuild").exists()), None)
	if not esbuild:
		raise MeasureError("there is no esbuild: ./dev up brings one")
	argv = [esbuild, bundle, "--bundle", "--minify", "--target=es2017"]
	result = commands.run(argv, 60, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	if result.returncode:
		raise MeasureError(f"esbuild failed: {result.stderr[-500:]}")
	return result.stdout.encode()


def _bytes(bench, codes: dict[str, bytes]) -> list[str]:
	return [
		"## What the Desk loads",
		"",
		"| | bytes | gzip |",
		"| --- | --- | --- |",
		*(_row(kind, code) for kind, code in codes.items()),
		*_of_the_desk(bench.folder / "sites/assets/frappe/dist/js" if bench else EMBEDDED / "assets"),
	]


def _row(kind: str, code: bytes) -> str:
	files = len(list((PUBLIC / kind).rglob(f"*.{kind}")))
	return f"| `{_bundle(kind).name}`, {files} files, minified | {len(code):,} | {_gzipped(code):,} |"


def _of_the_desk(folder: Path) -> list[str]:
	"""The Desk's own bundle for comparison, where a built one is found."""
	built = sorted(folder.rglob("desk.bundle.*.js"))
	if not built:
		return []
	code = built[-1].read_bytes()
	return [f"| Frappe's own `desk.bundle.js`, as built here | {len(code):,} | {_gzipped(code):,} |"]


def _milliseconds() -> str:
	with desks.bench_desk("erpnext", FIGURES) as site, step("Forms in a browser"):
		pbx = desks.start_pbx(site)
		first_call = _printed(FIRST_CALL, desks.bare_for_browser("erpnext15", site, pbx))
		environment = desks.for_browser("erpnext15", site, pbx)
		timings, tasks = (_printed(script, environment) for script in (SCRIPT, TASKS))
	return "\n".join([_opening(timings), "", *_table_of_tasks(first_call | tasks)])


def _printed(script: Path, environment: dict[str, str]) -> dict:
	printed = pytest_runs.in_browser(script, environment, SECONDS)
	return json.loads(printed.strip().splitlines()[-1])


def _table_of_tasks(tasks: dict[str, dict]) -> list[str]:
	"""Presses and seconds of tasks; the seconds are a script's, which reads nothing."""
	rows = [f"| {name} | {t['clicks']} | {t['keys']} | {t['seconds']} |" for name, t in tasks.items()]
	return ["| task | clicks | keys | seconds |", "| --- | --- | --- | --- |", *rows]


def _opening(timings: dict) -> str:
	return (
		f"From opening a Lead's form to an icon that can be pressed: {timings['icon_ms']} ms; to the number itself in a"
		f" Desk that was given an empty script in place of ours: {timings['without_app_ms']} ms. Medians of"
		f" {timings['leads']} Leads, opened in turn in two windows of one browser; the median of the differences is"
		f" {timings['difference_ms']} ms."
	)


def _gzipped(code: bytes) -> int:
	return len(gzip.compress(code, 9, mtime=0))
