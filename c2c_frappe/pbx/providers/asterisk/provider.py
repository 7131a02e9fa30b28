"""Asterisk by its REST interface (ARI): builds the requests, reads the answers. Sends nothing.

Written from docs.asterisk.org, "Asterisk REST Interface", and run against a real Asterisk 22 in tests/asterisk. The
phone is asked for first: afterwards an unknown and an unregistered one are the same unexplained error. Our own name of
the call is the id of the agent's channel, so that Asterisk refuses a second one while the call lives.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Generator, Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode

from c2c_frappe.pbx.calls import status
from c2c_frappe.pbx.calls.dial import DialRequest, DialResult
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.errors import ConfigurationError, PbxError, RejectedError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.providers.asterisk import dialplan_check, events, unclicked_calls, variables
from c2c_frappe.pbx.providers.asterisk.settings import CALLER_ID, EXTENSION, SETTINGS
from c2c_frappe.pbx.providers.base import (
	Capabilities,
	ConnectionTest,
	DialSteps,
	EventStream,
	Finding,
	Phone,
	Provider,
	SnapshotQuery,
	StatusQuery,
)
from c2c_frappe.pbx.providers.settings import is_ticked
from c2c_frappe.pbx.text import Text, _
from c2c_frappe.pbx.wire import responses
from c2c_frappe.pbx.wire.http import Connection, HttpRequest, HttpResponse

# A list of some thousand phones.
MAX_RESPONSE = 1024 * 1024
# A call that cannot be: ending it shows the right to, and ends nothing.
NOBODYS_CALL = "c2c-test-connection"
# The ARI application that hears what the dialplan says then; a listener's has another name.
NOBODYS_EAR = "c2c-test-dialplan"


class Asterisk(Provider):
	"""One Asterisk, also under FreePBX; the context says where in the dialplan the customer is called."""

	slug = "asterisk"
	label = "Asterisk"
	docs_url = "https://docs.asterisk.org/Latest_API/API_Documentation/Asterisk_REST_Interface/"
	capabilities = Capabilities(
		support="Verified",
		custom_data=True,
		call_id=True,
		confirms_dial=True,
		events=True,
		hang_up=True,
		phones=True,
	)
	settings = SETTINGS
	event_parameters = (
		("event", events.END),
		("call", _("the variable C2C_CALL")),
		("status", _("the variable DIALSTATUS")),
		("cause", _("the variable HANGUPCAUSE")),
		("answered", _("when the customer answered, UTC")),
		("ended", _("when it ended, UTC")),
		("recording", _("the name of its recording, if there is one")),
	)

	@property
	def secrets(self) -> tuple[str, ...]:
		"""Return the password, and how it stands in the header."""
		return (*super().secrets, self._credentials)

	@property
	def connection(self) -> Connection:
		"""Return how this account is to be reached."""
		return replace(super().connection, max_response=MAX_RESPONSE)

	@property
	def sets_caller_id(self) -> bool:
		"""Return that a channel gets one."""
		return True

	@property
	def calls_extensions(self) -> bool:
		"""Return whether the account names a context for them."""
		return bool(self.values["ari_internal_context"])

	def dial_steps(self, dial: DialRequest) -> DialSteps:
		"""Ask for the phone, then dial; when Asterisk has a channel of this call already, ask which."""
		request = self.dial_request(dial)
		refusal = yield from self._look_for_phone(dial.extension)
		if refusal:
			return refusal
		response = yield request
		if response.status == 409:
			return (yield from self._look_at_channel(dial))
		return self.read_dial_response(response)

	def dial_request(self, dial: DialRequest) -> HttpRequest:
		"""Build the POST that rings the agent and sends them to the number, or the colleague, in the account's context."""
		caller_id = self._caller_id(dial.caller_id)
		shown = variables.shown_caller(dial) if is_ticked(self.values["ari_show_customer"]) else ""
		extension, context = self._target(dial)
		body = {
			"endpoint": self._endpoint(dial.extension),
			"extension": extension,
			"context": context,
			"priority": 1,
			"timeout": int(self.values["ari_ring_timeout"]),
			"callerId": self.checked_extension(dial.extension)
			if dial.called_extension
			else shown or caller_id,
			"channelId": dial.call,
			"variables": variables.channel_variables(dial, caller_id, self.values["ari_answer_header"]),
		}
		return self._request("POST", "channels", body={name: value for name, value in body.items() if value})

	def read_dial_response(self, response: HttpResponse) -> DialResult:
		"""Take a channel with an id as the only yes: it is made, and its phone is about to be called."""
		body = responses.json_object(response)
		if response.status == 200 and isinstance(body.get("id"), str):
			return DialResult(
				"accepted", _("Asterisk accepted the call."), responses.call_id(body["id"], self.secrets)
			)
		if response.status == 500 and body == {"error": "Allocation failed"}:
			return DialResult(
				"pbx_rejected", _("Asterisk cannot call this phone. Check the account's endpoint pattern.")
			)
		kind = status.by_http_status(response.status)
		if kind == "bad_reply":
			return DialResult(
				kind,
				_(
					"Asterisk's response cannot be read (HTTP {0}): {1} The phone may still ring.",
					response.status,
					self._said(response),
				),
			)
		return DialResult(kind, self._refusal(response))

	def _target(self, dial: DialRequest) -> tuple[str, str]:
		"""Return (extension, context) of the dialplan where the agent is sent."""
		if not dial.called_extension:
			return phone.dial_format(dial.number, "e164"), self.values["ari_context"]
		if not self.calls_extensions:
			raise ConfigurationError(
				_("This account cannot call extensions: it has no extension context."), "ari_internal_context"
			)
		return self.checked_extension(dial.called_extension), self.values["ari_internal_context"]

	def _look_for_phone(self, extension: str) -> Generator[HttpRequest, HttpResponse, DialResult | None]:
		technology, _slash, resource = self._endpoint(extension).partition("/")
		if technology == "Local":
			return None  # ARI lists no such endpoints; the dialplan behind it finds the phone
		response = yield self._request("GET", "endpoints", technology, resource)
		body = responses.json_object(response)
		if response.status == 404 and body.get("message") == "Endpoint not found":
			return DialResult(
				"unknown_extension",
				_("Asterisk has no phone {0}. Check your extension.", f"{technology}/{resource}"),
			)
		if response.status != 200 or "state" not in body:
			return self._no_phone(response)
		if body["state"] == "offline":
			return DialResult(
				"extension_offline",
				_(
					"Your phone {0} is not connected to Asterisk: it is switched off, offline or not registered.",
					extension,
				),
			)
		return None

	def _no_phone(self, response: HttpResponse) -> DialResult:
		"""Return what an answer that describes no phone means: nothing was dialed, whatever it is."""
		kind = status.by_http_status(response.status)
		if kind == "bad_reply":
			return DialResult(
				"pbx_rejected",
				_(
					"The account's address does not respond like Asterisk's REST interface (HTTP {0}). Nothing"
					" was dialed.",
					response.status,
				),
			)
		return DialResult(kind, self._refusal(response))

	def _look_at_channel(self, dial: DialRequest) -> DialSteps:
		"""Say which channel has this call's id; nothing is sent again."""
		response = yield self._request("GET", "channels", dial.call)
		channel = responses.json_object(response)
		name, state = (responses.excerpt(channel.get(part), self.secrets) for part in ("name", "state"))
		if response.status == 200 and name.startswith(
			f"{self._endpoint(dial.extension).removesuffix('/n')}-"
		):
			return DialResult(
				"accepted",
				_("Asterisk already has this call ({0}, {1}). It was not placed again.", name, state),
				responses.call_id(channel.get("id"), self.secrets),
			)
		if response.status == 200 and name:
			return DialResult(
				"pbx_rejected",
				_("Another call in Asterisk already has this call's ID: {0}. Call again.", name),
			)
		return DialResult(
			"bad_reply",
			_(
				"Asterisk already had this call, and it is over. Your phone may have rung; check before calling again."
			),
		)

	def parse_event(self, payload: Mapping[str, object]) -> CallEvent | None:
		"""Read an event of ARI, or what the documented dialplan posts to our webhook."""
		return events.read(payload, f"{self._address}/recordings/stored")

	def recording_request(self, url: str) -> HttpRequest:
		"""Build the request for a recording; ARI's own take the account's password, other hosts never see it."""
		request = super().recording_request(url)
		is_own = url.startswith(f"{self._address}/")
		signed = {**request.headers, "Authorization": f"Basic {self._credentials}"}
		return replace(request, headers=signed) if is_own else request

	def event_stream(self, listener: str) -> EventStream:
		"""Return ARI's WebSocket with all events of the PBX, and the filter that leaves those that are read.

		`listener` names an ARI application: a second WebSocket of that name takes it over.
		"""
		opening = self._request("GET", "events", app=listener, subscribeAll="true")
		allowed = {"allowed": [{"type": kind} for kind in events.TYPES]}
		return EventStream(
			replace(opening, url=f"ws{opening.url.removeprefix('http')}"),
			self._request("PUT", "applications", listener, "eventFilter", body=allowed),
		)

	def call_tracker(self) -> unclicked_calls.Tracker:
		"""Return what makes calls of all channels but those of clicks."""
		return unclicked_calls.Tracker(self.values, self.number_fields)

	def snapshot_query(self) -> SnapshotQuery:
		"""Ask for the channels and the bridges."""
		return unclicked_calls.ask_what_lives(self._request, self._refusal)

	def status_query(self, call: str, call_status: str) -> StatusQuery:
		"""Ask for the call's channel, and if there is one whether it is connected to another."""
		response = yield self._request("GET", "channels", call)
		if response.status == 404 and responses.json_object(response).get("message") == "Channel not found":
			return events.from_channel_state(call, call_status, None, None)
		channel = responses.json_object(response) if response.status == 200 else {}
		if not channel:
			raise RejectedError(self._refusal(response))
		response = yield self._request("GET", "bridges")
		return events.from_channel_state(call, call_status, channel, responses.json_list(response))

	def hang_up_request(self, call: str) -> HttpRequest:
		"""Build the DELETE of the agent's channel, which releases the customer too."""
		return self._request("DELETE", "channels", call)

	def read_hang_up_response(self, response: HttpResponse) -> Finding:
		"""A 204 ended the call, a 404 says that it was over."""
		if response.status == 204:
			return Finding(True, _("The call was ended."))
		if response.status == 404 and responses.json_object(response).get("message") == "Channel not found":
			return Finding(True, _("The call had already ended."))
		return Finding(False, self._refusal(response))

	def phones_request(self) -> HttpRequest:
		"""Build the request for the endpoints of the pattern's technology."""
		return self._request("GET", "endpoints", self.values["endpoint_pattern"].partition("/")[0])

	def read_phones(self, response: HttpResponse) -> tuple[Phone, ...]:
		"""Read the endpoints whose name this account could ring; a trunk's has letters, or is named by the account."""
		rows = responses.json_list(response)
		if response.status != 200 or rows is None:
			raise RejectedError(self._refusal(response))
		phones = [(str(row.get("resource")), row.get("state")) for row in rows if isinstance(row, dict)]
		trunks = unclicked_calls.listed(self.values["ari_trunks"])
		return tuple(
			Phone(name, {"online": True, "offline": False}.get(state))
			for name, state in sorted(phones)
			if re.fullmatch(self.extension_pattern, name, re.ASCII) and name not in trunks
		)

	def connection_test(self) -> ConnectionTest:
		"""Ask whether this is ARI, whether this user may end calls (one that cannot be), for phones and dialplan."""
		response = yield self.probe_request()
		if responses.json_object(response).get("ping") != "pong":
			return self.read_probe_response(response)
		allowed = yield replace(self.hang_up_request(NOBODYS_CALL), is_question=True)
		if allowed.status == 403:
			return Finding(False, self._refusal(allowed), _unchecked(), "ari_user")
		response = yield self.phones_request()
		finding = self._found_phones(response)
		return (yield from self._look_at_dialplan(finding)) if finding.ok else finding

	def _look_at_dialplan(self, finding: Finding) -> ConnectionTest:
		context = self.values["ari_context"]
		try:
			event = yield dialplan_check.question(self._request, self.event_stream(NOBODYS_EAR), context)
		except PbxError:
			event = None
		return dialplan_check.read(finding, event, context)

	def probe_request(self) -> HttpRequest:
		"""Build a ping of ARI."""
		return self._request("GET", "asterisk", "ping")

	def read_probe_response(self, response: HttpResponse) -> Finding:
		"""A pong shows address, user and password; all else that something is wrong with one of them."""
		if response.status == 200 and responses.json_object(response).get("ping") == "pong":
			return Finding(True, _("Asterisk accepted the user and the password."), _unchecked())
		setting = {401: "ari_password", 403: "ari_user"}.get(response.status, self.address_setting)
		return Finding(False, self._refusal(response), _unchecked(), setting)

	def _found_phones(self, response: HttpResponse) -> Finding:
		if self.values["endpoint_pattern"].startswith("Local/"):
			return Finding(True, _("Asterisk accepted the user and the password."), _unchecked())
		try:
			phones = self.read_phones(response)
		except RejectedError as error:
			return Finding(False, error.message, _unchecked(), self.address_setting)
		online = sum(phone.is_online is not False for phone in phones)
		return Finding(
			bool(phones),
			_(
				"Asterisk accepted the user and the password. It has {0} phones, {1} of them connected.",
				len(phones),
				online,
			),
			_unchecked(),
		)

	def _refusal(self, response: HttpResponse) -> Text:
		if response.status == 401:
			return _("Asterisk refused the ARI user or its password (HTTP 401). Check both.")
		if response.status == 403:
			return _("This ARI user may only read (HTTP 403). Set read_only to no for it in ari.conf.")
		if response.status == 404 and "message" not in responses.json_object(response):
			return _(
				"There is no ARI at the account's address (HTTP 404). Check the address, and that ARI is enabled."
			)
		return _("Asterisk refused the request (HTTP {0}): {1}", response.status, self._said(response))

	def _said(self, response: HttpResponse) -> str:
		body = responses.json_object(response)
		message = body.get("message") or body.get("error") or response.text
		return responses.excerpt(message, self.secrets) or _("empty.")

	def _endpoint(self, extension: str) -> str:
		return self.values["endpoint_pattern"].replace(EXTENSION, self.checked_extension(extension))

	def _caller_id(self, of_user: str) -> str:
		"""Return the user's caller id, else the account's; raise ConfigurationError for one that is no number."""
		written = re.sub(r"[\s().-]", "", of_user)
		if written and not re.fullmatch(CALLER_ID, written, re.ASCII):
			raise ConfigurationError(
				_("The user's caller ID {0} is not a phone number. Enter digits only.", of_user), "caller_id"
			)
		return written or self.values["ari_caller_id"]

	@property
	def _address(self) -> str:
		return f"{self.values['base_url'].removesuffix('/ari')}/ari"

	@property
	def _credentials(self) -> str:
		pair = f"{self.values['ari_user']}:{self.values['ari_password']}"
		return base64.b64encode(pair.encode()).decode()

	def _request(self, method: str, *path: str, body: Mapping | None = None, **query: str) -> HttpRequest:
		"""Build a request; a GET and the filter of events are questions."""
		address = "/".join([self._address, *(quote(part, safe="") for part in path)])
		headers = {"Authorization": f"Basic {self._credentials}"}
		if body is not None:
			headers["Content-Type"] = "application/json"
		return HttpRequest(
			method,
			f"{address}?{urlencode(query)}" if query else address,
			headers,
			json.dumps(body).encode() if body is not None else None,
			self.secrets,
			is_question=method == "GET",
		)


def _unchecked() -> tuple[Text, ...]:
	return (
		_("Whether the context exists and dials the customer. Only a real call shows this."),
		_("Whether the phone of each extension rings."),
	)
