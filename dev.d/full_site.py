"""The figures of `./dev bench` that stand beside each other: on a full site and on an almost empty one, in turns.

Both sites live on one MariaDB in a folder of their own and stay: filling takes minutes. The almost empty one begins
anew each time; of the full one the calls that were measured before are deleted.
"""

import hashlib
import json
import os
import statistics
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import bench_site
import desks
import peers
from places import ROOT, STATE
from progress import say, step

FOLDER = STATE / "bench-full"
NAMES = ("c2c-empty.localhost", "c2c-full.localhost")
FILLING = ROOT / "benchmarks/filling.py"
SCRIPT = ROOT / "benchmarks/site_cost.py"
# Leads (and as many Contacts), calls, events.
ALMOST_EMPTY = (100, 0, 0)
FULL = (200_000, 1_000_000, 400_000)
FILL_SECONDS = 3600


@dataclass(frozen=True)
class Part:
	"""A part of benchmarks/site_cost.py: how it is called here, how often it is done in each of the rounds."""

	name: str
	title: str
	times: int


CLICK = Part("click", "a click", 10)
REQUESTS = (
	Part("event", "webhook event", 10),
	Part("list, agent", "list of calls, an agent's", 4),
	Part("count, agent", "the number beside it", 4),
	Part("list, manager", "list of calls, a manager's", 4),
	Part("count, manager", "the number beside it", 4),
	Part("form", "a Lead's form with 20 calls on its timeline", 4),
	Part("connections", "the counts among its Connections", 4),
)
REPORTS = (
	*(
		Part(name, f"report {name}", 1)
		for name in (
			"Call Activity",
			"Talk Time by Agent",
			"Calls by Hour and Weekday",
			"Calls by Outcome",
			"Missed Calls",
			"Leads Nobody Called",
			"List Progress",
			"Unreached Leads",
			"Failures by Reason",
		)
	),
	Part("board", "the board Today", 1),
)
EVENT = REQUESTS[0]
RATES = (
	Part("records", "call records reconciled", 1),
	Part("numbers", "records read by the back-fill of PBX Phone Number", 1),
)


@dataclass
class Costs:
	"""What one part cost on one site, time after time; which statements read a large table from end to end."""

	rows: list[dict] = field(default_factory=list)
	scans: set[str] = field(default_factory=set)

	def median(self, column: str) -> float:
		"""The median of a column."""
		return statistics.median(row[column] for row in self.rows)

	@property
	def p95(self) -> float:
		"""The 95th percentile of the time in milliseconds."""
		return statistics.quantiles((row["own"] for row in self.rows), n=20, method="inclusive")[-1]

	@property
	def per_second(self) -> float:
		"""How many a second, one after the other."""
		return 1000 * sum(row.get("count", 1) for row in self.rows) / sum(row["own"] for row in self.rows)


Figures = dict[Part, tuple[Costs, Costs]]


class Measured:
	"""A site's process of benchmarks/site_cost.py, which takes orders."""

	def __init__(self, site, filled: dict):
		words = [
			site.folder / "env/bin/python",
			SCRIPT,
			site.name,
			site.url,
			filled["user"],
			filled["password"],
		]
		self._process = subprocess.Popen(  # noqa: S603 - our own script
			[str(word) for word in words],
			cwd=site.sites,
			env={
				**os.environ,
				**site.environment,
				**bench_site.AS_IN_PRODUCTION,
				"PYTHONWARNINGS": "ignore",
			},
			stdin=subprocess.PIPE,
			stdout=subprocess.PIPE,
			text=True,
		)

	def do(self, part: Part, times: int, costs: Costs) -> None:
		"""Have the part done so many times and note what it cost."""
		print(json.dumps({"part": part.name, "count": times}), file=self._process.stdin, flush=True)
		line = self._process.stdout.readline()
		while line and not line.startswith("{"):  # Frappe prints to standard output, too
			line = self._process.stdout.readline()
		if not line:
			raise bench_site.BenchError(f"{SCRIPT.name} ended while it measured {part.title!r}.")
		reply = json.loads(line)
		costs.rows += reply["rows"]
		costs.scans.update(reply["scans"])

	def end(self) -> None:
		"""Tell the process that there are no more orders."""
		self._process.stdin.close()
		self._process.wait(30)


def measure(run: Callable, rounds: int) -> tuple[str, list[str], Figures]:
	"""Return what the sites run on, the peers on them, and each part's costs on the almost empty and the full one.

	`run` is bench.py's way to run a script on a site and read what it printed.
	"""
	bench_site.install_programs()
	with bench_site.lasting("erpnext", FOLDER, NAMES) as sites, ExitStack() as running:
		beside = [peers.install(site) for site in sites][-1]
		pbx = desks.start_pbx(sites[0])
		filled = [desks.sample(site, pbx) for site in sites]
		_fill(sites, filled, run)
		measured = [Measured(*pair) for pair in zip(sites, filled, strict=True)]
		for each in measured:
			running.callback(each.end)
		parts = (CLICK, *REQUESTS, *REPORTS, *RATES)
		return sites[0].label, beside, {part: _in_turns(part, measured, rounds) for part in parts}


def _fill(sites: list, filled: list[dict], run: Callable) -> None:
	empty, full = sites
	stamp, recipe = FOLDER / "filled", hashlib.sha256(FILLING.read_bytes() + repr(FULL).encode()).hexdigest()
	if not stamp.exists() or stamp.read_text() != recipe:
		with step(f"Filling {full.name}, once"):
			full.start_servers(is_durable=False)
			seconds = run(full, FILLING, [full.name, *FULL, filled[1]["user"]], FILL_SECONDS)
			full.start_servers()
		say(f"Seconds: {seconds}")
		stamp.write_text(recipe)
	run(empty, FILLING, [empty.name, *ALMOST_EMPTY, filled[0]["user"]], FILL_SECONDS)


def _in_turns(part: Part, measured: list[Measured], rounds: int) -> tuple[Costs, Costs]:
	"""Have both sites do a part in turns, each first in every other round; a round before is not counted."""
	costs = (Costs(), Costs())
	with step(part.title):
		for number in range(-1, rounds):
			pairs = list(zip(measured, costs, strict=True))
			for site, noted in pairs if number % 2 else reversed(pairs):
				site.do(part, part.times, noted if number >= 0 else Costs())
	return costs
