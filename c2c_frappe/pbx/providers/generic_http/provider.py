"""Any PBX that places a call on one HTTP request: a form says what to send and how to read what comes back.

Builds requests and reads answers, sends nothing. No part of the form is a language: variables come from a fixed list
(`variables`), each quoted for the place it stands in, and none can stand in a host.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from c2c_frappe.pbx.calls.dial import DialRequest, DialResult
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.providers.base import Capabilities, DialSteps, Finding, Provider
from c2c_frappe.pbx.providers.generic_http import auth, event, fields, form, probe, variables
from c2c_frappe.pbx.providers.generic_http.request import NOBODY, Credentials, Shape, with_query
from c2c_frappe.pbx.providers.generic_http.template import as_it_is
from c2c_frappe.pbx.providers.settings import trimmed
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire.http import Connection, HttpRequest, HttpResponse
from c2c_frappe.pbx.wire.redaction import MASK

# Questions that must be answered before the dial; what they end in is None, or why there is no dial.
Questions = Generator[HttpRequest, HttpResponse, DialResult | None]

_AGENT_PATTERNS = {
	fields.DIGITS: r"[0-9]{1,20}",
	fields.PHONE: r"\+?[0-9]{1,20}",
	fields.NAME: r"[A-Za-z0-9+._@-]{1,64}",
}


class GenericHttp(Provider):
	"""One HTTP request a call, described by the account's form; a token or a challenge may be asked for before it."""

	slug = "generic_http"
	label = _("Generic HTTP")
	docs_url = "https://www.rfc-editor.org/rfc/rfc9110"
	capabilities = Capabilities(
		support="Documented", custom_data=True, call_id=True, confirms_dial=True, events=True
	)
	settings = fields.SETTINGS

	def __init__(self, values: Mapping[str, object]):
		"""Take the settings; raise ConfigurationError naming the field that cannot work."""
		super().__init__(values)
		self.form = form.read(self.values)
		self._token = ""  # nosec B105 - none yet
		self._challenge = ""

	@property
	def extension_pattern(self) -> str:
		"""Return what an agent's name looks like at this PBX."""
		return _AGENT_PATTERNS[self.values["agent_form"]]

	@property
	def sets_caller_id(self) -> bool:
		"""Return whether the form sends it."""
		return "caller_id" in self.form.dial.variables

	@property
	def event_parameters(self) -> tuple[tuple[str, str], ...]:
		"""Return where the form expects each fact of an event."""
		return event.parameters(self.form.event.rules)

	@property
	def secrets(self) -> tuple[str, ...]:
		"""Return the account's own and the token."""
		return (*super().secrets, self._token) if self._token else super().secrets

	@property
	def connection(self) -> Connection:
		"""Return how the PBX is to be reached: not in private networks unless the account says it is there."""
		connect, read = int(self.values["connect_timeout"]), int(self.values["read_timeout"])
		return Connection(connect, read, self.values["ca_file"], reach=self.form.reach)

	@property
	def addresses(self) -> tuple[str, ...]:
		"""Return the web address of this account's PBX, and of the hosts whose recordings need its key."""
		hosts = self.values["recording_key_hosts"].split(",")
		return (self.form.dial.address.origin, *(f"https://{host.strip()}" for host in hosts if host.strip()))

	def recording_request(self, url: str) -> HttpRequest:
		"""Build the request for a recording; the account's key goes to the account's own addresses alone.

		A token or a digest is for calls: where the account signs in by one, a recording is asked for without.
		"""
		request = super().recording_request(url)
		is_own = _place(url) in {_place(address) for address in self.addresses}
		if not is_own or self.form.token or self.form.auth_kind == auth.DIGEST:
			return request
		by = self._credentials()
		return replace(
			request,
			url=with_query(url, by.query),
			headers={**request.headers, **by.headers},
			secrets=(*request.secrets, *by.secrets),
		)

	def checked_extension(self, extension: str) -> str:
		"""Return the agent's name if this PBX can have such a one; raise ConfigurationError if not."""
		extension = trimmed(extension)
		if not re.fullmatch(self.extension_pattern, extension, re.ASCII):
			raise ConfigurationError(
				_("This PBX cannot have an agent {0}. Check the account's Agent ID Format.", extension),
				"extension",
			)
		return extension

	def dial_steps(self, dial: DialRequest) -> DialSteps:
		"""Sign in where that takes a question, then place the call with one request, whatever comes back."""
		self.dial_request(dial)  # A mistake in it is told before anything is asked.
		failure = yield from self._questions()
		if failure:
			return failure
		result = self.read_dial_response((yield self.dial_request(dial)))
		if result.answer == "bad_credentials" and self.token_cache:
			self.token_cache.drop()
		return result

	def _questions(self) -> Questions:
		if self.form.token:
			return (yield from self._ask_token())
		if self.form.auth_kind == auth.DIGEST:
			return (yield from self._ask_challenge())
		return None

	def _ask_token(self) -> Questions:
		self._token = self.token_cache.get() if self.token_cache else ""
		if self._token:
			return None
		response = yield self.token_request()
		self._token, seconds = self.form.token.read(response)
		if self._token and seconds and self.token_cache:
			self.token_cache.put(self._token, seconds)
		return None if self._token else self._no_token(response)

	def _no_token(self, response: HttpResponse) -> DialResult:
		kind, detail = self.form.dial_response.token_refusal(response, self.secrets)
		detail = detail or _("an empty page")
		sentence = _(
			"The PBX issued no token (HTTP {0}), so nothing was dialed: {1}", response.status, detail
		)
		return DialResult(kind, sentence)

	def _ask_challenge(self) -> Questions:
		response = yield self.probe_request()
		if not auth.is_answerable(response.challenge):
			sentence = _(
				"The test URL sends no Digest challenge that is supported (HTTP {0}).", response.status
			)
			return DialResult("misconfigured", sentence)
		self._challenge = response.challenge
		return None

	def requests(self, dial: DialRequest) -> tuple[HttpRequest, ...]:
		"""Return the question, where there is one, and the dial."""
		asks = self.form.token or self.form.auth_kind == auth.DIGEST
		return (*((self.probe_request(),) if asks else ()), self.dial_request(dial))

	@property
	def address_setting(self) -> str:
		"""Which of its addresses is asked first."""
		if self.form.token:
			return "token_url"
		return "test_url" if self.form.test else "url_template"

	def token_request(self) -> HttpRequest:
		"""Build the question for a token."""
		return self._without_dial(self.form.token.shape, NOBODY)

	def dial_request(self, dial: DialRequest) -> HttpRequest:
		"""Build the request; without a token or a challenge yet, as `questions` would leave it."""
		dial = replace(dial, extension=self.checked_extension(dial.extension))
		shape = self.form.dial
		values = variables.dial_values(shape.variables, dial, self._known(), self.values["default_country"])
		built = shape.build(values, self.secrets, self._credentials(), is_question=False)
		return self._answered(built) if self._challenge else built

	def _known(self) -> dict[str, str]:
		own = (self.values[name] for name in ("secret_1", "secret_2", "secret_3"))
		return dict(zip(variables.SECRETS, own, strict=True)) | {variables.TOKEN: self._token or MASK}

	def _credentials(self) -> Credentials:
		credentials = self._known()
		secret = credentials[variables.TOKEN] if self.form.token else credentials["secret.1"]
		return auth.credentials(self.form.auth_kind, self._auth_name(), secret)

	def _auth_name(self) -> str:
		return self.form.auth_name.fill(self._known(), as_it_is)

	def _answered(self, request: HttpRequest) -> HttpRequest:
		"""Return the request with the answer to the challenge, which is for this request alone."""
		by = auth.digest(
			self._challenge, self._auth_name(), self.values["secret_1"], request.method, request.url
		)
		return replace(
			request, headers={**request.headers, **by.headers}, secrets=(*request.secrets, *by.secrets)
		)

	def _without_dial(self, shape: Shape, by: Credentials) -> HttpRequest:
		values = variables.without_dial(shape.variables, self._known())
		return shape.build(values, self.secrets, by, is_question=True)

	def read_dial_response(self, response: HttpResponse) -> DialResult:
		"""Read it by the form's rules."""
		return self.form.dial_response.read(response, self._shown_secrets())

	def _shown_secrets(self) -> tuple[str, ...]:
		return (*self.secrets, *self._credentials().secrets)

	def parse_event(self, payload: Mapping[str, object]) -> CallEvent | None:
		"""Read a webhook's payload by the form's rules."""
		return self.form.event.read(payload, self.secrets, self.recording_link, self.number_fields)

	def probe_request(self) -> HttpRequest:
		"""Build the question that shows most: for the token, at the test address, or for the host's root."""
		if self.form.token:
			return self.token_request()
		if self.form.test is None:
			return HttpRequest(
				"GET", f"{self.form.dial.address.origin}/", secrets=self.secrets, is_question=True
			)
		is_digest = self.form.auth_kind == auth.DIGEST
		return self._without_dial(self.form.test, NOBODY if is_digest else self._credentials())

	def read_probe_response(self, response: HttpResponse) -> Finding:
		"""Say what the answer shows, and what it leaves unchecked."""
		return probe.read(self.form, response, self._shown_secrets())


def _place(url: str) -> tuple[str, str | None, int | None]:
	"""Return scheme, host and port of an address: the same place only if all three are."""
	parts = urlsplit(url)
	return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
