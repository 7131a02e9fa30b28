"""What an Asterisk account is asked for. Checks nothing itself."""

from __future__ import annotations

from dataclasses import replace

from c2c_frappe.pbx.providers.asterisk import unclicked_calls
from c2c_frappe.pbx.providers.settings import COMMON, Setting
from c2c_frappe.pbx.text import _

EXTENSION = "{extension}"
CONTEXT = r"[A-Za-z0-9_.-]{1,80}"
CALLER_ID = r"\+?[0-9]{2,20}"
# Technology and resource, as in a Dial of the dialplan; what would ring more than one phone has no place here. Without
# /n a Local channel is gone once the phones are connected, and the call would seem to be over.
_PATTERN = (
	r"(?!Local/)[A-Za-z0-9_]{1,20}/[A-Za-z0-9_.-]*\{extension\}[A-Za-z0-9_.@/-]*"
	r"|Local/[A-Za-z0-9_.-]*\{extension\}@[A-Za-z0-9_.-]+/n"
)
# Headers that phones answer by; any other could break the INVITE. A value that a dialplan would act on is refused.
_HEADER = (
	r"(?:Call-Info|Alert-Info|Answer-Mode|P-Auto-Answer|X-[A-Za-z0-9-]{1,40}): ?[^\s${}][^${}\r\n]{0,100}"
)

SETTINGS = (
	replace(COMMON[0], required=True),
	*COMMON[1:],
	Setting(
		"ari_user", _("ARI User"), required=True, pattern=r"[^:/?#]{1,80}", hint=_("the name in ari.conf")
	),
	Setting("ari_password", _("ARI Password"), kind="password", required=True),
	Setting(
		"ari_context",
		_("Context"),
		required=True,
		pattern=CONTEXT,
		hint=_("its name, without brackets"),
	),
	Setting(
		"endpoint_pattern",
		_("Endpoint Pattern"),
		default=f"PJSIP/{EXTENSION}",
		pattern=_PATTERN,
		hint=_(
			"a technology, a slash and {0}, such as {1}; Local ends in /n",
			EXTENSION,
			f"PJSIP/{EXTENSION}",
		),
	),
	Setting("ari_caller_id", _("Caller ID"), pattern=CALLER_ID, hint=_("digits, with or without a plus")),
	Setting("ari_ring_timeout", _("Ring Time"), kind="integer", default="30", minimum=5, maximum=300),
	*unclicked_calls.SETTINGS,
	Setting(
		"ari_internal_context",
		_("Extension Context"),
		pattern=CONTEXT,
		hint=_("its name, without brackets"),
	),
	Setting("ari_show_customer", _("Show Customer on Agent's Phone"), kind="check"),
	Setting(
		"ari_answer_header",
		_("Auto-Answer Header"),
		kind="text",
		pattern=_HEADER,
		hint=_("a name, a colon and a value, such as {0}", "Call-Info: <sip:pbx>;answer-after=0"),
	),
)
