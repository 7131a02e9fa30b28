"""Whatever a person at a terminal types, the command line answers in JSON, calls nobody and shows no secret.

Same examples in every run; C2C_FUZZ_EXAMPLES=5000 looks at more of them, and at others.
"""

import json
import os

from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c2c_frappe.pbx import cli
from c2c_frappe.pbx.providers import registry

EXAMPLES = int(os.environ.get("C2C_FUZZ_EXAMPLES", 0))
FUZZ = settings(
	max_examples=EXAMPLES or 60,
	derandomize=not EXAMPLES,
	database=None,
	deadline=None,
	suppress_health_check=list(HealthCheck),
)
SLUGS = sorted(registry.PROVIDERS)
SECRET = "k4n4ry7f3a9c"
ARGUMENTS = st.sampled_from(
	[
		"dial", "providers", "number", "--provider", *SLUGS, "--set", "--extension", "--number", "--country", "--data",
		"--allow-http", "--help", "base_url=http://127.0.0.1:1", "crm_id=1", f"client_id={SECRET}", f"api_key={SECRET}",
		"container_id=123456", "1000", "+44 7700 900123", "GB", "=", "a=b", "--", "-x",
	]
) | st.text(max_size=8)  # fmt: skip


@FUZZ
@given(st.lists(ARGUMENTS, max_size=14).filter(lambda words: "simulate" not in words))
def test_the_command_line_answers_in_json_and_with_a_known_exit_code(words):
	@cli.click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
	@cli.click.argument("sent", nargs=-1, type=cli.click.UNPROCESSED)
	def run(sent):
		cli.main(words)

	result = CliRunner().invoke(run, [])
	assert result.exit_code in {0, 1, 2, 3}, result.exception
	assert isinstance(result.exception, SystemExit | type(None)), result.exception
	assert SECRET not in result.output
	if "--help" not in words:
		assert isinstance(json.loads(result.output), dict)


ONE_CALL = ["dial", "--provider", "commpeak", "--set", "crm_id=1", "--set", "client_id=2", "--allow-http"]


@FUZZ
@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=4), st.text(max_size=8))
def test_a_dial_from_the_command_line_with_anything_in_it_is_refused_or_tried_once(
	number, extension, country, data
):
	words = [
		*ONE_CALL,
		"--set",
		"base_url=http://127.0.0.1:1",
		f"--number={number}",
		f"--extension={extension}",
	]
	words += [f"--country={country}", f"--data={data}"]
	result = CliRunner().invoke(cli.commands, words, standalone_mode=False)
	if isinstance(result.exception, cli.click.ClickException):
		return
	assert result.exception is None
	assert json.loads(result.output)["status"] == "Failed"
