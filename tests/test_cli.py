"""The command as a black box against the simulated PBX, judged by exit code, JSON and silence on stderr.

`run` starts a process; `ask` calls the same entry point in this one, for the many ways to say one thing.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from c2c_frappe.pbx import cli
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.simulator import Simulator

COMMAND = [sys.executable, "-m", "c2c_frappe.cli"]
KEYS = {"status", "pbx_call_id", "failure_code", "message", "number"}
SECRET = "client-secret-7"
UK = "+44 7700 900123"


@pytest.fixture(scope="module")
def pbx():
	with Simulator() as simulator:
		yield simulator


@pytest.fixture(autouse=True)
def _quiet(pbx):
	pbx.reset()


def run(*arguments, **environment):
	"""Return (exit code, the one JSON object on stdout) and assert that stderr is empty."""
	env = {name: value for name, value in os.environ.items() if not name.startswith("C2C_")}
	done = subprocess.run(
		[*COMMAND, *arguments],
		capture_output=True,
		text=True,
		timeout=60,
		env={**env, **environment},
		check=False,
	)
	assert not done.stderr and SECRET not in done.stdout
	[line] = done.stdout.splitlines()
	answer = json.loads(line)
	assert isinstance(answer, dict)
	return done.returncode, answer


@pytest.fixture
def ask(capsys):
	def ask(*arguments):
		"""Return the same as `run`."""
		with pytest.raises(SystemExit) as ended:
			cli.main(arguments)
		out, err = capsys.readouterr()
		assert not err and SECRET not in out
		[line] = out.splitlines()
		return ended.value.code, json.loads(line)

	return ask


def commpeak(pbx, *more, number=UK, extension="1000", client_id=SECRET, **environment):
	settings = [f"base_url={pbx.url}", "crm_id=1", *([f"client_id={client_id}"] if client_id else [])]
	given = [word for pair in settings for word in ("--set", pair)]
	return _dial("commpeak", given, extension, number, more, environment)


def primevox(pbx, *more, number=UK, extension="1000", api_key=SECRET, **environment):
	settings = [f"base_url={pbx.url}", "container_id=123456", *([f"api_key={api_key}"] if api_key else [])]
	given = [word for pair in settings for word in ("--set", pair)]
	return _dial("primevox", given, extension, number, more, environment)


def _dial(provider, given, extension, number, more, environment):
	words = [
		"dial",
		"--provider",
		provider,
		*given,
		"--extension",
		extension,
		"--number",
		number,
		"--allow-http",
	]
	code, answer = run(*words, *more, **environment)
	assert set(answer) == KEYS if code != 2 else set(answer) == {"error"}
	return code, answer


class TestDial:
	def test_a_yes_is_requested_with_the_pbxs_id_and_exit_0(self, pbx):
		code, answer = commpeak(pbx)
		assert code == 0 and answer == {
			"status": "Requested",
			"pbx_call_id": pbx.calls[0].unique_id,
			"failure_code": "",
			"message": "CommPeak accepted the call.",
			"number": "+447700900123",
		}
		assert pbx.requests[0].target == f"/call/1/{SECRET}/1000/447700900123"

	def test_custom_data_and_prefix_go_along(self, pbx):
		commpeak(pbx, "--set", "prefix=9", "--data", "leadid=CRM-LEAD-2026-00001", "--data", "note=a b=c&é")
		[request] = pbx.requests
		assert request.path == f"/call/1/{SECRET}/1000/447700900123/9"
		assert request.query == {"leadid": "CRM-LEAD-2026-00001", "note": "a b=c&é"}

	def test_pbx_stats_is_the_other_shape(self, pbx):
		settings = ["--set", f"stats_url={pbx.url}", "--allow-http"]
		code, _answer = run(
			"dial", "--provider", "commpeak", *settings, "--extension", "1000", "--number", UK
		)
		assert code == 0 and pbx.requests[0].target == "/click2call/1000/447700900123"

	def test_primevox_is_unconfirmed_which_is_exit_0_too(self, pbx):
		code, answer = primevox(pbx, "--data", "leadid=1")
		assert (code, answer["status"], answer["failure_code"]) == (0, "Unconfirmed", "")
		assert list(pbx.requests[0].query) == ["auth", "containerID", "tenantID", "extension", "phoneNumber"]
		assert pbx.requests[0].query["phoneNumber"] == "011447700900123"

	def test_a_country_reads_a_number_without_a_plus(self, pbx):
		code, answer = commpeak(pbx, "--country", "gb", number="(07700) 900 123")
		assert code == 0 and answer["number"] == "+447700900123"

	@pytest.mark.parametrize(
		("kind", "code", "status", "failure_code"),
		[
			("refuse", 1, "Failed", "pbx_rejected"),
			("404", 1, "Failed", "not_allowlisted"),
			("403", 1, "Failed", "bad_credentials"),
			("redirect", 1, "Failed", "pbx_rejected"),
			("5xx", 3, "Unknown", "bad_reply"),
			("html", 3, "Unknown", "bad_reply"),
			("cut", 3, "Unknown", "bad_reply"),
			("hang", 3, "Unknown", "timeout"),
			("drip", 3, "Unknown", "timeout"),
		],
	)
	def test_what_the_pbx_does_decides_status_and_exit_code(self, pbx, kind, code, status, failure_code):
		pbx.behave(kind)
		found, answer = commpeak(pbx, "--set", "connect_timeout=1", "--set", "read_timeout=1")
		assert (found, answer["status"], answer["failure_code"]) == (code, status, failure_code)
		assert answer["number"] == "+447700900123" and answer["message"] and len(pbx.requests) == 1

	def test_an_extension_the_pbx_does_not_have(self, pbx):
		code, answer = commpeak(pbx, extension="9999")
		assert (code, answer["failure_code"]) == (1, "unknown_extension") and answer["pbx_call_id"]

	def test_a_pbx_that_is_not_there(self, pbx):
		code, answer = commpeak(pbx, "--set", f"base_url=http://127.0.0.1:{_free_port()}")
		assert (code, answer["status"], answer["failure_code"]) == (1, "Failed", "not_sent")

	@pytest.mark.parametrize(
		("number", "failure_code"),
		[
			("call me", "invalid_number"),
			("07700 900123", "invalid_number"),
			("+44", "invalid_number"),
			("*72", "number_not_allowed"),
			("999", "number_not_allowed"),
			("+881612345678", "number_not_allowed"),
			("+449098790123", "number_not_allowed"),
		],
	)
	def test_a_number_that_may_not_be_dialed_is_not(self, pbx, ask, number, failure_code):
		code, answer = ask(*_words(pbx, number))
		assert (code, answer["status"], answer["failure_code"]) == (1, "Failed", failure_code)
		assert not pbx.requests

	@pytest.mark.parametrize(
		"setting",
		["crm_id=", "client_id=", "prefix=x", "base_url=ftp://x", "read_timeout=0", "ca_file=/nowhere"],
	)
	def test_a_setting_that_is_missing_or_unusable_is_misconfigured(self, pbx, ask, setting):
		code, answer = ask(*_words(pbx), "--set", setting)
		assert (code, answer["status"], answer["failure_code"]) == (1, "Failed", "misconfigured")
		assert not pbx.requests

	def test_plain_http_must_be_allowed(self, pbx):
		words = ["--set", f"base_url={pbx.url}", "--set", "crm_id=1", "--set", "client_id=2"]
		code, answer = run("dial", "--provider", "commpeak", *words, "--extension", "1000", "--number", UK)
		assert (code, answer["failure_code"]) == (1, "misconfigured") and "http" in answer["message"]
		assert not pbx.requests


class TestSecrets:
	def test_they_may_come_from_the_environment(self, pbx):
		assert commpeak(pbx, client_id="", C2C_CLIENT_ID=SECRET)[0] == 0
		assert primevox(pbx, api_key="", C2C_API_KEY=SECRET)[0] == 0
		assert [SECRET in request.target for request in pbx.requests] == [True, True]

	def test_one_that_is_given_outright_goes_before_it(self, pbx):
		commpeak(pbx, client_id="4711", C2C_CLIENT_ID=SECRET)
		assert "/call/1/4711/" in pbx.requests[0].target

	def test_one_of_another_provider_is_not_sent(self, pbx):
		commpeak(pbx, client_id="4711", C2C_API_KEY=SECRET)
		assert SECRET not in pbx.requests[0].target

	def test_what_a_pbx_or_a_proxy_echoes_is_masked(self, serve_raw):
		def echo(connection):
			body = server.heads[0]
			connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

		server = serve_raw(echo)
		code, answer = commpeak(server)
		assert code == 3 and "***" in answer["message"]

	def test_a_proxy_of_the_environment_never_sees_them(self, pbx, serve_raw):
		proxy = serve_raw(b"")
		names = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
		assert commpeak(pbx, **dict.fromkeys(names, proxy.url), NO_PROXY="", no_proxy="")[0] == 0
		assert not proxy.connections


class TestWrongUsage:
	def test_a_process_says_so_too(self):
		code, answer = run("dial")
		assert code == 2 and "--provider" in answer["error"]

	@pytest.mark.parametrize(
		"words",
		[
			[],
			["call"],
			["dial"],
			["--nonsense"],
			["dial", "--provider", "acme", "--extension", "1", "--number", UK],
			["dial", "--provider", "commpeak", "--number", UK],
			["dial", "--provider", "commpeak", "--extension", "1000"],
			["dial", "--provider", "commpeak", "--extension", "1000", "--number"],
			["number"],
			["number", UK, UK],
			["providers", "all"],
			["simulate"],
			["simulate", "--port", "http"],
			["simulate", "--port", "99999"],
			["simulate", "--port", "0", "--allow", "everyone"],
		],
	)
	def test_it_is_exit_2_and_told_in_json(self, ask, words):
		code, answer = ask(*words)
		assert code == 2 and set(answer) == {"error"} and answer["error"]

	@pytest.mark.parametrize(
		"more",
		[
			["--set", "client_id", SECRET],
			["--set", SECRET],
			["--set", f"=={SECRET}"],
			["--data", SECRET],
			["--data", f"={SECRET}"],
			[SECRET],
			["--client-id", SECRET],
			[f"--client-id={SECRET}"],
		],
	)
	def test_a_secret_in_the_wrong_place_is_not_repeated(self, pbx, ask, more):
		assert ask(*_words(pbx), *more)[0] == 2
		assert not pbx.requests

	def test_a_slip_in_a_settings_name_does_not_dial_without_the_setting(self, pbx, ask):
		code, answer = ask(*_words(pbx), "--set", "prefx=9")
		assert code == 2 and "prefx" in answer["error"] and "prefix" in answer["error"]
		assert not pbx.requests


class TestQuestions:
	def test_the_support_table(self):
		code, answer = run("providers")
		assert code == 0
		assert [row["provider"] for row in answer["providers"]] == list(registry.PROVIDERS)
		assert {"exotel", "twilio", "yeastar_p"} <= {row["profile"] for row in answer["profiles"]}
		verified = [row["provider"] for row in answer["providers"] if row["support"] == "Verified"]
		assert verified == ["asterisk"]

	def test_how_a_number_is_read(self):
		code, answer = run("number", "07700 900123", "--country", "GB")
		assert code == 0 and answer["number"] == "+447700900123" and answer["allowed"] is True

	@pytest.mark.parametrize("text", ["", "call me", "+", "999", "\u202e", "a" * 5000, "\udcff"])
	def test_a_number_that_is_none_is_a_question_answered(self, ask, text):
		code, answer = ask("number", text, "--country", "GB")
		assert code == 0 and answer["allowed"] is False and answer["failure_code"] and answer["message"]

	@pytest.mark.parametrize("country", ["ZZ", "", "Germany", "ß", "de"])
	def test_no_country_does_any_harm(self, ask, country):
		assert ask("number", "+447700900123", "--country", country)[1]["number"] == "+447700900123"

	def test_bytes_that_are_no_text_come_out_as_json(self):
		code, answer = run("number", b"+44\xff", "--country", "GB")
		assert code == 0 and answer["input"] == "+44\udcff" and answer["allowed"] is False


class TestSimulate:
	def test_it_says_where_it_listens_places_calls_and_ends_on_a_signal(self):
		words = [*COMMAND, "simulate", "--port", "0", "--client-id", SECRET, "--extension", "2005"]
		with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
			try:
				ready = json.loads(process.stdout.readline())
				url = f"{ready['listening']}/call/1/{SECRET}/2005/447700900123"
				with urllib.request.urlopen(url, timeout=5) as answer:
					assert json.load(answer)["success"] is True
			finally:
				process.send_signal(signal.SIGTERM)
				rest, errors = process.communicate(timeout=10)
		assert ready["listening"].startswith("http://127.0.0.1:") and ready["extensions"] == ["2005"]
		assert process.returncode == 0 and not errors and SECRET not in rest

	def test_a_port_that_is_taken_is_told_in_json(self):
		with socket.create_server(("127.0.0.1", 0)) as taken:
			code, answer = run("simulate", "--port", str(taken.getsockname()[1]))
		assert code == 2 and "taken" in answer["error"]


def _words(pbx, number=UK):
	settings = (f"base_url={pbx.url}", "crm_id=1", "client_id=4711")
	given = [word for pair in settings for word in ("--set", pair)]
	return [
		"dial",
		"--provider",
		"commpeak",
		*given,
		"--extension",
		"1000",
		"--number",
		number,
		"--allow-http",
	]


def _free_port():
	with socket.create_server(("127.0.0.1", 0)) as listener:
		return listener.getsockname()[1]
