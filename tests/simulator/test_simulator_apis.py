"""The simulated PBX's APIs over real sockets: the vendors' shapes and answers, and every misbehaviour."""

import http.client
import json
import time
from urllib.parse import quote, urlsplit

import pytest

CALL = "/call/1/2/1000/447700900123"
PRIMEVOX = "/api/c2c_v2.php?auth=key&containerID=123456&tenantID=0&extension=1000&phoneNumber=011447700900123"


class TestCommPeak:
	def test_the_yes_has_the_fields_and_types_of_the_vendors_page(self, pbx):
		status, answer = pbx.ask_json(CALL)
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
		_status, answer = pbx.ask_json("/call/1/2/10270000/4477668899")
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
			assert pbx.ask_json(target)[1]["success"] is True
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
		assert pbx.ask(target)[0] == 404
		assert pbx.calls == () and pbx.requests[0].target == target

	def test_an_address_off_the_allow_list_gets_404(self, simulator):
		with simulator(allow=["203.0.113.0/24"]) as pbx:
			assert pbx.ask(CALL)[0] == 404
			assert pbx.ask("/click2call/1000/4477")[0] == 404
			assert pbx.calls == () and len(pbx.requests) == 2
		with simulator(allow=["203.0.113.0/24", "127.0.0.0/8"]) as pbx:
			assert pbx.ask(CALL)[0] == 200

	def test_wrong_ids_get_404_once_ids_are_configured(self, simulator):
		with simulator(crm_id="7", client_id="8") as pbx:
			statuses = [pbx.ask(f"/call/{ids}/1000/4477")[0] for ids in ("7/8", "7/9", "9/8")]
			assert statuses == [200, 404, 404]
			assert len(pbx.calls) == 1

	def test_a_number_with_a_plus_is_refused_because_the_page_wants_an_integer(self, pbx):
		answer = pbx.ask_json("/call/1/2/1000/+447700900123")[1]
		assert answer["success"] is False and pbx.calls == ()

	def test_only_get_places_a_call(self, pbx):
		assert pbx.ask(CALL, "POST", b"x=1")[0] == 405
		assert pbx.calls == () and pbx.requests[0].method == "POST"


class TestPrimevox:
	def test_a_dial_is_recorded_and_answered_with_a_short_text(self, pbx):
		status, headers, body = pbx.ask(PRIMEVOX)
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
		assert pbx.ask(PRIMEVOX.replace("phoneNumber", "phonenumber"))[0] == 400
		assert pbx.ask(PRIMEVOX.replace("containerID", "containerId"))[0] == 400
		assert pbx.calls == ()

	def test_the_tenant_may_be_left_out(self, pbx):
		assert pbx.ask(PRIMEVOX.replace("&tenantID=0", ""))[0] == 200
		assert len(pbx.calls) == 1

	@pytest.mark.parametrize("number", ["2025550147", "12025550147", "011447700900123"])
	def test_the_three_documented_number_forms_place_a_call(self, pbx, number):
		pbx.ask(PRIMEVOX.replace("011447700900123", number))
		assert [call.number for call in pbx.calls] == [number]

	@pytest.mark.parametrize("number", ["%2B447700900123", "447700900123", "00447700900123", "555"])
	def test_any_other_number_form_places_none(self, pbx, number):
		status, _headers, body = pbx.ask(PRIMEVOX.replace("011447700900123", number))
		assert (status, body) == (200, b"Error: Invalid phone number.")
		assert pbx.calls == ()

	def test_a_wrong_key_or_container_places_no_call(self, simulator):
		with simulator(api_key="right") as pbx:
			assert pbx.ask(PRIMEVOX)[0] == 403
			assert pbx.ask(PRIMEVOX.replace("auth=key", "auth=right"))[0] == 200
			assert pbx.ask(PRIMEVOX.replace("auth=key", "auth=right").replace("123456", "1"))[0] == 400
			assert len(pbx.calls) == 1

	def test_a_refusal_is_a_text_with_200_too(self, pbx):
		pbx.behave("refuse")
		assert pbx.ask(PRIMEVOX)[2] == b"Error: Call refused."
		assert pbx.calls == ()


