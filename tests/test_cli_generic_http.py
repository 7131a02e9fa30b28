"""`c2c-pbx dial --provider generic_http`, from a profile or from tables given as JSON, against the simulated PBX."""

import json
import os
import subprocess
import sys

import pytest

from c2c_frappe.pbx.simulator import Simulator

SECRET = "generic-s3cret-1"
PAIRS = [
	{"part": "Body", "key": "extension", "value": "{extension}"},
	{"part": "Body", "key": "number", "value": "{number.digits}"},
	{"part": "Body", "key": "lead", "value": "{custom.leadid}"},
]
RULES = [
	{"reads": "Success", "kind": "JSON path", "place": "success", "value": "true"},
	{"reads": "Refusal", "kind": "JSON path", "place": "success", "value": "false"},
	{"reads": "Call ID", "kind": "JSON path", "place": "call.id"},
	{"reads": "Error text", "kind": "JSON path", "place": "message"},
]


@pytest.fixture
def pbx():
	with Simulator(api_key=SECRET) as simulator:
		yield simulator


def dial(*words, extension="1000", **environment):
	"""Return (exit code, answer) of one dial; no secret is in it, nor in the command's own words."""
	number = ("--number", "+447700900123", "--extension", extension, "--allow-http")
	command = [sys.executable, "-m", "c2c_frappe.cli", "dial", "--provider", "generic_http", *words, *number]
	env = {name: value for name, value in os.environ.items() if not name.startswith("C2C_")}
	done = subprocess.run(
		command, capture_output=True, text=True, timeout=60, env={**env, **environment}, check=False
	)
	assert not done.stderr and SECRET not in done.stdout
	return done.returncode, json.loads(done.stdout)


def given(**values):
	"""Return the --set options of these values."""
	texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
	return [word for name, text in texts.items() for word in ("--set", f"{name}={text}")]


def test_tables_are_given_as_json(pbx):
	settings = given(
		url_template=f"{pbx.url}/generic/json/call",
		body_kind="JSON",
		request_pairs=PAIRS,
		answer_rules=RULES,
		allow_private="1",
	)
	code, answer = dial(*settings, "--data", "leadid=CRM-LEAD-1")
	assert (code, answer["status"]) == (0, "Requested")
	[call] = pbx.calls
	assert answer["pbx_call_id"] == call.unique_id and dict(call.custom_data) == {"lead": "CRM-LEAD-1"}
	code, answer = dial(*settings, extension="77")
	assert (code, answer["failure_code"]) == (1, "pbx_rejected") and "does not exist" in answer["message"]


def test_a_token_is_asked_for_with_a_secret_from_the_environment(pbx):
	settings = given(
		url_template=f"{pbx.url}/generic/signed/call",
		body_kind="JSON",
		request_pairs=PAIRS,
		answer_rules=RULES,
		allow_private="1",
		auth_kind="Bearer",
		token_url=f"{pbx.url}/generic/token",
		token_body_kind="Form",
		token_pairs=[{"part": "Body", "key": "client_secret", "value": "{secret.1}"}],
	)
	assert dial(*settings, C2C_SECRET_1=SECRET)[1]["status"] == "Requested"
	assert [request.path for request in pbx.requests] == ["/generic/token", "/generic/signed/call"]
	code, answer = dial(*settings, C2C_SECRET_1="wrong")
	assert (code, answer["failure_code"]) == (1, "bad_credentials")
	assert len(pbx.requests) == 3, "no dial follows a token that was refused"


def test_the_simulated_pbx_is_in_a_private_network_and_needs_the_tick(pbx):
	code, answer = dial(*given(url_template=f"{pbx.url}/generic/json/call"))
	assert (code, answer["failure_code"]) == (1, "misconfigured") and "On-Premises PBX" in answer["message"]
	assert pbx.requests == ()


def test_a_profile_is_filled_in_and_its_fields_may_be_set_anew(pbx):
	settings = given(YOUR_PBX="10.0.0.1", YOUR_GATEWAY="carrier", url_template=f"{pbx.url}/generic/text/call")
	pairs = given(request_pairs=[{**pair, "part": "Query"} for pair in PAIRS])
	code, answer = dial("--profile", "freeswitch", *settings, *pairs, C2C_SECRET_1=SECRET)
	assert (code, answer["status"]) == (0, "Requested")
	assert pbx.requests[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
	("words", "code", "said"),
	[
		(["--profile", "exotel"], 1, "Dial URL still contains YOUR_HOST"),
		(["--profile", "exotel", "--set", "YOUR_HOTS=x"], 2, "has no YOUR_HOTS"),
		(["--profile", "nobody"], 2, "'nobody' is not one of"),
		(["--set", "YOUR_SID=x"], 2, "--profile"),
		(
			["--set", "url_template=https://x.example", "--set", "request_pairs=in words"],
			1,
			"Request Parameters must be a list of rows.",
		),
		([], 1, "Dial URL is missing."),
	],
)
def test_a_slip_is_named_and_nothing_is_sent(pbx, words, code, said):
	exit_code, answer = dial(*words)
	assert exit_code == code and said in answer.get("error", answer.get("message"))
	assert pbx.requests == ()
