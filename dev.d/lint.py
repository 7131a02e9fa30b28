"""What can be seen without running anything: ruff's rules and format, and the syntax of the JavaScript."""

import shutil
import subprocess
import sys
from pathlib import Path

import commands
import packages
from places import ROOT, STATE

# One version, so that it finds the same everywhere. Its rules S are bandit's.
RUFF = "0.17.6"
SECONDS = 120


def main(arguments: list[str]) -> int:
	if arguments not in ([], ["--fix"]):
		print("usage: ./dev lint [--fix]")
		return 2
	ruff = _ruff()
	if arguments:
		_run("ruff format", [ruff, "format", "."])
	checks = [
		_run("ruff check", [ruff, "check", *(["--fix"] if arguments else []), "."]),
		_run("ruff format", [ruff, "format", "--check", "."]),
		*map(_javascript, _sources() if shutil.which("node") else ()),
	]
	if not shutil.which("node"):
		print("lint: the JavaScript was not looked at: there is no node here", flush=True)
	print(f"lint: {checks.count(True)} checks passed, {checks.count(False)} failed", flush=True)
	return 0 if all(checks) else 1


def _ruff() -> Path:
	"""Ruff's program, fetched once by pip into a folder of its own."""
	folder = STATE / f"ruff-{RUFF}"
	if not (folder / "bin/ruff").exists():
		packages.install(packages.missing(["python venv"]))
		commands.run([sys.executable, "-m", "venv", folder], SECONDS)
		commands.run([folder / "bin/pip", "install", "-q", f"ruff=={RUFF}"], SECONDS)
	return folder / "bin/ruff"


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


def _run(what: str, argv: list, **options) -> bool:
	"""Run a check, say which one failed, and let it say why."""
	is_good = commands.run(argv, SECONDS, cwd=ROOT, **options).returncode == 0
	if not is_good:
		print(f"lint: {what} failed", flush=True)
	return is_good
