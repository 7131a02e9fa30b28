"""What can be seen without running anything: ruff, the JavaScript's syntax, and other people's security scanners.

What could not be run is said, and is no failure.
"""

import shutil
import subprocess
from pathlib import Path

import commands
import scanners
from places import ROOT

SECONDS = 120


def main(arguments: list[str]) -> int:
	if arguments not in ([], ["--fix"]):
		print("usage: ./dev lint [--fix]")
		return 2
	ruff = scanners.program("ruff")
	if arguments:
		_run("ruff format", [ruff, "format", "."])
	checks = [
		_run("ruff check", [ruff, "check", *(["--fix"] if arguments else []), "."]),
		_run("ruff format", [ruff, "format", "--check", "."]),
		*map(_javascript, _sources() if shutil.which("node") else ()),
		*(_judged(finding) for finding in scanners.all_findings()),
	]
	if not shutil.which("node"):
		_tell("the JavaScript was not looked at: there is no node here")
	_tell(f"{checks.count(True)} checks passed, {checks.count(False)} failed, {checks.count(None)} not run")
	return 1 if False in checks else 0


def _sources() -> list[Path]:
	"""The JavaScript of the repository, without what is built."""
	listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.js", "*.mjs", "*.cjs"]
	names = commands.run(listed, SECONDS, cwd=ROOT, stdout=subprocess.PIPE).stdout.split("\n")
	return [ROOT / name for name in names if name and (ROOT / name).exists()]


def _javascript(path: Path) -> bool:
	kind = "commonjs" if path.suffix == ".cjs" else "module"
	with open(path) as source:
		argv = ["node", "--check", f"--input-type={kind}", "-"]
		return _run(f"node --check {path.relative_to(ROOT)}", argv, stdin=source)


def _judged(finding: scanners.Finding) -> bool | None:
	"""Say what a scanner found, or why it could not look."""
	if finding.says:
		print(finding.says, flush=True)
	if finding.is_clean is None:
		_tell(f"{finding.name} was not run: {finding.reason}")
	elif not finding.is_clean:
		_tell(f"{finding.name} failed")
	return finding.is_clean


def _run(what: str, argv: list, **options) -> bool:
	"""Run a check, say which one failed, and let it say why."""
	is_good = commands.run(argv, SECONDS, cwd=ROOT, **options).returncode == 0
	if not is_good:
		_tell(f"{what} failed")
	return is_good


def _tell(sentence: str) -> None:
	print(f"lint: {sentence}", flush=True)
