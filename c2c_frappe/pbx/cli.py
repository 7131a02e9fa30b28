"""The command `c2c-pbx`: dial, read a number, list providers, simulate a PBX. Needs no Frappe and no database.

One JSON object per answer on stdout, errors too. Exit 0 the PBX took the call or a question was answered,
1 Failed, 2 wrong usage, 3 Unknown.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

import click

from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import PbxError
from c2c_frappe.pbx.numbers import phone, policy
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.generic_http import GenericHttp, profiles
from c2c_frappe.pbx.providers.generic_http.template import BLANK
from c2c_frappe.pbx.wire.redaction import redact

EXIT_CODES = {status.REQUESTED: 0, status.UNCONFIRMED: 0, status.FAILED: 1, status.UNKNOWN: 3}
WRONG_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> None:
	"""Run the command; a wrong usage is answered in JSON too."""
	try:
		sys.exit(commands.main(arguments, prog_name="c2c-pbx", standalone_mode=False) or 0)
	except click.ClickException as error:
		typed = sys.argv[1:] if arguments is None else arguments
		_answer({"error": redact(error.format_message(), _secrets_among(typed))})
		sys.exit(WRONG_USAGE)
	except (click.Abort, KeyboardInterrupt):
		sys.exit(130)


@click.group(no_args_is_help=False)
def commands() -> None:
	"""Click-to-call from the command line, for any PBX."""


# Extra words are refused below, where they are not repeated: "--set api_key SECRET" leaves one.
@commands.command(context_settings={"allow_extra_args": True})
@click.option("--provider", required=True, type=click.Choice(sorted(registry.PROVIDERS)))
@click.option("--profile", type=click.Choice(sorted(profiles.every())), help="A ready-made generic_http PBX.")
@click.option(
	"--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A PBX Account field, or a profile's YOUR_..."
)
@click.option("--extension", required=True, help="The agent's phone.")
@click.option("--number", required=True, help="The number to call.")
@click.option(
	"--country", default="", metavar="CODE", help="Whose number it is when it has no plus, e.g. GB."
)
@click.option("--data", multiple=True, metavar="KEY=VALUE", help="Custom data the PBX keeps with the call.")
@click.option("--allow-http", is_flag=True, help="Allow an address that is not https.")
@click.pass_context
def dial(context, provider, profile, pairs, extension, number, country, data, allow_http) -> int:
	"""Ask a PBX to place one call, once.

	Secrets may come from the environment instead of --set, so that they stay out of the process list:
	C2C_CLIENT_ID, C2C_API_KEY, C2C_STATS_API_KEY, C2C_ARI_PASSWORD, C2C_SECRET_1 to C2C_SECRET_3. A table is set
	as JSON:
	a list of rows.
	"""
	if context.args:
		raise click.UsageError("dial takes options only, such as --set NAME=VALUE.")
	given = _pairs("--set", pairs)
	values = {**_profile_values(provider, profile, given), **_secrets(provider), **_settings(given)}
	if allow_http:
		values["allow_http"] = "1"
	printed = {"status": status.FAILED, "pbx_call_id": "", "failure_code": "", "message": "", "number": ""}
	printed.update(_dial(provider, values, extension, number, country, _pairs("--data", data)))
	_answer(printed)
	return EXIT_CODES[printed["status"]]


def _dial(slug: str, values: dict, extension: str, text: str, country: str, data: dict) -> dict:
	try:
		provider = registry.build(slug, values)
		number = phone.read(text, country)
	except PbxError as error:
		return {"failure_code": error.failure_code, "message": error.message}
	verdict = policy.judge(number)
	if not verdict.allowed:
		return {"failure_code": verdict.failure_code, "message": verdict.message, "number": number.e164}
	result = exchange.place(
		provider, DialRequest(extension, number.e164, data, number_extension=number.extension)
	)
	return {
		"status": result.status,
		"pbx_call_id": result.pbx_call_id,
		"failure_code": result.failure_code,
		"message": result.message,
		"number": number.e164,
	}


@commands.command()
def providers() -> None:
	"""List the providers and the profiles of generic_http, and what each can do."""
	_answer({"providers": registry.support_table(), "profiles": profiles.support_table()})


@commands.command()
@click.argument("text")
@click.option(
	"--country", default="", metavar="CODE", help="Whose number it is when it has no plus, e.g. GB."
)
def number(text, country) -> None:
	"""Show how a number is read and whether policy lets it through."""
	_answer(policy.describe(text, country))


@commands.command()
@click.option("--port", required=True, type=click.IntRange(0, 65535), help="0 picks a free one.")
@click.option("--crm-id", default="", help="Accept this CommPeak CRM ID only.")
@click.option("--client-id", default="", help="Accept this CommPeak Client ID only.")
@click.option("--api-key", default="", help="Accept this Primevox key only.")
@click.option(
	"--extension", "extensions", multiple=True, help="An extension it has; 1000 to 1002 by default."
)
@click.option("--allow", multiple=True, help="A client address it answers; 127.0.0.1 by default.")
@click.option("--answer-after", type=float, help="Seconds after which both phones answer by themselves.")
def simulate(port, crm_id, client_id, api_key, extensions, allow, answer_after) -> None:
	"""Run a simulated PBX on this machine, with a page in the browser to answer its phones."""
	# Here and nowhere else: no site imports it, and whoever dials does not wait for it.
	from c2c_frappe.pbx import simulator

	given = {"extensions": extensions, "allow": allow}
	chosen = {name: value for name, value in given.items() if value}
	try:
		simulator.serve(
			port, crm_id=crm_id, client_id=client_id, api_key=api_key, answer_after=answer_after, **chosen
		)
	except PbxError as error:
		raise click.ClickException(error.message) from None


def _secrets_among(words: Sequence[str]) -> list[str]:
	"""Return the secrets in what was typed, wherever it stands: what is wrong about a word is told with the word."""
	settings = (setting for provider in registry.PROVIDERS.values() for setting in provider.settings)
	names = {setting.name for setting in settings if setting.kind == "password"}
	pairs = (word.rpartition("--set=")[2].partition("=") for word in words)
	return [value for name, _equals, value in pairs if name in names]


def _secrets(provider: str) -> dict[str, str]:
	names = [s.name for s in registry.PROVIDERS[provider].settings if s.kind == "password"]
	given = {name: os.environ.get(f"C2C_{name.upper()}", "") for name in names}
	return {name: value for name, value in given.items() if value}


def _profile_values(provider: str, profile: str | None, given: dict[str, str]) -> dict[str, object]:
	"""Return a profile's values, its blanks (YOUR_...) filled in with those given, which are taken out."""
	blanks = {name: given.pop(name) for name in list(given) if BLANK.fullmatch(name)}
	if not profile and not blanks:
		return {}
	if not profile or provider != GenericHttp.slug:
		raise click.UsageError(f"--profile, and YOUR_... with it, go with --provider {GenericHttp.slug}.")
	chosen = profiles.get(profile)
	unknown = sorted(blanks.keys() - chosen.blanks)
	if unknown:
		listed = ", ".join(chosen.blanks) or "none"
		raise click.UsageError(f"The profile {profile} has no {unknown[0]}. It has: {listed}.")
	return chosen.filled(blanks)


def _settings(values: dict[str, str]) -> dict[str, str]:
	"""Return the settings; a name no provider has is a slip that must not dial without the setting."""
	names = {setting.name for provider in registry.PROVIDERS.values() for setting in provider.settings}
	unknown = sorted(values.keys() - names)
	if unknown:
		raise click.UsageError(f"--set knows no {unknown[0]}. It takes {', '.join(sorted(names))}.")
	return values


def _pairs(option: str, texts: Sequence[str]) -> dict[str, str]:
	pairs = {}
	for text in texts:
		key, equals, value = text.partition("=")
		if not key or not equals:
			raise click.UsageError(f"{option} takes NAME=VALUE.")
		pairs[key] = value
	return pairs


def _answer(value: object) -> None:
	# ASCII, so that whatever was typed or said comes out whole on any terminal and in any pipe.
	click.echo(json.dumps(value))


if __name__ == "__main__":
	main()
