"""Gets a real Asterisk and SIPp: a Debian of their own in the user's cache, made once and used by every checkout.

Comes from the Debian mirror that this machine's apt uses already. Starts nothing, and installs nothing on the
machine itself but debootstrap.
"""

import os
import shutil
import subprocess
from pathlib import Path

import commands
import locking
import packages
from progress import say, step

# Debian's stable suites have no Asterisk. The version moves with the suite, so it is printed.
SUITE = "forky"
PACKAGES = "asterisk,sip-tester"
MEGABYTES = 550
SECONDS = 900
SCRIPTS = Path("/usr/share/debootstrap/scripts")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "c2c_frappe"


class UnavailableError(Exception):
	"""Asterisk cannot be had on this machine. The text is one line that says why."""


def provide() -> Path:
	"""Return the root folder of the Debian that has Asterisk, made first where needed; raise UnavailableError."""
	if os.geteuid() != 0:
		raise UnavailableError("it takes root to make a Debian of its own for Asterisk (debootstrap, chroot)")
	root, stamp = CACHE / f"asterisk-{SUITE}", CACHE / f"asterisk-{SUITE}.made"
	with locking.alone(CACHE / "asterisk.lock"):
		if not stamp.exists() or stamp.read_text() != PACKAGES:
			stamp.unlink(missing_ok=True)
			_make(root)
			stamp.write_text(PACKAGES)
	say(f"{_version(root)}, with the code in {root}")
	return root


def _make(root: Path) -> None:
	mirror = _mirror()
	try:
		packages.install(packages.missing(["debootstrap"]))
	except packages.MissingError as error:
		raise UnavailableError(str(error)) from error
	shutil.rmtree(root, ignore_errors=True)
	# An older debootstrap knows no script of this name; they all are links to this one.
	script = SCRIPTS / (SUITE if (SCRIPTS / SUITE).exists() else "sid")
	argv = ["debootstrap", "--variant=minbase", f"--keyring={KEYRING}", f"--include={PACKAGES}"]
	with step(f"Asterisk from Debian {SUITE} into {root} (about {MEGABYTES} MB, once)"):
		output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
		result = commands.run([*argv, SUITE, root, mirror, script], SECONDS, **output)
	if result.returncode:
		lines = result.stdout.strip().splitlines() or ["no reason given"]
		raise UnavailableError(f"debootstrap could not install Asterisk: {lines[-1]}")
	for folder in (
		"var/cache/apt",
		"var/lib/apt/lists",
		"usr/share/doc",
		"usr/share/man",
		"usr/share/locale",
	):
		shutil.rmtree(root / folder, ignore_errors=True)


def _mirror() -> str:
	"""Return the address of the Debian mirror that apt's sources name."""
	if not shutil.which("apt-get"):
		raise UnavailableError("Asterisk is installed from Debian packages, and there is no apt here")
	argv = ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"]
	lines = commands.run(argv, 60, stdout=subprocess.PIPE).stdout.splitlines()
	mirrors = [
		address for label, _space, address in (line.partition(" ") for line in lines) if label == "Debian"
	]
	if not mirrors:
		raise UnavailableError(
			"the sources of apt on this machine name no Debian mirror to take Asterisk from"
		)
	return mirrors[0]


def _version(root: Path) -> str:
	result = commands.run(["chroot", root, "/usr/sbin/asterisk", "-V"], 30, stdout=subprocess.PIPE)
	if result.returncode:
		raise UnavailableError(f"the Asterisk in {root} does not run; delete the folder to have it made anew")
	return result.stdout.strip()
