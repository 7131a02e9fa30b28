"""Under which address a site may call."""

import pytest

from c2c_frappe.pbx.wire.origins import is_confirmed_address


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
