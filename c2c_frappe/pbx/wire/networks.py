"""Which network addresses may send events. Looks up no name."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.text import _


def parsed(lines: str | None, setting: str = "") -> list[IPv4Network | IPv6Network]:
	"""Return the networks of a text, one a line; raise ConfigurationError naming one that is none."""
	return [_network(line, setting) for line in (lines or "").split()]


def _network(line: str, setting: str) -> IPv4Network | IPv6Network:
	try:
		return ip_network(line, strict=False)
	except ValueError:
		sentence = _(
			"{0} is not a valid network address. Enter one such as 203.0.113.7 or 203.0.113.0/24 per line.",
			line,
		)
	raise ConfigurationError(sentence, setting)


def is_allowed(address: str, lines: str | None) -> bool:
	"""Whether an address is in one of the networks, or any may come because none is named."""
	networks = parsed(lines)
	peer = _address(address)
	return not networks or (peer is not None and any(peer in network for network in networks))


def _address(text: str) -> IPv4Address | IPv6Address | None:
	"""Return the address a text means, an IPv4 one inside an IPv6 one as itself; None for what is none."""
	try:
		parsed = ip_address(text.partition("%")[0])
	except ValueError:
		return None
	return getattr(parsed, "ipv4_mapped", None) or parsed
