"""The last lines of `./dev test`, and the record of the site tests. Counts only what it is given."""

import json
import subprocess
from dataclasses import dataclass, field

import commands
from places import ROOT, STATE
from test_counts import NOTHING, added, passed

RECORD = STATE / "site-tests.json"


@dataclass
class Outcome:
	"""What became of one part: its report, or in a line why it could not run on this machine."""

	title: str
	site: str = ""
	report: dict = field(default_factory=lambda: NOTHING)
	not_run: str = ""
	error: str = ""
	seconds: float = 0

	def broke(self, error: Exception) -> None:
		"""Count a part that did not come to a report as one failure."""
		self.error = f"{type(error).__name__}: {error}"
		self.report = {**NOTHING, "ran": 1, "failed": 1, "failures": [self.error.partition("\n")[0]]}


def line(outcome: Outcome) -> str:
	"""One line about one part."""
	if outcome.not_run:
		return f"{outcome.title}: not run: {outcome.not_run}"
	return f"{outcome.title}: {_counts(outcome.report)} ({outcome.seconds:.0f} s)"


def text(outcomes: list[Outcome]) -> str:
	"""Everything worth knowing at the end; the last line is the totals and nothing else."""
	lines = []
	for outcome in outcomes:
		lines += [outcome.error, ""] if outcome.error else []
	lines += [line(outcome) for outcome in outcomes]
	for outcome in outcomes:
		lines += [f"FAILED {outcome.title}: {name}" for name in outcome.report["failures"]]
		lines += [
			f"SKIPPED {outcome.title}: {n} x {reason}" for reason, n in outcome.report["reasons"].items()
		]
	return "\n".join(["", *lines, "", _counts(added([outcome.report for outcome in outcomes]))])


def record(outcomes: list[Outcome]) -> None:
	"""Write which commit the site tests ran on and what they came to, by kind of site."""
	kinds = {
		outcome.site: {
			"passed": passed(outcome.report),
			"failed": outcome.report["failed"],
			"skipped": outcome.report["skipped"],
		}
		for outcome in outcomes
		if outcome.site and not outcome.not_run
	}
	if kinds:
		content = {
			"commit": _git("rev-parse", "HEAD"),
			"dirty": bool(_git("status", "--porcelain")),
			"kinds": kinds,
		}
		RECORD.write_text(json.dumps(content, indent=1) + "\n")


def _counts(report: dict) -> str:
	return f"{passed(report)} passed, {report['failed']} failed, {report['skipped']} skipped"


def _git(*arguments: str) -> str:
	return commands.run(["git", *arguments], 30, cwd=ROOT, stdout=subprocess.PIPE).stdout.strip()
