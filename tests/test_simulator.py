"""The simulated PBX over real sockets: the vendors' shapes and answers, every misbehaviour, exact counts."""

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from urllib.parse import quote, urlsplit

import pytest

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.simulator import Simulator, serve
from c2c_frappe.pbx.simulator.behaviour import KINDS

CALL = "/call/1/2/1000/447700900123"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PRIMEVOX = "/api/c2c_v2.php?auth=key&containerID=123456&tenantID=0&extension=1000&phoneNumber=011447700900123"


@pytest.fixture
def pbx():
	with Simulator() as simulator:
		yield simulator


def ask(url, target, method="GET", body=None, timeout=5, headers=None):
	"""Send one request; return (status, headers, body as bytes)."""
	address = urlsplit(url)
	connection = http.client.HTTPConnection(address.hostname, address.port, timeout=timeout)
	try:
		connection.request(method, target, body, headers or {})
		answer = connection.getresponse()
		return answer.status, answer.headers, answer.read()
	finally:
		connection.close()


def ask_json(url, target, method="GET", values=None):
	"""Send one request to a JSON API; return (status, value)."""
	body = None if values is None else json.dumps(values)
	status, _headers, text = ask(url, target, method, body)
	return status, json.loads(text)


def raw(url, target):
	"""Open a socket, send a GET and return the socket, nothing read yet."""
	address = urlsplit(url)
	connection = socket.create_connection((address.hostname, address.port), timeout=5)
	connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
	return connection


def read_all(connection):
	parts = []
	while part := connection.recv(65536):
		parts.append(part)
	return b"".join(parts)


class TestCommPeak:
	def test_the_yes_has_the_fields_and_types_of_the_vendors_page(self, pbx):
		status, answer = ask_json(pbx.url, CALL)
		[call] = pbx.calls
		assert status == 200
		assert answer == {
			"success": True,
			"message": "OK",
			"unique_id": call.unique_id,
			"leg_a": "1000",
			"leg_b": "*447700900123",
			"pbx": "simulated.pbx.commpeak.com",
		}
		seconds, counter = answer["unique_id"].split(".")
		assert seconds.isdigit() and counter.isdigit()

	def test_an_unknown_extension_gets_the_no_of_the_vendors_page_and_places_no_call(self, pbx):
		_status, answer = ask_json(pbx.url, "/call/1/2/10270000/4477668899")
		assert answer.pop("unique_id")
		assert answer == {
			"success": False,
			"message": "Extension does not exist.",
			"leg_a": "10270000",
			"leg_b": "*4477668899",
			"pbx": "simulated.pbx.commpeak.com",
		}
		assert pbx.calls == () and len(pbx.requests) == 1

	def test_both_shapes_take_a_prefix_and_keep_custom_data_in_full(self, pbx):
		query = f"?leadid=CRM-LEAD-2026-00001&note={quote('a & b=ü')}&empty="
		for target in (
			f"{CALL}/9{query}",
			f"/click2call/1001/447700900123/9{query}",
			"/click2call/1001/4477",
		):
			assert ask_json(pbx.url, target)[1]["success"] is True
		first, second, third = pbx.calls
		data = {"leadid": "CRM-LEAD-2026-00001", "note": "a & b=ü", "empty": ""}
		assert (first.shape, second.shape) == ("call", "click2call")
		assert (first.prefix, second.prefix, third.prefix) == ("9", "9", "")
		assert first.custom_data == second.custom_data == data
		assert (second.extension, second.number) == ("1001", "447700900123")
		assert dict(third.custom_data) == {}

	@pytest.mark.parametrize(
		"target",
		[
			"/call/1/2/1000",
			"/call/1/2/1000/4477/",
			"/call/1/2/1000//4477",
			"/call/1/2/1000/4477/9/9",
			"/call/1",
			"/click2call/1000",
			"/Call/1/2/1000/4477",
			"/elsewhere",
		],
	)
	def test_any_other_path_is_404_and_places_no_call(self, pbx, target):
		assert ask(pbx.url, target)[0] == 404
		assert pbx.calls == () and pbx.requests[0].target == target

	def test_an_address_off_the_allow_list_gets_404(self):
		with Simulator(allow=["203.0.113.0/24"]) as pbx:
			assert ask(pbx.url, CALL)[0] == 404
			assert ask(pbx.url, "/click2call/1000/4477")[0] == 404
			assert pbx.calls == () and len(pbx.requests) == 2
		with Simulator(allow=["203.0.113.0/24", "127.0.0.0/8"]) as pbx:
			assert ask(pbx.url, CALL)[0] == 200

	def test_wrong_ids_get_404_once_ids_are_configured(self):
		with Simulator(crm_id="7", client_id="8") as pbx:
			statuses = [ask(pbx.url, f"/call/{ids}/1000/4477")[0] for ids in ("7/8", "7/9", "9/8")]
			assert statuses == [200, 404, 404]
			assert len(pbx.calls) == 1

	def test_a_number_with_a_plus_is_refused_because_the_page_wants_an_integer(self, pbx):
		answer = ask_json(pbx.url, "/call/1/2/1000/+447700900123")[1]
		assert answer["success"] is False and pbx.calls == ()

	def test_only_get_places_a_call(self, pbx):
		assert ask(pbx.url, CALL, "POST", b"x=1")[0] == 405
		assert pbx.calls == () and pbx.requests[0].method == "POST"


