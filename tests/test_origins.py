"""Under which address a site may call."""

import pytest

from c2c_frappe.pbx.wire.origins import is_confirmed_address, is_own_address


class TestAddress:
	@pytest.mark.parametrize(
		("address", "confirmed"),
		[
			("https://crm.example", "https://crm.example"),
			("http://crm.example", "https://crm.example"),
			("https://CRM.example/app", "https://crm.example"),
			("https://crm.example:443", "crm.example"),
			("https://crm.example", "http://crm.example:80"),
			("http://crm.example:8000", "https://other.example\ncrm.example:8000"),
			("http://[::1]:8000", "http://[::1]:8000/"),
			("https://crm.example", "https://[broken\nhttps://crm.example:port https://crm.example"),
		],
	)
	def test_it_is_known_by_host_and_port(self, address, confirmed):
		assert is_confirmed_address(address, confirmed)

	@pytest.mark.parametrize(
		("address", "confirmed"),
		[
			("https://copy.example", "https://crm.example"),
			("https://crm.example.evil.example", "https://crm.example"),
			("https://crm.example@evil.example", "https://crm.example"),
			("http://crm.example:8001", "http://crm.example:8000"),
			("http://crm.example:8000", "http://crm.example"),
			("https://crm.example", ""),
			("https://[broken", "https://[broken"),
			("", ""),
			("", "https://crm.example"),
			("https://", "https://"),
		],
	)
	def test_any_other_is_not(self, address, confirmed):
		assert not is_confirmed_address(address, confirmed)

	@pytest.mark.parametrize(
		("address", "names", "port", "is_own"),
		[
			("https://crm.example", ["crm.example"], None, True),
			("http://crm.example:8000", ["crm.example"], 8000, True),
			("http://crm.example:40065", ["site1", "http://crm.example:40065"], 8000, True),
			("http://crm.example:1234", ["crm.example", "http://crm.example:40065"], 8000, False),
			("http://crm.example:1234", ["crm.example"], None, False),
			("https://other.example", ["crm.example"], 443, False),
		],
	)
	def test_a_name_is_the_sites_own_at_its_ports_alone(self, address, names, port, is_own):
		"""The Host header is the browser's to write, its port too."""
		assert is_own_address(address, names, port) == is_own
