"""An account's fields read into requests and rules, once, naming the field a mistake is in. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timezone
from typing import Any
from zoneinfo import ZoneInfo

from c2c_frappe.pbx.providers.generic_http import (
	address,
	auth,
	dial_response,
	event,
	fields,
	places,
	request,
	variables,
)
from c2c_frappe.pbx.providers.generic_http.places import Rule
from c2c_frappe.pbx.providers.generic_http.request import Shape
from c2c_frappe.pbx.providers.generic_http.template import Place, Template, parse
from c2c_frappe.pbx.providers.generic_http.tokens import Source
from c2c_frappe.pbx.providers.settings import is_ticked
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire import addresses

# What a request that belongs to no call may hold.
_WITHOUT_CALL = frozenset(variables.SECRETS)
# Of a rule's row. Rows about events have no kind: what a webhook posts is always looked at by paths.
_COLUMNS = ("reads", "kind", "place", "value", "meaning", "hint", "only_if")


@dataclass(frozen=True)
class Form:
	"""What an account says of its PBX; `token` and `test` are None where it has none."""

	dial: Shape
	auth_kind: str
	auth_name: Template
	token: Source | None
	test: Shape | None
	dial_response: dial_response.Reading
	event: event.Reading
	reach: str


def read(values: Mapping[str, Any]) -> Form:
	"""Return the form of checked settings; raise ConfigurationError naming the field that cannot work."""
	reach = addresses.PRIVATE_TOO if is_ticked(values["allow_private"]) else addresses.PUBLIC
	form = Form(
		_shape(values, reach, values["http_method"], "url_template", "request_pairs", "body_kind"),
		values["auth_kind"],
		parse(values["auth_name"], _place("auth_name")),
		_token(values, reach),
		_test(values, reach),
		dial_response.Reading(
			tuple(each.strip() for each in values["success_statuses"].split(",")),
			_rules(values, "answer_rules", dial_response.is_usable),
			is_ticked(values["accept_unknown"]),
		),
		event.Reading(
			_rules(values, "event_rules", event.is_usable),
			_zone(values["event_time_zone"]),
		),
		reach,
	)
	_refuse_variables("auth_name", form.auth_name.variables, _WITHOUT_CALL)
	_check_use_of_token(form)
	_check_sign_in(form, values)
	return form


def _place(name: str) -> Place:
	return Place(name, fields.LABELS[name])


def _shape(values: Mapping, reach: str, method: str, url: str, pairs: str, body: str) -> Shape:
	kind = values[body]
	if kind != request.NO_BODY and method == "GET":
		raise _place(body).wrong(_("A GET has no body. Choose another method, or no body."))
	where = address.read(values[url], _place(url), is_ticked(values["allow_http"]), reach)
	return Shape(method, where, request.read_pairs(values[pairs], _place(pairs), kind), kind)


def _token(values: Mapping, reach: str) -> Source | None:
	if not values["token_url"]:
		return None
	# A request without a body asks, one with a body tells.
	method = "GET" if values["token_body_kind"] == request.NO_BODY else "POST"
	shape = _shape(values, reach, method, "token_url", "token_pairs", "token_body_kind")
	_refuse_variables("token_pairs", shape.variables, _WITHOUT_CALL)
	for name in ("token_place", "token_expiry_place"):
		if not places.is_well_formed(places.PATH, values[name]):
			raise _place(name).wrong(
				_("{0} is not a valid path. Enter keys separated by dots.", fields.LABELS[name])
			)
	return Source(shape, values["token_place"], values["token_expiry_place"])


def _test(values: Mapping, reach: str) -> Shape | None:
	if not values["test_url"]:
		return None
	where = address.read(values["test_url"], _place("test_url"), is_ticked(values["allow_http"]), reach)
	_refuse_variables("test_url", where.variables, _WITHOUT_CALL)
	return Shape("GET", where)


def _rules(values: Mapping, table: str, is_usable: Callable[[Rule], bool]) -> tuple[Rule, ...]:
	rules = []
	for number, row in enumerate(values[table], 1):
		place = _place(table).row(number)
		given = {column: row[column] for column in _COLUMNS if row.get(column)}
		rule = Rule(**{"reads": "", "kind": places.PATH, "place": "", **given})
		if not places.is_well_formed(rule.kind, rule.place):
			raise place.wrong(_("{0} is not a valid path or pattern.", place.label))
		if not is_usable(rule):
			raise place.wrong(_("{0} does not fit the other fields of its row.", place.label))
		rules.append(rule)
	return tuple(rules)


def _zone(name: str) -> ZoneInfo | timezone:
	try:
		return timezone.utc if name == "UTC" else ZoneInfo(name)
	except (ValueError, OSError, KeyError):
		failure = _place("event_time_zone").wrong(
			_(
				"{0} is not a valid time zone. Enter one such as Asia/Kolkata.",
				fields.LABELS["event_time_zone"],
			)
		)
	raise failure


def _refuse_variables(name: str, used: frozenset[str], allowed: frozenset[str]) -> None:
	extra = sorted(used - allowed)
	if extra:
		raise _place(name).wrong(
			_("{0} cannot hold {1}: there is no call yet.", fields.LABELS[name], extra[0])
		)


def _check_use_of_token(form: Form) -> None:
	if form.token is None and variables.TOKEN in form.dial.variables:
		raise _place("token_url").wrong(_("A token is used, but {0} is empty.", fields.LABELS["token_url"]))


def _check_sign_in(form: Form, values: Mapping) -> None:
	kind, name = form.auth_kind, values["auth_name"]
	needs_name = kind in (auth.BASIC, auth.DIGEST, auth.HEADER, auth.QUERY)
	if needs_name and not name:
		raise _place("auth_name").wrong(_("{0} is missing.", fields.LABELS["auth_name"]))
	if kind == auth.HEADER and not request.is_header_name(name):
		raise _place("auth_name").wrong(
			_("{0} names a header that cannot be sent.", fields.LABELS["auth_name"])
		)
	if kind == auth.BASIC and ":" in name:
		raise _place("auth_name").wrong(_("{0} cannot hold a colon.", fields.LABELS["auth_name"]))
	if kind == auth.DIGEST and form.test is None:
		raise _place("test_url").wrong(_("Digest needs a Test URL: the PBX sends its challenge there."))
	by_token = form.token is not None and kind in (auth.BEARER, auth.HEADER, auth.QUERY)
	if kind != auth.NONE and not by_token and not values["secret_1"]:
		raise _place("secret_1").wrong(_("{0} is missing.", fields.LABELS["secret_1"]))
	if kind in (auth.BEARER, auth.HEADER) and not request.is_header_value(values["secret_1"]):
		raise _place("secret_1").wrong(
			_("{0} has a character that headers cannot contain.", fields.LABELS["secret_1"])
		)
