"""Calls placed on a real Asterisk: what it answers to a dial, how a call ends, and that one click is one call."""

import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import asterisk_lab
import pytest

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.calls.facts import fold
from c2c_frappe.pbx.providers.asterisk.provider import NOBODYS_CALL
from c2c_frappe.pbx.wire import transport
from c2c_frappe.pbx.wire.http import HttpResponse

ANSWERS, RINGS, DECLINES, BUSY = "1000", "1003", "1004", "1005"
TALKS, HANGS_UP = "+447700900121", "+447700900128"
RINGS_ON, DECLINING, ENGAGED, NOBODYS, BROKEN = (f"+44770090012{last}" for last in "34567")
CASES = {
	"answered, the customer hangs up": (ANSWERS, HANGS_UP, "Completed", ""),
	"answered, the agent hangs up": ("1008", TALKS, "Completed", ""),
	"answered on a phone that registers": ("1001", HANGS_UP, "Completed", ""),
	"nobody answers": (ANSWERS, RINGS_ON, "No Answer", ""),
	"the customer is busy": (ANSWERS, ENGAGED, "Busy", ""),
	"the customer declines": (ANSWERS, DECLINING, "Busy", ""),
	"nobody has the number": (ANSWERS, NOBODYS, "Failed", "unknown_number"),
	"the trunk is out of order": (ANSWERS, BROKEN, "Failed", "pbx_rejected"),
	"the agent does not pick up": (RINGS, TALKS, "Failed", "agent_unreachable"),
	"the agent declines": (DECLINES, TALKS, "Failed", "agent_unreachable"),
	"the agent is busy": (BUSY, TALKS, "Failed", "agent_unreachable"),
	"the agent's phone is gone": ("1006", TALKS, "Failed", "agent_unreachable"),
}


@pytest.fixture(scope="module")
def placed(ear, place):
	"""The name and the result of one call of each case, all of them placed at the same time."""
	with ThreadPoolExecutor(len(CASES)) as at_once:
		dials = {name: at_once.submit(place, *case[:2]) for name, case in CASES.items()}
		return {name: dial.result() for name, dial in dials.items()}


@pytest.mark.parametrize("name", CASES)
def test_a_call_that_asterisk_took_ends_as_it_really_ended(placed, ear, name):
	call, result = placed[name]
	assert (result.status, result.pbx_call_id) == ("Requested", call)
	assert ear.outcome(call)[:2] == CASES[name][2:]


@pytest.mark.parametrize("name", ["answered, the customer hangs up", "answered, the agent hangs up"])
def test_talk_time_is_the_time_both_were_connected(placed, ear, lab, name):
	call, _result = placed[name]
	facts = fold(ear.outcome(call)[2])
	talked = (facts["ended_at"] - facts["answered_at"]).total_seconds()
	assert facts["duration"] == round(talked) and 1.2 < talked < 2.8
	# Asterisk bills from the agent's answer, half a second earlier.
	[record] = lab.records_of(call)
	assert record["end"] - record["answer"] > talked + 0.2


def test_the_recording_of_an_answered_call_is_where_the_log_says(placed, ear):
	call, _result = placed["answered, the customer hangs up"]
	url = fold(ear.outcome(call)[2])["recording_url"]
	request = urllib.request.Request(url, headers=asterisk_lab.basic_authorization())
	with urllib.request.urlopen(request, timeout=10) as answer:
		audio = answer.read()
	# Two seconds at 8000 samples of two bytes each; an empty file has a head and nothing else.
	assert answer.headers["Content-Type"] == "audio/wav" and audio[:4] == b"RIFF"
	assert 1.5 < len(audio) / 16000 < 2.5


def test_every_call_has_one_record_at_the_pbx(placed, ear, lab):
	for call, _result in placed.values():
		ear.outcome(call)
		assert len(lab.records_of(call)) == 1


class TestThePhone:
	@pytest.mark.parametrize(
		("extension", "code", "words"),
		[
			("4711", "unknown_extension", "has no phone PJSIP/4711"),
			("1002", "extension_offline", "not registered"),
			("1007", "extension_offline", "offline"),
		],
	)
	def test_one_that_is_unknown_or_not_connected_is_told_before_anything_is_dialed(
		self, place, ear, lab, extension, code, words
	):
		call, result = place(extension)
		assert (result.status, result.failure_code) == ("Failed", code) and words in result.message
		assert not ear.news[call] and call not in str(lab.call_records)

	def test_a_local_channel_rings_what_the_dialplan_rings(self, place, ear):
		call, result = place(number=HANGS_UP, endpoint_pattern="Local/{extension}@c2c-lab-phones/n")
		assert result.status == "Requested"
		status, _code, said = ear.outcome(call)
		assert status == "Completed" and fold(said)["duration"] == 2


