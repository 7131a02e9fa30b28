"""CommPeak Click2Call: builds the GET, reads its JSON. Sends nothing.

Written from helpcenter.commpeak.com, article 8079776 "Click2Call Information for CRM Developers". Nothing
here was tried on a live account.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from c2c_frappe.pbx.calls import status, values
from c2c_frappe.pbx.calls.dial import DialRequest, DialResult
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import Page, Window
from c2c_frappe.pbx.errors import ConfigurationError
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.providers.base import Capabilities, Finding, Provider
from c2c_frappe.pbx.providers.commpeak import records, sides
from c2c_frappe.pbx.providers.settings import COMMON, Setting
from c2c_frappe.pbx.text import Text, _
from c2c_frappe.pbx.wire import responses
from c2c_frappe.pbx.wire.http import HttpRequest, HttpResponse

_ID = r"[A-Za-z0-9_-]{1,64}"


class CommPeak(Provider):
	"""The CRM vendors' address when `crm_id` is set, the customer's own PBX Stats otherwise."""

	slug = "commpeak"
	label = "CommPeak"
	docs_url = "https://helpcenter.commpeak.com/en/articles/8079776"
	capabilities = Capabilities(
		support="Documented",
		custom_data=True,
		call_id=True,
		confirms_dial=True,
		call_records=True,
		events=True,
	)
	settings = (
		*COMMON,
		Setting("crm_id", _("CRM ID"), pattern=_ID, hint=_("the number CommPeak gave this CRM")),
		Setting(
			"client_id", _("Client ID"), kind="password", pattern=_ID, hint=_("the number of your client")
		),
		Setting("prefix", _("Prefix"), pattern=r"[0-9]{1,16}", hint=_("digits only")),
		Setting("stats_url", _("PBX Stats Address"), kind="url"),
		Setting("stats_api_key", _("PBX Stats API Key"), kind="password"),
	)
	event_parameters = (
		("event", _("start, answer or end: a webhook each")),
		("uniqueid", _("the call's unique ID")),
		("call", _("the custom field call")),
		("extension", _("the agent's extension")),
		("number", _("the customer's number, with its country code")),
		("direction", _("in or out")),
		("started_at", _("when the call started, UTC")),
		("answered_at", _("when it was answered, UTC")),
		("ended_at", _("when it ended, UTC")),
		("duration", _("billed seconds")),
		("hangup_cause", _("the hangup cause")),
		("recording", _("the recording's link")),
	)
	default_base_url = "https://click2call.pbx.commpeak.com"

	def __init__(self, values: Mapping[str, object]):
		"""Take the settings; one of the two shapes must be complete."""
		super().__init__(values)
		self.address = self._address()

	@property
	def address_setting(self) -> str:
		"""Which of the two addresses is asked."""
		return "base_url" if self.values["crm_id"] else "stats_url"

	def dial_request(self, dial: DialRequest) -> HttpRequest:
		"""Build `.../leg_a/leg_b[/prefix]?key=value`: the values are path segments, custom data the query."""
		legs = [self.checked_extension(dial.extension), phone.dial_format(dial.number, "digits")]
		if self.values["prefix"]:
			legs.append(self.values["prefix"])
		address = "/".join([self.address, *(quote(leg, safe="") for leg in legs)])
		data = {key: value for key, value in dial.custom_data.items() if value}
		query = f"?{urlencode(data, quote_via=quote)}" if data else ""
		return HttpRequest("GET", address + query, secrets=self.secrets)

	def _address(self) -> str:
		if self.values["crm_id"]:
			if not self.values["client_id"]:
				raise ConfigurationError(_("{0} is missing.", _("Client ID")), "client_id")
			base = self.values["base_url"] or self.default_base_url
			return f"{base}/call/{self.values['crm_id']}/{self.values['client_id']}"
		if not self.values["stats_url"]:
			raise ConfigurationError(
				_("Enter the CRM ID and the Client ID, or the address of your PBX Stats."), "crm_id"
			)
		return f"{self.values['stats_url']}/click2call"

	def read_dial_response(self, response: HttpResponse) -> DialResult:
		"""Take `"success": true` of a 2xx as the only yes; a no comes with any HTTP status but that of a fault."""
		body = responses.json_object(response)
		detail = responses.excerpt(body.get("message", ""), self.secrets)
		call_id = responses.call_id(body.get("unique_id"), self.secrets)
		if body.get("success") is False and 200 <= response.status < 500:
			is_unknown = detail.lower().rstrip(".") == "extension does not exist"
			kind = "unknown_extension" if is_unknown else "pbx_rejected"
			return DialResult(
				kind, _("CommPeak refused the call: {0}", detail or _("no reason given")), call_id
			)
		if body.get("success") is True:
			is_yes = 200 <= response.status < 300
			return DialResult(
				"accepted" if is_yes else "bad_reply", self._reply_sentence(response, is_yes), call_id
			)
		kind = "not_allowlisted" if response.status == 404 else status.by_http_status(response.status)
		return DialResult(kind, self._refusal(kind, response), call_id)

	def _reply_sentence(self, response: HttpResponse, is_yes: bool) -> str:
		if is_yes:
			return _("CommPeak accepted the call.")
		return _(
			"CommPeak reported success, but with HTTP status {0}. The phone may still ring.", response.status
		)

	def _refusal(self, kind: str, response: HttpResponse) -> str:
		if kind == "not_allowlisted":
			return _(
				"CommPeak does not know this server (404). Ask CommPeak to allow-list the address this server"
				" calls from, then check the address, CRM ID and Client ID."
			)
		if kind == "bad_credentials":
			return _(
				"CommPeak refused this account (HTTP {0}). Check the CRM ID and the Client ID.",
				response.status,
			)
		if kind == "pbx_rejected":
			return _("CommPeak refused the request (HTTP {0}). Check the account's address.", response.status)
		return _(
			"CommPeak's response cannot be read (HTTP {0}): {1} The phone may still ring.",
			response.status,
			responses.excerpt(response.text, self.secrets) or _("empty."),
		)

	def parse_event(self, payload: Mapping[str, object]) -> CallEvent | None:
		"""Read a webhook whose parameters were named as `event_parameters` (docs.commpeak.com/docs/webhooks)."""
		kind = str(payload.get("event", "")).lower()
		if kind not in ("start", "answer", "end"):
			return None
		fields = {name: _text(payload.get(name)) for name, _meaning in self.event_parameters}
		way = fields["direction"]
		direction = values.direction(way) if values.is_filled(way) else values.OUTGOING
		is_agents = sides.is_agents_leg(fields["number"], fields["extension"], direction)
		talk = values.parse_duration(fields["duration"])
		call_status, failure_code = _meaning(kind, fields["hangup_cause"], talk, is_agents)
		number = {} if is_agents else self.number_fields(fields["number"])
		return CallEvent(
			"end" if kind == "end" else "progress",
			call_status,
			failure_code,
			call=fields["call"],
			pbx_call_id=responses.call_id(fields["uniqueid"], self.secrets),
			extension=fields["extension"],
			**number,
			direction="" if is_agents or direction == values.INTERNAL else direction,
			started_at=values.parse_timestamp(fields["started_at"]),
			answered_at=None if is_agents else values.parse_timestamp(fields["answered_at"]),
			ended_at=values.parse_timestamp(fields["ended_at"]),
			duration=None if is_agents else talk,
			recording_url=self.recording_link(fields["recording"]),
			unread=_unread(fields, number.get("number")),
			ringing=_ringing_phone(kind) if is_agents else "",
		)

	@property
	def has_call_records(self) -> bool:
		"""PBX Stats gives them, for a key of its own."""
		return bool(self.values["stats_url"] and self.values["stats_api_key"])

	def records_request(self, window: Window, page: int) -> HttpRequest:
		"""Build the request for a page of PBX Stats' call records."""
		key = self.values["stats_api_key"]
		return records.request(self.values["stats_url"], key, window, page, self.secrets)

	def read_records(self, response: HttpResponse) -> Page:
		"""Read a page of PBX Stats' call records."""
		return records.read(response, self.secrets, self.recording_link, self.number_fields)

	def probe_request(self) -> HttpRequest:
		"""Build a GET of the host's root: CommPeak documents nothing else that cannot ring a phone."""
		base = self.values["base_url"] or self.default_base_url
		return HttpRequest(
			"GET", f"{base if self.values['crm_id'] else self.values['stats_url']}/", secrets=self.secrets
		)

	def read_probe_response(self, response: HttpResponse) -> Finding:
		"""An answer of any kind shows the name, the network and any TLS; it cannot show the ids or the allow-list."""
		return Finding(
			True,
			self._reached(response.status),
			(
				_(
					"Whether this server's address is allow-listed and the ids are right. Only a real call shows this."
				),
				_("Whether the extensions exist."),
			),
		)

	def _reached(self, http_status: int) -> Text:
		if self.probe_request().url.startswith("https:"):
			return _(
				"CommPeak's server responded (HTTP {0}). Name lookup, network and certificate are fine.",
				http_status,
			)
		return _(
			"CommPeak's server responded (HTTP {0}). Name lookup and network are fine. Plain http is not encrypted.",
			http_status,
		)


