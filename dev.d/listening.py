"""The app's listener (`bench --site S c2c listen`) on a bench's site: its command, and how to run it in the background."""

import os
from pathlib import Path

import app_packages
import services
from places import ROOT


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
	app_packages.provide(Path(bench) / "env/bin/python")
	return {"PYTHONPATH": os.pathsep.join((str(ROOT), str(app_packages.FOLDER))), "PYTHONUNBUFFERED": "1"}