class TestTheAccount:
	def test_a_wrong_password_is_told_before_anything_is_dialed(self, place):
		_call, result = place(ari_password="wrong-password")
		assert result.failure_code == "bad_credentials" and "wrong-password" not in result.message

	def test_a_user_who_may_only_read_is_told_what_to_change(self, place):
		_call, result = place(ari_user="reader")
		assert result.failure_code == "bad_credentials" and "read_only" in result.message

	def test_a_wrong_context_rings_the_agent_and_is_found_out_when_he_is_dropped(self, place, ear):
		call, result = place(ari_context="nowhere")
		assert result.status == "Requested"
		assert ear.outcome(call)[:2] == ("Failed", "misconfigured")

	@pytest.mark.parametrize("path", ["/ari", "/ari/", "/", ""])
	def test_the_address_may_end_in_ari(self, place, ear, lab, path):
		_call, result = place(DECLINES, base_url=lab.url + path)
		assert result.status == "Requested"

	def test_another_web_server_at_the_address_is_not_taken_for_asterisk(self, place, lab):
		_call, result = place(base_url=f"{lab.url}/httpstatus")
		assert (result.status, result.failure_code) == ("Failed", "pbx_rejected")


class TestOneClickIsOneCall:
	def test_the_same_call_sent_twice_rings_once_and_the_second_is_told_of_the_first(self, place, ear, lab):
		call, first = place(RINGS)
		_call, second = place(RINGS, call=call)
		assert (first.status, second.status, second.pbx_call_id) == ("Requested", "Requested", call)
		assert "PJSIP/1003-" in second.message and "not placed again" in second.message
		assert _channels(ear, call) == 1

	def test_sent_twenty_times_at_once_it_rings_once(self, place, ear):
		call, _result = place("4711")  # only for a name
		with ThreadPoolExecutor(20) as at_once:
			results = [r for _c, r in at_once.map(lambda _n: place(RINGS, call=call), range(20))]
		assert {result.status for result in results} == {"Requested"}
		assert [result.message for result in results].count("Asterisk accepted the call.") == 1
		assert _channels(ear, call) == 1

	def test_another_calls_channel_of_the_same_id_is_said_to_be_another_and_nothing_rings(self, place, ear):
		call, _result = place(RINGS)
		_call, second = place(ANSWERS, call=call)
		assert (second.status, second.failure_code) == ("Failed", "pbx_rejected")
		assert "PJSIP/1003-" in second.message and _channels(ear, call) == 1

	def test_a_call_that_ended_between_dial_and_question_is_unknown(self, account, place, ear):
		call, _result = place(RINGS)

		def late(request, connection):
			if f"channels/{call}" in request.url:
				exchange.hang_up(account(), call)
				ear.outcome(call)  # it is gone some moments later
			return transport.send(request, connection)

		dial = DialRequest(RINGS, TALKS, call=call)
		result = exchange.place(account(), dial, late)
		assert (result.status, result.failure_code) == ("Unknown", "bad_reply")

	def test_a_lost_answer_is_unknown_and_the_next_dial_of_it_finds_the_call_ringing(
		self, account, place, ear
	):
		def deaf(request, connection):
			answer = transport.send(request, connection)
			return answer if request.is_question else HttpResponse(502, "<h1>Bad Gateway</h1>")

		dial = DialRequest(RINGS, TALKS, call="c0ffee0123")
		assert exchange.place(account(), dial, deaf).status == "Unknown"
		assert place(RINGS, call="c0ffee0123")[1].status == "Requested"
		assert _channels(ear, "c0ffee0123") == 1


def _channels(ear, call):
	"""Count the phones that were rung under this call's name, once all that rings has been heard of."""
	exchange.hang_up(ear.provider, call)
	ear.outcome(call)
	dials = [
		e for e in ear.raw if e.get("type") == "Dial" and e["peer"]["id"] == call and not e["dialstatus"]
	]
	return len({event["peer"]["name"] for event in dials})


