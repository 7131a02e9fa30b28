"""Which phone of an agent is a public number, and how the agent's own device is told one."""

import pytest

from c2c_frappe.pbx.numbers import phone


@pytest.mark.parametrize(
	("extension", "expected"),
	[
		("07700 900123", "+447700900123"),
		("+33123456789", "+33123456789"),
		("0033123456789", "+33123456789"),
		("09098790123", "+449098790123"),
		("1000", None),
		("118118", None),
		("999", None),
		("909879", None),
		("PJSIP/1000", None),
		("agent-1234567", None),
		("", None),
	],
)
def test_phone_is_public_where_it_reads_as_a_number_of_seven_digits(extension, expected):
	found = phone.public_number(extension, ("GB",))
	assert (found and found.e164) == expected


@pytest.mark.parametrize(
	("text", "expected"),
	[("07700 900123", "tel:+447700900123"), ("07700 900123 x12", "tel:+447700900123;ext=12")],
)
def test_link_for_a_device_is_read_as_the_same_number(text, expected):
	number = phone.read(text, "GB")
	url = phone.tel_url(number.e164, number.extension)
	assert url == expected
	assert phone.read(url.removeprefix("tel:")) == number
