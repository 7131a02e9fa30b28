"""Which network addresses may be connected to, for accounts whose address somebody typed. Looks up no name.

The transport asks about the very address it is about to connect to, so a name that changes its address between a
check and the connection gains nothing.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Who may be reached. ANY is for providers whose address is the vendor's own.
ANY = "any"
PUBLIC = "public"
PRIVATE_TOO = "private too"

# Where a cloud keeps the keys of the machine, outside the link-local range that others use for it.
_METADATA = frozenset(
	ip_address(written)
	for written in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd20:ce::254")
)
_THIS_NETWORK = ip_network("0.0.0.0/8")
_TRANSLATED = ip_network("64:ff9b::/96")


def may_connect(address: str, reach: str) -> bool:
	"""Whether this numeric address may be connected to; `reach` is ANY, PUBLIC or PRIVATE_TOO."""
	if reach == ANY:
		return True
	# Without the zone: fe80::1%eth0.
	return all(_is_fine(each, reach) for each in _meant(ip_address(address.partition("%")[0])))


def _is_fine(address: IPv4Address | IPv6Address, reach: str) -> bool:
	if _is_never(address):
		return False
	return reach == PRIVATE_TOO or (address.is_global and not getattr(address, "is_site_local", False))


def _is_never(address: IPv4Address | IPv6Address) -> bool:
	return (
		address.is_link_local
		or address.is_multicast
		or address.is_unspecified
		or address in _METADATA
		or (address.is_reserved and not address.is_loopback and address not in _TRANSLATED)
		or (address.version == 4 and address in _THIS_NETWORK)
	)


def _meant(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
	"""Return what packets to this address may end at: an IPv6 address may hold an IPv4 one."""
	if address.version == 4:
		return [address]
	embedded = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
	if address in _TRANSLATED:
		embedded.append(IPv4Address(int(address) & 0xFFFFFFFF))
	inner = [each for each in embedded if each]
	# A mapped address is the IPv4 one and nothing else.
	return inner if address.ipv4_mapped else [address, *inner]
