"""Runs the app's listener (`bench --site S c2c listen`) on a bench's site, in the background, by recorded pid."""

import os
import subprocess
from pathlib import Path

import commands
import services
from places import ROOT, STATE

# As in pyproject.toml. The bench is not ours, so what its environment lacks lies in a folder of its own.
NEEDED = "websocket-client>=1.4"
PACKAGES = STATE / "listener-packages"
SECONDS = 120


def start(bench: Path, site: str, state: Path, name: str = "listener") -> int:
	"""Start a listener; returns its pid. The caller's environment names the site's servers (see BenchSite)."""
	python = Path(bench) / "env/bin/python"
	_provide(python)
	argv = [python, "-m", "frappe.utils.bench_helper", "frappe", "--site", site, "c2c", "listen"]
	path = os.pathsep.join(map(str, (ROOT, PACKAGES)))
	return services.start(
		name, argv, state, env={"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}, cwd=Path(bench) / "sites"
	)


def _provide(python: Path) -> None:
	if PACKAGES.exists():
		return
	fresh = PACKAGES.with_suffix(".new")
	argv = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", fresh, NEEDED]
	output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
	result = commands.run(argv, SECONDS, **output)
	if result.returncode:
		raise services.ServiceError(f"pip cannot install {NEEDED}: {result.stdout.strip()[-500:]}")
	fresh.rename(PACKAGES)
