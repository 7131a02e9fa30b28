"""The command `c2c-pbx` on a real Asterisk."""

import json
import os
import subprocess
import sys

import asterisk_lab


def dial(lab, *more, **environment):
	"""Return (exit code, answer) of the command."""
	settings = {"base_url": lab.url, "ari_user": asterisk_lab.USER, "ari_context": asterisk_lab.CONTEXT}
	argv = [sys.executable, "-m", "c2c_frappe.cli", "dial", "--provider", "asterisk", "--allow-http"]
	for name, value in settings.items():
		argv += ["--set", f"{name}={value}"]
	argv += ["--number", "+44 7700 900125", *more]
	ended = subprocess.run(
		argv, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
	)
	return ended.returncode, json.loads(ended.stdout)


def test_a_call_is_placed_with_the_password_from_the_environment(lab):
	code, answer = dial(lab, "--extension", "1000", C2C_ARI_PASSWORD=asterisk_lab.PASSWORD)
	assert (code, answer["status"], answer["number"]) == (0, "Requested", "+447700900125")
	assert answer["pbx_call_id"].startswith("lab-")


def test_a_phone_that_is_not_there_is_said_so(lab):
	code, answer = dial(lab, "--extension", "1002", C2C_ARI_PASSWORD=asterisk_lab.PASSWORD)
	assert (code, answer["status"], answer["failure_code"]) == (1, "Failed", "extension_offline")


def test_without_the_password_it_is_asked_for(lab):
	code, answer = dial(lab, "--extension", "1000", C2C_ARI_PASSWORD="")
	assert (code, answer["failure_code"], answer["message"]) == (
		1,
		"misconfigured",
		"ARI Password is missing.",
	)
