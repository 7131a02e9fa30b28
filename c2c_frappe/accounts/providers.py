"""Builds a provider from a PBX Account. The only reader of stored secrets; no secret leaves it but inside one."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils.password import get_decrypted_password

from c2c_frappe import messages
from c2c_frappe.accounts.token_cache import EncryptedToken
from c2c_frappe.pbx import exchange
from c2c_frappe.pbx.errors import ConfigurationError, PbxError
from c2c_frappe.pbx.providers import registry
from c2c_frappe.pbx.providers.base import Provider
from c2c_frappe.pbx.providers.settings import Setting
from c2c_frappe.pbx.wire.redaction import MASK
from c2c_frappe.phone_book import countries
from c2c_frappe.setup import onboarding


class _Secret(str):
	"""A secret whose repr shows nothing, for frames that end up in a traceback with their variables."""

	__slots__ = ()

	def __repr__(self) -> str:
		return "'***'"


def provider_of(account) -> Provider:
	"""Return the provider a saved PBX Account stands for; raise ConfigurationError if its settings can't work."""
	provider = _build(account, _stored)
	provider.countries = countries.deciding_countries("", account.name)[1:]
	provider.token_cache = EncryptedToken(account)
	return provider


def provider_of_form(account) -> Provider:
	"""Return the provider of a PBX Account being edited, whose new secrets are not stored yet."""
	return _build(account, _entered)


def provider_without_secrets(account) -> Provider:
	"""Return the provider of a PBX Account with a mask in place of each secret, none of which is read."""
	return _build(account, lambda document, field: MASK if document.get(field) else "")


def _build(account, secret_of) -> Provider:
	try:
		return registry.build(account.provider, _values(account, secret_of))
	except PbxError as error:
		failure = error
	except Exception as error:  # noqa: BLE001  the frames in between hold the secrets: nothing may travel up
		name = type(error).__name__
		failure = ConfigurationError(_("Internal error ({0}). {1}").format(name, "").strip())
	# Out here, so that the fault, whose text may hold a secret, is no context of what is raised.
	raise failure


def has_call_records(account) -> bool:
	"""Whether a saved PBX Account can be asked for call records."""
	try:
		return provider_of(account).has_call_records
	except ConfigurationError:
		return False


def sets_caller_id(account) -> bool:
	"""Whether a saved PBX Account's PBX is sent the number that customers are to see."""
	try:
		return provider_of(account).sets_caller_id
	except ConfigurationError:
		return False


def has_event_stream(account) -> bool:
	"""Whether a saved PBX Account's PBX tells of calls on a WebSocket, for the listener."""
	try:
		return provider_of(account).event_stream("") is not None
	except ConfigurationError:
		return False


def event_parameters(account) -> tuple[tuple[str, str], ...]:
	"""Return (name, meaning) of what a PBX is to send with its events, none while the settings cannot work."""
	try:
		return provider_of(account).event_parameters
	except ConfigurationError:
		return ()


def webhook_token(account) -> str:
	"""Return the token a PBX must send along with its events, "" when there is none or it cannot be read."""
	try:
		return _stored(account, "webhook_token")
	except ConfigurationError:
		return ""


def _values(account, secret_of) -> dict[str, object]:
	provider_class = registry.PROVIDERS.get(account.provider)
	return {
		s.name: _value(account, s, secret_of) for s in (provider_class.settings if provider_class else ())
	}


def _value(account, setting: Setting, secret_of) -> object:
	"""Return what a setting is in the core: text, rows as plain dicts, a country as its code."""
	value = account.get(setting.name)
	if setting.kind == "password":
		return secret_of(account, setting.name)
	if setting.kind == "table":
		return [row.as_dict(no_default_fields=True) for row in value or ()]
	if setting.kind == "country":
		return countries.country_code(value) or countries.site_country()
	return value


def _stored(account, fieldname: str) -> _Secret:
	if not account.get(fieldname):
		return _Secret()
	try:
		return _Secret(get_decrypted_password(account.doctype, account.name, fieldname))
	except (frappe.ValidationError, frappe.AuthenticationError):
		frappe.clear_last_message()
	label = _(account.meta.get_label(fieldname))
	raise ConfigurationError(
		_("The stored {0} cannot be read, perhaps because of a restore. Enter it again.").format(label),
		fieldname,
	)


def _entered(account, fieldname: str) -> _Secret:
	entered = account.get(fieldname) or ""
	is_placeholder = bool(entered) and set(entered) == {"*"}
	return _stored(account, fieldname) if is_placeholder else _Secret(entered)


def test_connection(account) -> dict:
	"""Return {ok, message, unchecked, request, field} of a probe that cannot ring a phone."""
	try:
		provider = provider_of(account)
	except ConfigurationError as error:
		sentence = messages.sentence(error.message)
		return {"ok": False, "message": sentence, "unchecked": [], "request": "", "field": error.setting}
	request = exchange.redacted(provider.probe_request)
	finding = exchange.probe(provider)
	if finding.ok is not False:
		onboarding.note_test()
	return {
		"ok": finding.ok,
		"message": messages.sentence(finding.message),
		"unchecked": [messages.sentence(text) for text in finding.unchecked],
		"request": request,
		"field": finding.setting,
	}
