"""The simulated PBX as a server: the course of a call, control API, page, exact counts, start and stop."""

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
from urllib.parse import urlsplit

import pytest

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.simulator import Simulator, serve
from c2c_frappe.pbx.simulator.behaviour import KINDS

CALL = "/call/1/2/1000/447700900123"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PRIMEVOX = "/api/c2c_v2.php?auth=key&containerID=123456&tenantID=0&extension=1000&phoneNumber=011447700900123"


class TestCalls:
	def test_a_call_goes_from_the_agents_phone_to_the_customers_to_talk_to_its_end(self, pbx):
		pbx.ask(CALL)
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
		pbx.ask(CALL)
		pbx.hang_up(1)
		assert pbx.calls[0].answered_at is None and pbx.calls[0].ended_at is not None

	def test_records_are_frozen(self, pbx):
		pbx.ask(CALL)
		with pytest.raises(AttributeError):
			pbx.calls[0].state = "ended"
		with pytest.raises(TypeError):
			pbx.requests[0].query["x"] = "y"

	def test_in_fast_mode_both_phones_are_picked_up_after_the_given_seconds(self, simulator):
		with simulator(answer_after=0.2) as pbx:
			pbx.ask(CALL)
			assert pbx.calls[0].state == "agent_ringing"
			time.sleep(0.5)
			[call] = pbx.calls
			assert call.state == "talking"
			assert call.agent_answered_at == pytest.approx(call.requested_at + 0.2)
			assert call.answered_at == pytest.approx(call.requested_at + 0.4)


class TestControlApi:
	def test_calls_are_answered_and_hung_up_over_http(self, pbx):
		pbx.ask(f"{CALL}?leadid=L1")
		overview = pbx.ask_json("/_sim/calls")[1]
		assert overview["calls"][0]["custom_data"] == {"leadid": "L1"}
		assert overview["extensions"] == ["1000", "1001", "1002"] and overview["request_count"] == 1
		for action, state in [("answer", "customer_ringing"), ("answer", "talking"), ("hangup", "ended")]:
			status, answer = pbx.ask_json(f"/_sim/calls/1/{action}", "POST")
			assert (status, answer["call"]["state"]) == (200, state)
		assert pbx.calls[0].state == "ended"

	def test_a_second_click_on_the_agents_answer_does_not_answer_the_customer(self, pbx):
		pbx.ask(CALL)
		first = pbx.ask_json("/_sim/calls/1/answer", "POST", {"leg": "agent"})
		second = pbx.ask_json("/_sim/calls/1/answer", "POST", {"leg": "agent"})
		assert (first[0], second[0]) == (200, 409)
		assert pbx.calls[0].state == "customer_ringing"

	def test_requests_come_back_with_query_and_headers(self, pbx):
		pbx.ask(PRIMEVOX)
		[request] = pbx.ask_json("/_sim/requests")[1]["requests"]
		assert request["target"] == PRIMEVOX and request["query"]["phoneNumber"] == "011447700900123"
		assert request["headers"]["host"] == urlsplit(pbx.url).netloc
		assert request["call_id"] == 1 and request["client"] == "127.0.0.1"

	def test_behave_and_reset_over_http(self, pbx):
		rule = {"kind": "503", "extension": 1000, "times": 5}
		status, answer = pbx.ask_json("/_sim/behave", "POST", rule)
		assert (status, answer["behaviour"]["left"]) == (200, 5)
		assert pbx.ask(CALL)[0] == 503
		assert pbx.ask_json("/_sim/calls")[1]["behaviours"][0]["left"] == 4
		assert pbx.ask_json("/_sim/reset", "POST")[0] == 200
		assert pbx.ask(CALL)[0] == 200 and len(pbx.requests) == 1

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
		pbx.ask(CALL)
		pbx.hang_up(1)
		got, answer = pbx.ask(path, method, body)[::2]
		assert got == status and sentence in json.loads(answer)["error"]

	def test_a_client_that_only_tries_the_root_is_recorded_and_meets_the_rules_for_all(self, pbx):
		assert pbx.ask("/")[0] == 200
		pbx.behave("503")
		assert pbx.ask("/")[0] == 503
		assert len(pbx.requests) == 2 and pbx.calls == ()

	def test_the_page_and_the_control_api_are_not_counted_as_requests(self, pbx):
		page = pbx.ask("/", headers=BROWSER)
		pbx.ask("/_sim/calls")
		assert page[0] == 200 and b"<title>Simulated PBX</title>" in page[2]
		assert pbx.requests == ()


