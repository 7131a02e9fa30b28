"""Whether an address is one under which this site was confirmed to call. Pure; asks no network."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

_DEFAULT_PORTS = (80, 443)


def is_confirmed_address(address: str, confirmed: str) -> bool:
	"""Whether the host and port of address stand among the confirmed addresses, one a line."""
	return _place(address) in {_place(line) for line in confirmed.split()} - {None}


def is_own_address(address: str, names: Iterable[str], port: int | None) -> bool:
	"""Whether an address is one of a site's own names; `port` is what it is served at besides the names' own."""
	own = {place for name in names if (place := _place(name))}
	return _place(address) in own | {(host, port) for host, _port in own}


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
