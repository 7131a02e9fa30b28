"""What a person sees while `./dev` works: one line when a step begins, one when it ends, with seconds.

Never decides anything and never hides an error.
"""

import sys
import time
from contextlib import contextmanager

_began = time.monotonic()


def say(text: str) -> None:
	"""Print a line with the seconds since the command began in front."""
	print(f"[{time.monotonic() - _began:4.0f} s] {text}", flush=True)


@contextmanager
def step(what: str):
	"""Announce a step that may take long, and say how long it took."""
	say(f"{what} ...")
	began = time.monotonic()
	yield
	say(f"{what}: done in {time.monotonic() - began:.0f} s")


def warn(text: str) -> None:
	"""Print a line on stderr."""
	print(text, file=sys.stderr, flush=True)
