"""The fields of PBX Account that describe a PBX by its requests and answers, as data. Reads no value."""

from __future__ import annotations

from c2c_frappe.pbx.providers.generic_http import auth, request
from c2c_frappe.pbx.providers.settings import COMMON, Setting
from c2c_frappe.pbx.text import _

DIGITS, PHONE, NAME = AGENT_FORMS = ("Digits", "Phone number", "Name")
_STATUSES = r"\s*2(\d\d|xx)(\s*,\s*2(\d\d|xx))*\s*"
_HOST = r"[A-Za-z0-9.-]+(:[1-5]?\d{1,4})?"
_PATH_HINT = _("keys separated by dots, such as data.id")

# The address is part of the template. A proxy would connect where this machine cannot look: none is used.
SETTINGS = (
	*(setting for setting in COMMON if setting.name not in ("base_url", "use_proxy")),
	Setting("default_country", _("Default Country"), kind="country"),
	Setting("http_method", _("Method"), kind="select", options=request.METHODS, default="POST"),
	Setting("url_template", _("Dial URL"), kind="text", required=True),
	Setting("body_kind", _("Body"), kind="select", options=request.BODIES, default=request.NO_BODY),
	Setting("agent_form", _("Agent ID Format"), kind="select", options=AGENT_FORMS, default=DIGITS),
	Setting("request_pairs", _("Request Parameters"), kind="table"),
	Setting("auth_kind", _("Authentication Method"), kind="select", options=auth.KINDS, default=auth.NONE),
	Setting("auth_name", _("User, Header or Query Key")),
	Setting("secret_1", _("Secret 1"), kind="password"),
	Setting("secret_2", _("Secret 2"), kind="password"),
	Setting("secret_3", _("Secret 3"), kind="password"),
	Setting("test_url", _("Test URL"), kind="text"),
	Setting("token_url", _("Token URL"), kind="text"),
	Setting(
		"token_body_kind",
		_("Token Request Body"),
		kind="select",
		options=request.BODIES,
		default=request.NO_BODY,
	),
	Setting("token_pairs", _("Token Request Parameters"), kind="table"),
	Setting("token_place", _("Token Path"), default="access_token", hint=_PATH_HINT),
	Setting("token_expiry_place", _("Token Expiry Path"), default="expires_in", hint=_PATH_HINT),
	Setting(
		"success_statuses",
		_("Success Status Codes"),
		kind="text",
		default="2xx",
		pattern=_STATUSES,
		hint=_("statuses from 200 to 299, separated by commas, or 2xx"),
	),
	Setting("answer_rules", _("Response Mapping"), kind="table"),
	Setting("accept_unknown", _("No Confirmation in Response"), kind="check"),
	Setting("event_rules", _("Event Mapping"), kind="table"),
	Setting("event_time_zone", _("Event Time Zone"), default="UTC"),
	Setting(
		"recording_key_hosts",
		_("Recordings That Need the Key"),
		kind="text",
		pattern=rf"\s*{_HOST}(\s*,\s*{_HOST})*\s*",
		hint=_("host names separated by commas, such as recordings.example.com"),
	),
)
LABELS = {setting.name: setting.label for setting in SETTINGS}