class TestPrimevox:
	def test_a_dial_is_recorded_and_answered_with_a_short_text(self, pbx):
		status, headers, body = ask(pbx.url, PRIMEVOX)
		[call] = pbx.calls
		assert (status, headers.get_content_type(), body) == (200, "text/plain", b"OK")
		assert (call.provider, call.extension, call.number) == ("primevox", "1000", "011447700900123")
		assert pbx.requests[0].query == {
			"auth": "key",
			"containerID": "123456",
			"tenantID": "0",
			"extension": "1000",
			"phoneNumber": "011447700900123",
		}

	def test_parameter_names_are_case_sensitive(self, pbx):
		assert ask(pbx.url, PRIMEVOX.replace("phoneNumber", "phonenumber"))[0] == 400
		assert ask(pbx.url, PRIMEVOX.replace("containerID", "containerId"))[0] == 400
		assert pbx.calls == ()

	def test_the_tenant_may_be_left_out(self, pbx):
		assert ask(pbx.url, PRIMEVOX.replace("&tenantID=0", ""))[0] == 200
		assert len(pbx.calls) == 1

	@pytest.mark.parametrize("number", ["2025550147", "12025550147", "011447700900123"])
	def test_the_three_documented_number_forms_place_a_call(self, pbx, number):
		ask(pbx.url, PRIMEVOX.replace("011447700900123", number))
		assert [call.number for call in pbx.calls] == [number]

	@pytest.mark.parametrize("number", ["%2B447700900123", "447700900123", "00447700900123", "555"])
	def test_any_other_number_form_places_none(self, pbx, number):
		status, _headers, body = ask(pbx.url, PRIMEVOX.replace("011447700900123", number))
		assert (status, body) == (200, b"Error: Invalid phone number.")
		assert pbx.calls == ()

	def test_a_wrong_key_or_container_places_no_call(self):
		with Simulator(api_key="right") as pbx:
			assert ask(pbx.url, PRIMEVOX)[0] == 403
			assert ask(pbx.url, PRIMEVOX.replace("auth=key", "auth=right"))[0] == 200
			assert ask(pbx.url, PRIMEVOX.replace("auth=key", "auth=right").replace("123456", "1"))[0] == 400
			assert len(pbx.calls) == 1

	def test_a_refusal_is_a_text_with_200_too(self, pbx):
		pbx.behave("refuse")
		assert ask(pbx.url, PRIMEVOX)[2] == b"Error: Call refused."
		assert pbx.calls == ()