class TestHangingUp:
	@pytest.mark.parametrize(
		("extension", "number", "until", "end"),
		[
			(RINGS, TALKS, "Ringing", "Canceled"),
			(ANSWERS, TALKS, "In Progress", "Completed"),
		],
	)
	def test_it_ends_the_call_for_both(self, account, place, ear, extension, number, until, end):
		call, _result = place(extension, number)
		ear.wait(call, until)
		assert exchange.hang_up(account(), call).ok
		assert ear.outcome(call)[0] == end

	def test_a_call_that_is_over_already_is_no_error(self, account):
		finding = exchange.hang_up(account(), "0123456789")
		assert finding.ok and "already ended" in finding.message

	def test_without_the_right_to_it_says_so(self, account, place):
		call, _result = place(RINGS)
		finding = exchange.hang_up(account(ari_user="reader"), call)
		assert finding.ok is False and "read_only" in finding.message
		assert exchange.hang_up(account(), call).ok


def test_the_leads_id_stands_in_the_pbxs_own_call_record(place, ear, lab):
	data = {"leadid": "CRM-LEAD-2026-00001", "recordno": "Müller & Söhne, ${EXTEN}"}
	for extension, number in ((ANSWERS, ENGAGED), (DECLINES, TALKS)):
		call, _result = place(extension, number, data=data)
		ear.outcome(call)
		[record] = lab.records_of(call)
		assert record["leadid"] == "CRM-LEAD-2026-00001"
		assert record["recordno"] == "Müller %26 Söhne%2C %24%7BEXTEN%7D"


def test_the_customers_channel_inherits_the_leads_id(place, ear, lab):
	call, _result = place(data={"leadid": "CRM-LEAD-2026-00002"})
	ear.wait(call, "In Progress")
	[peer] = [
		e["peer"] for e in ear.raw if e.get("type") == "Dial" and e.get("caller", {}).get("id") == call
	][-1:]
	request = ear.provider._request("GET", "channels", peer["id"], "variable", variable="C2C_LEADID")
	answer = transport.send(request, ear.provider.connection)
	assert answer.text == '{"value":"CRM-LEAD-2026-00002"}'
	exchange.hang_up(ear.provider, call)


def test_fifty_calls_at_once_are_fifty_calls(place, ear, lab):
	with ThreadPoolExecutor(50) as at_once:
		placed = list(at_once.map(lambda _number: place(ANSWERS, HANGS_UP), range(50)))
	assert {result.status for _call, result in placed} == {"Requested"}
	for call, _result in placed:
		status, _code, said = ear.outcome(call)
		assert status == "Completed" and 1 <= fold(said)["duration"] <= 3
	calls, ends_at = {call for call, _result in placed}, time.monotonic() + 20
	while not calls <= {record["uniqueid"] for record in lab.call_records}:
		assert time.monotonic() < ends_at
		time.sleep(0.1)


class TestTheAccountsForm:
	def test_testing_the_connection_rings_no_phone_and_says_what_it_could_not_check(self, account, ear, lab):
		finding = exchange.probe(account())
		assert finding.ok and "phones" in finding.message
		assert "documented dialplan" in finding.message and any("trunk" in text for text in finding.unchecked)
		assert NOBODYS_CALL not in ear.over and NOBODYS_CALL not in lab.log

	@pytest.mark.parametrize(
		("changes", "words"),
		[
			({"ari_password": "wrong-password"}, "user or its password"),
			({"ari_user": "reader"}, "read_only"),
			({"endpoint_pattern": "SIP/{extension}"}, "SIP"),
		],
	)
	def test_what_is_wrong_with_an_account_is_said_before_the_first_call(self, account, changes, words):
		finding = exchange.probe(account(**changes))
		assert finding.ok is False and words in finding.message

	def test_the_phones_to_choose_from_are_asterisks(self, account):
		phones = {phone.extension: phone.is_online for phone in exchange.fetch_phones(account())}
		assert phones["1000"] and phones["1001"] and phones["1002"] is False
		assert "trunk" not in phones


def test_numbers_extension_is_dialed_after_the_answer(place, ear, lab):
	"""The documented dialplan sends the digits once the customer answers, and none for a number without."""
	for number_extension, option in (("12", "D(www12)"), ("", "D()")):
		call, _result = place(number_extension=number_extension)
		ear.wait(call, "In Progress")
		request = ear.provider._request("GET", "channels", call)
		assert option in transport.send(request, ear.provider.connection).text
		assert exchange.hang_up(ear.provider, call).ok
