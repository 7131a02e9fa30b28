"""Checks the settings of a PBX account before anything is sent. Reads no database and opens no socket."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.text import _


@dataclass(frozen=True)
class Setting:
	"""One PBX Account field a provider reads.

	`kind` is data, url, integer, check, password (a secret), text (may hold spaces), select (one of `options`),
	country (an ISO alpha-2 code) or table (rows of text by column).
	"""

	name: str
	label: str
	kind: str = "data"
	options: tuple[str, ...] = ()
	required: bool = False
	default: str = ""
	pattern: str = ""
	hint: str = ""
	minimum: int = 0
	maximum: int = 0


_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+(%\w+)?")
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}

# Every account has these, whatever its provider. Times are seconds.
COMMON = (
	Setting("base_url", _("Address"), kind="url"),
	Setting("allow_http", _("Allow Plain HTTP"), kind="check"),
	Setting("connect_timeout", _("Connect Timeout"), kind="integer", default="3", minimum=1, maximum=30),
	Setting("read_timeout", _("Read Timeout"), kind="integer", default="7", minimum=1, maximum=60),
	Setting("ca_file", _("CA File")),
	Setting("use_proxy", _("Use Server Proxy"), kind="check"),
	Setting("allow_private", _("On-Premises PBX"), kind="check"),
)


def checked(settings: Iterable[Setting], values: Mapping[str, object]) -> dict[str, Any]:
	"""Return the value of every setting as trimmed text, a table's as a tuple of rows; defaults filled in.

	Names that are no setting are ignored: an account has fields of other providers too.
	Raise ConfigurationError naming the first setting that is missing or unusable.
	"""
	texts = {s.name: _entered(s, values.get(s.name)) for s in settings}
	is_http_allowed = texts.get("allow_http", "").lower() in _TRUE
	for setting in settings:
		text = texts[setting.name]
		if not text and setting.required:
			raise ConfigurationError(_("{0} is missing.", setting.label), setting.name)
		if text:
			texts[setting.name] = _CHECKS[setting.kind](setting, text, is_http_allowed)
	return texts


def _entered(setting: Setting, value: object) -> Any:
	if setting.kind == "table" and not isinstance(value, str):
		return value or ()
	return trimmed(value) or setting.default


def is_ticked(text: str) -> bool:
	"""Whether a check setting is on."""
	return text.lower() in _TRUE


def trimmed(value: object) -> str:
	"""Return a pasted value as text without white space and invisible marks at its ends; a tick is "1" or ""."""
	if value is None or value is False:
		return ""
	text = "1" if value is True else str(value)
	return text.strip("".join(character for character in set(text) if _is_invisible(character)))


def _is_invisible(character: str) -> bool:
	"""Tell white space of all kinds, zero-width and direction marks: what copying from a page or a PDF leaves."""
	return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")


def _checked_text(setting: Setting, text: str, _is_http_allowed: bool) -> str:
	if any(_is_invisible(character) for character in text):
		raise ConfigurationError(
			_("{0} contains a space or an invisible character. Type it again.", setting.label), setting.name
		)
	return _fitting(setting, text)


def _fitting(setting: Setting, text: str) -> str:
	if setting.pattern and not re.fullmatch(setting.pattern, text):
		raise ConfigurationError(
			_("{0} is not valid. Expected: {1}", setting.label, setting.hint or setting.pattern), setting.name
		)
	return text


def _checked_long_text(setting: Setting, text: str, _is_http_allowed: bool) -> str:
	if any(unicodedata.category(character) in ("Cc", "Cf") for character in text):
		raise ConfigurationError(
			_("{0} contains an invisible character or a line break. Type it again.", setting.label),
			setting.name,
		)
	return _fitting(setting, text)


def _checked_choice(setting: Setting, text: str, _is_http_allowed: bool) -> str:
	if text not in setting.options:
		options = ", ".join(setting.options)  # not within _(), where a literal is taken for a context
		raise ConfigurationError(_("{0} must be one of: {1}.", setting.label, options), setting.name)
	return text


def _checked_country(setting: Setting, text: str, _is_http_allowed: bool) -> str:
	if not re.fullmatch(r"[A-Za-z]{2}", text, re.ASCII):
		raise ConfigurationError(_("{0} must be a country code of two letters.", setting.label), setting.name)
	return text.upper()


def _checked_table(setting: Setting, value: object, _is_http_allowed: bool) -> tuple[dict[str, str], ...]:
	"""Return rows as text by column; the command line gives a table as JSON."""
	rows = _rows_of_json(value) if isinstance(value, str) else value
	if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
		raise ConfigurationError(_("{0} must be a list of rows.", setting.label), setting.name)
	return tuple(
		{
			str(column): _checked_long_text(setting, trimmed(cell), False)
			for column, cell in row.items()
			if isinstance(cell, str | int | float | None)
		}
		for row in rows
	)


def _rows_of_json(text: str) -> object:
	try:
		return json.loads(text)
	except (ValueError, RecursionError):
		return None


def _checked_integer(setting: Setting, text: str, _is_http_allowed: bool) -> str:
	try:
		number = int(float(text))
	except (ValueError, OverflowError):
		number = -1
	if not setting.minimum <= number <= setting.maximum:
		raise ConfigurationError(
			_("{0} must be from {1} to {2}.", setting.label, setting.minimum, setting.maximum), setting.name
		)
	return str(number)


def _checked_tick(setting: Setting, text: str, _is_http_allowed: bool) -> str:
	if text.lower() not in _TRUE | _FALSE:
		raise ConfigurationError(_("{0} must be 0 or 1.", setting.label), setting.name)
	return "1" if text.lower() in _TRUE else ""


def checked_url(setting: Setting, text: str, is_http_allowed: bool) -> str:
	"""Return a web address without its last slashes; raise ConfigurationError naming the setting."""
	_checked_text(setting, text, is_http_allowed)
	try:
		parts = urlsplit(text)
		parts.port  # noqa: B018  reading it raises when it is no port
	except ValueError:
		parts = urlsplit("")
	is_host = _HOST.fullmatch(parts.hostname or "")
	if parts.scheme not in ("http", "https") or not is_host or parts.username is not None:
		raise ConfigurationError(
			_("{0} is not a web address. It starts with https:// and a host name.", setting.label),
			setting.name,
		)
	if parts.query or parts.fragment or "?" in text or "#" in text:
		raise ConfigurationError(
			_("{0} must end before the question mark. Enter only the address itself.", setting.label),
			setting.name,
		)
	if parts.scheme == "http" and not is_http_allowed:
		raise ConfigurationError(
			_(
				"{0} is plain http, which shows the key to the network. Use https, or allow it.",
				setting.label,
			),
			setting.name,
		)
	return text.rstrip("/")


_CHECKS = {
	"data": _checked_text,
	"password": _checked_text,
	"text": _checked_long_text,
	"select": _checked_choice,
	"country": _checked_country,
	"table": _checked_table,
	"integer": _checked_integer,
	"check": _checked_tick,
	"url": checked_url,
}
