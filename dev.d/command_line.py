"""What is left where no Desk can be had: the simulated PBX and the command `c2c-pbx`."""

import subprocess
import sys
from pathlib import Path

import services
import simulated_pbx
from places import ROOT, RUNNING, STATE

NUMBER = "+44 7700 900123"
# As in pyproject.toml.
NEEDED = ("requests>=2.28", "phonenumbers>=8.13", "click>=8.0", "websocket-client>=1.4")


def show() -> int:
	"""Start the simulated PBX, place one call to show how, and say how to place more."""
	RUNNING.mkdir(parents=True, exist_ok=True)
	try:
		python = _python()
		url = simulated_pbx.start(python, RUNNING)
	except subprocess.CalledProcessError:
		print(f"Nor the command line: pip cannot install {', '.join(NEEDED)}.", file=sys.stderr)
		return 1
	except services.ServiceError as error:
		print(f"Nor the command line: {error}", file=sys.stderr)
		return 1
	words = [
		"--provider",
		"commpeak",
		"--set",
		f"base_url={url}",
		"--set",
		"crm_id=1",
		"--set",
		"client_id=2",
	]
	words += ["--allow-http", "--extension", "1000", "--number", NUMBER]
	argv = [str(python), "-m", "c2c_frappe.cli", "dial", *words]
	print(f"The simulated PBX rings at {url}. A call from the command line:\n", flush=True)
	print(f"  cd {ROOT}\n  {' '.join(argv[:-1])} {NUMBER!r}\n", flush=True)
	return subprocess.run(argv, cwd=ROOT, check=False).returncode  # noqa: S603 - our own command


def _python() -> Path:
	"""A Python with the three packages the command needs: this one if it has them, else one of our own."""
	check = [sys.executable, "-c", "import requests, phonenumbers, click, websocket"]
	if subprocess.run(check, capture_output=True, check=False).returncode == 0:  # noqa: S603
		return Path(sys.executable)
	folder = STATE / "command-line"
	subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)  # noqa: S603
	pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", *NEEDED]
	subprocess.run(pip, check=True, capture_output=True)  # noqa: S603
	return folder / "bin/python"
