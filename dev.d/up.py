"""Start a Desk with sample data and a simulated PBX to call through; `./dev down` stops it.

Which Desk: a bench that is already here (FRAPPE_BENCH, the one this checkout lies in, or one in the usual
place), else an embedded one made in about a minute, which `--embedded` makes in any case. Where none can be had, the
simulated PBX and the command line.
"""

import argparse
import functools
import json
import sys

import bench_site
import command_line
import embedded_site
import packages
import real_bench
import services
import simulated_pbx
from places import RUNNING
from progress import say

from embedded.desk import DeskError
from embedded.environment import NotAvailableError

FAILURES = (
	NotAvailableError,
	DeskError,
	packages.MissingError,
	real_bench.BenchError,
	services.ServiceError,
)


def main(arguments: list[str]) -> int:
	options = _parser().parse_args(arguments)
	shown = {}
	try:
		_desk(options, functools.partial(_fill, shown))
	except (NotAvailableError, packages.MissingError) as error:
		say(f"No Desk can be had here: {error}")
		return command_line.show()
	except FAILURES as error:
		print(f"./dev up stopped: {error}\nRun it again: it continues where it stopped.", file=sys.stderr)
		return 1
	_say_how(shown)
	return 0


def _parser() -> argparse.ArgumentParser:
	parser = argparse.ArgumentParser(prog="./dev up", description=__doc__.partition("\n")[0])
	parser.add_argument(
		"--embedded", action="store_true", help="the embedded Desk, even where there is a bench"
	)
	return parser


def _desk(options, fill):
	"""Start the Desk that is wanted, or the best there is; `fill` is called with the site before its web starts."""
	bench = None if options.embedded else real_bench.find()
	if not bench:
		return embedded_site.up(fill)
	say(f"Using the bench {bench.folder}: {', '.join(f'{app} {v}' for app, v in bench.apps.items())}")
	return bench_site.up(fill)


def _fill(shown: dict, site) -> None:
	"""Start the simulated PBX and put the sample data into a site; what to show comes back in `shown`."""
	RUNNING.mkdir(parents=True, exist_ok=True)
	shown["pbx"] = simulated_pbx.start(site.folder / "env/bin/python", RUNNING)
	code = "import json\nfrom embedded import demo\n"
	printed = site.execute(f"{code}print(chr(10) + json.dumps(demo.create({shown['pbx']!r}, is_told=True)))")
	shown.update(json.loads(printed.strip().splitlines()[-1]))


def _say_how(shown: dict) -> None:
	print(
		f"\nThe simulated PBX rings at {shown['pbx']} (pick up, hang up, call in there). ./dev down stops all."
	)
	print(f"Open {shown['url']}, log in as {shown['user']} with password {shown['password']}, click Call.")
