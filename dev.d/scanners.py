"""Other people's scanners, one version of each, fetched by pip into folders of their own: what each found of our code.

Ruff's rules S look at everything; bandit and Frappe's semgrep rules at what runs on a site; pip-audit at what that
depends on. A scanner that cannot look says so: silence is not a clean bill.
The profiler py-spy is fetched the same way.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import commands
import packages
from places import ROOT, STATE

VERSIONS = {
	"ruff": "0.17.6",
	"bandit": "1.9.4",
	"semgrep": "1.185.0",
	"pip-audit": "2.10.1",
	"py-spy": "0.4.3",
}
RULES = "https://github.com/frappe/semgrep-rules"
RULES_COMMIT = "92e1241cd9894caf478f644e8383f908824b1950"
# Names a folder with the rules, for machines that cannot fetch them.
RULES_VARIABLE = "C2C_SEMGREP_RULES"
PACKAGE = "c2c_frappe"
INSTALL_SECONDS = 600
SCAN_SECONDS = 300


@dataclass(frozen=True)
class Finding:
	"""What a scanner found: `is_clean` None when it could not look, for the `reason`; `says` what it printed."""

	name: str
	is_clean: bool | None
	says: str = ""
	reason: str = ""


def program(name: str) -> Path:
	"""The program of VERSIONS, fetched once; raises packages.MissingError when pip cannot fetch it."""
	folder = STATE / f"{name}-{VERSIONS[name]}"
	path = folder / "bin" / name
	if not path.exists():
		packages.install(packages.missing(["python venv"]))
		commands.run([sys.executable, "-m", "venv", folder], INSTALL_SECONDS)
		argv = [folder / "bin/pip", "install", "-q", f"{name}=={VERSIONS[name]}"]
		result = commands.run(argv, INSTALL_SECONDS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
		if result.returncode:
			lines = result.stdout.strip().splitlines()
			raise packages.MissingError(f"pip cannot fetch it: {lines[-1] if lines else 'no reason given'}")
	return path


def bandit() -> Finding:
	"""Scan the package with the settings of pyproject.toml."""
	return _judged("bandit", _output([program("bandit"), "-q", "-c", "pyproject.toml", "-r", PACKAGE]))


def semgrep() -> Finding:
	"""Scan the package with Frappe's own rules."""
	rules = _rules()
	if not rules:
		raise packages.MissingError(f"{RULES} cannot be fetched; {RULES_VARIABLE} may name a folder with it")
	quiet = ["--metrics", "off", "--disable-version-check", "--quiet", "--error"]
	argv = [program("semgrep"), "scan", "--config", rules / "rules", *quiet, PACKAGE]
	return _judged("semgrep with Frappe's rules", _output(argv))


def pip_audit() -> Finding:
	"""Ask PyPI which weaknesses are known of the newest versions of what the package depends on."""
	with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
		file.write("\n".join(_dependencies()))
		file.flush()
		argv = [program("pip-audit"), "-r", file.name, "--progress-spinner", "off", "--format", "json"]
		return audited(_output(argv, stderr=subprocess.DEVNULL).stdout)


def all_findings() -> Iterator[Finding]:
	"""Yield what each scanner found, or why it could not look."""
	for scanner in (bandit, semgrep, pip_audit):
		try:
			yield scanner()
		except packages.MissingError as error:
			yield Finding(scanner.__name__, None, reason=str(error))


def audited(printed: str) -> Finding:
	"""What pip-audit's JSON says; a package it knows nothing of is not a clean one."""
	try:
		dependencies = json.loads(printed)["dependencies"]
	except (ValueError, KeyError):
		return Finding("pip-audit", None, reason="the service that knows of weaknesses cannot be reached")
	weak = [
		f"{each['name']} {each['version']}: {bug['id']}"
		for each in dependencies
		for bug in each.get("vulns", ())
	]
	unknown = [each["name"] for each in dependencies if "skip_reason" in each]
	if weak or not unknown:
		return Finding("pip-audit", not weak, "\n".join(weak))
	return Finding("pip-audit", None, reason=f"the service here knows nothing of {', '.join(unknown)}")


def _rules() -> Path | None:
	named = os.environ.get(RULES_VARIABLE)
	if named:
		return Path(named)
	folder = STATE / f"semgrep-rules-{RULES_COMMIT[:12]}"
	if not folder.exists():
		without_prompt = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
		clone = commands.run(["git", "clone", "-q", RULES, folder], SCAN_SECONDS, env=without_prompt)
		if clone.returncode:
			return None
		commands.run(["git", "-C", folder, "checkout", "-q", RULES_COMMIT], SCAN_SECONDS)
	return folder


def _dependencies() -> list[str]:
	"""The requirements of pyproject.toml, which Python 3.10 cannot read."""
	lines = (ROOT / "pyproject.toml").read_text().splitlines()
	[line] = [line for line in lines if line.startswith("dependencies = ")]
	return json.loads(line.partition("=")[2])


def _output(argv: list, **options) -> subprocess.CompletedProcess:
	streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **options}
	return commands.run(argv, SCAN_SECONDS, cwd=ROOT, **streams)


def _judged(name: str, result: subprocess.CompletedProcess) -> Finding:
	is_clean = result.returncode == 0
	return Finding(name, is_clean, "" if is_clean else result.stdout.strip())
