"""A request as an account's form describes it: method, address, pairs, kind of body. Builds it, sends nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from c2c_frappe.pbx.providers.generic_http.address import Address
from c2c_frappe.pbx.providers.generic_http.template import Place, Template, as_it_is, in_xml, parse
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire.http import HttpRequest

METHODS = ("GET", "POST", "PUT")
NO_BODY, FORM, JSON = BODIES = ("None", "Form", "JSON")
QUERY, HEADER, BODY = PARTS = ("Query", "Header", "Body")
TEXT, INTEGER, BOOLEAN, XML = KINDS = ("Text", "Integer", "Boolean", "XML")
CONTENT_TYPES = {FORM: "application/x-www-form-urlencoded", JSON: "application/json"}
# Headers that are the connection's own, or would say that the request is for another host.
_NOT_OURS = frozenset(
	"host content-length transfer-encoding connection upgrade te trailer expect keep-alive"
	" proxy-authorization proxy-connection".split()
)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*")
_INTEGER = re.compile(r"\+?(0|[1-9][0-9]{0,17})", re.ASCII)
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True)
class Pair:
	"""One row of a table: what is sent as `key` in a part of the request. A dot in a JSON key goes one level down."""

	place: Place
	part: str
	key: str
	value: Template
	kind: str = TEXT

	def fill(self, values: Mapping[str, str]) -> str | int | bool:
		"""Return the value; raise ConfigurationError when it cannot be written as its kind."""
		text = self.value.fill(values, in_xml if self.kind == XML else as_it_is)
		if self.kind == INTEGER:
			return self._integer(text)
		if self.kind == BOOLEAN:
			return self._boolean(text)
		return self._header(text) if self.part == HEADER else text

	def _integer(self, text: str) -> int:
		# A leading zero would be lost, and with it perhaps another phone would ring.
		if not _INTEGER.fullmatch(text):
			raise self.place.wrong(_("{0} cannot be sent as a whole number.", self.key))
		return int(text)

	def _boolean(self, text: str) -> bool:
		if text.lower() not in _BOOLEANS:
			raise self.place.wrong(_("{0} must be true or false here.", self.key))
		return _BOOLEANS[text.lower()]

	def _header(self, text: str) -> str:
		if not is_header_value(text):
			raise self.place.wrong(
				_(
					"The header {0} would contain a line break or a character that headers cannot contain.",
					self.key,
				)
			)
		return text.strip()


@dataclass(frozen=True)
class Credentials:
	"""What signing in adds to a request; `secrets` are what it makes of the account's own."""

	headers: Mapping[str, str] = field(default_factory=dict, repr=False)
	query: Mapping[str, str] = field(default_factory=dict, repr=False)
	secrets: tuple[str, ...] = field(default=(), repr=False)


NOBODY = Credentials()


@dataclass(frozen=True)
class Shape:
	"""Everything about a request but the values of its variables."""

	method: str
	address: Address
	pairs: tuple[Pair, ...] = ()
	body: str = NO_BODY

	@property
	def variables(self) -> frozenset[str]:
		"""Return the names of the variables in it."""
		return self.address.variables.union(*(pair.value.variables for pair in self.pairs))

	def build(
		self, values: Mapping[str, str], secrets: tuple[str, ...], by: Credentials, is_question: bool
	) -> HttpRequest:
		"""Return the request; pairs without a value are left out. Raise ConfigurationError for one that is unfit."""
		url = with_query(self.address.fill(values), {**by.query, **dict(self._filled(QUERY, values))})
		body = self._body(values)
		kind = {"Content-Type": CONTENT_TYPES[self.body]} if body is not None else {}
		headers = {name: _plain(value) for name, value in self._filled(HEADER, values)}
		return HttpRequest(
			self.method,
			url,
			{**_without(kind, headers), **headers, **by.headers},
			body,
			(*secrets, *by.secrets),
			is_question,
		)

	def _filled(self, part: str, values: Mapping[str, str]) -> list[tuple[str, object]]:
		return [
			(pair.key, pair.fill(values))
			for pair in self.pairs
			if pair.part == part and not pair.value.is_left_out(values)
		]

	def _body(self, values: Mapping[str, str]) -> bytes | None:
		if self.body == NO_BODY:
			return None
		filled = self._filled(BODY, values)
		if self.body == JSON:
			return json.dumps(_nested(dict(filled))).encode()
		# A form may hold a key several times: that is its way to send a list.
		return urlencode([(key, _plain(value)) for key, value in filled]).encode()


def read_pairs(rows: Iterable[Mapping[str, str]], table: Place, body: str) -> tuple[Pair, ...]:
	"""Return the pairs of a table; raise ConfigurationError naming the row that cannot work."""
	pairs = tuple(_read_pair(row, table.row(number)) for number, row in enumerate(rows, 1))
	for pair in pairs:
		if pair.part == BODY and body == NO_BODY:
			raise pair.place.wrong(_("{0} goes into the body. Choose the kind of body.", pair.place.label))
	if body == JSON:
		_refuse_clashes([pair for pair in pairs if pair.part == BODY])
	return pairs


def is_header_name(text: str) -> bool:
	"""Whether a header of this name may be sent: not one of the connection's, nor one that names a host."""
	return bool(_HEADER_NAME.fullmatch(text)) and text.lower() not in _NOT_OURS


def is_header_value(text: str) -> bool:
	"""Whether a header may hold this: no line break, and nothing that has no byte there."""
	return bool(_HEADER_VALUE.fullmatch(text))


def _read_pair(row: Mapping[str, str], place: Place) -> Pair:
	part, key, kind = row.get("part", ""), row.get("key", ""), row.get("kind") or TEXT
	if part not in PARTS or kind not in KINDS:
		raise place.wrong(_("{0} has an unknown part or data type.", place.label))
	if not key:
		raise place.wrong(_("{0} needs a key.", place.label))
	if part == HEADER and not is_header_name(key):
		raise place.wrong(_("{0} names a header that cannot be sent.", place.label))
	return Pair(place, part, key, parse(row.get("value", ""), place), kind)


def _refuse_clashes(pairs: list[Pair]) -> None:
	"""Refuse a key that is a value in one row and holds others in another row."""
	keys = [pair.key for pair in pairs]
	for pair in pairs:
		if any(key.startswith(f"{pair.key}.") for key in keys) or not all(pair.key.split(".")):
			raise pair.place.wrong(_("{0} does not fit the other keys of the body.", pair.place.label))


def _nested(pairs: Mapping[str, object]) -> dict:
	whole: dict = {}
	for key, value in pairs.items():
		*parents, last = key.split(".")
		level = whole
		for parent in parents:
			level = level.setdefault(parent, {})
		level[last] = value
	return whole


def _plain(value: object) -> str:
	return str(value).lower() if isinstance(value, bool) else str(value)


def with_query(url: str, pairs: Mapping[str, object]) -> str:
	"""Return the address with these pairs at the end of its query."""
	if not pairs:
		return url
	query = urlencode({key: _plain(value) for key, value in pairs.items()}, quote_via=quote)
	return f"{url}{'&' if '?' in url else '?'}{query}"


def _without(defaults: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
	"""Return the default headers that were not given in another spelling."""
	names = {name.lower() for name in given}
	return {name: value for name, value in defaults.items() if name.lower() not in names}