class TestMisbehaviour:
	def test_refuse_is_the_vendors_no(self, pbx):
		pbx.behave("refuse")
		answer = pbx.ask_json(CALL)[1]
		assert answer["success"] is False and answer["message"] == "Call refused."
		assert pbx.calls == ()

	@pytest.mark.parametrize(
		("kind", "status"), [("404", 404), ("5xx", 500), ("401", 401), ("503", 503), ("499", 499)]
	)
	def test_a_status_is_answered_and_places_no_call(self, pbx, kind, status):
		pbx.behave(kind)
		assert pbx.ask(CALL)[0] == status
		assert pbx.calls == () and pbx.requests[0].behaviour == kind

	def test_redirect_leads_to_another_host_where_a_follower_is_seen(self, pbx):
		pbx.behave("redirect", times=1)
		status, headers, _body = pbx.ask(PRIMEVOX)
		place = urlsplit(headers["Location"])
		assert status == 302 and pbx.calls == ()
		assert (place.hostname, place.port) == ("localhost", urlsplit(pbx.url).port)
		assert pbx.ask(f"{place.path}?{place.query}")[1].get_content_type() == "text/html"
		assert pbx.requests[1].path == "/redirected/api/c2c_v2.php"
		assert pbx.requests[1].query["auth"] == "key" and pbx.calls == ()

	def test_hang_places_the_call_and_never_answers(self, pbx):
		pbx.behave("hang")
		with pbx.open(CALL) as connection:
			pbx.wait_for_requests(1)
			connection.settimeout(0.5)
			with pytest.raises(TimeoutError):
				connection.recv(1)
		assert len(pbx.calls) == 1

	def test_hang_with_seconds_closes_without_a_word(self, pbx, read_all):
		pbx.behave("hang", seconds=0.2)
		with pbx.open(CALL) as connection:
			assert read_all(connection) == b""

	def test_drip_sends_headers_a_byte_at_a_time_that_never_end(self, pbx):
		pbx.behave("drip", seconds=0.001)
		with pbx.open(CALL) as connection:
			got = b""
			while len(got) < 400:
				part = connection.recv(64)
				got += part
				assert part
		assert got.startswith(b"HTTP/1.1 200 OK\r\n") and b"\r\n\r\n" not in got
		assert len(pbx.calls) == 1

	def test_drip_body_sends_whole_headers_and_a_body_that_never_ends(self, pbx):
		pbx.behave("drip_body", seconds=0.001)
		with pbx.open(CALL) as connection:
			got = b""
			while len(got) < 600:
				part = connection.recv(64)
				got += part
				assert part
		assert b'\r\n\r\n{"success":true' in got
		assert len(pbx.calls) == 1

	def test_drop_closes_after_reading_the_request(self, pbx, read_all):
		pbx.behave("drop")
		with pbx.open(CALL) as connection:
			assert read_all(connection) == b""
		assert len(pbx.calls) == 1

	def test_cut_sends_half_a_body(self, pbx):
		pbx.behave("cut")
		with pytest.raises(http.client.IncompleteRead) as error:
			pbx.ask(CALL)
		assert error.value.partial.startswith(b'{"success":true')
		assert error.value.expected in (len(error.value.partial), len(error.value.partial) + 1)
		assert len(pbx.calls) == 1

	def test_html_is_a_200_page_though_the_call_was_placed(self, pbx):
		pbx.behave("html")
		status, headers, body = pbx.ask(CALL)
		assert (status, headers.get_content_type()) == (200, "text/html")
		assert b"<h1>" in body and len(pbx.calls) == 1

	def test_huge_sends_megabytes(self, pbx):
		pbx.behave("huge")
		status, _headers, body = pbx.ask(CALL)
		assert status == 200 and len(body) > 8_000_000 and len(pbx.calls) == 1

	def test_slow_answers_yes_after_the_given_seconds(self, pbx):
		pbx.behave("slow", seconds=0.3)
		started = time.monotonic()
		assert pbx.ask_json(CALL)[1]["success"] is True
		assert 0.3 <= time.monotonic() - started < 2

	def test_the_call_of_a_slow_answer_is_known_before_the_answer_leaves(self, pbx):
		pbx.behave("slow", seconds=30)
		with pbx.open(CALL):
			assert pbx.wait_for_requests(1)[0].call_id == 1
			assert len(pbx.calls) == 1

	def test_which_kinds_place_a_call_can_be_turned_round(self, pbx):
		pbx.behave("drop", places_call=False, times=1)
		pbx.open(CALL).close()
		pbx.wait_for_requests(1)
		assert pbx.calls == ()
		pbx.behave("5xx", places_call=True)
		assert pbx.ask(CALL)[0] == 500
		assert len(pbx.calls) == 1

	def test_an_unknown_extension_places_no_call_under_any_kind(self, pbx):
		pbx.behave("html")
		pbx.ask("/call/1/2/9999/4477")
		assert pbx.calls == ()

	def test_a_rule_can_be_for_one_extension_or_one_number(self, pbx):
		pbx.behave("refuse", extension="1001")
		pbx.behave("404", number="+1 202-555-0147")
		assert pbx.ask_json("/call/1/2/1000/4477")[1]["success"] is True
		assert pbx.ask_json("/call/1/2/1001/4477")[1]["success"] is False
		assert pbx.ask("/click2call/1000/12025550147")[0] == 404
		assert pbx.ask(PRIMEVOX.replace("011447700900123", "2025550147"))[0] == 404
		assert len(pbx.calls) == 1

	def test_a_rule_with_times_is_used_up_and_the_newest_rule_wins(self, pbx):
		pbx.behave("404")
		pbx.behave("503", times=2)
		assert [pbx.ask(CALL)[0] for _ in range(4)] == [503, 503, 404, 404]
		pbx.behave("ok", extension="1000")
		assert pbx.ask(CALL)[0] == 200

	def test_a_rule_for_all_reaches_requests_that_are_no_dial_and_one_for_an_extension_does_not(self, pbx):
		pbx.behave("503", extension="1000")
		assert pbx.ask("/call/1/2")[0] == 404
		pbx.behave("503")
		assert pbx.ask("/call/1/2")[0] == 503

	@pytest.mark.parametrize("wrong", [{"kind": "explode"}, {"kind": "600"}, {"kind": "404", "times": 0}])
	def test_a_rule_that_makes_no_sense_is_a_value_error(self, pbx, wrong):
		with pytest.raises(ValueError):
			pbx.behave(**wrong)

	def test_reset_forgets_everything_but_gives_no_id_twice(self, pbx):
		first = pbx.ask_json(CALL)[1]["unique_id"]
		pbx.behave("404")
		pbx.reset()
		assert pbx.calls == () and pbx.requests == ()
		assert pbx.ask_json(CALL)[1]["unique_id"] != first
		assert pbx.calls[0].id == 2


