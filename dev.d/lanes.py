"""Two lanes of `./dev test` side by side: what runs on a bench's fullest site, and all the rest. Each is a `./dev test` of its own.

Hands on what each prints, line by line with the lane's name in front. Never decides what passes.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import test_summary
from places import ROOT, STATE

BENCH, OTHER = LANES = ("bench", "other")
FOLDER = STATE / "test-lanes"
PATIENCE = 30


def run(arguments: list[str]) -> list[test_summary.Outcome]:
	"""Run both lanes with these arguments to their end; return all outcomes, the other lane's first."""
	FOLDER.mkdir(parents=True, exist_ok=True)
	lanes = {name: _start(name, arguments) for name in LANES}
	try:
		with ThreadPoolExecutor(len(lanes)) as together:
			list(together.map(_hand_on, lanes.items()))
	finally:
		for process in lanes.values():
			# Politely: it stops what it started.
			process.terminate()
		for process in lanes.values():
			process.wait(PATIENCE)
	return [outcome for name in reversed(LANES) for outcome in _outcomes(name, lanes[name].returncode)]


def keep(name: str, outcomes: list[test_summary.Outcome]) -> None:
	"""Write a lane's outcomes down for `run`."""
	_path(name).write_text(json.dumps([asdict(outcome) for outcome in outcomes]))


def _start(name: str, arguments: list[str]) -> subprocess.Popen:
	_path(name).unlink(missing_ok=True)
	argv = [sys.executable, ROOT / "dev", "test", "--lane", name, *arguments]
	return subprocess.Popen(  # noqa: S603 - our own command
		[str(part) for part in argv],
		stdin=subprocess.DEVNULL,
		stdout=subprocess.PIPE,
		stderr=subprocess.STDOUT,
		text=True,
		errors="replace",
	)


def _hand_on(lane: tuple[str, subprocess.Popen]) -> None:
	name, process = lane
	for line in process.stdout:
		print(f"{name} | {line.rstrip()}", flush=True)
	process.wait()


def _outcomes(name: str, returncode: int) -> list[test_summary.Outcome]:
	if _path(name).exists():
		return [test_summary.Outcome(**values) for values in json.loads(_path(name).read_text())]
	broken = test_summary.Outcome(f"the lane {name}")
	broken.broke(RuntimeError(f"it ended early (exit code {returncode})"))
	return [broken]


def _path(name: str):
	return FOLDER / f"{name}.json"