class TestMisbehaviour:
	def test_refuse_is_the_vendors_no(self, pbx):
		pbx.behave("refuse")
		answer = ask_json(pbx.url, CALL)[1]
		assert answer["success"] is False and answer["message"] == "Call refused."
		assert pbx.calls == ()

	@pytest.mark.parametrize(
		("kind", "status"), [("404", 404), ("5xx", 500), ("401", 401), ("503", 503), ("499", 499)]
	)
	def test_a_status_is_answered_and_places_no_call(self, pbx, kind, status):
		pbx.behave(kind)
		assert ask(pbx.url, CALL)[0] == status
		assert pbx.calls == () and pbx.requests[0].behaviour == kind

	def test_redirect_leads_to_another_host_where_a_follower_is_seen(self, pbx):
		pbx.behave("redirect", times=1)
		status, headers, _body = ask(pbx.url, PRIMEVOX)
		place = urlsplit(headers["Location"])
		assert status == 302 and pbx.calls == ()
		assert (place.hostname, place.port) == ("localhost", urlsplit(pbx.url).port)
		assert ask(pbx.url, f"{place.path}?{place.query}")[1].get_content_type() == "text/html"
		assert pbx.requests[1].path == "/redirected/api/c2c_v2.php"
		assert pbx.requests[1].query["auth"] == "key" and pbx.calls == ()

	def test_hang_places_the_call_and_never_answers(self, pbx):
		pbx.behave("hang")
		with raw(pbx.url, CALL) as connection:
			pbx.wait_for_requests(1)
			connection.settimeout(0.5)
			with pytest.raises(TimeoutError):
				connection.recv(1)
		assert len(pbx.calls) == 1

	def test_hang_with_seconds_closes_without_a_word(self, pbx):
		pbx.behave("hang", seconds=0.2)
		with raw(pbx.url, CALL) as connection:
			assert read_all(connection) == b""

	def test_drip_sends_headers_a_byte_at_a_time_that_never_end(self, pbx):
		pbx.behave("drip", seconds=0.001)
		with raw(pbx.url, CALL) as connection:
			got = b""
			while len(got) < 400:
				part = connection.recv(64)
				got += part
				assert part
		assert got.startswith(b"HTTP/1.1 200 OK\r\n") and b"\r\n\r\n" not in got
		assert len(pbx.calls) == 1

	def test_drip_body_sends_whole_headers_and_a_body_that_never_ends(self, pbx):
		pbx.behave("drip_body", seconds=0.001)
		with raw(pbx.url, CALL) as connection:
			got = b""
			while len(got) < 600:
				part = connection.recv(64)
				got += part
				assert part
		assert b'\r\n\r\n{"success":true' in got
		assert len(pbx.calls) == 1

	def test_drop_closes_after_reading_the_request(self, pbx):
		pbx.behave("drop")
		with raw(pbx.url, CALL) as connection:
			assert read_all(connection) == b""
		assert len(pbx.calls) == 1

	def test_cut_sends_half_a_body(self, pbx):
		pbx.behave("cut")
		with pytest.raises(http.client.IncompleteRead) as error:
			ask(pbx.url, CALL)
		assert error.value.partial.startswith(b'{"success":true')
		assert error.value.expected in (len(error.value.partial), len(error.value.partial) + 1)
		assert len(pbx.calls) == 1

	def test_html_is_a_200_page_though_the_call_was_placed(self, pbx):
		pbx.behave("html")
		status, headers, body = ask(pbx.url, CALL)
		assert (status, headers.get_content_type()) == (200, "text/html")
		assert b"<h1>" in body and len(pbx.calls) == 1

	def test_huge_sends_megabytes(self, pbx):
		pbx.behave("huge")
		status, _headers, body = ask(pbx.url, CALL)
		assert status == 200 and len(body) > 8_000_000 and len(pbx.calls) == 1

	def test_slow_answers_yes_after_the_given_seconds(self, pbx):
		pbx.behave("slow", seconds=0.3)
		started = time.monotonic()
		assert ask_json(pbx.url, CALL)[1]["success"] is True
		assert 0.3 <= time.monotonic() - started < 2

	def test_the_call_of_a_slow_answer_is_known_before_the_answer_leaves(self, pbx):
		pbx.behave("slow", seconds=30)
		with raw(pbx.url, CALL):
			assert pbx.wait_for_requests(1)[0].call_id == 1
			assert len(pbx.calls) == 1

	def test_which_kinds_place_a_call_can_be_turned_round(self, pbx):
		pbx.behave("drop", places_call=False, times=1)
		raw(pbx.url, CALL).close()
		pbx.wait_for_requests(1)
		assert pbx.calls == ()
		pbx.behave("5xx", places_call=True)
		assert ask(pbx.url, CALL)[0] == 500
		assert len(pbx.calls) == 1

	def test_an_unknown_extension_places_no_call_under_any_kind(self, pbx):
		pbx.behave("html")
		ask(pbx.url, "/call/1/2/9999/4477")
		assert pbx.calls == ()

	def test_a_rule_can_be_for_one_extension_or_one_number(self, pbx):
		pbx.behave("refuse", extension="1001")
		pbx.behave("404", number="+1 202-555-0147")
		assert ask_json(pbx.url, "/call/1/2/1000/4477")[1]["success"] is True
		assert ask_json(pbx.url, "/call/1/2/1001/4477")[1]["success"] is False
		assert ask(pbx.url, "/click2call/1000/12025550147")[0] == 404
		assert ask(pbx.url, PRIMEVOX.replace("011447700900123", "2025550147"))[0] == 404
		assert len(pbx.calls) == 1

	def test_a_rule_with_times_is_used_up_and_the_newest_rule_wins(self, pbx):
		pbx.behave("404")
		pbx.behave("503", times=2)
		assert [ask(pbx.url, CALL)[0] for _ in range(4)] == [503, 503, 404, 404]
		pbx.behave("ok", extension="1000")
		assert ask(pbx.url, CALL)[0] == 200

	def test_a_rule_for_all_reaches_requests_that_are_no_dial_and_one_for_an_extension_does_not(self, pbx):
		pbx.behave("503", extension="1000")
		assert ask(pbx.url, "/call/1/2")[0] == 404
		pbx.behave("503")
		assert ask(pbx.url, "/call/1/2")[0] == 503

	@pytest.mark.parametrize("wrong", [{"kind": "explode"}, {"kind": "600"}, {"kind": "404", "times": 0}])
	def test_a_rule_that_makes_no_sense_is_a_value_error(self, pbx, wrong):
		with pytest.raises(ValueError):
			pbx.behave(**wrong)

	def test_reset_forgets_everything_but_gives_no_id_twice(self, pbx):
		first = ask_json(pbx.url, CALL)[1]["unique_id"]
		pbx.behave("404")
		pbx.reset()
		assert pbx.calls == () and pbx.requests == ()
		assert ask_json(pbx.url, CALL)[1]["unique_id"] != first
		assert pbx.calls[0].id == 2


