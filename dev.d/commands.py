"""Runs a command to its end, or to its time limit; what it started ends with it.

Never retries and never interprets what was printed.
"""

import os
import signal
import subprocess
from contextlib import suppress

TIMED_OUT = 124


def run(argv, seconds: float, **options) -> subprocess.CompletedProcess:
	"""Run a command in a session of its own and return its result; options as for subprocess.Popen.

	Past `seconds`, or when this process is interrupted, it is killed with everything it started; the result's
	`returncode` is TIMED_OUT after the former, and the exception goes on after the latter.
	"""
	options = {"stdin": subprocess.DEVNULL, "text": True, "errors": "replace", **options}
	argv = [str(part) for part in argv]
	with subprocess.Popen(argv, start_new_session=True, **options) as process:  # noqa: S603 - our own commands
		try:
			output, errors = process.communicate(timeout=seconds)
		except subprocess.TimeoutExpired:
			_kill(process)
			output, errors = process.communicate()
			return subprocess.CompletedProcess(argv, TIMED_OUT, output or "", errors or "")
		except BaseException:
			_kill(process)
			raise
	return subprocess.CompletedProcess(argv, process.returncode, output or "", errors or "")


def _kill(process: subprocess.Popen) -> None:
	with suppress(ProcessLookupError):
		os.killpg(process.pid, signal.SIGKILL)
