"""Which network addresses may send events."""

from __future__ import annotations

import pytest

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.wire import networks

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
	with pytest.raises(
		ConfigurationError, match=r"198\.51\.100\.0/33 is not a valid network address"
	) as caught:
		networks.parsed("192.0.2.7\n198.51.100.0/33", "webhook_addresses")
	assert caught.value.setting == "webhook_addresses"
