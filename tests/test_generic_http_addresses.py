"""Where a form's requests go: values are quoted, and lead to no other path and no other host."""

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.generic_http import GenericHttp
from c2c_frappe.pbx.wire import transport
from c2c_frappe.pbx.wire.http import Connection

SECRET = "k4n4ry/S3cret+1&=?#"
DIAL = DialRequest(
	"1000",
	"+447700900123",
	{"lead": "CRM-LEAD-1", "empty": ""},
	caller_id="+442079460018",
	user="ada@example.com",
	call="c0ffee",
)
# Signs that mean something somewhere come up as often as all others together.
TEXTS = st.text(
	st.sampled_from("/?#%&=+:@;,.[]{}\\\"'<>\r\n\x00 ") | st.characters(codec="utf-8"), max_size=30
)
# Every value of a dial that somebody else may have chosen.
DIALS = st.builds(
	DialRequest,
	st.just("1000"),
	st.just("+447700900123"),
	st.fixed_dictionaries({"lead": TEXTS, "note": TEXTS}),
	user=TEXTS,
	call=TEXTS,
)


def pair(part, key, value, kind="Text"):
	return {"part": part, "key": key, "value": value, "kind": kind}


def provider(**values):
	return GenericHttp({"url_template": "https://pbx.example/call", **values})


def request(dial=DIAL, **values):
	return provider(**values).dial_request(dial)


def refused(setting, **values):
	"""Assert that the settings are refused at this field, in words that name it; return them."""
	with pytest.raises(ConfigurationError) as caught:
		provider(**values)
	assert caught.value.setting == setting
	return caught.value.message


class TestAddresses:
	@settings(max_examples=150, deadline=None)
	@given(dial=DIALS)
	def test_no_value_changes_host_path_or_the_number_of_parameters(self, dial):
		template = (
			"https://pbx.example:8443/a/x{custom.lead}/{extension}[/n{custom.note}]?u={user}&call={call}"
		)
		parts = urlsplit(request(dial, url_template=template).url)
		assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "pbx.example:8443", "")
		lead, note = dial.custom_data["lead"], dial.custom_data["note"]
		segments = [unquote(segment, errors="strict") for segment in parts.path.split("/")]
		assert segments == ["", "a", f"x{lead}", "1000", *([f"n{note}"] if note else [])]
		assert parse_qsl(parts.query, keep_blank_values=True) == [("u", dial.user), ("call", dial.call)]

	@pytest.mark.parametrize("value", [".", ".."])
	def test_no_value_climbs_out_of_its_segment(self, value):
		dial = DialRequest("1000", "+447700900123", {"lead": value})
		with pytest.raises(ConfigurationError) as caught:
			request(dial, url_template="https://pbx.example/calls/{custom.lead}/users")
		assert caught.value.setting == "url_template"

	@pytest.mark.parametrize(
		"template",
		[
			"https://{custom.host}/x",
			"https://pbx{extension}.example/x",
			"https://pbx.example:{extension}/x",
			"{custom.scheme}://pbx.example/x",
			"https://{secret.1}@pbx.example/x",
			"https://pbx.example{extension}/x",
		],
	)
	def test_a_variable_in_scheme_or_host_is_refused(self, template):
		assert "only after the host" in refused("url_template", url_template=template)

	@pytest.mark.parametrize(
		"template",
		[
			"pbx.example/x",
			"ftp://pbx.example/x",
			"https://user:key@pbx.example/x",
			"https://pbx.example/x#top",
			"https://pbx.example/100%/x",
			"https://pbx.example/a/../b",
			"https://pbx.example/a[/{extension}",
			"https://pbx.example/a[[/{extension}]]",
			"https:///x",
			"file:///etc/passwd",
			"//pbx.example/x",
		],
	)
	def test_what_is_no_address_is_refused_at_its_field(self, template):
		assert "Dial URL" in refused("url_template", url_template=template)

	def test_plain_http_needs_its_tick(self):
		assert "plain http" in refused("url_template", url_template="http://pbx.example/x")
		assert request(url_template="http://pbx.example/x", allow_http=1).url == "http://pbx.example/x"

	@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "[fd00::1]", "192.168.0.4"])
	def test_a_host_in_a_private_network_needs_its_tick(self, host):
		template = f"https://{host}:8088/x"
		assert "On-Premises PBX" in refused("url_template", url_template=template)
		assert request(url_template=template, allow_private=1).url == template

	def test_so_does_a_name_that_leads_there_and_nothing_is_sent_without(self, serve_raw):
		server = serve_raw(b"HTTP/1.1 204 None\r\n\r\n")
		values = {"url_template": f"http://localhost:{server.port}/x", "allow_http": 1}
		result = exchange.place(provider(**values), DIAL)
		assert result.failure_code == "misconfigured" and "On-Premises PBX" in result.message
		assert server.connections == 0
		assert exchange.place(provider(**values, allow_private=1), DIAL).answer == "accepted"

	@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "0.0.0.0", "[fd00:ec2::254]"])  # noqa: S104
	def test_an_address_of_no_pbx_is_refused_with_the_tick_too(self, host):
		for field in ("url_template", "token_url", "test_url"):
			values = {field: f"https://{host}/x", "allow_private": 1}
			assert "not allowed for a PBX" in refused(field, **values)

	def test_what_stands_in_brackets_is_left_out_without_its_values(self):
		template = "https://pbx.example/call[/by/{caller_id}]/{extension}"
		assert request(url_template=template).url == "https://pbx.example/call/by/%2B442079460018/1000"
		without = DialRequest("1000", "+447700900123")
		assert request(without, url_template=template).url == "https://pbx.example/call/1000"

	def test_signs_of_the_address_itself_stay_as_they_are(self):
		template = "https://pbx.example/web%20api/originate?user/{extension} &bridge(sofia/gateway/gw/{number.digits})"
		made = request(url_template=template, http_method="GET")
		assert made.url == (
			"https://pbx.example/web%20api/originate?user/1000%20&bridge(sofia/gateway/gw/447700900123)"
		)

	def test_a_query_may_follow_the_host_at_once(self):
		assert request(url_template="https://pbx.example?to={number.e164}").url == (
			"https://pbx.example/?to=%2B447700900123"
		)

	def test_the_request_reaches_the_wire_as_it_was_built(self, serve_raw):
		server = serve_raw(b"HTTP/1.1 204 None\r\n\r\n")
		dial = DialRequest("1000", "+447700900123", {"lead": "a/b?c#d%2F&e=f ü;~'()*"})
		made = request(
			dial,
			url_template=f"{server.url}/x/{{custom.lead}}?q={{custom.lead}}",
			request_pairs=[pair("Query", "k&", "{custom.lead}")],
			allow_http=1,
			allow_private=1,
		)
		transport.send(made, Connection())
		[target] = [head.split(b"\r\n")[0].split()[1].decode() for head in server.heads]
		assert f"{server.url}{target}" == made.url
