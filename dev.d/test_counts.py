"""What test runs came to: counts read from pytest's XML and from what unittest printed.

A report is {"ran": n, "failed": n, "skipped": n, "seconds": s, "failures": [names], "reasons": {reason: n}};
`ran` counts the skipped and the failed too. Never runs a test and never takes silence for success.
"""

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

NOTHING = {"ran": 0, "failed": 0, "skipped": 0, "seconds": 0.0, "failures": [], "reasons": {}}


class NoReportError(Exception):
	"""The tests did not run to their end. The text says why and shows the end of what was printed."""


def from_pytest(path: Path) -> dict:
	"""Read the file that pytest's --junit-xml wrote."""
	if not path.exists():
		raise NoReportError("pytest wrote no report")
	cases = list(ElementTree.parse(path).iter("testcase"))  # noqa: S314 - written by our own pytest
	failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
	skipped = [skip for case in cases if (skip := case.find("skipped")) is not None]
	return {
		"ran": len({_name(case) for case in cases}),
		"failed": len({_name(case) for case in failed}),
		"skipped": len(skipped),
		"seconds": round(sum(float(case.get("time", 0)) for case in cases), 1),
		"failures": sorted({_name(case) for case in failed}),
		"reasons": dict(Counter(skip.get("message", "") for skip in skipped)),
	}


def from_unittest(printed: str, returncode: int) -> dict:
	"""Read what unittest printed; several runs one after the other are added up.

	Raises NoReportError for a run that ended early: bench ends with 0 when tests failed, and with 1 when a
	test module could not be imported.
	"""
	runs = re.findall(
		r"^Ran (\d+) tests? in ([\d.]+)s\s+(OK|FAILED|NO TESTS RAN)([^\n]*)", printed, re.MULTILINE
	)
	if not runs or (returncode and not any(verdict == "FAILED" for _, _, verdict, _ in runs)):
		raise NoReportError(f"the tests ended early (exit code {returncode}):\n{printed[-2500:]}")
	details = [dict(re.findall(r"([a-z ]+)=(\d+)", rest)) for _, _, _, rest in runs]
	amount = Counter()
	for detail in details:
		amount.update({name.strip(): int(number) for name, number in detail.items()})
	failures = re.findall(
		r"^(?:(?:FAIL|ERROR|UNEXPECTED SUCCESS)(?: \[[\d.]+s\])?: | (?:FAIL|ERROR)  )(.+)$",
		printed,
		re.MULTILINE,
	)
	return {
		"ran": sum(int(run[0]) for run in runs),
		"failed": amount["failures"] + amount["errors"] + amount["unexpected successes"],
		"skipped": amount["skipped"],
		"seconds": round(sum(float(run[1]) for run in runs), 1),
		"failures": failures,
		"reasons": {},
	}


def reasons(path: Path, skipped: int) -> dict[str, int]:
	"""Why tests were skipped, and how many for each reason, from an XML report if there is one.

	Only a bench of 15 with its development requirements writes it; 16 leaves it empty. The reason is "not known" then.
	"""
	if not skipped:
		return {}
	if not path.exists() or not path.stat().st_size:
		return {"reason not known: bench wrote no XML report": skipped}
	skips = ElementTree.parse(path).iter("skipped")  # noqa: S314 - written by the tests we ran
	return dict(Counter(skip.get("message", "") for skip in skips))


def added(reports: list[dict]) -> dict:
	"""Add reports up."""
	total = {**NOTHING, "reasons": Counter()}
	for report in reports:
		for key, value in report.items():
			total[key] = total[key] + (Counter(value) if key == "reasons" else value)
	return {**total, "seconds": round(total["seconds"], 1), "reasons": dict(total["reasons"])}


def passed(report: dict) -> int:
	"""How many tests of a report ran and did not fail."""
	return report["ran"] - report["failed"] - report["skipped"]


def finished(report: dict) -> int:
	"""How many tests of a report ran, passed or failed."""
	return report["ran"] - report["skipped"]


def _name(case) -> str:
	return f"{case.get('classname')}.{case.get('name')}"
