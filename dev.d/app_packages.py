"""What the app needs and a bench's environment lacks. The bench is not ours, so it lies in a folder of its own."""

import subprocess
from pathlib import Path

import commands
import locking
from places import STATE

# As in pyproject.toml; the rest of what stands there Frappe brings.
NEEDED = "websocket-client>=1.4"
FOLDER = STATE / "app-packages"
SECONDS = 120


class MissingError(Exception):
	"""The packages cannot be had. The text says why."""


def provide(python: Path) -> None:
	"""Install them with pip for this Python, unless they are there."""
	with locking.alone(FOLDER.with_suffix(".lock")):
		if not FOLDER.exists():
			_install(python)


def _install(python: Path) -> None:
	fresh = FOLDER.with_suffix(".new")
	argv = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", fresh, NEEDED]
	result = commands.run(argv, SECONDS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
	if result.returncode:
		raise MissingError(f"pip cannot install {NEEDED}: {result.stdout.strip()[-500:]}")
	fresh.rename(FOLDER)
