"""Whether an address is one under which this site was confirmed to call. Pure; asks no network."""

from __future__ import annotations

from urllib.parse import urlsplit

_DEFAULT_PORTS = (80, 443)


def is_confirmed_address(address: str, confirmed: str) -> bool:
	"""Whether the host and port of address stand among the confirmed addresses, one a line."""
	return _place(address) in {_place(line) for line in confirmed.split()} - {None}


def host(address: str) -> str:
	"""Return the host name of an address or of a bare name, "" for a text that is none."""
	place = _place(address)
	return place[0] if place else ""


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
