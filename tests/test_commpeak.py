"""CommPeak beyond the contract: both shapes of its address, and when its JSON is a yes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.commpeak.provider import CommPeak
from c2c_frappe.pbx.wire.http import HttpResponse

CRM = {"crm_id": "17", "client_id": "4711"}
STATS = {"stats_url": "https://acme.stats.pbx.commpeak.com"}
YES = {
	"success": True,
	"message": "OK",
	"unique_id": "10000000.1000",
	"leg_a": "1000",
	"leg_b": "*447700900123",
	"pbx": "subdomain.pbx.commpeak.com",
}


def url(values, **dial):
	dial = {"extension": "1000", "number": "+447700900123", **dial}
	return CommPeak(values).dial_request(DialRequest(**dial)).url


def read(body, http_status=200, values=CRM):
	text = body if isinstance(body, str) else json.dumps(body)
	return CommPeak(values).read_dial_response(HttpResponse(http_status, text, "application/json"))


def refused(values):
	with pytest.raises(ConfigurationError) as caught:
		CommPeak(values)
	return caught.value.setting


class TestAddress:
	@pytest.mark.parametrize(
		("values", "address"),
		[
			(CRM, "https://click2call.pbx.commpeak.com/call/17/4711/1000/447700900123"),
			({**CRM, "prefix": "9"}, "https://click2call.pbx.commpeak.com/call/17/4711/1000/447700900123/9"),
			(
				{**CRM, "base_url": "https://pbx.example/c2c/"},
				"https://pbx.example/c2c/call/17/4711/1000/447700900123",
			),
			(STATS, "https://acme.stats.pbx.commpeak.com/click2call/1000/447700900123"),
			({**STATS, "prefix": "9"}, "https://acme.stats.pbx.commpeak.com/click2call/1000/447700900123/9"),
		],
	)
	def test_both_shapes_with_and_without_prefix(self, values, address):
		assert url(values) == address

	def test_with_a_crm_id_the_vendors_address_is_used_though_pbx_stats_is_there_too(self):
		assert url({**CRM, **STATS}).startswith("https://click2call.pbx.commpeak.com/call/17/4711/")

	@pytest.mark.parametrize(
		("values", "setting"),
		[
			({}, "crm_id"),
			({"client_id": "4711"}, "crm_id"),
			({"crm_id": "17"}, "client_id"),
			({**CRM, "crm_id": "17/../18"}, "crm_id"),
			({**CRM, "client_id": "47?11"}, "client_id"),
			({**CRM, "prefix": "+9"}, "prefix"),
			({**CRM, "prefix": "١"}, "prefix"),
			({"stats_url": "http://acme.stats.pbx.commpeak.com"}, "stats_url"),
		],
	)
	def test_what_is_missing_or_unusable_is_named(self, values, setting):
		assert refused(values) == setting

	@pytest.mark.parametrize(
		"number", ["447700900123", "+44 7700", "*447700900123", "", "+", "+1234567890123456"]
	)
	def test_only_e164_goes_out(self, number):
		with pytest.raises(Exception, match="not a number") as caught:
			url(CRM, number=number)
		assert caught.value.failure_code == "invalid_number"


class TestCustomData:
	@pytest.mark.parametrize(
		("data", "query"),
		[
			({}, ""),
			({"leadid": ""}, ""),
			({"leadid": "CRM-LEAD-2026-00001"}, "?leadid=CRM-LEAD-2026-00001"),
			({"a": "1", "b": "2"}, "?a=1&b=2"),
			({"a b": "c d"}, "?a%20b=c%20d"),
			({"a&b": "c&d=e"}, "?a%26b=c%26d%3De"),
			({"é": "ü/ñ"}, "?%C3%A9=%C3%BC%2F%C3%B1"),
			({"k": "?#+%\r\n"}, "?k=%3F%23%2B%25%0D%0A"),
		],
	)
	def test_pairs_are_quoted_and_empty_ones_left_out(self, data, query):
		for values in (CRM, STATS):
			assert url(values, custom_data=data) == url(values) + query


class TestYes:
	@pytest.mark.parametrize("http_status", [200, 201, 202, 204, 299])
	def test_success_true_of_a_2xx_is_the_only_yes(self, http_status):
		result = read(YES, http_status)
		assert (result.status, result.failure_code, result.pbx_call_id) == (
			status.REQUESTED,
			"",
			"10000000.1000",
		)

	@pytest.mark.parametrize(
		"text",
		[
			"",
			"true",
			"null",
			"[]",
			'[{"success":true}]',
			'"success"',
			"{}",
			'{"success":null}',
			'{"success":1}',
			'{"success":1.0}',
			'{"success":"true"}',
			'{"success":"True"}',
			'{"success":[true]}',
			'{"success":{"success":true}}',
			'{"data":{"success":true}}',
			'{"Success":true}',
			'{" success":true}',
			'{"success":NaN}',
			'{"success":true',
			'{"success":true}}',
			'{"success":true} {"success":false}',
			'{"success":true,"success":true}',
			'{"success":true,"success":false}',
			'{"success":false,"success":true}',
			"{'success':true}",
			"{success:true}",
			'<pre>{"success":true}</pre>',
			'callback({"success":true})',
			'{"s\\ufffduccess":true}',
			"[" * 100_000,
			'{"a":' * 100_000,
			'{"success":true,"padding":"' + "x" * 65536,
			'{"success":true,"n":' + "9" * 60_000 + "}",
		],
	)
	def test_nothing_else_is_a_yes_or_a_no(self, text):
		result = read(text)
		assert (result.status, result.failure_code) == (status.UNKNOWN, "bad_reply")
		assert "may still ring" in result.message

	@settings(max_examples=300, deadline=None)
	@given(
		success=st.sampled_from([True, False, None, 1, 0, "true", "false", [], [True], {}, 1.0]),
		http_status=st.integers(100, 999),
		message=st.none() | st.text(max_size=40) | st.integers() | st.lists(st.text(max_size=3), max_size=2),
		unique_id=st.none() | st.text(max_size=200) | st.integers() | st.booleans() | st.floats(),
	)
	def test_requested_means_exactly_true_and_2xx(self, success, http_status, message, unique_id):
		result = read({"success": success, "message": message, "unique_id": unique_id}, http_status)
		is_yes = success is True and 200 <= http_status < 300
		assert (result.status == status.REQUESTED) == is_yes
		is_fault = not 200 <= http_status < 500
		assert success is not False or result.status == (status.UNKNOWN if is_fault else status.FAILED)
		assert len(result.pbx_call_id) <= 140 and result.pbx_call_id.isprintable()

	def test_a_yes_outside_2xx_is_believed_by_nobody(self):
		for http_status in (100, 302, 404, 500):
			assert read(YES, http_status).status == status.UNKNOWN


class TestNo:
	@pytest.mark.parametrize("http_status", [200, 201, 302, 400, 401, 403, 404])
	def test_a_documented_no_is_a_no_with_any_http_status_and_keeps_its_id(self, http_status):
		result = read({**YES, "success": False, "message": "Extension does not exist."}, http_status)
		assert (result.status, result.failure_code) == (status.FAILED, "unknown_extension")
		assert result.pbx_call_id == "10000000.1000"

	@pytest.mark.parametrize("http_status", [500, 502, 503, 599])
	def test_documented_no_with_5xx_is_unknown(self, http_status):
		"""A fault is not relied on, whatever its body says: the phone may ring."""
		result = read({**YES, "success": False, "message": "Extension does not exist."}, http_status)
		assert (result.status, result.failure_code) == (status.UNKNOWN, "bad_reply")
		assert result.pbx_call_id == "10000000.1000" and "may still ring" in result.message

	@pytest.mark.parametrize(
		"said", ["Extension does not exist", "EXTENSION DOES NOT EXIST.", " extension does not exist. "]
	)
	def test_the_unknown_extension_is_told_however_it_is_written(self, said):
		assert read({"success": False, "message": said}).failure_code == "unknown_extension"

	@pytest.mark.parametrize("said", ["Extension busy.", "", None, ["x"], {"a": 1}, True, 7])
	def test_any_other_reason_is_a_rejection(self, said):
		assert read({"success": False, "message": said}).failure_code == "pbx_rejected"

	def test_the_reason_is_shown_and_braces_in_it_are_only_braces(self):
		assert "{0} {x} no credit" in read({"success": False, "message": "{0} {x} no credit"}).message

	def test_a_long_reason_is_cut(self):
		assert len(read({"success": False, "message": "x" * 5000}).message) < 300

	def test_404_without_a_no_names_the_allow_list(self):
		result = read("<h1>Not Found</h1>", 404)
		assert (result.status, result.failure_code) == (status.FAILED, "not_allowlisted")
		assert "allow-list" in result.message


class TestCallId:
	@pytest.mark.parametrize("success", [True, False])
	@pytest.mark.parametrize(
		("given_id", "kept"),
		[
			("10000000.1000", "10000000.1000"),
			(" 10000000.1000\n", "10000000.1000"),
			(4711000, "4711000"),
			("x" * 140, "x" * 140),
			("x" * 141, ""),
			("<b>1</b>", ""),
			("a b", ""),
			("\u202e1", ""),
			("", ""),
			(None, ""),
			(True, ""),
			(1.5, "1.5"),
			(["1"], ""),
			({"id": "1"}, ""),
		],
	)
	def test_it_is_text_without_blanks_or_nothing(self, success, given_id, kept):
		assert read({"success": success, "unique_id": given_id}).pbx_call_id == kept

	def test_our_secret_is_no_id(self):
		values = {"crm_id": "1", "client_id": "client-secret-7"}
		for given_id in ("client-secret-7", "call/1/client-secret-7/1000"):
			assert read({"success": True, "unique_id": given_id}, values=values).pbx_call_id == ""

	@pytest.mark.parametrize("client_id", ["1000", "10000000", "100000"])
	def test_digits_an_id_shares_with_a_short_secret_or_holds_within_are_chance(self, client_id):
		values = {"crm_id": "1", "client_id": client_id}
		found = read({"success": True, "unique_id": "110000000.1000"}, values=values).pbx_call_id
		assert found == "110000000.1000"


def test_the_number_is_never_read_from_leg_b():
	plain = read(YES)
	for leg_b in (None, "*", "*44********23", 5, "+15550000000", ["x"], {"leg_b": 1}):
		assert read({**YES, "leg_b": leg_b}) == plain
	assert read({key: value for key, value in YES.items() if key != "leg_b"}) == plain


def test_the_probe_asks_for_nothing_but_the_root():
	assert CommPeak(CRM).probe_request().url == "https://click2call.pbx.commpeak.com/"
	assert CommPeak(STATS).probe_request().url == "https://acme.stats.pbx.commpeak.com/"
	finding = CommPeak(CRM).read_probe_response(HttpResponse(404, ""))
	assert finding.ok is True and any("allow-listed" in text for text in finding.unchecked)


@pytest.mark.parametrize("values", [CRM, STATS])
def test_over_plain_http_no_certificate_is_called_fine(values):
	"""An answer over plain http shows the name and the network, and that nothing was encrypted."""
	address = "http://pbx.example.com"
	plain = CommPeak({**values, "allow_http": "1", "base_url": address, "stats_url": address})
	assert "certificate" not in plain.read_probe_response(HttpResponse(404, "")).message
	assert "certificate" in CommPeak(values).read_probe_response(HttpResponse(404, "")).message