class TestCalls:
	def test_a_call_goes_from_the_agents_phone_to_the_customers_to_talk_to_its_end(self, pbx):
		ask(pbx.url, CALL)
		[call] = pbx.calls
		states = [
			call.state,
			pbx.answer(call.id).state,
			pbx.answer(call.id).state,
			pbx.hang_up(call.id).state,
		]
		[ended] = pbx.calls
		assert states == ["agent_ringing", "customer_ringing", "talking", "ended"]
		assert ended.requested_at <= ended.agent_answered_at <= ended.answered_at <= ended.ended_at

	def test_a_call_that_was_never_answered_has_no_answer_time(self, pbx):
		ask(pbx.url, CALL)
		pbx.hang_up(1)
		assert pbx.calls[0].answered_at is None and pbx.calls[0].ended_at is not None

	def test_records_are_frozen(self, pbx):
		ask(pbx.url, CALL)
		with pytest.raises(AttributeError):
			pbx.calls[0].state = "ended"
		with pytest.raises(TypeError):
			pbx.requests[0].query["x"] = "y"

	def test_in_fast_mode_both_phones_are_picked_up_after_the_given_seconds(self):
		with Simulator(answer_after=0.2) as pbx:
			ask(pbx.url, CALL)
			assert pbx.calls[0].state == "agent_ringing"
			time.sleep(0.5)
			[call] = pbx.calls
			assert call.state == "talking"
			assert call.agent_answered_at == pytest.approx(call.requested_at + 0.2)
			assert call.answered_at == pytest.approx(call.requested_at + 0.4)