def _text(value: object) -> str:
	return "" if value is None else str(value).strip()


def _meaning(kind: str, hangup_cause: str, talk: int | None, is_agents: bool) -> tuple[str, str]:
	"""Return (status, failure code) of a webhook; while the agent's phone is answered the customer's rings."""
	if kind == "end":
		meaning = records.meaning(hangup_cause, talk)
		return records.outcome_of_agents_leg(meaning) if is_agents else meaning
	return (status.IN_PROGRESS if kind == "answer" and not is_agents else status.RINGING), ""


def _ringing_phone(kind: str) -> str:
	"""Return whose phone rings by a webhook of the agent's own leg."""
	return {"start": status.AGENT, "answer": status.CUSTOMER}.get(kind, "")


def _unread(fields: Mapping[str, str], number: object) -> str:
	"""Return "parameter: text" of what stands in a webhook and could not be read."""
	times = {name: values.is_unreadable_timestamp(fields[name]) for name in fields if name.endswith("_at")}
	unreadable = {
		"number": values.is_unreadable_number(fields["number"], number),
		**times,
		"duration": values.is_unreadable_duration(fields["duration"]),
		"direction": values.is_filled(fields["direction"]) and not values.direction(fields["direction"]),
		"hangup_cause": not records.is_known_cause(fields["hangup_cause"]),
	}
	return values.listed({name: fields[name] for name, is_so in unreadable.items() if is_so})
