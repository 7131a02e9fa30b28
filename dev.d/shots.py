"""Remake the pictures of the documentation, with a real browser on a real Desk.

Those of a bench, with ERPNext where it has that, and of Frappe CRM's pages, go to docs/images; those of the embedded Desk, which looks as Frappe
16 does, to docs/images/frappe16. A Desk that cannot be had here keeps the pictures it has.
"""

import argparse
import signal
import sys
from pathlib import Path

import desks
import packages
import pytest_runs
import real_bench
from places import FIGURES, ROOT, STATE
from progress import say, warn

IMAGES = ROOT / "docs/images"
OF_EMBEDDED = IMAGES / "frappe16"
PICTURES, OF_CRM = ["tests/browser/shots.py"], ["tests/browser/crm_shots.py"]
EMBEDDED_SHOTS = STATE / "embedded-shots"
LIMIT = 100_000  # bytes a picture


def main(arguments: list[str]) -> int:
	parser = argparse.ArgumentParser(prog="./dev shots", description=__doc__.partition("\n")[0])
	parser.add_argument("--no-bench", action="store_true", help="leave out a bench on this machine")
	parser.add_argument("--no-embedded", action="store_true", help="leave out the embedded Desk")
	parser.add_argument(
		"-k", metavar="EXPR", default="", help="only the pictures this pytest expression chooses"
	)
	options = parser.parse_args(arguments)
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the site is stopped
	OF_EMBEDDED.mkdir(parents=True, exist_ok=True)
	try:
		for kind, folder, desk in _desks(options):
			with desk as site:
				_take(kind, site, folder, options.k)
	except (desks.UnavailableError, pytest_runs.UnavailableError, packages.MissingError) as error:
		warn(f"No picture taken: {error}")
		return 1
	return _check()


def _desks(options: argparse.Namespace):
	"""Yield what a Desk is called, where its pictures go, and how it is opened."""
	bench = None if options.no_bench else real_bench.find()
	if bench:
		kind = "erpnext" if "erpnext" in bench.apps else "frappe"
		yield f"{kind}{bench.major(kind)}", IMAGES, desks.bench_desk(kind, FIGURES)
	if bench and "crm" in bench.apps:
		yield f"crm{bench.major('crm')}", IMAGES, desks.bench_desk("crm", FIGURES)
	if not options.no_embedded:
		yield "embedded", OF_EMBEDDED, desks.embedded_desk(EMBEDDED_SHOTS)


def _take(kind: str, site, folder: Path, expression: str) -> None:
	say(f"Pictures on {kind} ...")
	environment = {**desks.for_browser(kind, site), "C2C_PICTURES": str(folder)}
	where = OF_CRM if kind.startswith("crm") else PICTURES
	report = pytest_runs.browser(f"shots-{kind}", environment, expression, where)
	if report["failed"]:
		raise pytest_runs.UnavailableError(f"the browser failed at {', '.join(report['failures'])}")


def _check() -> int:
	sizes = {path: path.stat().st_size for path in sorted(IMAGES.rglob("*.png"))}
	for path, size in sizes.items():
		print(f"{path.relative_to(ROOT)}  {size / 1000:.0f} kB{'  TOO BIG' if size > LIMIT else ''}")
	return 1 if max(sizes.values(), default=LIMIT + 1) > LIMIT else 0
