"""One process at a time: lanes and checkouts that make the same thing wait for each other. Knows nothing of what is made."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(path: Path) -> Iterator[None]:
	"""Hold the lock that this file stands for; wait while another process has it."""
	path.parent.mkdir(parents=True, exist_ok=True)
	with open(path, "w") as lock:
		fcntl.flock(lock, fcntl.LOCK_EX)
		yield
