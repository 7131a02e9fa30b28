"""Which texts may be a colleague's extension, by the countries' own short codes; the fields of Asterisk's request for one."""

import json

import pytest

from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.numbers.internal import is_service_code, read_extension
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.wire.http import HttpResponse

ACCOUNT = {
	"base_url": "https://pbx.example.com",
	"ari_user": "crm",
	"ari_password": "x",
	"ari_context": "c2c-out",
}


@pytest.mark.parametrize("text", ["10", "101", "1002", " 1002 ", "123456"])
def test_two_to_six_digits_may_be_an_extension(text):
	assert read_extension(text) == text.strip()


@pytest.mark.parametrize(
	"text", ["", "1", "1234567", "+1002", "10 02", "1002x3", "１００２", "*8", "1002&1003"]
)
def test_anything_else_is_none(text):
	assert read_extension(text) == ""


# Ofcom's 999, 101, 111; BNetzA's 110, 112, 115, and 1103 for what a trunk makes of it; NANPA's N11; ARCEP's 15, 17, 18.
@pytest.mark.parametrize(
	("code", "country"),
	[("999", "GB"), ("101", "gb"), ("111", "GB"), ("110", "DE"), ("115", "DE"), ("1103", "DE")]
	+ [("211", "US"), ("411", "US"), ("933", "US"), ("15", "FR"), ("18", "FR")]
	# The police, the Guardia Civil and medical help of Spain, and Russia's gas emergencies.
	+ [("091", "ES"), ("062", "ES"), ("061", "ES"), ("04", "RU")]
	+ [(code, country) for code in ("112", "911") for country in ("GB", "IN", "", "XX")],
)
def test_short_and_emergency_codes_of_the_country_are_no_extensions(code, country):
	assert is_service_code(code, ["", country])


@pytest.mark.parametrize(
	("digits", "country"), [("1002", "GB"), ("2000", "US"), ("1002", "DE"), ("201", "GB")]
)
def test_usual_extensions_are_no_codes(digits, country):
	assert not is_service_code(digits, [country])


def request(dial, **settings):
	return json.loads(registry.build("asterisk", {**ACCOUNT, **settings}).dial_request(dial).body)


def test_trunk_that_is_named_by_digits_is_no_phone_to_call():
	provider = registry.build("asterisk", {**ACCOUNT, "ari_trunks": "2000, 3000"})
	listed = [{"resource": name, "state": "online"} for name in ("1001", "2000", "trunk")]
	phones = provider.read_phones(HttpResponse(200, json.dumps(listed)))
	assert [phone.extension for phone in phones] == ["1001"]


def test_extension_goes_to_its_own_context_with_nothing_of_the_company():
	dial = DialRequest("1001", "", caller_id="+442079460000", call="c" * 10, called_extension="1002")
	body = request(dial, ari_internal_context="from-internal", ari_show_customer="1")
	assert (body["extension"], body["context"], body["callerId"]) == ("1002", "from-internal", "1001")
	with pytest.raises(ConfigurationError):
		request(dial)


def test_name_on_the_agents_phone_breaks_out_of_no_quotes():
	name = 'Ann "<sip:x>\r\nX-Evil: 1\\'
	dial = DialRequest("1001", "+447700900123", call="c" * 10, shown_name=name, shown_number="+447700900123")
	shown = request(dial, ari_show_customer="1")["callerId"]
	assert shown == '"Ann  sip:x X-Evil: 1" <+447700900123>'
	assert "callerId" not in request(dial)


@pytest.mark.parametrize(
	"header",
	[
		"Call-Info: <sip:x>\r\nX: 1",
		"Via: x",
		"Contact: <sip:x>",
		"Call-Info",
		"Call-Info: ${SHELL(id)}",
		"X-: a",
	],
)
def test_header_that_could_break_an_invite_is_refused(header):
	with pytest.raises(ConfigurationError):
		registry.build("asterisk", {**ACCOUNT, "ari_answer_header": header})
