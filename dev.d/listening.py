"""The app's listener (`bench --site S c2c listen`) on a bench's site: its command, and how to run it in the background."""

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


def start(bench: Path, site: str, state: Path, name: str, servers: dict[str, str] | None = None) -> int:
	"""Start a listener; returns its pid.

	:param servers: names the site's servers (see BenchSite.environment) where the caller's own environment does not
	"""
	env = {**(servers or {}), **environment(bench)}
	return services.start(name, command(bench, site), state, env=env, cwd=Path(bench) / "sites")


def command(bench: Path, site: str) -> list:
	"""The words that run it in the bench's folder `sites`."""
	python = Path(bench) / "env/bin/python"
	return [python, "-m", "frappe.utils.bench_helper", "frappe", "--site", site, "c2c", "listen"]


def environment(bench: Path) -> dict[str, str]:
	"""What it needs in its environment besides the site's own; what is missing is installed first."""
	if not PACKAGES.exists():
		_install(Path(bench) / "env/bin/python")
	return {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, PACKAGES))), "PYTHONUNBUFFERED": "1"}


def _install(python: Path) -> None:
	fresh = PACKAGES.with_suffix(".new")
	argv = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", fresh, NEEDED]
	output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
	result = commands.run(argv, SECONDS, **output)
	if result.returncode:
		raise services.ServiceError(f"pip cannot install {NEEDED}: {result.stdout.strip()[-500:]}")
	fresh.rename(PACKAGES)