class TestPage:
	def test_it_needs_nothing_from_elsewhere_and_never_writes_html_from_data(self, pbx):
		page = pbx.ask("/", headers=BROWSER)[2].decode()
		assert "innerHTML" not in page and "insertAdjacentHTML" not in page and "document.write" not in page
		assert not re.search(r"""(src|href)=|url\(|https?://|@import""", page)

	def test_it_offers_every_kind_of_misbehaviour(self, pbx):
		offered = re.findall(r'<option value="(\w+)">', pbx.ask("/", headers=BROWSER)[2].decode())
		assert set(KINDS) <= set(offered)


class TestServer:
	def test_hundreds_of_requests_at_once_are_counted_exactly(self, pbx):
		pbx.behave("503", times=57)
		count, statuses, gate = 300, [], threading.Barrier(300)

		def dial(index):
			gate.wait()
			statuses.append(pbx.ask(f"/call/1/2/1000/4477{index:06}", timeout=30)[0])

		threads = [threading.Thread(target=dial, args=(index,)) for index in range(count)]
		for thread in threads:
			thread.start()
		for thread in threads:
			thread.join()
		assert len(pbx.requests) == len({request.path for request in pbx.requests}) == count
		assert (statuses.count(503), statuses.count(200), len(pbx.calls)) == (57, 243, 243)
		assert len({call.unique_id for call in pbx.calls}) == 243

	def test_stopping_ends_connections_that_hang_or_drip(self, simulator, read_all):
		before = threading.active_count()
		with simulator() as pbx:
			pbx.behave("hang", extension="1000")
			pbx.behave("drip", extension="1001", seconds=60)
			connections = [pbx.open(CALL.replace("1000", ext)) for ext in ("1000", "1001", "1000")]
			pbx.wait_for_requests(3)
			started = time.monotonic()
		assert time.monotonic() - started < 2
		for connection in connections:
			read_all(connection)
			connection.close()
		assert threading.active_count() == before
		assert len(pbx.calls) == 3

	def test_a_broken_request_line_does_no_harm(self, pbx, read_all):
		address = urlsplit(pbx.url)
		with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
			connection.sendall(b"nonsense\r\n\r\n")
			assert b"400" in read_all(connection)
		assert pbx.ask(CALL)[0] == 200

	@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])  # noqa: S104
	def test_it_listens_on_loopback_only(self, host):
		with pytest.raises(ValueError):
			Simulator(host=host)

	def test_it_speaks_tls_with_a_certificate(self, tmp_path, simulator):
		key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
		request = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
		extension = "-addext subjectAltName=IP:127.0.0.1"
		subprocess.run(
			[*request.split(), *extension.split(), "-keyout", key, "-out", certificate],
			check=True,
			capture_output=True,
		)
		with simulator(certfile=str(certificate), keyfile=str(key)) as pbx:
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
	def test_it_says_where_it_listens_and_stops_cleanly_on_a_signal(self, number, client):
		command = [sys.executable, "-c", SERVE]
		with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
			try:
				ready = json.loads(process.stdout.readline())
				assert ready["extensions"] == ["2005"]
				assert client(ready["listening"]).ask_json("/call/1/2/2005/4477")[1]["success"] is True
				client(ready["listening"]).ask_json("/_sim/behave", "POST", {"kind": "hang"})
				with client(ready["listening"]).open(CALL):
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
