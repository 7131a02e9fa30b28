"""The fields of PBX Account that describe a PBX by its requests and answers, as data. Reads no value."""

from __future__ import annotations

from c2c_frappe.pbx.providers.generic_http import auth, request
from c2c_frappe.pbx.providers.settings import COMMON, Setting
from c2c_frappe.pbx.text import _

DIGITS, PHONE, NAME = AGENT_FORMS = ("Digits", "Phone number", "Name")
_STATUSES = r"\s*2(\d\d|xx)(\s*,\s*2(\d\d|xx))*\s*"
_HOST = r"[A-Za-z0-9.-]+(:[1-5]?\d{1,4})?"
_PATH_HINT = _("keys with dots between them, such as data.id")

# The address is part of the template. A proxy would connect where this machine cannot look: none is used.
SETTINGS = (
	*(setting for setting in COMMON if setting.name not in ("base_url", "use_proxy")),
	Setting("default_country", _("Default country"), kind="country"),
	Setting("http_method", _("Method"), kind="select", options=request.METHODS, default="POST"),
	Setting("url_template", _("Address of a call"), kind="text", required=True),
	Setting("body_kind", _("Body"), kind="select", options=request.BODIES, default=request.NO_BODY),
	Setting("agent_form", _("Agents are named by"), kind="select", options=AGENT_FORMS, default=DIGITS),
	Setting("request_pairs", _("What is sent"), kind="table"),
	Setting("auth_kind", _("Sign in by"), kind="select", options=auth.KINDS, default=auth.NONE),
	Setting("auth_name", _("User, header or query key")),
	Setting("secret_1", _("Secret 1"), kind="password"),
	Setting("secret_2", _("Secret 2"), kind="password"),
	Setting("secret_3", _("Secret 3"), kind="password"),
	Setting("test_url", _("Test address"), kind="text"),
	Setting("token_url", _("Address of the token"), kind="text"),
	Setting(
		"token_body_kind",
		_("Body of the token request"),
		kind="select",
		options=request.BODIES,
		default=request.NO_BODY,
	),
	Setting("token_pairs", _("What is sent for the token"), kind="table"),
	Setting("token_place", _("Where the token is"), default="access_token", hint=_PATH_HINT),
	Setting("token_expiry_place", _("Where its seconds are"), default="expires_in", hint=_PATH_HINT),
	Setting(
		"success_statuses",
		_("Statuses of a yes"),
		kind="text",
		default="2xx",
		pattern=_STATUSES,
		hint=_("statuses from 200 to 299 with commas between them, or 2xx"),
	),
	Setting("answer_rules", _("How an answer is read"), kind="table"),
	Setting("accept_unknown", _("It never says whether it accepted the call"), kind="check"),
	Setting("event_rules", _("How an event is read"), kind="table"),
	Setting("event_time_zone", _("Time zone of its times"), default="UTC"),
	Setting(
		"recording_key_hosts",
		_("Recordings That Need the Key"),
		kind="text",
		pattern=rf"\s*{_HOST}(\s*,\s*{_HOST})*\s*",
		hint=_("host names with commas between them, such as recordings.example.com"),
	),
)
LABELS = {setting.name: setting.label for setting in SETTINGS}
