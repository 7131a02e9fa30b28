"""What "Test connection" asks a PBX that a form describes, and what its answer shows. Rings no phone.

A token, where there is one; else the test address; else the host's root, which shows the least.
"""

from __future__ import annotations

from dataclasses import replace

from c2c_frappe.pbx.providers.base import Finding
from c2c_frappe.pbx.providers.generic_http import auth
from c2c_frappe.pbx.providers.generic_http.form import Form
from c2c_frappe.pbx.text import Text, _
from c2c_frappe.pbx.wire import responses
from c2c_frappe.pbx.wire.http import HttpResponse

_ONLY_A_CALL = _("Whether calls can be placed and the agents exist. Only a real call shows this.")


def read(form: Form, response: HttpResponse, secrets: tuple[str, ...]) -> Finding:
	"""Say what the answer shows, and what it leaves unchecked."""
	if form.token:
		return _judge_token(form, response, secrets)
	detail = responses.excerpt(response.text, secrets) or _("an empty page")
	if form.test is None:
		return _reached(form.dial.address.origin, response.status)
	if form.auth_kind == auth.DIGEST:
		return _judge_challenge(auth.is_answerable(response.challenge), response.status)
	return _judge_test(form.test.address.origin, response.status, detail)


def _judge_token(form: Form, response: HttpResponse, secrets: tuple[str, ...]) -> Finding:
	if form.token.read(response)[0]:
		return Finding(True, _("The PBX issued a token: the key or password is correct."), (_ONLY_A_CALL,))
	kind, detail = form.dial_response.token_refusal(response, secrets)
	return Finding(
		None if kind == "not_sent" else False,
		_("The PBX issued no token (HTTP {0}): {1}", response.status, detail or _("an empty page")),
		(_("Whether the key or password is correct."), _ONLY_A_CALL),
		"secret_1",
	)


def _judge_test(origin: str, http_status: int, detail: str) -> Finding:
	if 200 <= http_status < 300:
		return Finding(
			True, _("The test URL responded as expected (HTTP {0}).", http_status), (_ONLY_A_CALL,)
		)
	if http_status in (401, 403):
		return Finding(
			False,
			_("The PBX refused the account's key or password (HTTP {0}): {1}", http_status, detail),
			(_ONLY_A_CALL,),
			"secret_1",
		)
	return replace(_reached(origin, http_status), ok=None, setting="test_url")


def _judge_challenge(is_answerable: bool, http_status: int) -> Finding:
	unchecked = (_("Whether the key or password is correct."), _ONLY_A_CALL)
	if is_answerable:
		return Finding(True, _("The PBX asks for Digest authentication, which is supported."), unchecked)
	return Finding(False, _no_challenge(http_status), unchecked, "test_url")


def _no_challenge(http_status: int) -> Text:
	return _("The test URL sends no Digest challenge that is supported (HTTP {0}).", http_status)


def _reached(origin: str, http_status: int) -> Finding:
	has_certificate = origin.startswith("https:")
	sentence = (
		_("The PBX responded (HTTP {0}). Name lookup, network and certificate are fine.", http_status)
		if has_certificate
		else _(
			"The PBX responded (HTTP {0}). Name lookup and network are fine. Plain http is not encrypted.",
			http_status,
		)
	)
	return Finding(True, sentence, (_("Whether the key or password is correct."), _ONLY_A_CALL))
