"""Remake the pictures of the documentation in docs/images, with a real browser on a real Desk.

On a bench with ERPNext where one is found, else on the embedded Desk; from the embedded Desk one picture of its
own in any case. A Desk that cannot be had here keeps the pictures it has.
"""

import argparse
import signal
import sys

import desks
import packages
import pytest_runs
import real_bench
from places import FIGURES, ROOT, STATE
from progress import say, warn

IMAGES = ROOT / "docs/images"
PICTURES = ["tests/browser/shots.py"]
EMBEDDED_SHOTS = STATE / "embedded-shots"
LIMIT = 200_000  # bytes a picture


def main(arguments: list[str]) -> int:
	parser = argparse.ArgumentParser(prog="./dev shots", description=__doc__.partition("\n")[0])
	parser.add_argument("--no-bench", action="store_true", help="leave out a bench on this machine")
	options = parser.parse_args(arguments)
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the site is stopped
	IMAGES.mkdir(parents=True, exist_ok=True)
	bench = None if options.no_bench else real_bench.find()
	try:
		if bench:
			kind = "erpnext" if "erpnext" in bench.apps else "frappe"
			with desks.bench_desk(kind, FIGURES) as site:
				_take(f"{kind}{bench.major(kind)}", site, "not embedded")
		with desks.embedded_desk(EMBEDDED_SHOTS) as site:
			_take("embedded", site, "embedded" if bench else "")
	except (desks.UnavailableError, pytest_runs.UnavailableError, packages.MissingError) as error:
		warn(f"No picture taken: {error}")
		return 1
	return _check()


def _take(kind: str, site, expression: str) -> None:
	say(f"Pictures on {kind} ...")
	environment = {**desks.for_browser(kind, site), "C2C_PICTURES": str(IMAGES)}
	report = pytest_runs.browser(f"shots-{kind}", environment, expression, PICTURES)
	if report["failed"]:
		raise pytest_runs.UnavailableError(f"the browser failed at {', '.join(report['failures'])}")


def _check() -> int:
	sizes = {path: path.stat().st_size for path in sorted(IMAGES.glob("*.png"))}
	for path, size in sizes.items():
		print(f"{path.relative_to(ROOT)}  {size / 1000:.0f} kB{'  TOO BIG' if size > LIMIT else ''}")
	return 1 if max(sizes.values(), default=LIMIT + 1) > LIMIT else 0