class TestControlApi:
	def test_calls_are_answered_and_hung_up_over_http(self, pbx):
		ask(pbx.url, f"{CALL}?leadid=L1")
		overview = ask_json(pbx.url, "/_sim/calls")[1]
		assert overview["calls"][0]["custom_data"] == {"leadid": "L1"}
		assert overview["extensions"] == ["1000", "1001", "1002"] and overview["request_count"] == 1
		for action, state in [("answer", "customer_ringing"), ("answer", "talking"), ("hangup", "ended")]:
			status, answer = ask_json(pbx.url, f"/_sim/calls/1/{action}", "POST")
			assert (status, answer["call"]["state"]) == (200, state)
		assert pbx.calls[0].state == "ended"

	def test_a_second_click_on_the_agents_answer_does_not_answer_the_customer(self, pbx):
		ask(pbx.url, CALL)
		first = ask_json(pbx.url, "/_sim/calls/1/answer", "POST", {"leg": "agent"})
		second = ask_json(pbx.url, "/_sim/calls/1/answer", "POST", {"leg": "agent"})
		assert (first[0], second[0]) == (200, 409)
		assert pbx.calls[0].state == "customer_ringing"

	def test_requests_come_back_with_query_and_headers(self, pbx):
		ask(pbx.url, PRIMEVOX)
		[request] = ask_json(pbx.url, "/_sim/requests")[1]["requests"]
		assert request["target"] == PRIMEVOX and request["query"]["phoneNumber"] == "011447700900123"
		assert request["headers"]["host"] == urlsplit(pbx.url).netloc
		assert request["call_id"] == 1 and request["client"] == "127.0.0.1"

	def test_behave_and_reset_over_http(self, pbx):
		rule = {"kind": "503", "extension": 1000, "times": 5}
		status, answer = ask_json(pbx.url, "/_sim/behave", "POST", rule)
		assert (status, answer["behaviour"]["left"]) == (200, 5)
		assert ask(pbx.url, CALL)[0] == 503
		assert ask_json(pbx.url, "/_sim/calls")[1]["behaviours"][0]["left"] == 4
		assert ask_json(pbx.url, "/_sim/reset", "POST")[0] == 200
		assert ask(pbx.url, CALL)[0] == 200 and len(pbx.requests) == 1

	@pytest.mark.parametrize(
		("method", "path", "body", "status", "sentence"),
		[
			("POST", "/_sim/behave", "{", 400, "Expecting"),
			("POST", "/_sim/behave", "[]", 400, "must be a JSON object"),
			("POST", "/_sim/behave", "{}", 400, "Give kind"),
			("POST", "/_sim/behave", '{"kind": "explode"}', 400, "Choose one of"),
			("POST", "/_sim/behave", '{"kind": "404", "time": 1}', 400, "Give kind"),
			("POST", "/_sim/behave", '{"kind": "404", "times": "x"}', 400, "times must be a number"),
			("POST", "/_sim/calls/99/answer", "", 404, "no call 99"),
			("GET", "/_sim/calls/1/answer", "", 404, "no GET"),
			("GET", "/_sim/reset", "", 404, "no GET"),
			("POST", "/_sim/calls/1/hangup", "", 409, "already ended"),
			("POST", "/_sim/calls/1/answer", "", 409, "does not ring"),
		],
	)
	def test_mistakes_get_a_status_and_a_sentence(self, pbx, method, path, body, status, sentence):
		ask(pbx.url, CALL)
		pbx.hang_up(1)
		got, answer = ask(pbx.url, path, method, body)[::2]
		assert got == status and sentence in json.loads(answer)["error"]

	def test_a_client_that_only_tries_the_root_is_recorded_and_meets_the_rules_for_all(self, pbx):
		assert ask(pbx.url, "/")[0] == 200
		pbx.behave("503")
		assert ask(pbx.url, "/")[0] == 503
		assert len(pbx.requests) == 2 and pbx.calls == ()

	def test_the_page_and_the_control_api_are_not_counted_as_requests(self, pbx):
		page = ask(pbx.url, "/", headers=BROWSER)
		ask(pbx.url, "/_sim/calls")
		assert page[0] == 200 and b"<title>Simulated PBX</title>" in page[2]
		assert pbx.requests == ()


class TestPage:
	def test_it_needs_nothing_from_elsewhere_and_never_writes_html_from_data(self, pbx):
		page = ask(pbx.url, "/", headers=BROWSER)[2].decode()
		assert "innerHTML" not in page and "insertAdjacentHTML" not in page and "document.write" not in page
		assert not re.search(r"""(src|href)=|url\(|https?://|@import""", page)

	def test_it_offers_every_kind_of_misbehaviour(self, pbx):
		offered = re.findall(r'<option value="(\w+)">', ask(pbx.url, "/", headers=BROWSER)[2].decode())
		assert set(KINDS) <= set(offered)


