"""Primevox Click-to-Call V2 (also sold as Qvara and Kontak): builds the GET. Sends nothing.

Written from support.primevox.net, "Click-to-Call (V2)". What it answers is not documented, and it takes no
custom data, so exactly its five parameters are sent. Nothing here was tried on a live account.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from c2c_frappe.pbx.calls import status, values
from c2c_frappe.pbx.calls.dial import DialRequest, DialResult
from c2c_frappe.pbx.calls.events import CallEvent
from c2c_frappe.pbx.calls.records import Page, Window
from c2c_frappe.pbx.numbers import phone
from c2c_frappe.pbx.providers.base import Capabilities, Finding, Provider
from c2c_frappe.pbx.providers.primevox import records
from c2c_frappe.pbx.providers.settings import COMMON, Setting
from c2c_frappe.pbx.text import _
from c2c_frappe.pbx.wire import responses
from c2c_frappe.pbx.wire.http import HttpRequest, HttpResponse

# The webhooks about calls, as (source, status); those about messages are none.
_EVENTS = {"inboundcall": ("progress", status.RINGING), "hangupcall": ("end", "")}


class Primevox(Provider):
	"""One key, one container; tenant 0 is the default tenant."""

	slug = "primevox"
	label = "Primevox"
	# "a 10-digit number, 11-digit e164, or an international number with 011 in front"
	documented_countries = ("US",)
	docs_url = "https://support.primevox.net/portal/en/kb/articles/click-to-call-v2"
	capabilities = Capabilities(
		support="Documented",
		custom_data=False,
		call_id=False,
		confirms_dial=False,
		call_records=True,
		events=True,
	)
	settings = (
		*COMMON,
		Setting("api_key", _("API Key"), kind="password", required=True),
		Setting("container_id", _("Container ID"), required=True, pattern=r"[0-9]{6}", hint=_("6 digits")),
		Setting("tenant_id", _("Tenant ID"), default="0", pattern=r"0|[0-9]{3}", hint=_("3 digits, or 0")),
	)
	has_call_records = True
	has_phone_records = True
	# That a record is there before the call has ended is nowhere said: it may turn up this late.
	records_overlap = timedelta(hours=2)
	default_base_url = "https://pbx.primevox.net"

	def dial_request(self, dial: DialRequest) -> HttpRequest:
		"""Build `c2c_v2.php` with its five parameters, their names spelt as the page spells them."""
		return self._get(
			"c2c_v2.php",
			extension=self.checked_extension(dial.extension),
			phoneNumber=phone.dial_format(dial.number, "nanp"),
		)

	def _get(self, script: str, **parameters: str) -> HttpRequest:
		query = {
			"auth": self.values["api_key"],
			"containerID": self.values["container_id"],
			"tenantID": self.values["tenant_id"],
			**parameters,
		}
		base = self.values["base_url"] or self.default_base_url
		address = f"{base}/api/{script}?{urlencode(query, quote_via=quote)}"
		return HttpRequest("GET", address, secrets=self.secrets)

	def read_dial_response(self, response: HttpResponse) -> DialResult:
		"""A 2xx is Unconfirmed whatever its body, of which a redacted excerpt is kept for the admin."""
		detail = responses.excerpt(response.text, self.secrets) or _("an empty page")
		if 200 <= response.status < 300:
			return DialResult(
				"unconfirmed",
				_("Primevox did not say whether it accepted the call. Its response: {0}", detail),
			)
		kind = status.by_http_status(response.status)
		sentence = {
			"bad_credentials": _(
				"Primevox refused the API key (HTTP {0}). Check the key and the container.", response.status
			),
			"pbx_rejected": _("Primevox refused the request (HTTP {0}): {1}", response.status, detail),
			"bad_reply": _(
				"Primevox had an internal error (HTTP {0}). The phone may still ring.", response.status
			),
		}[kind]
		return DialResult(kind, sentence)

	def parse_event(self, payload: Mapping[str, object]) -> CallEvent | None:
		"""Read InboundCall and HangupCall as "Webhooks (Real-Time Events)" (support.primevox.net) names their fields.

		InboundCall names the number that was called and no extension, HangupCall the extension. A hangup does not
		say whether anybody answered, so it gives an end and no status. Whether outgoing calls raise it is not
		documented.
		"""
		kind = str(payload.get("eventType") or payload.get("event") or "").lower()
		if kind not in _EVENTS or not self._is_own(payload):
			return None
		caller = payload.get("callerIdNum")
		number = self.number_fields(caller)
		is_unread = values.is_unreadable_number(caller, number.get("number"))
		return CallEvent(
			*_EVENTS[kind],
			pbx_call_id=responses.call_id(payload.get("callUuid"), self.secrets),
			extension=str(payload.get("extNumber") or ""),
			**number,
			direction="Incoming",
			unread=values.listed({"callerIdNum": str(caller)} if is_unread else {}),
		)

	def _is_own(self, payload: Mapping[str, object]) -> bool:
		"""Whether an event is of this container and tenant; 0 is the default one, however it is written."""
		tenant = str(payload.get("tenantId") or "0")
		is_same_tenant = tenant.lstrip("0") == self.values["tenant_id"].lstrip("0")
		return str(payload.get("containerId") or "") == self.values["container_id"] and is_same_tenant

	def records_request(self, window: Window, page: int) -> HttpRequest:
		"""Build the request for a page of the call list; internal calls are left out."""
		return self._get("call_list.php", **records.parameters(window, page), showInternal="0")

	def phone_records_request(self, window: Window, page: int, extension: str) -> HttpRequest:
		"""Build the request for a page of the incoming calls that one extension took, which the list itself does not tell."""
		return self._get(
			"call_list.php", **records.parameters(window, page), **records.phone_filter(extension)
		)

	def read_records(self, response: HttpResponse) -> Page:
		"""Read a page of the call list."""
		return records.read(response, self.secrets, self.recording_link, self.number_fields)

	def probe_request(self) -> HttpRequest:
		"""Build a call list request for an empty span: it reads, and it needs the same key and container."""
		start = datetime(2000, 1, 1)
		span = Window(start, start + timedelta(seconds=1))
		return self._get("call_list.php", **records.parameters(span, 1))

	def read_probe_response(self, response: HttpResponse) -> Finding:
		"""A JSON object with `data` shows the key is good; 401 and 403 that it is not; all else leaves it open."""
		unchecked = (
			_("Whether the extensions exist and the key may place calls. Only a real call shows this."),
		)
		if response.status in (401, 403):
			sentence = _("Primevox refused the API key (HTTP {0}).", response.status)
			return Finding(False, sentence, unchecked, "api_key")
		if 200 <= response.status < 300 and "data" in responses.json_object(response):
			return Finding(True, _("Primevox accepted the API key and the container."), unchecked)
		return Finding(
			None,
			_(
				"Primevox's server responded (HTTP {0}), but not with a call list: {1}",
				response.status,
				responses.excerpt(response.text, self.secrets) or _("an empty page"),
			),
			(_("Whether the API key and the container are correct."), *unchecked),
			self.address_setting,
		)
