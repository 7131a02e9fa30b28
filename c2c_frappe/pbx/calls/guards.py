"""How many dials may be under way at once, and under which address. Pure arithmetic; the rows do the guarding."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

# What Frappe's own bench starts when the site's configuration does not say: 2 x 2 cores + 1.
DEFAULT_WORKERS = 5
_DEFAULT_PORTS = (80, 443)


def slots_of_site(web_workers: int) -> int:
	"""Return how many dials may wait for a PBX at once: a quarter of the web workers, at least one."""
	return max(1, (web_workers or DEFAULT_WORKERS) // 4)


def first_free(taken: Collection[str], prefix: str, limit: int, start: int = 0) -> str:
	"""Return the first of prefix1 ... prefix<limit> that is not taken, looking from `start` on and round; "" for none."""
	names = (f"{prefix}{(start + step) % limit + 1}" for step in range(limit))
	return next((name for name in names if name not in taken), "")


def is_confirmed_address(address: str, confirmed: str) -> bool:
	"""Tell whether the host and port of address stand among the confirmed addresses, one a line."""
	return _place(address) in {_place(line) for line in confirmed.split()} - {None}


def _place(address: str) -> tuple[str, int | None] | None:
	"""Return host and port, None for a text that is no address: a slip in one line spoils no other."""
	try:
		parts = urlsplit(address if "//" in address else f"//{address}")
		port = parts.port
	except ValueError:
		return None
	# http and https of one host are one place: TLS often ends at a proxy in front.
	is_default = port in (None, *_DEFAULT_PORTS)
	return (parts.hostname, None if is_default else port) if parts.hostname else None
