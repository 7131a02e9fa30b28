"""Which network addresses may send events, and which are of the public internet."""

from __future__ import annotations

import pytest

from c2c_frappe.pbx import networks
from c2c_frappe.pbx.errors import ConfigurationError

LINES = "198.51.100.0/24\n192.0.2.7\n2001:db8::/32"


@pytest.mark.parametrize(
	("address", "is_allowed"),
	[
		("198.51.100.200", True),
		("192.0.2.7", True),
		("192.0.2.8", False),
		("2001:db8::1", True),
		("2001:db9::1", False),
		("::ffff:192.0.2.7", True),
		("", False),
		("nonsense", False),
	],
)
def test_an_address_is_allowed_when_a_line_holds_it(address, is_allowed):
	assert networks.is_allowed(address, LINES) is is_allowed


@pytest.mark.parametrize("lines", ["", None, "  \n "])
def test_any_address_is_allowed_where_none_is_named(lines):
	assert networks.is_allowed("203.0.113.9", lines)


def test_a_line_that_is_no_network_is_named():
	with pytest.raises(ConfigurationError, match=r"198\.51\.100\.0/33 is no network address") as caught:
		networks.parsed("192.0.2.7\n198.51.100.0/33", "webhook_addresses")
	assert caught.value.setting == "webhook_addresses"


@pytest.mark.parametrize(
	"address",
	[
		"127.0.0.1", "127.9.9.9", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
		"100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0",
		"fd00:ec2::254", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
		"64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::1", "localhost", "0x7f000001", "2130706433", "",
	],
)  # fmt: skip
def test_what_is_not_of_the_public_internet_is_not_public_however_it_is_wrapped(address):
	assert not networks.is_public(address)


@pytest.mark.parametrize(
	"address", ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_an_address_of_the_public_internet_is_public(address):
	assert networks.is_public(address)
