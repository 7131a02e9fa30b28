"""What the machine itself must have: says what is missing, and installs it with apt where that is allowed.

Never installs anything without saying so first, and nothing but the packages named by the caller.
"""

import os
import re
import shutil
import subprocess

from progress import step

# A program that is needed, and Debian's and Ubuntu's package that brings it.
PACKAGE_OF = {
	"redis-server": "redis-server",
	"node": "nodejs",
	"npm": "npm",
	"python venv": "python3-venv",
	"mariadbd": "mariadb-server",
	"chromium": "chromium",
	"debootstrap": "debootstrap",
}


class MissingError(Exception):
	"""Something is missing and cannot be installed. The text is one line that says what to do."""


def missing(programs) -> list[str]:
	"""The apt packages that bring those of the programs that are not here ("python venv" is a module)."""
	return [PACKAGE_OF[program] for program in programs if not _is_there(program)]


def provide(programs) -> None:
	"""Install with apt what is missing of these programs; raises MissingError when that cannot be done."""
	install(missing(programs))
	left = missing(programs)
	if left:
		raise MissingError(f"{' and '.join(left)} did not bring the programs expected of them")


def install(names: list[str]) -> None:
	"""Install packages with apt, saying so first; raises MissingError when that cannot be done."""
	if not names:
		return
	command = f"apt-get install {' '.join(names)}"
	prefix = _as_root()
	if prefix is None:
		raise MissingError(f"this machine lacks {' and '.join(names)}: run as root: {command}")
	with step(f"Installing with apt what this machine lacks: {' '.join(names)}"):
		quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
		_apt([*prefix, "apt-get", "-q", "update"], quiet, is_needed=False)
		_apt([*prefix, "apt-get", "-qy", "install", "--no-install-recommends", *names], quiet)


def node_version() -> tuple[int, ...]:
	"""The version of the node on the path, () when there is none."""
	if not shutil.which("node"):
		return ()
	text = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S607
	return tuple(map(int, re.findall(r"\d+", text)))


def _is_there(program: str) -> bool:
	if program == "python venv":
		try:
			import ensurepip  # noqa: F401 - Debian leaves it out of python3
			import venv  # noqa: F401
		except ImportError:
			return False
		return True
	return bool(shutil.which(program))


def _as_root() -> list[str] | None:
	"""The words that make a command run as root, None when there are none."""
	if not shutil.which("apt-get"):
		return None
	if os.geteuid() == 0:
		return []
	return ["sudo"] if shutil.which("sudo") else None


def _apt(argv: list[str], environment: dict, is_needed: bool = True) -> None:
	streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
	result = subprocess.run(argv, env=environment, text=True, check=False, **streams)  # noqa: S603 - apt
	if result.returncode and is_needed:
		lines = result.stdout.strip().splitlines()
		raise MissingError(f"apt failed: {lines[-1] if lines else 'no reason given'}")