class TestGeneric:
	BODY = json.dumps({"extension": "1000", "number": "+447700900123", "leadid": "L-1"})

	def test_one_call_is_answered_in_the_ways_pbxs_answer(self, pbx):
		status, said = pbx.ask_json("/generic/json/call?extension=1000&number=447700900123&x=1")
		assert status == 200 and said == {"success": True, "call": {"id": pbx.calls[0].unique_id}}
		assert (
			pbx.ask("/generic/text/call", "POST", self.BODY)[2] == f"+OK {pbx.calls[1].unique_id}\n".encode()
		)
		assert pbx.ask("/generic/empty/call", "PUT", "extension=1000&number=1")[0] == 204
		assert [dict(call.custom_data) for call in pbx.calls] == [{"x": "1"}, {"leadid": "L-1"}, {}]
		assert {call.number for call in pbx.calls} == {"447700900123", "1"}

	def test_an_unknown_extension_is_refused_in_the_same_ways(self, pbx):
		values = "?extension=77&number=447700900123"
		assert pbx.ask_json(f"/generic/json/call{values}") == (
			200,
			{"success": False, "message": "Extension does not exist."},
		)
		assert pbx.ask(f"/generic/text/call{values}")[2] == b"-ERR Extension does not exist.\n"
		assert pbx.ask(f"/generic/empty/call{values}")[0] == 404
		assert pbx.calls == ()

	def test_a_signed_call_needs_the_token_which_needs_the_key(self, simulator):
		with simulator(api_key="key") as pbx:
			target = "/generic/signed/call?extension=1000&number=447700900123"
			assert pbx.ask(target)[0] == 401
			assert pbx.ask("/generic/token", "POST", "client_secret=wrong")[0] == 401
			status, said = pbx.ask_json("/generic/token", "POST", {"client_secret": "key"})
			assert status == 200 and said["expires_in"] == 1800
			address = urlsplit(pbx.url)
			connection = http.client.HTTPConnection(address.hostname, address.port, timeout=5)
			connection.request("POST", target, headers={"Authorization": f"Bearer {said['access_token']}"})
			assert connection.getresponse().status == 200
			connection.close()
			assert len(pbx.calls) == 1

	@pytest.mark.parametrize(
		"target", ["/generic/", "/generic/json/call?extension=1000", "/generic/odd/call?extension=1&number=2"]
	)
	def test_what_asks_for_no_call_places_none(self, pbx, target):
		assert pbx.ask(target)[0] == 404 and pbx.calls == ()