class TestServer:
	def test_hundreds_of_requests_at_once_are_counted_exactly(self, pbx):
		pbx.behave("503", times=57)
		count, statuses, gate = 300, [], threading.Barrier(300)

		def dial(index):
			gate.wait()
			statuses.append(ask(pbx.url, f"/call/1/2/1000/4477{index:06}", timeout=30)[0])

		threads = [threading.Thread(target=dial, args=(index,)) for index in range(count)]
		for thread in threads:
			thread.start()
		for thread in threads:
			thread.join()
		assert len(pbx.requests) == len({request.path for request in pbx.requests}) == count
		assert (statuses.count(503), statuses.count(200), len(pbx.calls)) == (57, 243, 243)
		assert len({call.unique_id for call in pbx.calls}) == 243

	def test_stopping_ends_connections_that_hang_or_drip(self):
		before = threading.active_count()
		with Simulator() as pbx:
			pbx.behave("hang", extension="1000")
			pbx.behave("drip", extension="1001", seconds=60)
			connections = [raw(pbx.url, CALL.replace("1000", ext)) for ext in ("1000", "1001", "1000")]
			pbx.wait_for_requests(3)
			started = time.monotonic()
		assert time.monotonic() - started < 2
		for connection in connections:
			read_all(connection)
			connection.close()
		assert threading.active_count() == before
		assert len(pbx.calls) == 3

	def test_a_broken_request_line_does_no_harm(self, pbx):
		address = urlsplit(pbx.url)
		with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
			connection.sendall(b"nonsense\r\n\r\n")
			assert b"400" in read_all(connection)
		assert ask(pbx.url, CALL)[0] == 200

	@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])  # noqa: S104
	def test_it_listens_on_loopback_only(self, host):
		with pytest.raises(ValueError):
			Simulator(host=host)

	def test_it_speaks_tls_with_a_certificate(self, tmp_path):
		key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
		request = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
		extension = "-addext subjectAltName=IP:127.0.0.1"
		subprocess.run(
			[*request.split(), *extension.split(), "-keyout", key, "-out", certificate],
			check=True,
			capture_output=True,
		)
		with Simulator(certfile=str(certificate), keyfile=str(key)) as pbx:
			address = urlsplit(pbx.url)
			# One that connects and never shakes hands must not keep the others waiting.
			with socket.create_connection((address.hostname, address.port)):
				trust = ssl.create_default_context(cafile=str(certificate))
				connection = http.client.HTTPSConnection(
					address.hostname, address.port, timeout=5, context=trust
				)
				connection.request("GET", CALL)
				answer = json.loads(connection.getresponse().read())
				connection.close()
		assert address.scheme == "https" and answer["success"] is True and len(pbx.calls) == 1


SERVE = "from c2c_frappe.pbx.simulator import serve; serve(0, extensions=['2005'])"


class TestServe:
	@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
	def test_it_says_where_it_listens_and_stops_cleanly_on_a_signal(self, number):
		command = [sys.executable, "-c", SERVE]
		with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
			try:
				ready = json.loads(process.stdout.readline())
				assert ready["extensions"] == ["2005"]
				assert ask_json(ready["listening"], "/call/1/2/2005/4477")[1]["success"] is True
				ask_json(ready["listening"], "/_sim/behave", "POST", {"kind": "hang"})
				with raw(ready["listening"], CALL):
					os.kill(process.pid, number)
					out, err = process.communicate(timeout=5)
			finally:
				process.kill()
		assert (process.returncode, out, err) == (0, b"", b"")

	def test_a_taken_port_is_a_configuration_error(self, pbx):
		with pytest.raises(ConfigurationError) as error:
			serve(urlsplit(pbx.url).port)
		assert error.value.setting == "port"

	def test_an_unreadable_allow_list_is_a_configuration_error(self):
		with pytest.raises(ValueError):
			Simulator(allow=["everyone"])
		with pytest.raises(ConfigurationError) as error:
			serve(0, allow=["everyone"])
		assert error.value.setting == "allow"
