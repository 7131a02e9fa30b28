"""Asterisk beyond the contract and beyond tests/asterisk: what no well-behaved Asterisk says, and what is sent."""

import json
from urllib.parse import quote

import pytest

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import ConfigurationError, OutcomeUnknownError, RejectedError
from c2c_frappe.pbx.providers.asterisk.provider import NOBODYS_CALL, Asterisk
from c2c_frappe.pbx.providers.base import Phone
from c2c_frappe.pbx.wire.http import HttpResponse

PASSWORD = "s3cret-of-ari"
VALUES = {
	"base_url": "https://pbx.example.com:8089",
	"ari_user": "crm",
	"ari_password": PASSWORD,
	"ari_context": "c2c-out",
}
DIAL = DialRequest("1000", "+447700900123", call="5f0c1a2b3d")
ONLINE = HttpResponse(200, '{"technology":"PJSIP","resource":"1000","state":"online","channel_ids":[]}')
TAKEN = HttpResponse(409, '{"message":"Channel with given unique ID already exists"}')


def body(dial=DIAL, **changes):
	return json.loads(Asterisk({**VALUES, **changes}).dial_request(dial).body)


def place(*answers, **changes):
	"""Return (result, requests) of a call whose requests get these answers in turn; an exception is raised."""
	sent, waiting = [], list(answers)

	def send(request, _connection):
		sent.append(request)
		answer = waiting.pop(0)
		if isinstance(answer, Exception):
			raise answer
		return answer

	return exchange.place(Asterisk({**VALUES, **changes}), DIAL, send), sent


class TestTheDial:
	@pytest.mark.parametrize("sign", "&,;|$\"'\\()[]{}<>!^*?=%`\x00\x1b\r\n\u202e\u2028")
	def test_nothing_a_dialplan_acts_on_reaches_it_in_custom_data(self, sign):
		dial = DialRequest("1000", "+447700900123", {"leadid": f"A{sign}B"}, call="5f0c1a2b3d")
		values = body(dial)["variables"]
		assert values["__C2C_LEADID"] == values["CDR(leadid)"] == f"A{quote(sign, safe='')}B"

	@pytest.mark.parametrize("value", ["CRM-LEAD-2026-00001", "Müller Söhne", "ACC/2026+1", "a@b.c", "#7_x"])
	def test_names_as_frappe_gives_them_stay_as_they_are(self, value):
		dial = DialRequest("1000", "+447700900123", {"leadid": value})
		assert body(dial)["variables"] == {"__C2C_LEADID": value, "CDR(leadid)": value}

	@pytest.mark.parametrize("key", ["lead)&SHELL(id", "lead id", "lead-id", "lead,id"])
	def test_a_key_becomes_a_plain_name_and_never_a_function(self, key):
		names = body(DialRequest("1000", "+447700900123", {key: "x"}))["variables"]
		assert all(name.replace("CDR(", "").rstrip(")").isidentifier() for name in names)

	def test_numbers_extension_is_a_variable_of_its_own(self):
		"""Digits to dial once the customer's switchboard answers; custom data of that name is not dialed."""
		dial = DialRequest("1000", "+447700900123", {"number_extension": "9,x"}, number_extension="12")
		assert body(dial)["variables"]["__C2C_NUMBER_EXTENSION"] == "12"
		without = body(DialRequest("1000", "+447700900123", {"number_extension": "9,x"}))["variables"]
		assert "__C2C_NUMBER_EXTENSION" not in without

	def test_the_calls_name_is_sent_without_any_custom_data(self):
		assert body()["channelId"] == body()["variables"]["__C2C_CALL"] == "5f0c1a2b3d"

	@pytest.mark.parametrize(
		("of_user", "of_account", "sent"),
		[
			("+44 20 7946-0018", "+15550100", "+442079460018"),
			("(020) 7946.0018", "", "02079460018"),
			("", "+15550100", "+15550100"),
			("", "", None),
		],
	)
	def test_the_callers_own_id_goes_before_the_accounts(self, of_user, of_account, sent):
		dial = DialRequest("1000", "+447700900123", caller_id=of_user)
		assert body(dial, ari_caller_id=of_account).get("callerId") == sent

	@pytest.mark.parametrize("caller_id", ["Acme <+442079460018>", "1\r\nX-Evil: 1", "100&200", "${EXTEN}"])
	def test_a_caller_id_that_is_no_number_is_for_the_admin(self, caller_id):
		with pytest.raises(ConfigurationError) as caught:
			body(DialRequest("1000", "+447700900123", caller_id=caller_id))
		assert caught.value.setting == "caller_id"

	@pytest.mark.parametrize(
		("pattern", "endpoint"),
		[
			("PJSIP/{extension}", "PJSIP/1000"),
			("SIP/{extension}", "SIP/1000"),
			("PJSIP/office-{extension}", "PJSIP/office-1000"),
			("Local/{extension}@from-internal/n", "Local/1000@from-internal/n"),
		],
	)
	def test_the_pattern_makes_an_endpoint_of_an_extension(self, pattern, endpoint):
		assert body(endpoint_pattern=pattern)["endpoint"] == endpoint

	@pytest.mark.parametrize(
		"pattern",
		[
			"PJSIP/1000",
			"{extension}",
			"PJSIP/{extension}&PJSIP/1001",
			"PJSIP/{extension},60",
			"Local/{extension}@from-internal",
			"PJSIP/{extension}${X}",
			"PJSIP/{extension};x",
		],
	)
	def test_a_pattern_that_rings_two_or_nobody_or_loses_the_call_is_refused(self, pattern):
		with pytest.raises(ConfigurationError) as caught:
			Asterisk({**VALUES, "endpoint_pattern": pattern})
		assert caught.value.setting == "endpoint_pattern"


