"""The fixed list of values a request may hold, and what each is for one dial. Quotes nothing, sends nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from c2c_frappe.pbx.calls.dial import DialRequest
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.text import _

SECRETS = ("secret.1", "secret.2", "secret.3")
TOKEN = "token"  # noqa: S105  # nosec B105 - a variable's name
_NUMBERS = ("e164", "digits", "national", "nanp", "00", "011")
_OF_DIAL = ("extension", "user", "caller_id", "call")
# Digits to dial once the customer's switchboard answers.
NUMBER_EXTENSION = "number.extension"
LISTED = (
	*_OF_DIAL,
	*(f"number.{style}" for style in _NUMBERS),
	NUMBER_EXTENSION,
	"custom.KEY",
	*SECRETS,
	TOKEN,
)
_CUSTOM = re.compile(r"custom\.[A-Za-z0-9_-]{1,64}", re.ASCII)
# No sign of these means anything in a header, in XML or in a PBX's own dial strings.
_CALLER_ID = re.compile(r"[A-Za-z0-9+ ._@-]{0,64}", re.ASCII)


def is_known(name: str) -> bool:
	"""Whether there is a variable of this name; every key of the custom data is one."""
	return bool(_CUSTOM.fullmatch(name)) or (name in LISTED and name != "custom.KEY")


def dial_values(
	names: Iterable[str], dial: DialRequest, secrets: Mapping[str, str], country: str
) -> dict[str, str]:
	"""Return the value of each name, "" for what the dial does not have.

	`secrets` holds those of SECRETS and TOKEN; `country` is the PBX's own, "" for the number's. Raise
	ConfigurationError for a caller ID that is none.
	"""
	if not _CALLER_ID.fullmatch(dial.caller_id):
		raise ConfigurationError(
			_("The caller ID may have letters, digits, spaces and + . _ @ - only. Correct it on the user."),
			"caller_id",
		)
	return {name: secrets[name] if name in secrets else _value(name, dial, country) for name in names}


def without_dial(names: Iterable[str], secrets: Mapping[str, str]) -> dict[str, str]:
	"""Return the values of a request that places no call: the secrets, and "" for all else."""
	return {name: secrets.get(name, "") for name in names}


def _value(name: str, dial: DialRequest, country: str) -> str:
	if name == NUMBER_EXTENSION:
		return dial.number_extension
	kind, _dot, rest = name.partition(".")
	if kind == "custom":
		return dial.custom_data.get(rest, "")
	if kind == "number":
		return _number(dial.number, rest, country)
	return getattr(dial, name)


def _number(number: str, style: str, country: str) -> str:
	if style == "national":
		return phone.dial_format(number, style, country or phone.read(number).country)
	return phone.dial_format(number, style)
