"""Primevox beyond the contract: exactly five parameters, the number's forms, what the probe shows."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.primevox.provider import Primevox
from c2c_frappe.pbx.wire.http import HttpResponse

KEY = {"api_key": "key", "container_id": "123456"}


def request(number="+12025550147", **values):
	dial = DialRequest("2005", number, {"leadid": "CRM-LEAD-2026-00001"}, caller_id="+15550000000")
	return urlsplit(Primevox({**KEY, **values}).dial_request(dial).url)


def read(http_status, body):
	return Primevox(KEY).read_dial_response(HttpResponse(http_status, body))


def test_exactly_the_five_parameters_of_the_page_are_sent_in_its_spelling():
	assert parse_qsl(request().query) == [
		("auth", "key"),
		("containerID", "123456"),
		("tenantID", "0"),
		("extension", "2005"),
		("phoneNumber", "12025550147"),
	]
	assert request().path == "/api/c2c_v2.php" and request().scheme == "https"


@pytest.mark.parametrize(
	("number", "sent"),
	[
		("+12025550147", "12025550147"),  # the United States: 11 digits
		("+18765550123", "18765550123"),  # Jamaica, in the same plan
		("+447700900123", "011447700900123"),
		("+390236618300", "011390236618300"),  # Italy keeps its 0
	],
)
def test_a_number_is_11_digits_within_north_america_and_has_011_in_front_elsewhere(number, sent):
	assert dict(parse_qsl(request(number).query))["phoneNumber"] == sent


@pytest.mark.parametrize(("entered", "sent"), [("", "0"), ("0", "0"), ("042", "042"), (None, "0")])
def test_no_tenant_is_the_default_tenant(entered, sent):
	assert dict(parse_qsl(request(tenant_id=entered).query))["tenantID"] == sent


@pytest.mark.parametrize(
	("setting", "value"),
	[
		("api_key", ""),
		("api_key", "two words"),
		("container_id", ""),
		("container_id", "12345"),
		("container_id", "1234567"),
		("container_id", "12345x"),
		("container_id", "١٢٣٤٥٦"),
		("tenant_id", "42"),
		("tenant_id", "00"),
		("tenant_id", "1000"),
		("base_url", "http://pbx.primevox.net"),
	],
)
def test_what_is_missing_or_unusable_is_named(setting, value):
	with pytest.raises(ConfigurationError) as caught:
		request(**{setting: value})
	assert caught.value.setting == setting


def test_a_key_of_any_signs_is_quoted():
	assert request(api_key="a&b=c/d+e%f#g?é").query.startswith(
		"auth=a%26b%3Dc%2Fd%2Be%25f%23g%3F%C3%A9&containerID="
	)


@pytest.mark.parametrize("http_status", [200, 201, 204, 299])
@pytest.mark.parametrize(
	"body",
	[
		"",
		"OK",
		"Error: no",
		'{"success":true}',
		'{"success":false}',
		"<h1>Sign in</h1>",
		"\x00\x01",
		"x" * 65536,
	],
)
def test_any_2xx_is_unconfirmed_whatever_its_body(http_status, body):
	result = read(http_status, body)
	assert (result.status, result.failure_code, result.pbx_call_id) == (status.UNCONFIRMED, "", "")
	assert "did not say" in result.message


def test_an_excerpt_of_the_body_is_kept():
	assert read(200, "<html><style>p{}</style><script>x()</script><p>Call &amp; queued</p>").message.endswith(
		"Call &amp; queued"
	)
	assert len(read(200, "word " * 9999).message) < 300


class TestProbe:
	def test_it_asks_for_the_call_list_of_one_second_long_ago(self):
		probe = urlsplit(Primevox(KEY).probe_request().url)
		query = dict(parse_qsl(probe.query))
		assert probe.path == "/api/call_list.php" and "phoneNumber" not in query and "extension" not in query
		assert query["auth"] == "key" and query["fromDate"] < query["toDate"] < "2001"

	@pytest.mark.parametrize(
		("http_status", "body", "ok"),
		[
			(200, '{"data":{}}', True),
			(200, '{"data":[]}', True),
			(200, "{}", None),
			(200, "<h1>Sign in</h1>", None),
			(401, "", False),
			(403, '{"data":{}}', False),
			(404, "", None),
			(500, '{"data":{}}', None),
		],
	)
	def test_what_it_shows(self, http_status, body, ok):
		finding = Primevox(KEY).read_probe_response(HttpResponse(http_status, body))
		assert finding.ok is ok and finding.message
		assert any("extensions exist" in text for text in finding.unchecked)