class TestQuestions:
	@pytest.mark.parametrize(
		("answer", "code"),
		[
			(HttpResponse(200, "<h1>Welcome</h1>", "text/html"), "pbx_rejected"),
			(HttpResponse(200, "[]"), "pbx_rejected"),
			(HttpResponse(404, "<h1>Not Found</h1>"), "pbx_rejected"),
			(HttpResponse(302), "pbx_rejected"),
			(HttpResponse(401), "bad_credentials"),
			(HttpResponse(503), "pbx_rejected"),
			(OutcomeUnknownError("Late.", "timeout"), "not_sent"),
		],
	)
	def test_an_answer_that_describes_no_phone_ends_it_before_the_dial(self, answer, code):
		result, sent = place(answer)
		assert (result.status, result.failure_code, len(sent)) == ("Failed", code, 1)
		assert "may still ring" not in result.message and PASSWORD not in result.message

	@pytest.mark.parametrize("state", ["online", "unknown"])
	def test_a_phone_is_dialed_unless_asterisk_says_that_it_is_offline(self, state):
		said = HttpResponse(200, json.dumps({"resource": "1000", "state": state}))
		result, sent = place(said, HttpResponse(200, '{"id":"5f0c1a2b3d"}'))
		assert (result.status, [request.is_question for request in sent]) == ("Requested", [True, False])

	@pytest.mark.parametrize(
		("look", "code"),
		[
			(HttpResponse(200, '{"id":"5f0c1a2b3d","name":"PJSIP/1000-00000007","state":"Up"}'), ""),
			(
				HttpResponse(200, '{"id":"5f0c1a2b3d","name":"PJSIP/10001-00000007","state":"Up"}'),
				"pbx_rejected",
			),
			(HttpResponse(404, '{"message":"Channel not found"}'), "bad_reply"),
			(HttpResponse(500, "<h1>no</h1>"), "bad_reply"),
			(HttpResponse(200, "{}"), "bad_reply"),
			(OutcomeUnknownError("Late.", "timeout"), "bad_reply"),
		],
	)
	def test_a_name_that_is_taken_is_looked_up_and_nothing_is_sent_again(self, look, code):
		result, sent = place(ONLINE, TAKEN, look)
		assert result.failure_code == code
		assert [request.is_question for request in sent] == [True, False, True]

	def test_a_probe_asks_questions_only_and_ends_no_call_there_can_be(self):
		sent = []

		def send(request, _connection):
			sent.append(request)
			return HttpResponse(200, '{"ping":"pong"}') if "ping" in request.url else HttpResponse(404, "{}")

		exchange.probe(Asterisk(VALUES), send)
		assert all(request.is_question for request in sent)
		assert [r.url for r in sent if r.method != "GET"] == [
			f"https://pbx.example.com:8089/ari/channels/{NOBODYS_CALL}"
		]


class TestPhones:
	def test_those_this_account_could_ring_are_listed_in_order(self):
		rows = [
			("trunk", "online"),
			("1001", "offline"),
			("1000", "online"),
			("1002", "unknown"),
			("*43", "online"),
		]
		text = json.dumps([{"technology": "PJSIP", "resource": name, "state": state} for name, state in rows])
		assert Asterisk(VALUES).read_phones(HttpResponse(200, text)) == (
			Phone("1000", True),
			Phone("1001", False),
			Phone("1002", None),
		)

	@pytest.mark.parametrize(
		"answer", [HttpResponse(401), HttpResponse(200, "{}"), HttpResponse(200, "<h1>"), HttpResponse(500)]
	)
	def test_an_answer_that_is_no_list_is_said_so(self, answer):
		with pytest.raises(RejectedError):
			exchange.fetch_phones(Asterisk(VALUES), lambda *_: answer)

	def test_a_list_of_thousands_is_read_whole(self):
		rows = [
			{"technology": "PJSIP", "resource": str(number), "state": "online", "channel_ids": []}
			for number in range(5000)
		]
		assert len(json.dumps(rows)) < Asterisk(VALUES).connection.max_response
		assert len(Asterisk(VALUES).read_phones(HttpResponse(200, json.dumps(rows)))) == 5000


class TestHangingUp:
	@pytest.mark.parametrize(
		"answer",
		[HttpResponse(200, "{}"), HttpResponse(404, "<h1>"), HttpResponse(500), OutcomeUnknownError("Late.")],
	)
	def test_what_is_no_yes_is_said_so(self, answer):
		def send(*_):
			if isinstance(answer, Exception):
				raise answer
			return answer

		finding = exchange.hang_up(Asterisk(VALUES), "5f0c1a2b3d", send)
		assert finding.ok is False and finding.message


def test_a_page_that_echoes_the_header_gives_nothing_away():
	header = Asterisk(VALUES).dial_request(DIAL).headers["Authorization"].removeprefix("Basic ")
	for status in (200, 400, 404, 500):
		result, _sent = place(ONLINE, HttpResponse(status, f"<p>You sent Basic {header}</p>"))
		assert header not in result.message


def test_neither_the_password_nor_its_header_is_in_anything_shown():
	provider = Asterisk(VALUES)
	request = provider.event_stream("c2c-site-1").opening
	assert request.url == "wss://pbx.example.com:8089/ari/events?app=c2c-site-1&subscribeAll=true"
	[header] = request.headers.values()
	for shown in (repr(request), request.masked(), repr(provider)):
		assert PASSWORD not in shown and header.removeprefix("Basic ") not in shown
